"""``anju heads``: make yesterday's heads of the books if they are missing, give out what waits, show the latest."""

from __future__ import annotations

from datetime import timedelta


def run() -> int:
    """Print the latest heads, one line each, and what could not be written; 1 when a place could not."""
    from anju.command.check import with_database

    return with_database(_give_out)


def _give_out() -> int:
    import django

    django.setup()
    from django.conf import settings

    from anju.kernel import clock
    from anju.ledger.actions import number_vouchers
    from anju.ledger.head_targets import UnknownTarget, targets_of
    from anju.ledger.heads import give_out_heads, latest_heads, make_heads
    from anju.ledger.seals import seal_vouchers

    centre_id, at = settings.ANJU_CENTRE_ID, clock.now()
    try:
        targets = targets_of(settings.ANJU_HEADS)
    except UnknownTarget as error:
        print(error)
        return 1
    number_vouchers(centre_id)
    seal_vouchers(centre_id, at=at)
    make_heads(centre_id, day=clock.today() - timedelta(days=1), at=at)
    failed = give_out_heads(centre_id, targets=targets, at=at)
    for head in reversed(latest_heads(centre_id)):
        print(f"{head.day}  {head.period}  {head.n:,} 张  {head.debit_fen:,} 分  {head.digest}")
    for one in failed:
        print(f"✗ {one.target} 没有写成，{one.waiting} 条等待再写：{one.reason}")
    if not targets:
        print("没有设定另存的去处：请设置 ANJU_HEADS，见 docs/verify-books.md。")
    return 1 if failed else 0
