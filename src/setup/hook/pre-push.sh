# Written by `sealgate hook install`: judges the commits of a push before they leave. The digest above
# is that of all lines below it; once they are edited, neither `sealgate hook install` nor `uninstall`
# touches this file. To push without it: git push --no-verify

sealgate=@BINARY@
case $0 in
*/*) before=${0%/*}/pre-push.before-sealgate ;;
*) before=./pre-push.before-sealgate ;;
esac

if command -v sealgate >/dev/null 2>&1; then
    sealgate=sealgate
elif [ ! -x "$sealgate" ]; then
    cat >&2 <<STOP
error: sealgate is neither in PATH nor at $sealgate, so nothing can be judged
  next: install it; or take this hook away: rm '$0'
sealgate stopped this push. To push anyway: git push --no-verify; CI will still judge it.
STOP
    exit 2
fi

if [ ! -x "$before" ]; then
    exec "$sealgate" @SEALS@hook pre-push "$@"
fi

# The hook that was here before gets what git says as well, once nothing stops the push.
refs=$(cat) || exit 2
give() {
    if [ -n "$refs" ]; then
        "$@" <<REFS
$refs
REFS
    else
        "$@" </dev/null
    fi
}
give "$sealgate" @SEALS@hook pre-push "$@" || exit
give "$before" "$@"
