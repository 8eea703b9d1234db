"""Invariants of notices on live data."""

from anju.database.checks import Invariant

CHECKS = [
    Invariant(
        "短信验证码在有效期后不可读",
        "SELECT id FROM sms WHERE bears_code AND text_sealed IS NOT NULL"
        " AND valid_until < now() - interval '10 minutes'",
    ),
    Invariant(
        "每条带短信的站内消息都有那条短信",
        "SELECT n.id FROM notice n LEFT JOIN sms s ON s.id = n.sms_id WHERE n.sms_id IS NOT NULL AND s.id IS NULL",
    ),
]
