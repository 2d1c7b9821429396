//! An answer that the server breaks off after its first lines is an error, and no shorter table.

#![cfg(unix)]

use crate::postgres_seals::{births, check, findings, passes};

#[test]
#[ignore = "needs a PostgreSQL server, which .ci/run installs"]
fn a_table_of_which_the_last_rows_cannot_be_read_is_unreadable() {
    for buckets in [false, true] {
        let (cluster, repo, connection) = births();
        let key = if buckets { "" } else { " PRIMARY KEY" };
        cluster.sql(
            "app",
            &format!(
                "CREATE TYPE mood AS ENUM ('calm', 'cross'); CREATE TABLE moods(id int{key}, mood mood);
                 INSERT INTO moods SELECT n, 'calm' FROM generate_series(1, 2000) n;
                 INSERT INTO moods VALUES (2001, 'cross');"
            ),
        );
        std::fs::remove_file(repo.at("seals/births.toml")).unwrap();
        let seal = ["seal", "births", "--at", &connection, "--include", "public/moods"];
        let sealed = repo.run(&seal);
        assert_eq!(sealed.code, 0, "{sealed:?}");
        passes(&repo, &connection);
        let text = repo.read("seals/births.toml");
        // What is printed for the last row is not there any more.
        cluster.sql("app", "DELETE FROM pg_enum WHERE enumlabel = 'cross'");
        let (code, report) = check(&repo, &connection);
        let found = findings(&report);
        assert_eq!((code, found), (2, vec!["unreadable public/moods/rows".to_owned()]), "{report}");
        let again = repo.run(&["seal", "births", "--at", &connection]);
        assert_eq!((again.code, repo.read("seals/births.toml")), (2, text), "{again:?}");
    }
}

#[test]
#[ignore = "needs a PostgreSQL server, which .ci/run installs"]
fn an_object_that_is_too_long_is_an_error_and_never_sealed_in_part() {
    let (cluster, repo, connection) = births();
    cluster.sql(
        "app",
        "CREATE SCHEMA s;
         DO $$ BEGIN EXECUTE format('CREATE FUNCTION s.f() RETURNS int LANGUAGE plpgsql AS %L',
           'BEGIN ' || repeat('-- ' || repeat('x', 997) || chr(10), 70000) || ' RETURN 1; END'); END $$;",
    );
    let seal = ["seal", "long", "--at", &connection, "--include", "s"];
    let run = repo.run(&seal);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("what it says of one object is longer than"), "{run:?}");
}
