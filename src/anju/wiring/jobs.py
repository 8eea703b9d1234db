"""What hour: the work nobody asks for. Each line plans another room's job; the room's own state makes it safe."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from anju import jobs
from anju.kernel import clock
from anju.treasury.queries import bank_accounts


@jobs.every("*/5 * * * *", "wiring.chase_payments")
def chase_payments() -> None:
    """Orders whose job was lost are looked for and asked about."""
    jobs.plan("treasury.chase_payments", centre_id=settings.ANJU_CENTRE_ID)


@jobs.every("15 */4 * * *", "wiring.fetch_entries")
def fetch_entries() -> None:
    """Entries whose notice never came are fetched from the bank."""
    for account in bank_accounts(settings.ANJU_CENTRE_ID):
        jobs.plan(
            "treasury.fetch_entries", centre_id=settings.ANJU_CENTRE_ID, bank_account_id=account.bank_account_id,
            days=1,
        )  # fmt: skip


@jobs.every("40 3 * * *", "wiring.sweep")
def sweep() -> None:
    """Old drafts, codes and sessions go; partitions for the next months are made."""
    jobs.plan("casework.forget_old_drafts")
    jobs.plan("identity.sweep")


@jobs.every("* * * * *", "wiring.number_vouchers")
def number_vouchers() -> None:
    """Vouchers get their consecutive numbers within a minute."""
    jobs.plan("ledger.number_vouchers", centre_id=settings.ANJU_CENTRE_ID)


@jobs.every("5 0 * * *", "wiring.daily_heads")
def daily_heads() -> None:
    """When a day is over, the heads of its books go where the operator keeps them."""
    yesterday = clock.today() - timedelta(days=1)
    jobs.plan("ledger.give_out_heads", centre_id=settings.ANJU_CENTRE_ID, day=yesterday.isoformat())


@jobs.every("10 1 * * *", "wiring.each_night")
def each_night() -> None:
    """Partitions for the months ahead, freezes whose day is over, and the interest of closings nobody signed."""
    jobs.plan("accounts.make_partitions")
    jobs.plan("accounts.end_lapsed_freezes", centre_id=settings.ANJU_CENTRE_ID)
    jobs.plan("withdrawals.renew_close_outs", centre_id=settings.ANJU_CENTRE_ID)


@jobs.every("20 0 * * *", "wiring.agree_bank_days")
def agree_bank_days() -> None:
    """Where the bank, the journal and the books agree, the next tables go on from there."""
    for account in bank_accounts(settings.ANJU_CENTRE_ID):
        jobs.plan(
            "treasury.agree_last_day", centre_id=settings.ANJU_CENTRE_ID, bank_account_id=account.bank_account_id
        )


@jobs.every("30 0-7 * * *", "wiring.close_yesterday")
def close_yesterday() -> None:
    """Before the office opens yesterday is closed as far as the machine may; what kept it waiting is tried again."""
    jobs.plan("closing.close_yesterday", centre_id=settings.ANJU_CENTRE_ID)


@jobs.every("5 0 1 7 *", "wiring.interest_day")
def interest_day() -> None:
    """On 1 July the interest of the year that ended on 30 June is tried; two people look at it and have it posted."""
    jobs.plan("closing.try_interest", centre_id=settings.ANJU_CENTRE_ID, interest_year=clock.today().year - 1)
