#!/bin/sh
# All tests, a part at a time: each room (of the portals: each portal) in a process and on a database of its own, so that
# none leans on another. Two run side by side, the long ones first; each one's output is printed whole when it is done.
# PostgreSQL stays up meanwhile and is stopped at the end. With a folder as argument: that part alone.
set -u
export ANJU_KEEP_PG=1

if [ $# = 1 ]; then # one part, told in one piece; never a status that would keep the others from being run
    started=$(date +%s)
    told=$(ANJU_TEST_DB="test_$(echo "$1" | tr -c 'a-z0-9\n' '_')" .venv/bin/pytest "$1" --durations=3 2>&1)
    status=$?
    printf '== %s (%s s)\n%s\n' "$1" "$(($(date +%s) - started))" "$told"
    [ "$status" = 0 ] || [ "$status" = 5 ] || echo "$1" >>"${ANJU_FAILED:-/dev/null}"
    exit 0
fi

server() { # start or stop: the tests' own PostgreSQL
    .venv/bin/python - "$1" <<'PYTHON'
import sys

from anju.command import postgres
from anju.project.testing import DATA, SECRETS

server, _ = postgres.start(DATA, SECRETS, durable=False)
if sys.argv[1] == "stop":
    postgres.stop(server)
PYTHON
}

parts() { # the long ones first
    for part in tests/house/ tests/browser/ src/anju/portals/*/ src/anju/design/ src/anju/*/; do
        case "$part" in src/anju/portals/) continue ;; esac
        find "$part" \( -name 'test_*.py' -o -name 'tests.py' \) | grep -q . && echo "$part"
    done | awk '!seen[$0]++'
}

ANJU_FAILED=$(mktemp)
export ANJU_FAILED
trap 'rm -f "$ANJU_FAILED"' EXIT
server start
parts | xargs -P 2 -n 1 sh scripts/tests.sh
server stop
if [ -s "$ANJU_FAILED" ]; then
    echo "Tests failed in:" "$(tr '\n' ' ' <"$ANJU_FAILED")" >&2
    exit 1
fi
echo "All tests passed."
