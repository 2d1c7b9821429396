//! `rehearse`: tries a plan on a clone, and writes the record of what came of it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sealgate_core::approval::evidence::{MAX_EVIDENCE_BYTES, Record};
use sealgate_core::compare::verdict::Verdict;
use sealgate_core::seal::entry::{Digest, Entry};
use sealgate_core::seal::path::EntryPath;
use sealgate_core::seal::{Seal, SealName};
use sealgate_core::text::escape::printable_str;
use sealgate_core::text::problem::{Problem, in_words};
use sealgate_rehearse::plan::{AllowanceKind, MAX_PLAN_BYTES, Plan};
use sealgate_rehearse::proof::{Finding, Rule};
use sealgate_rehearse::state::Class;
use sealgate_scan::{Scanner, read_named};
use sealgate_surface::MAX_DATABASE_BYTES;

use super::check::authority::now;
use super::confined::MAX_SCRIPT_BYTES;
use super::{Context, Outcome};
use crate::cli::args::RehearseArgs;
use crate::ops::check::Judge;
use crate::ops::rehearse::{Bench, Rehearsed, Scratch, Subject, is_inside, record, rehearse};
use crate::ops::seal::plan::relative_root;
use crate::report::Verbosity;
use crate::tree::Loaded;

/// How many paths of a broken rule are shown.
const SHOWN: usize = 10;

/// What confines scripts, as a record states it.
const CONFINEMENT: &str = "landlock-4";

pub(super) fn run(arguments: &RehearseArgs, context: &Context) -> Outcome {
    let (started, began) = (now()?, Instant::now());
    let given = context.path(&arguments.plan);
    let (plan, bytes) = read_plan(&given)?;
    let directory = given.parent().unwrap_or(Path::new("."));
    let SealedPlan { plan_ref, scripts } = sealed_plan(&arguments.plan, &plan, &bytes, context)?;
    let (surface, surface_digest) = surface(&plan, context)?;
    let clone_file = directory.join(&plan.clone);
    let clone = read(&clone_file, MAX_DATABASE_BYTES, "clone-unreadable")?;
    // Opened where it is, so that a journal beside it is seen.
    crate::tree::database_at(&clone_file, &surface.name)?;
    let scratch = scratch(arguments, &clone, &scripts, context)?;
    let program = std::env::current_exe().map_err(|error| {
        let message = format!("this program cannot be found: {}", in_words(&error));
        Problem::new("rehearsal-broken", message).remedy("call sealgate by its path")
    })?;
    let mut bench = Bench {
        scratch: scratch.path(),
        seal: &surface,
        program: program.clone(),
        timeout: Duration::from_secs(plan.timeout_seconds.into()),
        buckets: Vec::new(),
    };
    bench.choose_buckets("base")?;
    let tell = |leg: &str| {
        if context.terminal.verbosity != Verbosity::Quiet {
            context.terminal.remark(leg);
        }
    };
    let rehearsed = match rehearse(&bench, &plan, &tell) {
        Err(problem) if matches!(problem.code, "apply-failed" | "rollback-failed") => {
            context.terminal.deny(&problem);
            return Ok(Verdict::Fail);
        }
        rehearsed => rehearsed?,
    };
    if read(&clone_file, MAX_DATABASE_BYTES, "clone-unreadable")? != clone {
        let message = format!("{} changed during the rehearsal", plan.clone);
        return Err(vec![
            Problem::new("source-changed", message).remedy("rehearse on a file that nobody writes"),
        ]);
    }
    let subject = Subject {
        plan: &plan,
        plan_ref,
        surface: (surface.name.to_string(), surface_digest),
        clone: (Digest::of(&clone), clone.len() as u64),
        confinement: CONFINEMENT.to_owned(),
        program: Digest::of(&read(&program, u64::MAX, "rehearsal-broken")?),
        started,
        seconds: began.elapsed().as_secs(),
    };
    let record = record(&subject, &rehearsed);
    let file = write(&record, arguments, context)?;
    let kept = arguments.keep.then(|| scratch.path());
    answer(&plan, &rehearsed, &surface, (&file, kept), context)
}

fn read_plan(path: &Path) -> Result<(Plan, Vec<u8>), Problem> {
    let bytes = read(path, MAX_PLAN_BYTES, "plan-invalid")?;
    let plan = Plan::read(&bytes).map_err(|error| {
        Problem::new("plan-invalid", error.to_string())
            .file(path.to_string_lossy())
            .remedy("correct the plan; docs/rehearse.md describes it")
    })?;
    Ok((plan, bytes))
}

/// The directory of the copies, with the first of them, `clone` as it is, and with the scripts: what is run
/// is what was sealed, whatever becomes of the files of the plan.
fn scratch(
    arguments: &RehearseArgs,
    clone: &[u8],
    scripts: &[Vec<u8>; 2],
    context: &Context,
) -> Result<Scratch, Problem> {
    let given = arguments.scratch.as_ref();
    let above = given.map_or_else(std::env::temp_dir, |path| context.path(path));
    let scratch = Scratch::new(&above, arguments.keep)?;
    let [apply, rollback] = scripts;
    for (name, bytes) in [("base.db", clone), ("apply.sql", apply), ("rollback.sql", rollback)] {
        std::fs::write(scratch.path().join(name), bytes).map_err(|error| {
            let message = format!("{}: {}", scratch.path().display(), in_words(&error));
            Problem::new("scratch-unusable", message).remedy(
                "name a directory with room for several copies of the database: --scratch DIR",
            )
        })?;
    }
    Ok(scratch)
}

fn read(path: &Path, limit: u64, code: &'static str) -> Result<Vec<u8>, Problem> {
    read_named(path, limit).map_err(|fault| {
        Problem::new(code, format!("{}: {fault}", path.display()))
            .remedy("name a file that this user can read")
    })
}

/// A plan whose bytes, and those of its scripts, are what a seal states.
struct SealedPlan {
    /// Its place and its digest, and the name and the digest of the seal.
    plan_ref: (String, Digest, String, Digest),
    /// The script that applies the change, and the one that takes it back.
    scripts: [Vec<u8>; 2],
}

/// Finds a seal that passes and covers the plan, which has these `bytes`, and its scripts.
fn sealed_plan(
    given: &Path,
    plan: &Plan,
    bytes: &[u8],
    context: &Context,
) -> Result<SealedPlan, Vec<Problem>> {
    let repository = &context.repository;
    let place = relative_root(repository, &context.base, given)?;
    let place = place.as_str();
    let directory = place.rsplit_once('/').map_or(".", |(directory, _)| directory);
    let file = |name: &str| {
        if directory == "." { name.to_owned() } else { format!("{directory}/{name}") }
    };
    let [apply, rollback] = plan.scripts().map(file);
    let read =
        |file: &str| read(&repository.root().join(file), MAX_SCRIPT_BYTES, "script-unreadable");
    let scripts = [read(&apply)?, read(&rollback)?];
    let files = [(place, bytes), (&*apply, &*scripts[0]), (&*rollback, &*scripts[1])];
    for name in context.contents()?.names {
        let Ok(Loaded { seal: Ok(seal), digest, .. }) = repository.load(&name) else { continue };
        let states_all = files.iter().all(|(file, bytes)| states(&seal, file, bytes));
        if seal.header.surface.is_some() || !states_all {
            continue;
        }
        let scanner = Scanner::new(None);
        let judged = Judge::of_worktree(repository, &scanner).judge(&name, repository.begin(&name));
        if judged.verdict() == Verdict::Pass && judged.digest == Some(digest) {
            let plan_ref = (place.to_owned(), Digest::of(bytes), name.to_string(), digest);
            return Ok(SealedPlan { plan_ref, scripts });
        }
    }
    let message = format!(
        "no seal that passes covers the plan and its scripts: {place}, {apply}, {rollback}"
    );
    let directory = crate::report::quote(directory.as_bytes());
    Err(vec![
        Problem::new("plan-unsealed", message)
            .remedy(format!("seal them: sealgate seal plans --root {directory}")),
    ])
}

/// Whether `seal` states that the file at `path`, relative to the repository root, has these bytes.
fn states(seal: &Seal, path: &str, bytes: &[u8]) -> bool {
    let below = match seal.header.root.path() {
        None => Some(path),
        Some(root) => path.strip_prefix(root.as_str()).and_then(|rest| rest.strip_prefix('/')),
    };
    let path = below.and_then(|path| EntryPath::parse(path).ok());
    match path.as_ref().and_then(|path| seal.entry(path.as_bytes())) {
        Some(Entry::File { size, digest, .. }) => {
            *size == bytes.len() as u64 && *digest == Digest::of(bytes)
        }
        _ => false,
    }
}

/// The seal over the database that `plan` is for.
fn surface(plan: &Plan, context: &Context) -> Result<(Seal, Digest), Vec<Problem>> {
    let name: &SealName = &plan.surface;
    let Loaded { seal, digest, .. } = context.repository.load(name)?;
    let seal = seal?;
    if seal.header.surface.is_none() {
        return Err(vec![
            Problem::new(
                "plan-invalid",
                format!("the seal {name} covers a directory, and no database"),
            )
            .remedy("name a seal over a database as `surface`"),
        ]);
    }
    Ok((seal, digest))
}

/// Writes the record under the name that its digest gives it.
fn write(record: &Record, arguments: &RehearseArgs, context: &Context) -> Result<PathBuf, Problem> {
    let text = record.to_text();
    let seals = context.repository.root().join(context.repository.seals().as_str());
    let directory =
        arguments.record.as_ref().map_or(seals.join("evidence"), |path| context.path(path));
    let file = directory.join(format!("{}.json", Digest::of(text.as_bytes())));
    let problem = |why: String| {
        Problem::new("record-unwritable", format!("{}: {why}", file.display()))
            .remedy("name a directory that can be written: --record DIR")
    };
    if text.len() as u64 > MAX_EVIDENCE_BYTES {
        return Err(problem("the record is too long".to_owned()));
    }
    std::fs::create_dir_all(&directory).map_err(|error| problem(in_words(&error)))?;
    std::fs::write(&file, text).map_err(|error| problem(in_words(&error)))?;
    Ok(file)
}

/// Tells what came of it.
fn answer(
    plan: &Plan,
    rehearsed: &Rehearsed,
    surface: &Seal,
    (file, kept): (&Path, Option<&Path>),
    context: &Context,
) -> Outcome {
    let mut text = String::new();
    let is_proven = rehearsed.is_proven();
    for finding in &rehearsed.proof.findings {
        describe(finding, surface, &mut text);
    }
    for (name, caught) in &rehearsed.controls {
        let word = if *caught { "found" } else { "NOT FOUND" };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  control  {name}: {word}");
    }
    let file = file.strip_prefix(context.repository.root()).unwrap_or(file).display();
    let word = if is_proven { "PROVEN" } else { "NOT PROVEN" };
    let _ = writeln!(text, "{word}  {}\n  record: {file}", printable_str(&plan.subject));
    if let Some(kept) = kept {
        let _ = writeln!(text, "  copies: {}", kept.display());
    }
    context.terminal.answer(text.as_bytes())?;
    if !rehearsed.found_all_faults() {
        return Err(vec![
            Problem::new(
                "control-not-caught",
                "a fault that was made on purpose was not found, so nothing is proven",
            )
            .remedy("report this with the record: the proof is blind here"),
        ]);
    }
    Ok(if is_proven { Verdict::Pass } else { Verdict::Fail })
}

/// One rule in words; of a broken one the paths, and what to do.
fn describe(finding: &Finding, surface: &Seal, text: &mut String) {
    let (left, op, right) = finding.rule.sides();
    let word = if finding.holds { "holds " } else { "BROKEN" };
    // Writing to a string cannot fail.
    let _ = writeln!(text, "  {word}   {}: {left} {op} {right}", finding.rule.word());
    if finding.holds {
        return;
    }
    for path in finding.paths.iter().take(SHOWN) {
        let _ = writeln!(text, "             {}", printable_str(path));
    }
    if finding.paths.len() > SHOWN {
        let _ = writeln!(text, "             and {} more", finding.paths.len() - SHOWN);
    }
    let kind = match finding.rule {
        Rule::ApplyStaysInside => AllowanceKind::Outside,
        Rule::RollbackRestores => AllowanceKind::Left,
        Rule::ReapplyRepeats | Rule::SnapshotApplyRepeats => AllowanceKind::Varies,
        Rule::ApplyChanges => {
            let _ = writeln!(text, "             the change changes nothing: correct the script");
            return;
        }
        _ => return,
    };
    let may_be_allowed = |path: &&String| {
        let is_kept = kind == AllowanceKind::Left && Class::of(path) != Class::Sequences;
        !(is_kept && is_inside(surface, path))
    };
    let Some(path) = finding.paths.iter().find(may_be_allowed) else {
        let _ =
            writeln!(text, "             correct the script: what is under seal must come back");
        return;
    };
    let place =
        path.split_once("/rows/").map_or(path.clone(), |(table, _)| format!("{table}/rows"));
    let _ = writeln!(text, "             correct the script; or, if it is meant, add to the plan:");
    let (what, path) = (kind.word(), sealgate_core::seal::quoted(&place));
    for line in
        ["[[allow]]", &format!("what = \"{what}\""), &format!("path = {path}"), "reason = \"...\""]
    {
        let _ = writeln!(text, "               {line}");
    }
}
