//! What a rollback of PostgreSQL forgets: each thing is named, and nothing else is.

#![cfg(target_os = "linux")]

use serde_json::Value;

use crate::registry::{AUDIT, Registry};

const NOTE: &str = "ALTER TABLE reg.births ADD note text;";
const NO_NOTE: &str = "ALTER TABLE reg.births DROP note;";

/// What is allowed of a change that makes an extension, and uses it on a table.
const DBLINK: &str = "
[[allow]]\nwhat = \"outside\"\npath = \"+database\"\nreason = \"the extension\"
[[allow]]\nwhat = \"outside\"\npath = \"public\"\nreason = \"the extension\"
[[allow]]\nwhat = \"outside\"\npath = \"reg/audit/+table\"\nreason = \"the comment\"
";

/// An honest snapshot: the database is dumped with all that belongs to it, dropped, and restored.
const BY_DUMP: &str = "snapshot = [\"pg_dump\", \"-Fc\", \"-C\", \"-f\", \"{snapshot}\"]
restore = [\"sh\", \"-c\", '''psql -X -q -d template1 -c \"DROP DATABASE births\" && \
psql -X -q -d template1 -c \"DROP ROLE IF EXISTS sealgate_control\" && \
pg_restore -C --exit-on-error -d template1 {snapshot}''']
";

/// The same into a database that is still there, which keeps what the dump does not know of; but for large
/// objects, whose numbers no test knows.
const OVER_IT: &str = "snapshot = [\"pg_dump\", \"-Fc\", \"-f\", \"{snapshot}\"]
restore = [\"sh\", \"-c\", '''pg_restore --clean --if-exists -d births {snapshot} && \
psql -X -q -c \"SELECT lo_unlink(oid) FROM pg_largeobject_metadata WHERE oid <> 77\"''']
";

/// A snapshot that writes where it should only read.
const WRITING: &str = "snapshot = [\"sh\", \"-c\", '''pg_dump -Fc -C -f {snapshot} && \
psql -X -q -c \"COMMENT ON TABLE reg.audit IS 'taken'\"''']
restore = [\"sh\", \"-c\", '''psql -X -q -d template1 -c \"DROP DATABASE births\" && \
psql -X -q -d template1 -c \"DROP ROLE IF EXISTS sealgate_control\" && \
pg_restore -C --exit-on-error -d template1 {snapshot}''']
";

/// Where the change is not tried in a transaction.
const ALONE: &str = "transaction = false\ntransaction-reason = \"a test\"\n";

/// A change, its rollback, more of the plan, and what is broken: the code of each rule, with the first paths.
struct Case {
    apply: &'static str,
    rollback: &'static str,
    more: &'static str,
    broken: &'static [&'static str],
}

/// The codes of the rules that a report states as broken, each with the first paths.
fn broken(report: &Value) -> Vec<String> {
    let legs = report["legs"].as_array().unwrap().iter();
    let invariants = legs.flat_map(|leg| leg["invariants"].as_array().unwrap());
    let named = |invariant: &Value| {
        let places = invariant["places"].as_array().unwrap().iter();
        let paths: Vec<&str> =
            places.take(4).map(|place| place["path"].as_str().unwrap()).collect();
        format!("{}: {}", invariant["code"].as_str().unwrap(), paths.join(" "))
    };
    invariants.filter(|invariant| invariant["holds"] == false).map(named).collect()
}

fn judge(case: &Case) {
    let registry = Registry::new();
    registry.plan("births.dump", case.apply, case.rollback, case.more);
    let (ran, report) = registry.rehearse();
    assert_eq!(broken(&report), case.broken, "{ran:?}");
    assert_eq!(ran.code, i32::from(!case.broken.is_empty()), "{ran:?}");
    for line in case.broken {
        let code = line.split(':').next().unwrap();
        let errors = report["errors"].as_array().unwrap();
        let error = errors.iter().find(|error| error["code"] == code);
        let says = error.and_then(|error| error["remedy"].as_str());
        assert!(says.is_some_and(|says| !says.is_empty()), "{code}: {errors:?}");
        assert!(ran.stdout.contains(&format!("({code})")), "{code}: {ran:?}");
    }
    let controls = report["controls"].as_array().unwrap();
    assert!(controls.len() == 5 && controls.iter().all(|one| one["caught"] == true), "{ran:?}");
}

/// A test for each case.
macro_rules! cases {
    ($($name:ident: $apply:expr, $rollback:expr, $more:expr, $broken:expr;)*) => {
        $(
            #[test]
            #[ignore = "needs a PostgreSQL server, as root `setpriv`; run by .ci/run"]
            fn $name() {
                let (apply, rollback, more, broken) = ($apply, $rollback, $more, $broken);
                judge(&Case { apply, rollback, more, broken });
            }
        )*
    };
}

cases! {
    nothing: NOTE, NO_NOTE, "", &[];

    nothing_but_what_is_allowed:
        "UPDATE reg.births SET amount = 0 WHERE id = 3;",
        "UPDATE reg.births SET amount = 3 WHERE id = 3;",
        AUDIT,
        &[];

    nothing_of_an_honest_snapshot: NOTE, NO_NOTE, BY_DUMP, &[];

    a_comment:
        "DROP INDEX reg.by_uid;",
        "CREATE INDEX by_uid ON reg.births (uid);",
        "",
        &["rollback-differs: reg/births/indexes/by_uid"];

    a_sequence:
        "SELECT reg.born('z');",
        "DELETE FROM reg.births WHERE uid = 'z';",
        "",
        &[
            "outside-surface: reg/+sequences/births_id_seq.value",
            "rollback-differs: reg/+sequences/births_id_seq.value",
            "reapply-differs: reg/+sequences/births_id_seq.value reg/births/rows/21 reg/births/rows/22",
        ];

    a_grant:
        "REVOKE SELECT ON reg.births FROM reader;",
        "SELECT 1;",
        "",
        &["rollback-differs: reg/births/+table"];

    an_audit_row:
        "UPDATE reg.births SET amount = 0 WHERE id = 3;",
        "UPDATE reg.births SET amount = 3 WHERE id = 3;",
        "",
        &[
            "outside-surface: reg/+sequences/audit_at_seq.value reg/audit/rows/1",
            "rollback-differs: reg/+sequences/audit_at_seq.value reg/audit/rows/1 reg/audit/rows/2",
            "reapply-differs: reg/+sequences/audit_at_seq.value reg/audit/rows/2 reg/audit/rows/3",
        ];

    a_function_of_an_extension:
        "ALTER TABLE reg.births ADD note text;
         CREATE OR REPLACE FUNCTION public.soundex(text) RETURNS text LANGUAGE sql AS 'SELECT ''S000''';",
        NO_NOTE,
        "",
        &[
            "outside-surface: public/+functions/soundex(text)",
            "rollback-differs: public/+functions/soundex(text)",
        ];

    what_a_materialised_view_held:
        "INSERT INTO reg.births (id, uid) OVERRIDING SYSTEM VALUE VALUES (99, 'z');
         REFRESH MATERIALIZED VIEW reg.totals;",
        "DELETE FROM reg.births WHERE id = 99;",
        "",
        &[
            "outside-surface: reg/totals/rows/+28 reg/totals/rows/+af",
            "rollback-differs: reg/totals/rows/+28 reg/totals/rows/+af",
        ];

    a_large_object:
        "ALTER TABLE reg.births ADD note text; SELECT lo_from_bytea(78, 'x');",
        "ALTER TABLE reg.births DROP note;",
        "",
        &[
            "outside-surface: +database/large-objects/78 +database/large-objects/78.bytes",
            "rollback-differs: +database/large-objects/78 +database/large-objects/78.bytes",
        ];

    an_attribute_of_a_role:
        "ALTER TABLE reg.births ADD note text; ALTER ROLE reader CREATEDB;",
        "ALTER TABLE reg.births DROP note;",
        "",
        &["outside-surface: +roles/reader", "rollback-differs: +roles/reader"];

    a_setting_of_the_system:
        "ALTER TABLE reg.births ADD note text; ALTER SYSTEM SET work_mem = '5MB'; CREATE DATABASE more;",
        "ALTER TABLE reg.births DROP note; DROP DATABASE more;",
        ALONE,
        &[
            "outside-surface: +cluster/databases/more +cluster/settings/work_mem",
            "rollback-differs: +cluster/settings/work_mem",
        ];

    what_is_in_another_database:
        "ALTER TABLE reg.births ADD note text;
         \\c template1
         DROP TABLE IF EXISTS left_here;
         CREATE TABLE left_here ();",
        "ALTER TABLE reg.births DROP note;",
        ALONE,
        &[
            "outside-surface: +cluster/databases/template1",
            "rollback-differs: +cluster/databases/template1",
        ];

    what_a_program_wrote_into_the_cluster:
        "ALTER TABLE reg.births ADD note text;
         COPY (SELECT 1) TO PROGRAM 'cat > left; echo >> pg_hba.conf';",
        "ALTER TABLE reg.births DROP note;
         COPY (SELECT 1) TO PROGRAM 'rm left';",
        ALONE,
        &[
            "outside-surface: +cluster/files/left +cluster/files/pg_hba.conf",
            "rollback-differs: +cluster/files/pg_hba.conf",
            "reapply-differs: +cluster/files/pg_hba.conf",
        ];

    a_replication_slot:
        "ALTER TABLE reg.births ADD note text;
         SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots;
         SELECT pg_create_physical_replication_slot('standby');",
        "ALTER TABLE reg.births DROP note;",
        ALONE,
        &[
            "outside-surface: +cluster/replication-slots/standby",
            "rollback-differs: +cluster/replication-slots/standby",
        ];

    what_another_session_committed:
        "CREATE EXTENSION dblink;
         SELECT dblink_exec(format('host=%s port=5432 user=%s dbname=births',
          current_setting('unix_socket_directories'), current_user),
          'COMMENT ON TABLE reg.audit IS ''as born''');",
        "DROP EXTENSION dblink; COMMENT ON TABLE reg.audit IS NULL;",
DBLINK,
        &["transaction-differs: reg/audit/+table"];

    nothing_for_nothing_was_done:
        "DELETE FROM reg.audit WHERE what = 'none';",
        "SELECT 1;",
        ALONE,
        &["apply-changed-nothing: "];

    a_snapshot_that_writes:
        NOTE,
        NO_NOTE,
        WRITING,
        &["snapshot-changed: reg/audit/+table", "reapply-differs: reg/audit/+table"];

    litter_around_a_restore:
        NOTE,
        NO_NOTE,
        OVER_IT,
        &["restore-differs: +builtin/pg_proc +roles/sealgate_control +roles/sealgate_control.password sealgate_control/+schema"];
}
