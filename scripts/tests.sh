#!/bin/sh
# All tests, a room at a time: each room in a process and on a database of its own, so that no room leans on another.
# Two lanes run side by side: the browser tests mostly wait, the rooms mostly compute. PostgreSQL stays up between the
# rooms and is stopped at the end. Each room's output is printed whole when the room is done.
set -u
export ANJU_KEEP_PG=1
lanes=$(mktemp -d)
trap 'rm -rf "$lanes"' EXIT

run() { # room folder
    name=$(basename "$1")
    started=$(date +%s)
    ANJU_TEST_DB="test_$name" .venv/bin/pytest "$1" --durations=3 >"$lanes/$name.out" 2>&1
    status=$?
    { echo "== $1 ($(($(date +%s) - started)) s)"; cat "$lanes/$name.out"; } >"$lanes/$name.all"
    cat "$lanes/$name.all"
    [ "$status" = 0 ] || [ "$status" = 5 ] || echo "$1" >>"$lanes/failed"
}

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

server start
for part in tests/browser/ src/anju/design/; do run "$part"; done &
waiting=$!
for part in src/anju/*/ tests/house/; do
    [ "$part" = src/anju/design/ ] && continue
    find "$part" \( -name 'test_*.py' -o -name 'tests.py' \) | grep -q . && run "$part"
done
wait "$waiting"
server stop
if [ -f "$lanes/failed" ]; then
    echo "Tests failed in:" "$(tr '\n' ' ' <"$lanes/failed")" >&2
    exit 1
fi
echo "All tests passed."
