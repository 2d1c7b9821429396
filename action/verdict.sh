#!/usr/bin/env bash
# The last word: a pass is only what the outputs and the report itself call one; verdict.ps1 is its
# twin. In the report, only the verdict of the whole run stands behind two spaces.
set -eu

# Whether the report in the file $1 says pass. No other program is asked: it would be looked for in PATH.
says_pass() {
    local line found=0
    while IFS= read -r line; do
        [ "$line" != '  "verdict": "pass",' ] || found=$((found + 1))
    done <"$1"
    [ "$found" = 1 ]
}

last=error code=2
if [ "$OUTCOME" = success ] && [ "$VERDICT" = pass ] && [ "$EXIT_CODE" = 0 ] && [ -f "$REPORT" ] &&
    says_pass "$REPORT"; then
    last=pass code=0
elif [ "$VERDICT" = fail ] || [ "$VERDICT" = refused ]; then
    last=$VERDICT code=1
fi
printf '%s\n' "verdict=$last" "exit-code=$code" >>"$GITHUB_OUTPUT"
echo "sealgate: $last"
[ "$last" = pass ]
