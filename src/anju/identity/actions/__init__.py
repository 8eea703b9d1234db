"""Everything that writes in identity. Actions take the browser (its session), never a request."""

from anju.identity.actions.activity import note_activity
from anju.identity.actions.codes import NOTHING_CONFIRMED, clean_phone, consume_code, send_code
from anju.identity.actions.log_in import begin_log_in, finish_log_in, resend_log_in_code
from anju.identity.actions.mandates import bind_person, disable_login, end_mandate, grant_mandate
from anju.identity.actions.not_me import report_not_me
from anju.identity.actions.phone import begin_phone_change, finish_phone_change, resend_phone_codes
from anju.identity.actions.profile import postpone_password, set_greeting, set_look
from anju.identity.actions.registration import (
    begin_registration,
    clean_number,
    finish_registration,
    prove_registration_phone,
    register,
    resend_registration_code,
)
from anju.identity.actions.reset import begin_reset, change_password, finish_reset, resend_reset_code
from anju.identity.actions.sessions import (
    end_sessions,
    log_out,
    open_anonymous_session,
    renew_session,
    switch_capacity,
)
from anju.identity.actions.step_up import confirm_digest, send_step_up_code, step_up

__all__ = [
    "NOTHING_CONFIRMED",
    "begin_log_in",
    "begin_phone_change",
    "begin_registration",
    "begin_reset",
    "bind_person",
    "change_password",
    "clean_number",
    "clean_phone",
    "confirm_digest",
    "consume_code",
    "disable_login",
    "end_mandate",
    "end_sessions",
    "finish_log_in",
    "finish_phone_change",
    "finish_registration",
    "finish_reset",
    "grant_mandate",
    "log_out",
    "note_activity",
    "open_anonymous_session",
    "postpone_password",
    "prove_registration_phone",
    "register",
    "renew_session",
    "report_not_me",
    "resend_log_in_code",
    "resend_phone_codes",
    "resend_registration_code",
    "resend_reset_code",
    "send_code",
    "send_step_up_code",
    "set_greeting",
    "set_look",
    "step_up",
    "switch_capacity",
]
