//! What is pushed: the lines that git gives a pre-push hook, or the variables that pre-commit and
//! prek set in their place. Touches nothing.
//!
//! githooks(5): `LOCAL-REF SP LOCAL-ID SP REMOTE-REF SP REMOTE-ID LF` for each ref. A local id of
//! zeros deletes the remote ref, a remote one means that there is none yet. Where something else than
//! a ref is pushed, LOCAL-REF is what the user typed: it may hold spaces, as in `HEAD^{/fix the}`.

use sealgate_git::Oid;

/// The longest line, in bytes.
pub const MAX_LINE: usize = 64 << 10;

/// The most that is read, in bytes: some hundred thousand refs.
pub const MAX_INPUT: usize = 64 << 20;

/// An object, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// By its id.
    Id(Oid),
    /// By words that git understands.
    Revision(String),
}

/// One ref that is pushed, and not deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// The local ref, or what was typed; for people.
    pub from: String,
    /// What is pushed.
    pub what: Named,
    /// The remote ref; for people, and empty where it is not known.
    pub to: String,
    /// What the remote has there; `None` where that is nothing, or not known.
    pub before: Option<Named>,
}

/// Everything that one push does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pushes {
    /// The refs that are pushed, in git's order.
    pub list: Vec<Push>,
    /// How many refs are deleted.
    pub deleted: usize,
}

/// The variables of pre-commit and prek; `None` where one is not set, or empty.
#[derive(Debug, Clone, Default)]
pub struct Variables {
    /// `PRE_COMMIT_FROM_REF`: what the remote has, or where the new commits begin.
    pub from_ref: Option<String>,
    /// `PRE_COMMIT_TO_REF`: what is pushed; pre-commit does not set it where a root commit is pushed.
    pub to_ref: Option<String>,
    /// `PRE_COMMIT_LOCAL_BRANCH`: the local ref.
    pub local_branch: Option<String>,
    /// `PRE_COMMIT_REMOTE_BRANCH`: the remote ref.
    pub remote_branch: Option<String>,
    /// `PRE_COMMIT`: whether one of the two runs this at all.
    pub running: bool,
}

/// Why what is pushed cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProtocolError {
    /// There is more of it than anybody pushes.
    #[error("stdin holds more than {MAX_INPUT} bytes")]
    TooMuch,
    /// A line is too long.
    #[error("line {0} of stdin is longer than {MAX_LINE} bytes")]
    TooLong(usize),
    /// A line is none of git's.
    #[error(
        "line {0} of stdin is not LOCAL-REF LOCAL-ID REMOTE-REF REMOTE-ID, which is what git gives \
         a pre-push hook"
    )]
    NotGits(usize),
    /// Ids of SHA-1 and of SHA-256.
    #[error("line {0} of stdin has ids of 40 and of 64 digits: no repository has both")]
    TwoLengths(usize),
    /// A beginning without an end.
    #[error("PRE_COMMIT_FROM_REF is set, and what is pushed (PRE_COMMIT_TO_REF) is not")]
    NoEnd,
}

/// Reads what git gives a hook on stdin. Blank lines, which scripts that pass it on like to add, name
/// no ref.
pub fn of_stdin(input: &[u8]) -> Result<Pushes, ProtocolError> {
    if input.len() > MAX_INPUT {
        return Err(ProtocolError::TooMuch);
    }
    let mut pushes = Pushes::default();
    let mut length = None;
    for (line, number) in input.split(|&byte| byte == b'\n').zip(1..) {
        if line.len() > MAX_LINE {
            return Err(ProtocolError::TooLong(number));
        }
        if line.is_empty() {
            continue;
        }
        let [from, local, to, remote] = fields(line).ok_or(ProtocolError::NotGits(number))?;
        let id = |text| Oid::from_hex(text).ok_or(ProtocolError::NotGits(number));
        let (local, remote) = (id(local)?, id(remote)?);
        let length = *length.get_or_insert(local.length());
        if local.length() != length || remote.length() != length {
            return Err(ProtocolError::TwoLengths(number));
        }
        if local.is_zero() {
            pushes.deleted += 1;
            continue;
        }
        pushes.list.push(Push {
            from: String::from_utf8_lossy(from).into_owned(),
            what: Named::Id(local),
            to: String::from_utf8_lossy(to).into_owned(),
            before: (!remote.is_zero()).then_some(Named::Id(remote)),
        });
    }
    Ok(pushes)
}

/// The four fields of a line. Only the first may hold spaces: a remote ref has none.
fn fields(line: &[u8]) -> Option<[&[u8]; 4]> {
    let mut last = line.rsplitn(4, |&byte| byte == b' ');
    let (remote, to, local, from) = (last.next()?, last.next()?, last.next()?, last.next()?);
    let control = |text: &[u8]| text.iter().any(u8::is_ascii_control);
    (!from.is_empty() && !to.is_empty() && !control(from) && !control(to))
        .then_some([from, local, to, remote])
}

/// Reads the variables of pre-commit and prek. `None`: neither runs this.
pub fn of_variables(variables: &Variables) -> Result<Option<Pushes>, ProtocolError> {
    let Variables { from_ref, to_ref, local_branch, remote_branch, running } = variables;
    let name = match (to_ref, local_branch) {
        (Some(end), _) => end,
        (None, _) if from_ref.is_some() => return Err(ProtocolError::NoEnd),
        // A root commit is pushed: pre-commit tells the ref alone.
        (None, Some(branch)) => branch,
        // By hand, or in the stage `manual`.
        (None, None) if *running => "HEAD",
        (None, None) => return Ok(None),
    };
    let Some(what) = named(name) else {
        return Ok(Some(Pushes { list: Vec::new(), deleted: 1 }));
    };
    let push = Push {
        from: local_branch.clone().unwrap_or_else(|| name.to_owned()),
        what,
        to: remote_branch.clone().unwrap_or_default(),
        before: from_ref.as_deref().and_then(named),
    };
    Ok(Some(Pushes { list: vec![push], deleted: 0 }))
}

/// `None`: zeros, which stand for nothing.
fn named(text: &str) -> Option<Named> {
    match Oid::from_hex(text.as_bytes()) {
        Some(oid) if oid.is_zero() => None,
        Some(oid) => Some(Named::Id(oid)),
        None => Some(Named::Revision(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "1111111111111111111111111111111111111111";
    const B: &str = "2222222222222222222222222222222222222222";
    const ZERO: &str = "0000000000000000000000000000000000000000";

    fn id(text: &str) -> Named {
        Named::Id(Oid::from_hex(text.as_bytes()).unwrap())
    }

    fn push(from: &str, what: &str, to: &str, before: Option<&str>) -> Push {
        Push { from: from.to_owned(), what: id(what), to: to.to_owned(), before: before.map(id) }
    }

    #[test]
    fn every_line_of_git_is_read_and_deletions_are_left_out() {
        let (long, none) = (A.to_owned() + &A[..24], "0".repeat(64));
        let (main, tag) = ("refs/heads/main", "refs/tags/v1");
        let cases: [(String, Vec<Push>, usize); 8] = [
            (String::new(), vec![], 0),
            ("\n".to_owned(), vec![], 0),
            (format!("{main} {A} {main} {B}\n"), vec![push(main, A, main, Some(B))], 0),
            (format!("{main} {A} {main} {ZERO}"), vec![push(main, A, main, None)], 0),
            (format!("(delete) {ZERO} {main} {B}\n"), vec![], 1),
            (
                format!("(delete) {ZERO} {tag} {B}\nHEAD {A} {main} {ZERO}\n{A} {A} {tag} {B}\n"),
                vec![push("HEAD", A, main, None), push(A, A, tag, Some(B))],
                1,
            ),
            (
                format!("HEAD^{{/fix the  thing}} {A} {main} {B}\n"),
                vec![push("HEAD^{/fix the  thing}", A, main, Some(B))],
                0,
            ),
            (
                format!("{main} {long} {main} {none}\n(delete) {none} {tag} {long}\n"),
                vec![push(main, &long, main, None)],
                1,
            ),
        ];
        for (input, list, deleted) in cases {
            assert_eq!(of_stdin(input.as_bytes()), Ok(Pushes { list, deleted }), "{input:?}");
        }
    }

    #[test]
    fn what_is_none_of_gits_lines_is_an_error_that_names_the_line() {
        let long = A.to_owned() + &A[..24];
        let good = format!("HEAD {A} refs/heads/main {B}\n");
        let cases: [(String, ProtocolError); 13] = [
            ("garbage\n".to_owned(), ProtocolError::NotGits(1)),
            (format!("{good}\n\0\n"), ProtocolError::NotGits(3)),
            (format!("{good}HEAD {A} refs/heads/main\n"), ProtocolError::NotGits(2)),
            (format!(" {A} refs/heads/main {B}\n"), ProtocolError::NotGits(1)),
            (format!("HEAD {A}  {B}\n"), ProtocolError::NotGits(1)),
            (format!("HEAD {A} refs/heads/main {B} \n"), ProtocolError::NotGits(1)),
            (format!("HEAD {A} refs/heads/main {B}\r\n"), ProtocolError::NotGits(1)),
            (format!("HE\0AD {A} refs/heads/main {B}\n"), ProtocolError::NotGits(1)),
            (format!("HEAD {} refs/heads/main {B}\n", &A[1..]), ProtocolError::NotGits(1)),
            (format!("HEAD {} m {B}\n", "A".repeat(40)), ProtocolError::NotGits(1)),
            (format!("HEAD {A} m {long}\n"), ProtocolError::TwoLengths(1)),
            (format!("{good}HEAD {long} m {long}\n"), ProtocolError::TwoLengths(2)),
            (format!("{good}{}", "a".repeat(MAX_LINE + 1)), ProtocolError::TooLong(2)),
        ];
        for (input, error) in cases {
            let shown: String = input.chars().take(120).collect();
            assert_eq!(of_stdin(input.as_bytes()), Err(error), "{shown:?}");
        }
        let longest = format!("{} {A} m {B}\n", "a".repeat(MAX_LINE - 84));
        assert_eq!(longest.len(), MAX_LINE + 1);
        assert!(of_stdin(longest.as_bytes()).is_ok());
        assert_eq!(of_stdin(&vec![b'\n'; MAX_INPUT + 1]), Err(ProtocolError::TooMuch));
    }

    #[test]
    fn the_variables_of_pre_commit_and_prek_name_one_push() {
        let set = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let branch = Named::Revision("refs/heads/main".to_owned());
        let head = Named::Revision("HEAD".to_owned());
        // FROM_REF, TO_REF, LOCAL_BRANCH, PRE_COMMIT: what, its name, and what was there before.
        let cases = [
            (["", "", "", ""], Ok(None)),
            ([B, A, "refs/heads/main", "1"], Ok(Some((id(A), "refs/heads/main", Some(id(B)))))),
            (["", A, "refs/heads/main", "1"], Ok(Some((id(A), "refs/heads/main", None)))),
            ([ZERO, A, "", ""], Ok(Some((id(A), A, None)))),
            (["", "", "refs/heads/main", "1"], Ok(Some((branch, "refs/heads/main", None)))),
            (["", "", "", "1"], Ok(Some((head, "HEAD", None)))),
            ([B, "", "", "1"], Err(ProtocolError::NoEnd)),
            ([B, "", "refs/heads/main", "1"], Err(ProtocolError::NoEnd)),
        ];
        for ([from, to, local, running], expected) in cases {
            let variables = Variables {
                from_ref: set(from),
                to_ref: set(to),
                local_branch: set(local),
                remote_branch: set("refs/heads/main"),
                running: !running.is_empty(),
            };
            let read = of_variables(&variables).map(|pushes| {
                pushes.map(|mut pushes| {
                    let push = pushes.list.remove(0);
                    (push.what, push.from, push.before)
                })
            });
            let expected = expected
                .map(|push| push.map(|(what, from, before)| (what, from.to_owned(), before)));
            assert_eq!(read, expected, "{variables:?}");
        }
        let deletion = Variables { to_ref: set(ZERO), from_ref: set(B), ..Variables::default() };
        let nothing = Pushes { list: vec![], deleted: 1 };
        assert_eq!(of_variables(&deletion), Ok(Some(nothing)));
    }
}
