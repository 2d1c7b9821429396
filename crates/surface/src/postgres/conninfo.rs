//! What may be shown of a connection string.

/// `connection` without the password in it: a conninfo string, or an address.
#[must_use]
pub fn without_password(connection: &str) -> String {
    if is_address(connection) {
        return address_without_password(connection);
    }
    let kept = settings(connection).into_iter().filter(|setting| !is_secret(setting.key));
    kept.map(|setting| setting.text).collect::<Vec<_>>().join(" ")
}

fn is_address(connection: &str) -> bool {
    ["postgresql://", "postgres://"].iter().any(|scheme| connection.starts_with(scheme))
}

fn is_secret(key: &str) -> bool {
    ["password", "sslpassword", "oauth_client_secret"].contains(&key)
}

/// `KEY = VALUE` of a conninfo string.
struct Setting<'c> {
    key: &'c str,
    text: &'c str,
}

/// The settings of a conninfo string, as libpq reads it: values may stand in quotes, and a backslash stands
/// before what would end them. What it would refuse ends the list.
fn settings(connection: &str) -> Vec<Setting<'_>> {
    let mut settings = Vec::new();
    let mut rest = connection.trim_start();
    while !rest.is_empty() {
        let Some(equals) = rest.find('=') else {
            // The name of a database, without a key.
            let is_name = settings.is_empty() && rest.len() == connection.len();
            settings.extend(is_name.then_some(Setting { key: "dbname", text: rest }));
            break;
        };
        let value = &rest[equals + 1..];
        let end = equals + 1 + value.len() - value.trim_start().len();
        let end = end + value_length(&rest[end..]);
        settings.push(Setting { key: rest[..equals].trim(), text: &rest[..end] });
        rest = rest[end..].trim_start();
    }
    settings
}

/// How long the value is with which `text` begins, in bytes.
fn value_length(text: &str) -> usize {
    let is_quoted = text.starts_with('\'');
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(usize::from(is_quoted)) {
        if is_escaped {
            is_escaped = false;
        } else if c == '\\' {
            is_escaped = true;
        } else if is_quoted && c == '\'' {
            return at + 1;
        } else if !is_quoted && c.is_ascii_whitespace() {
            return at;
        }
    }
    text.len()
}

/// An address without the password before its host, and in its parameters.
fn address_without_password(address: &str) -> String {
    let (scheme, rest) = address.split_once("://").unwrap_or(("", address));
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let authority = match authority.rsplit_once('@') {
        Some((user, host)) => format!("{}@{host}", user.split(':').next().unwrap_or_default()),
        None => authority.to_owned(),
    };
    let path = match path.split_once('?') {
        Some((path, parameters)) => {
            let is_kept =
                |parameter: &&str| !is_secret(parameter.split('=').next().unwrap_or_default());
            let kept: Vec<&str> = parameters.split('&').filter(is_kept).collect();
            let mark = if kept.is_empty() { "" } else { "?" };
            format!("{path}{mark}{}", kept.join("&"))
        }
        None => path.to_owned(),
    };
    format!("{scheme}://{authority}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        let cases = [
            ("app", "app"),
            ("host=/run dbname=app", "host=/run dbname=app"),
            ("host=h password=secret dbname=app", "host=h dbname=app"),
            ("password='a b\\'c' user=u", "user=u"),
            ("password = 'a b' user = u", "user = u"),
            ("password=a\\ b user=u", "user=u"),
            ("options='-c x=y' password=x", "options='-c x=y'"),
            ("host=h sslpassword=x", "host=h"),
            (
                "postgresql://u:secret@h:5432/app?password=x&sslmode=require",
                "postgresql://u@h:5432/app?sslmode=require",
            ),
            ("postgresql://u:se@cret@h/app", "postgresql://u@h/app"),
            ("postgres:///app?password=x", "postgres:///app"),
        ];
        for (connection, shown) in cases {
            assert_eq!(without_password(connection), shown, "{connection}");
        }
    }
}
