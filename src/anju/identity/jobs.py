"""The room's one recurring job: what only limits needed is thrown away when its time is over."""

from __future__ import annotations

from datetime import timedelta

from anju import jobs
from anju.database.sql import execute
from anju.kernel import clock

# Records of who was sent what from where are kept as long as network logs must be; codes have no such use.
KEEP_CODES = timedelta(days=30)
KEEP_SENDS = timedelta(days=190)
KEEP_SESSIONS = timedelta(days=190)
KEEP_TRIES = timedelta(days=1)


@jobs.handler("identity.sweep")
def sweep() -> None:
    """Delete old codes, sendings, tries and long-ended sessions; may run any number of times."""
    at = clock.now()
    execute("DELETE FROM identity_code WHERE sent_at < %s", [at - KEEP_CODES])
    execute("DELETE FROM identity_send WHERE sent_at < %s", [at - KEEP_SENDS])
    execute("DELETE FROM identity_attempt WHERE window_started_at < %s", [at - KEEP_TRIES])
    execute(
        "DELETE FROM identity_session s WHERE s.expires_at < %s"
        " AND NOT EXISTS (SELECT 1 FROM identity_code c WHERE c.session_id = s.session_id)",
        [at - KEEP_SESSIONS],
    )
    execute("UPDATE identity_session SET pending = NULL WHERE pending IS NOT NULL AND expires_at < %s", [at])
