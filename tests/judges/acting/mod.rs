//! Running workflows with act, as a consumer of the action does: on this machine, without a
//! container, with stand-ins for the host's own actions.

#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Repo, Run, copy, run, scrubbed};

/// What the action is called where it is used.
const ACTION: &str = "owner/sealgate@v1";

/// The host's own actions, each as this repository uses it, and what stands in for it.
const STAND_INS: [(&str, &str); 4] = [
    ("actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8", CHECKOUT),
    ("actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02", UPLOAD),
    ("actions/download-artifact@d3f86a106a0bac45b974a628896c90dbdf5c8093", DOWNLOAD),
    ("actions/attest-build-provenance@e8998f949152b193b063cb0ec769d69d929409be", ATTEST),
];

/// What workflows call machines. This one stands for each.
const MACHINES: [&str; 6] = [
    "ubuntu-latest",
    "ubuntu-24.04",
    "ubuntu-24.04-arm",
    "macos-15",
    "macos-15-intel",
    "windows-2022",
];

/// Fetches one commit, or with `fetch-depth: 0` all of them, into `path`; another repository is the
/// action's.
const CHECKOUT: &str = r#"
inputs:
  fetch-depth: {default: "1"}
  persist-credentials: {default: "true"}
  ref: {default: "${{ github.sha }}"}
  repository: {default: ""}
  path: {default: ""}
runs:
  using: composite
  steps:
    - shell: bash
      env:
        DEPTH: ${{ inputs.fetch-depth }}
        REF: ${{ inputs.ref }}
        REPOSITORY: ${{ inputs.repository }}
        TO: ${{ inputs.path }}
      run: |
        if [ -n "$REPOSITORY" ]; then cp -r -- "$ACTION" "$TO"; exit; fi
        mkdir -p -- "${TO:-.}" && cd -- "${TO:-.}"
        git init --quiet .
        git remote add origin "$ORIGIN"
        if [ "$DEPTH" = 0 ]; then git fetch --quiet origin '+refs/*:refs/remotes/origin/*'
        else git fetch --quiet --depth="$DEPTH" origin "$REF"; fi
        git checkout --quiet --force --detach "$REF" 2>/dev/null || git checkout --quiet --force --detach FETCH_HEAD
"#;

/// As the real one: modes are lost, links become what they lead to, and hidden files are left out.
const UPLOAD: &str = r#"
inputs:
  name: {required: true}
  path: {required: true}
  if-no-files-found: {default: "warn"}
  include-hidden-files: {default: "false"}
  retention-days: {default: ""}
runs:
  using: composite
  steps:
    - shell: bash
      env:
        NAME: ${{ inputs.name }}
        FROM: ${{ inputs.path }}
        ABSENT: ${{ inputs.if-no-files-found }}
        HIDDEN: ${{ inputs.include-hidden-files }}
      run: |
        if ! [ -e "$FROM" ]; then [ "$ABSENT" != error ]; exit; fi
        if [ -e "$STORE/$NAME" ]; then echo "an artifact of this name exists"; exit 1; fi
        mkdir -p "$STORE/$NAME"
        if [ -d "$FROM" ]; then cp -rL -- "$FROM/." "$STORE/$NAME/"; else cp -L -- "$FROM" "$STORE/$NAME/"; fi
        [ "$HIDDEN" = true ] || find "$STORE/$NAME" -mindepth 1 -name '.*' -prune -exec rm -rf {} +
        find "$STORE/$NAME" -type f -exec chmod 644 {} +
"#;

/// Shell: `gh run download RUN -n NAME -D PLACE`.
const GH: &str = "#!/bin/sh\nset -e\n[ \"$1 $2 $4 $6\" = 'run download -n -D' ]\n\
    mkdir \"$7\" && cp -r \"$STORE/$5/.\" \"$7\"\n";

const DOWNLOAD: &str = r#"
inputs:
  name: {default: ""}
  pattern: {default: ""}
  path: {default: "."}
  merge-multiple: {default: "false"}
runs:
  using: composite
  steps:
    - shell: bash
      env:
        NAME: ${{ inputs.name }}
        PATTERN: ${{ inputs.pattern }}
        TO: ${{ inputs.path }}
        MERGED: ${{ inputs.merge-multiple }}
      run: |
        mkdir -p -- "$TO"
        if [ -n "$NAME" ]; then cp -r -- "$STORE/$NAME/." "$TO/"; exit; fi
        for found in "$STORE"/$PATTERN; do
          [ -e "$found" ] || continue
          if [ "$MERGED" = true ]; then cp -r -- "$found/." "$TO/"; else cp -r -- "$found" "$TO/"; fi
        done
"#;

/// Demands that each pattern names files; they have no spaces in them.
const ATTEST: &str = r#"
inputs:
  subject-path: {required: true}
runs:
  using: composite
  steps:
    - shell: bash
      env:
        SUBJECTS: ${{ inputs.subject-path }}
      run: |
        set -e
        while read -r subject; do [ -z "$subject" ] || ls -d $subject; done <<< "$SUBJECTS"
"#;

/// The actions of which parts are used, and what stands in for these.
const PARTS: [(&str, &str, &str); 3] = [
    ("actions/cache@0057852bfaa89a56745cba8c7296529d2fc39830", "restore", RESTORE),
    ("actions/cache@0057852bfaa89a56745cba8c7296529d2fc39830", "save", SAVE),
    ("github/codeql-action@ff0a06e83cb2de871e5a09832bc6a81e7276941f", "upload-sarif", SCANNING),
];

const SCANNING: &str = r#"
inputs:
  sarif_file: {required: true}
  category: {default: ""}
runs:
  using: composite
  steps:
    - shell: bash
      env:
        FILE: ${{ inputs.sarif_file }}
      run: cp -- "$FILE" "$RESULTS/sarif"
"#;

const RESTORE: &str = r#"
inputs:
  path: {required: true}
  key: {required: true}
outputs:
  cache-hit:
    value: ${{ steps.look.outputs.cache-hit }}
runs:
  using: composite
  steps:
    - id: look
      shell: bash
      env:
        KEY: ${{ inputs.key }}
        TO: ${{ inputs.path }}
      run: |
        if [ -d "$KEPT_FILES/$KEY" ]; then
          cp -r -- "$KEPT_FILES/$KEY" "$TO"
          echo cache-hit=true >> "$GITHUB_OUTPUT"
        fi
"#;

const SAVE: &str = r#"
inputs:
  path: {required: true}
  key: {required: true}
runs:
  using: composite
  steps:
    - shell: bash
      env:
        KEY: ${{ inputs.key }}
        FROM: ${{ inputs.path }}
      run: cp -r -- "$FROM" "$KEPT_FILES/$KEY"
"#;

/// A repository whose workflows are run.
pub(crate) struct Consumer {
    pub(crate) repo: Repo,
    outside: TempDir,
}

/// What a run of a workflow left behind.
#[derive(Debug)]
pub(crate) struct Acted {
    /// The exit code and the log of act.
    pub(crate) ran: Run,
    /// What the steps wrote into the directory `$RESULTS`: JSON where it is, and text.
    pub(crate) results: BTreeMap<String, Value>,
}

/// The directory for what stands in for the action `owner/NAME@commit`.
fn of_action(name: &str) -> &str {
    name.split(['/', '@']).nth(1).unwrap()
}

impl Consumer {
    /// A repository with `dist`, which git ignores and `build.sh` makes, under seal.
    pub(crate) fn new() -> Self {
        let consumer = Self::empty();
        consumer.write(".gitignore", "dist\n");
        consumer.write("build.sh", BUILD);
        consumer.build();
        consumer.repo.seal("dist", "dist");
        consumer.commit("Seal dist");
        consumer
    }

    /// A repository without a commit.
    pub(crate) fn empty() -> Self {
        let consumer = Self { repo: Repo::in_git(), outside: tempfile::tempdir().unwrap() };
        for directory in ["action", "bin", "home", "results", "store", "kept", "actions"] {
            fs::create_dir(consumer.outside(directory)).unwrap();
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for name in ["action.yml", "action", "Cargo.toml", "releases.sha256"] {
            copy(&root.join(name), &consumer.outside("action").join(name)).unwrap();
        }
        for (name, text) in STAND_INS {
            let directory = consumer.outside(of_action(name));
            fs::create_dir(&directory).unwrap();
            fs::write(directory.join("action.yml"), format!("name: stand-in{text}")).unwrap();
        }
        for (name, part, text) in PARTS {
            let directory = consumer.outside(of_action(name)).join(part);
            fs::create_dir_all(&directory).unwrap();
            fs::write(directory.join("action.yml"), format!("name: stand-in{text}")).unwrap();
        }
        let repo = &consumer.repo;
        repo.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
        consumer
    }

    /// Puts a program of the shell script `body` before all others.
    pub(crate) fn program(&self, name: &str, body: &str) {
        let file = self.outside("bin").join(name);
        fs::write(&file, format!("#!/bin/sh\n{body}\n")).unwrap();
        fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Runs `lines` as a person would who pastes them, with this program in the search path, and with a `gh`
    /// that fetches what the stand-in of the host keeps.
    pub(crate) fn paste(&self, lines: &str) -> Run {
        let desk = self.outside("desk");
        let gh = desk.join("gh");
        fs::create_dir_all(&desk).unwrap();
        fs::write(&gh, GH).unwrap();
        fs::set_permissions(gh, fs::Permissions::from_mode(0o755)).unwrap();
        let own = Path::new(env!("CARGO_BIN_EXE_sealgate")).parent().unwrap();
        let path = std::env::var("PATH").unwrap();
        let path = format!("{}:{}:{path}", desk.display(), own.display());
        let mut shell = scrubbed("sh");
        shell.args(["-ec", lines]).current_dir(self.repo.at("."));
        shell.env("PATH", path).env("STORE", self.outside("store"));
        run(shell)
    }

    /// Builds `dist` in the repository.
    pub(crate) fn build(&self) {
        let mut build = scrubbed("sh");
        build.arg("build.sh").current_dir(self.repo.at("."));
        assert_eq!(run(build).code, 0);
    }

    /// A path beside the repository.
    pub(crate) fn outside(&self, name: &str) -> PathBuf {
        self.outside.path().join(name)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let file = self.repo.at(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    /// Commits everything, and gives the id.
    pub(crate) fn commit(&self, message: &str) -> String {
        self.repo.git(&["add", "--all"]);
        self.repo.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        self.id("HEAD")
    }

    pub(crate) fn id(&self, revision: &str) -> String {
        String::from_utf8(self.repo.git(&["rev-parse", revision])).unwrap().trim().to_owned()
    }

    /// Runs `workflow` on HEAD for `event`, and gives what its steps wrote.
    pub(crate) fn act(&self, workflow: &str, event: &str, payload: &Value) -> Acted {
        for name in ["results", "store"] {
            fs::remove_dir_all(self.outside(name)).unwrap();
            fs::create_dir(self.outside(name)).unwrap();
        }
        let file = self.outside("workflow.yml");
        fs::write(&file, workflow).unwrap();
        let payload_file = self.outside("event.json");
        fs::write(&payload_file, payload.to_string()).unwrap();
        let mut act = scrubbed("act");
        act.arg(event).current_dir(self.repo.at(".")).env("HOME", self.outside("home"));
        // Programs that stand in for others.
        let path = std::env::var("PATH").unwrap();
        act.env("PATH", format!("{}:{path}", self.outside("bin").display()));
        for machine in MACHINES {
            act.arg("-P").arg(format!("{machine}=-self-hosted"));
        }
        act.arg("--workflows").arg(&file);
        act.arg("--eventpath").arg(&payload_file);
        act.arg("--action-cache-path").arg(self.outside("actions"));
        let local = |action: &str, directory: &Path| {
            ["--local-repository".to_owned(), format!("{action}={}", directory.display())]
        };
        act.args(local(ACTION, &self.outside("action")));
        let parts = PARTS.map(|(name, ..)| name);
        for name in STAND_INS.map(|(name, _)| name).into_iter().chain(parts) {
            act.args(local(name, &self.outside(of_action(name))));
        }
        let origin = format!("file://{}", self.repo.at(".").canonicalize().unwrap().display());
        let seen = [
            ("ORIGIN", origin),
            ("RESULTS", self.outside("results").display().to_string()),
            ("ACTION", self.outside("action").display().to_string()),
            ("STORE", self.outside("store").display().to_string()),
            ("KEPT_FILES", self.outside("kept").display().to_string()),
        ];
        for (name, value) in seen {
            act.arg("--env").arg(format!("{name}={value}"));
        }
        let ran = run(act);
        let entries = fs::read_dir(self.outside("results")).unwrap();
        let read = |path: PathBuf| {
            let text = fs::read_to_string(&path).unwrap();
            let value = serde_json::from_str(&text).unwrap_or_else(|_| json!(text));
            (path.file_name().unwrap().to_string_lossy().into_owned(), value)
        };
        Acted { ran, results: entries.map(|entry| read(entry.unwrap().path())).collect() }
    }
}

impl Acted {
    /// The log of act.
    pub(crate) fn log(&self) -> String {
        self.ran.stdout.clone() + &self.ran.stderr
    }
}

/// Makes `dist`: a file, an executable and a link.
pub(crate) const BUILD: &str = "rm -rf dist && mkdir dist && printf 'app\\n' > dist/app.js\n\
    printf '#!/bin/sh\\n' > dist/run && chmod +x dist/run && ln -s app.js dist/latest\n";
