#!/usr/bin/env bash
# Runs the gate in a step of GitHub Actions, on Linux and macOS (bash 3.2); check.ps1 is its twin.
# Inputs come as IN_* variables, and are never parsed as shell: no word of them is split or globbed
# but where it says so. The binary itself writes annotations, summary and outputs.
set -euf -o pipefail
unset CDPATH

# What is true until the gate says otherwise: a crash is never green. Of two lines the later counts.
undecided() {
    printf '%s\n' verdict=error exit-code=2 checked=0 findings=0 resealed= staged= report= >>"$GITHUB_OUTPUT"
}

stop() {
    printf '::error title=sealgate::%s\n' "$1"
    exit 2
}

undecided
room=$(mktemp -d "$RUNNER_TEMP/sealgate-XXXXXXXX")
report=$room/report.json

# The binary: one that was given, a release whose digest stands in releases.sha256, or this checkout.
version=$(sed -n '/^version = /{s/^version = "\(.*\)"$/\1/p;q;}' "$GITHUB_ACTION_PATH/Cargo.toml")
wanted=${IN_VERSION#v}
wanted=${wanted:-$version}
case $(uname -s)-$(uname -m) in
Linux-x86_64) target=x86_64-unknown-linux-gnu ;;
Linux-aarch64) target=aarch64-unknown-linux-gnu ;;
Darwin-x86_64) target=x86_64-apple-darwin ;;
Darwin-arm64) target=aarch64-apple-darwin ;;
*) target=other ;;
esac
archive=sealgate-$wanted-$target.tar.gz
digest=$(awk -v name="$archive" '$2 == name { print $1 }' "$GITHUB_ACTION_PATH/releases.sha256")
if [ -n "$IN_BINARY" ]; then
    case $IN_BINARY in
    /*) binary=$IN_BINARY ;;
    *) binary=$PWD/$IN_BINARY ;;
    esac
elif [ -n "$digest" ]; then
    url=$GITHUB_SERVER_URL/$ACTION_REPOSITORY/releases/download/v$wanted/$archive
    curl --fail --silent --show-error --location --proto '=https' --tlsv1.2 --retry 3 \
        --output "$room/archive" -- "$url" || stop "the release of sealgate could not be downloaded"
    if command -v sha256sum >/dev/null; then
        found=$(sha256sum <"$room/archive")
    else
        found=$(shasum -a 256 <"$room/archive")
    fi
    [ "${found%% *}" = "$digest" ] ||
        stop "the release of sealgate is not the one whose SHA-256 the action states: nothing was run"
    tar -xzf "$room/archive" -C "$room" sealgate
    binary=$room/sealgate
elif [ "$wanted" = "$version" ]; then
    # From there, so that no configuration of cargo in the workspace has a say.
    (cd "$GITHUB_ACTION_PATH" && cargo install --locked --path . --root "$room" --target-dir "$room/target")
    rm -rf "$room/target"
    binary=$room/bin/sealgate
else
    stop "the action has no SHA-256 of the wanted version of sealgate: use its own, or the input 'binary'"
fi

case $IN_WORKING_DIRECTORY in
'' | /*) cd "${IN_WORKING_DIRECTORY:-.}" ;;
*) cd "./$IN_WORKING_DIRECTORY" ;;
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
if [ -n "$IN_MERGE_REPORTS" ]; then
    [ -z "$IN_AT$IN_STAGE$IN_REV$IN_PARTITION$IN_ENVIRONMENT" ] ||
        stop "with 'merge-reports' there is no 'at', 'stage', 'rev', 'partition' and 'environment'"
    arguments=(merge-reports "--seals-from=$EVENT_SHA")
    for name in ${names[@]+"${names[@]}"}; do arguments+=("--only=$name"); done
    names=()
    lines "$IN_MERGE_REPORTS"
    for line in ${lines[@]+"${lines[@]}"}; do
        if [ -e "$line" ]; then
            names+=("$line")
        else
            # Globbed, and not split.
            before=${#names[@]}
            IFS='' && set +f && shopt -s nullglob
            # shellcheck disable=SC2206
            names+=($line)
            unset IFS && set -f
            [ "${#names[@]}" -gt "$before" ] || stop "a line of the input 'merge-reports' matches no file"
        fi
    done
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
arguments+=("--base=${IN_BASE:-auto}")
[ -z "$IN_ON_RESEAL" ] || arguments+=("--on-reseal=$IN_ON_RESEAL")
arguments+=(--format=github "--report=json=$report")
lines "$IN_REPORTS"
for line in ${lines[@]+"${lines[@]}"}; do arguments+=("--report=$line"); done
arguments+=(-- ${names[@]+"${names[@]}"})

code=0
"$binary" "${arguments[@]}" || code=$?
# Killed, or another program: whatever it wrote before does not count.
case $code in
0 | 1 | 2) ;;
*) undecided ;;
esac
exit "$code"
