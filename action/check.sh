#!/usr/bin/env bash
# Runs the gate in a step of GitHub Actions, on Linux and macOS (bash 3.2); check.ps1 is its twin.
# Inputs come as IN_* variables, and are never parsed as shell: of their words those of `seals` are
# split, and none is globbed. The binary itself writes annotations, summary and outputs.
set -euf -o pipefail
# What would change how the tools below behave.
unset CDPATH TAR_OPTIONS
# Whoever runs this script without its action need not know of these.
: "${IN_KEEP_REPORT:=}" "${IN_ACTION:=}" "${IN_PLAN:=}" "${IN_EVIDENCE:=}" "${IN_REF:=}" "${IN_POLICY_DIGEST:=}" "${IN_CACHE:=}"

# A relative directory in the search path is one of the workspace: whoever writes the judged commit
# would choose the programs that judge it.
search_path() {
    local IFS=: directory kept=
    for directory in $PATH; do
        case $directory in
        /*) kept=$kept:$directory ;;
        esac
    done
    PATH=${kept#:}
}

# What is true until the gate says otherwise: a crash is never green. Of two lines the later counts.
undecided() {
    printf '%s\n' verdict=error exit-code=2 checked=0 findings=0 extent= resealed= authority=none staged= report= artifact= >>"$GITHUB_OUTPUT"
}

stop() {
    printf '::error title=sealgate::%s\n' "$1"
    exit 2
}

# SHA-256 of standard input, or of the files that are named there, each with its name.
sha256() {
    if command -v sha256sum >/dev/null; then "$@" sha256sum; else "$@" shasum -a 256; fi
}

# Names the program that the action builds of itself: by its sources, and by the machine. There is no name
# if the action builds none, because it has releases or was given a program.
key() {
    local sources
    [ -z "$GIVEN" ] || return 0
    ! grep -q '^[0-9a-f]' "$GITHUB_ACTION_PATH/releases.sha256" || return 0
    # What a build copies.
    sources=$(cd "$GITHUB_ACTION_PATH" && find . \( -path ./.git -o -path ./target \) -prune -o -type f -print0 |
        LC_ALL=C sort -z | sha256 xargs -0 | sha256)
    printf '%s\n' "key=sealgate-${RUNNER_OS:-}-${RUNNER_ARCH:-}-${ImageOS:-}-${sources%% *}" >>"$GITHUB_OUTPUT"
}

# Builds the gate from a copy of the action, where nothing else has a say. Cargo and rustup look for
# configuration and toolchains from the current directory upward: they run in the root directory.
# Cargo looks for a workspace from the manifest upward, and stops at CARGO_HOME: that is a new
# directory, and the copy lies in it. Links are not copied: they could lead out of the action.
build() {
    local name kept=() home=$room/cargo
    command -v cargo >/dev/null ||
        stop "there is no cargo to build sealgate with: install Rust, or use the input 'binary'"
    for name in /.cargo/config /.cargo/config.toml /rust-toolchain /rust-toolchain.toml; do
        ! [ -e "$name" ] || stop "$name would decide how sealgate is built: use the input 'binary'"
    done
    mkdir -p "$home/sealgate" "$room/home" "$room/tmp"
    tar -cf - -C "$GITHUB_ACTION_PATH" --exclude=./.git --exclude=./target . |
        tar -xf - -C "$home/sealgate"
    find "$home/sealgate" -type l -exec rm -f -- {} +
    # Where rustup keeps its toolchains, and how to reach the registry: nothing else of the environment.
    case ${RUSTUP_HOME:-} in
    /*) kept+=("RUSTUP_HOME=$RUSTUP_HOME") ;;
    *) [ -z "${HOME:-}" ] || kept+=("RUSTUP_HOME=$HOME/.rustup") ;;
    esac
    for name in http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY \
        SSL_CERT_FILE SSL_CERT_DIR; do
        [ -z "${!name:-}" ] || kept+=("$name=${!name}")
    done
    (cd / && env -i PATH="$PATH" HOME="$room/home" TMPDIR="$room/tmp" CARGO_HOME="$home" \
        ${kept[@]+"${kept[@]}"} cargo build --release --locked --bin sealgate \
        --manifest-path "$home/sealgate/Cargo.toml" --target-dir "$room/target") ||
        stop "sealgate could not be built from the checkout of the action"
    mv "$room/target/release/sealgate" "$room/sealgate"
    rm -rf "$room/target" "$home"
}

if [ "${1:-}" = key ]; then
    search_path
    key
    exit
fi
undecided
search_path
room=$(mktemp -d "$RUNNER_TEMP/sealgate-XXXXXXXX")
# What the action keeps of a failure: the report, and what builds made.
keep=$room/keep
mkdir "$keep"
report=$keep/report.json

# The action keeps the report of a failure under a name that no other job of the run takes, and the
# program prints how to get it.
artifact=
case $IN_KEEP_REPORT in
true) artifact=sealgate-report-${room##*/sealgate-} ;;
'' | false) ;;
*) stop "the input 'keep-report' is true or false" ;;
esac
case $IN_CACHE in
'' | false | true) ;;
*) stop "the input 'cache' is true or false" ;;
esac

# The binary: one that was given, a release whose digest stands in releases.sha256, or one that is
# built from this checkout.
version=$(sed -n '/^version = /{s/^version = "\(.*\)"$/\1/p;q;}' "$GITHUB_ACTION_PATH/Cargo.toml")
wanted=${IN_VERSION#v}
wanted=${wanted:-$version}
case $(uname -s)-$(uname -m) in
Linux-x86_64) target=x86_64-unknown-linux-musl ;;
Linux-aarch64) target=aarch64-unknown-linux-musl ;;
Darwin-x86_64) target=x86_64-apple-darwin ;;
Darwin-arm64) target=aarch64-apple-darwin ;;
*) target=other ;;
esac
archive=sealgate-$wanted-$target.tar.gz
# By the environment: in a value that is given by `-v` a backslash begins an escape.
digest=$(NAME=$archive awk '$2 == ENVIRON["NAME"] { print $1 }' "$GITHUB_ACTION_PATH/releases.sha256")
if [ -n "$IN_BINARY" ]; then
    case $IN_BINARY in
    /*) binary=$IN_BINARY ;;
    *) binary=$PWD/$IN_BINARY ;;
    esac
elif [ -n "$digest" ]; then
    url=$GITHUB_SERVER_URL/$ACTION_REPOSITORY/releases/download/v$wanted/$archive
    # First `--disable`: a ~/.curlrc has no say.
    curl --disable --fail --silent --show-error --location --proto '=https' --tlsv1.2 --retry 3 \
        --output "$room/archive" -- "$url" || stop "the release of sealgate could not be downloaded"
    found=$(sha256 <"$room/archive")
    [ "${found%% *}" = "$digest" ] ||
        stop "the release of sealgate is not the one whose SHA-256 the action states: nothing was run"
    tar -xzf - -C "$room" sealgate <"$room/archive"
    binary=$room/sealgate
elif [ "$wanted" = "$version" ]; then
    cached=$RUNNER_TEMP/sealgate-kept
    if [ "$IN_CACHE" = true ] && [ "${KEPT:-}" = true ]; then
        cp "$cached/sealgate" "$room/sealgate"
    else
        build
        if [ "$IN_CACHE" = true ]; then
            rm -rf "$cached"
            mkdir "$cached"
            cp "$room/sealgate" "$cached/sealgate"
            echo built=true >>"$GITHUB_OUTPUT"
        fi
    fi
    binary=$room/sealgate
else
    stop "the action has no SHA-256 of the wanted version of sealgate: use its own, or the input 'binary'"
fi

case $IN_WORKING_DIRECTORY in
'' | /*) cd "${IN_WORKING_DIRECTORY:-.}" ;;
*) cd "./$IN_WORKING_DIRECTORY" ;;
esac

# Whether there is a policy in the seals of this repository.
under_policy() {
    local directory=$PWD
    while :; do
        ! [ -e "$directory/seals/policy.toml" ] || return 0
        ! [ -e "$directory/.git" ] || return 1
        [ -n "$directory" ] || return 1
        directory=${directory%/*}
    done
}

# Without the input there is a hyphen: no environment is asked about. An expression that came to
# nothing must not look like that.
case $IN_ENVIRONMENT in
-) IN_ENVIRONMENT= ;;
'') ! under_policy ||
    stop "the input 'environment' is empty, and there is a policy: name the environment, or leave the input out" ;;
esac

# Gives the lines of $1 that are not empty.
lines() {
    local line
    lines=()
    while IFS= read -r line; do
        [ -z "$line" ] || lines+=("${line%$'\r'}")
    done <<<"$1"
}

read -r -d '' -a names <<<"$IN_SEALS" || true
[[ $EVENT_SHA =~ ^([0-9a-f]{40}|[0-9a-f]{64})$ ]] || stop "the event names no commit by its full id"
rebuild=${IN_REBUILD:-}
case $rebuild in
'' | false | true) ;;
*) stop "the input 'rebuild' is true or false" ;;
esac
if [ "$rebuild" = true ]; then
    [ -z "$IN_AT$IN_STAGE$IN_REV$IN_PARTITION$IN_ENVIRONMENT$IN_ACTION$IN_REF$IN_MERGE_REPORTS" ] ||
        stop "with 'rebuild' there is no 'at', 'stage', 'rev', 'partition', 'environment', 'action', 'ref' and 'merge-reports'"
    # The program refuses it too. Here, nothing of the commit has been read yet.
    [ "${GITHUB_EVENT_NAME:-}" != pull_request_target ] ||
        stop "no build runs for pull_request_target: it would have the rights and secrets of the repository"
    # After a double hyphen, the program would take names for a command.
    for name in ${names[@]+"${names[@]}"}; do
        case $name in
        -*) stop "no seal has a name that begins with a hyphen" ;;
        esac
    done
    arguments=(rebuild ${names[@]+"${names[@]}"} "--seals-from=$EVENT_SHA")
    [ -z "$artifact" ] || arguments+=("--keep=$keep/built")
elif [ -n "$IN_MERGE_REPORTS" ]; then
    [ -z "$IN_AT$IN_STAGE$IN_REV$IN_PARTITION$IN_ENVIRONMENT$IN_ACTION$IN_REF" ] ||
        stop "with 'merge-reports' there is no 'at', 'stage', 'rev', 'partition', 'environment', 'action' and 'ref'"
    # Every line is a glob, and the program expands it: a file whose name is a line hides no other.
    arguments=(merge-reports --globs "--seals-from=$EVENT_SHA")
    for name in ${names[@]+"${names[@]}"}; do arguments+=("--only=$name"); done
    lines "$IN_MERGE_REPORTS"
    names=(${lines[@]+"${lines[@]}"})
elif [ -n "$IN_ACTION" ]; then
    # Without a command: the next steps do the action.
    [ -z "$IN_SEALS$IN_AT$IN_STAGE$IN_PARTITION$IN_ON_RESEAL" ] ||
        stop "with 'action' there is no 'seals', 'at', 'stage', 'partition' and 'on-reseal'"
    [ -n "$IN_ENVIRONMENT" ] || stop "an 'action' is done in an 'environment': name it"
    # One word, and no option whatever it begins with: nothing but letters, digits and hyphens.
    [[ $IN_ACTION =~ ^[A-Za-z][A-Za-z0-9-]*$ ]] || stop "an action is a word such as apply"
    arguments=(grant use "--environment=$IN_ENVIRONMENT")
    [ -z "$IN_REV" ] || arguments+=("--rev=$IN_REV")
    [ -z "$IN_PLAN" ] || arguments+=("--plan=$IN_PLAN")
    lines "$IN_EVIDENCE"
    for line in ${lines[@]+"${lines[@]}"}; do arguments+=("--evidence=$line"); done
else
    if [ -n "$IN_REV" ]; then
        arguments=(check "--rev=$IN_REV")
    else
        arguments=(check "--seals-from=$EVENT_SHA")
    fi
    [ -z "$IN_AT" ] || arguments+=("--at=$IN_AT")
    [ -z "$IN_STAGE" ] || arguments+=("--stage=$IN_STAGE")
    [ -z "$IN_ENVIRONMENT" ] || arguments+=("--environment=$IN_ENVIRONMENT")
    [ -z "$IN_PARTITION" ] || arguments+=("--partition=$IN_PARTITION")
fi
if [ -n "$IN_ACTION" ]; then
    # Else the base is the commit of the last use in the environment.
    [ "${IN_BASE:-auto}" = auto ] || arguments+=("--base=$IN_BASE")
else
    # An expression that came to nothing must not look like a use of a grant.
    [ -z "$IN_PLAN$IN_EVIDENCE" ] ||
        stop "the input 'action' is empty, and 'plan' and 'evidence' are for an action: name it, or leave them out"
    [ -z "$IN_ENVIRONMENT" ] ||
        printf '%s\n' "sealgate: the input 'action' is empty: no grant is used, and no action is authorised"
    arguments+=("--base=${IN_BASE:-auto}")
fi
[ -z "$IN_REF" ] || arguments+=("--ref=$IN_REF")
[ -z "$IN_POLICY_DIGEST" ] || arguments+=("--policy-digest=$IN_POLICY_DIGEST")
[ -z "$IN_ON_RESEAL" ] || arguments+=("--on-reseal=$IN_ON_RESEAL")
arguments+=(--format=github "--report=json=$report")
lines "$IN_REPORTS"
for line in ${lines[@]+"${lines[@]}"}; do arguments+=("--report=$line"); done
if [ -n "$IN_ACTION" ]; then
    arguments+=("$IN_ACTION")
elif [ "$rebuild" != true ]; then
    arguments+=(-- ${names[@]+"${names[@]}"})
fi

code=0
SEALGATE_ARTIFACT=$artifact "$binary" "${arguments[@]}" || code=$?
# Killed, or another program: whatever it wrote before does not count.
case $code in
0 | 1 | 2) ;;
*) undecided ;;
esac
if [ "$code" != 0 ] && [ -f "$report" ]; then
    printf 'artifact=%s\nkeep=%s\n' "$artifact" "$keep" >>"$GITHUB_OUTPUT"
fi
exit "$code"
