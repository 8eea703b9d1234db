"""The numbers of the identity room in one place.

These are security settings (quality of the access path), not numbers of law or city policy; each carries the
meaning it has in the security reference of the project. A test or an installation passes another ``Limits``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Limits:
    """Defaults: codes (1–4), passwords (6), sessions (8–9)."""

    code_life: timedelta = timedelta(minutes=5)
    code_tries: int = 5

    # Sending: one a minute, five an hour, ten a day to one phone; an address and an account have their own.
    phone_pause: timedelta = timedelta(seconds=60)
    phone_hour: int = 5
    phone_day: int = 10
    address_hour: int = 30
    address_day: int = 120
    login_hour: int = 10
    login_day: int = 20
    budget_day: int = 50_000
    budget_alarm_percent: int = 80

    # Wrong passwords: of one name as typed, and from one address.
    password_tries: int = 5
    password_window: timedelta = timedelta(minutes=15)
    address_tries: int = 60
    address_window: timedelta = timedelta(hours=1)

    password_min_member: int = 10
    password_min_staff: int = 12
    password_max: int = 64

    idle_member: timedelta = timedelta(minutes=15)
    idle_staff: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=8)
    anonymous_life: timedelta = timedelta(hours=2)
    touch_every: timedelta = timedelta(seconds=20)
    idle_warning: timedelta = timedelta(minutes=2)
    step_up_life: timedelta = timedelta(minutes=5)
    half_log_in_life: timedelta = timedelta(minutes=10)


LIMITS = Limits()
