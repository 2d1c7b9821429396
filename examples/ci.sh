#!/bin/sh
# The gate in any CI system, after the build. COMMIT is the full id of the commit that is judged, and
# BASE that of what it will be merged into, if it is known. Exit codes: 0 pass, 1 fail, 2 no verdict;
# anything else is no pass either.
set -eu
: "${COMMIT:?the full id of the commit that is judged}"
BASE=${BASE:-none}
# A clone that is cut off lacks the base, and without it there is no verdict.
if [ "$BASE" != none ] && ! git cat-file -e "$BASE^{commit}" 2>/dev/null; then
    git fetch --quiet --depth=1 origin "$BASE"
fi
sealgate check --seals-from="$COMMIT" --base="$BASE" --report=json=sealgate.json --report=junit=sealgate.xml
