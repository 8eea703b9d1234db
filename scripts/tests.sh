#!/bin/sh
# All tests, a room at a time: each room in a process and on a database of its own, so that no room leans on another.
# PostgreSQL stays up between the rooms and is stopped at the end.
set -u
export ANJU_KEEP_PG=1
failed=""
for part in src/anju/*/ tests/house/ tests/browser/; do
    find "$part" \( -name 'test_*.py' -o -name 'tests.py' \) | grep -q . || continue
    echo "== $part"
    ANJU_TEST_DB="test_$(basename "$part")" .venv/bin/pytest "$part" --durations=3
    status=$?
    [ "$status" = 0 ] || [ "$status" = 5 ] || failed="$failed $part"
done
.venv/bin/python - <<'STOP'
from anju.command import postgres
from anju.project.testing import DATA, SECRETS

server, _ = postgres.start(DATA, SECRETS, durable=False)
postgres.stop(server)
STOP
if [ -n "$failed" ]; then
    echo "Tests failed in:$failed" >&2
    exit 1
fi
echo "All tests passed."
