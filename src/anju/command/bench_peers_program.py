"""Runs in the peers' own environment, never in ours: postings through django-hordak, django-ledger and Django's ORM.

One JSON order on standard input: ``url`` of an empty database, ``most`` postings a case, ``limit`` seconds a case.
One JSON line a case: ``case``, ``single`` or batch, ``postings``, ``seconds``, and ``fen`` that its own tables say were
moved. Imports nothing of anju.
"""

from __future__ import annotations

import json
import random
import sys
import time
import types
from collections.abc import Callable
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any
from urllib.parse import unquote, urlsplit

ACCOUNTS = 200
FEN = 100
LEGS = 1_000  # of one voucher, where a peer posts vouchers of many lines


def configure(url: str) -> None:
    """Django on the given database with both packages and our own two tables, migrated."""
    import django
    from django.conf import settings

    parts = urlsplit(url)
    sys.modules["peers_orm"] = types.ModuleType("peers_orm")
    settings.configure(
        SECRET_KEY="peers", USE_TZ=True, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",  # noqa: S106  (no secret)
        DATABASES={"default": {
            "ENGINE": "django.db.backends.postgresql", "NAME": parts.path.lstrip("/"), "USER": parts.username,
            "PASSWORD": unquote(parts.password or ""), "HOST": parts.hostname, "PORT": str(parts.port),
        }},
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "mptt", "hordak", "django_ledger"],
        CURRENCIES=["CNY"], DEFAULT_CURRENCY="CNY", HORDAK_INTERNAL_CURRENCY="CNY", DJANGO_LEDGER_ENABLE_LOGGING=False,
        ROOT_URLCONF="peers_orm", TEMPLATES=[],
    )  # fmt: skip
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def timed(case: str, single: bool, most: int, limit: float, post: Callable[[], int], moved: Callable[[], int]) -> None:
    """Post until there are enough or the time is over; tell what the case's own tables say."""
    before, done, began = moved(), 0, time.perf_counter()
    while done < most and time.perf_counter() - began < limit:
        done += post()
    took = time.perf_counter() - began
    print(
        json.dumps({"case": case, "single": single, "postings": done, "seconds": took, "fen": moved() - before}),
        flush=True,
    )


def hordak(most: int, limit: float) -> None:
    """django-hordak: a transfer and commit each; all in one transaction; vouchers of many legs in bulk."""
    from django.db import transaction
    from django.db.models import Sum
    from hordak.models import Account, Leg, Transaction
    from moneyed import Money

    bank = Account.objects.create(name="bank", code="101", type="AS", currencies=["CNY"])
    members = [
        Account.objects.create(name=str(n), code=f"2{n:04}", type="LI", currencies=["CNY"]) for n in range(ACCOUNTS)
    ]
    fen = Money(Decimal(FEN) / 100, "CNY")
    when = date(2025, 8, 15)

    def one() -> int:
        random.choice(members).transfer_to(bank, fen, date=when)  # noqa: S311  (a load)
        return 1

    def moved() -> int:
        return int((Leg.objects.filter(account=bank).aggregate(s=Sum("debit"))["s"] or 0) * 100)

    @transaction.atomic
    def many() -> int:
        return sum(one() for _ in range(LEGS))

    @transaction.atomic
    def voucher() -> int:
        made = Transaction.objects.create(date=when)
        legs = [Leg(transaction=made, account=members[n % ACCOUNTS], credit=fen) for n in range(LEGS)]
        Leg.objects.bulk_create([*legs, Leg(transaction=made, account=bank, debit=fen * LEGS)])
        return LEGS

    timed("django-hordak, a commit each", True, most, limit, one, moved)
    timed("django-hordak, one transaction", False, most, limit, many, moved)
    timed("django-hordak, vouchers of 1,000 legs", False, most, limit, voucher, moved)


def django_ledger(most: int, limit: float) -> None:
    """django-ledger: a journal entry and commit each, and entries of many lines."""
    from django.contrib.auth import get_user_model
    from django.db.models import Sum
    from django_ledger.io import roles
    from django_ledger.models import EntityModel, TransactionModel

    admin = get_user_model().objects.create_user("peer")
    entity = EntityModel.create_entity(name="peer", admin=admin, use_accrual_method=True, fy_start_month=1)
    entity.create_chart_of_accounts(assign_as_default=True, commit=True, coa_name="peer")
    bank = entity.create_account(
        code="101", role=roles.ASSET_CA_CASH, name="bank", balance_type="debit", active=True
    )
    members = [
        entity.create_account(
            code=f"2{n:04}", role=roles.LIABILITY_CL_ACC_PAYABLE, name=str(n), balance_type="credit", active=True
        )
        for n in range(ACCOUNTS)
    ]
    ledger = entity.create_ledger(name="peer", posted=True)
    when = datetime(2025, 8, 15, 10, tzinfo=timezone.utc)  # noqa: UP017  (runs on older Pythons too)

    def entry(count: int) -> int:
        lines: list[dict[str, Any]] = [
            {"account": random.choice(members), "amount": Decimal(FEN) / 100, "tx_type": "credit",  # noqa: S311  (a load)
             "description": ""}
            for _ in range(count)
        ]  # fmt: skip
        total = {"account": bank, "amount": Decimal(FEN) * count / 100, "tx_type": "debit", "description": ""}
        entity.commit_txs(je_timestamp=when, je_txs=[*lines, total], je_ledger_model=ledger, je_posted=True)
        return count

    def moved() -> int:
        found = TransactionModel.objects.filter(account=bank).aggregate(s=Sum("amount"))["s"]
        return int((found or 0) * 100)

    timed("django-ledger, a commit each", True, most, limit, lambda: entry(1), moved)
    timed("django-ledger, vouchers of 1,000 lines", False, most, limit, lambda: entry(LEGS), moved)


def orm(most: int, limit: float) -> None:
    """Plain Django models: careful one by one, and good bulk code in one transaction."""
    from django.db import connection, models, transaction

    class PeerBalance(models.Model):
        balance = models.BigIntegerField(default=0)
        objects: Any = models.Manager()

        class Meta:
            app_label = "peers_orm"

    class PeerLine(models.Model):
        account = models.ForeignKey(PeerBalance, on_delete=models.RESTRICT)
        amount = models.BigIntegerField()
        balance_after = models.BigIntegerField()
        when = models.DateField()
        objects: Any = models.Manager()

        class Meta:
            app_label = "peers_orm"

    with connection.schema_editor() as editor:
        editor.create_model(PeerBalance)
        editor.create_model(PeerLine)
    PeerBalance.objects.bulk_create([PeerBalance(id=n) for n in range(1, 10_001)])
    when = date(2025, 8, 15)

    @transaction.atomic
    def one() -> int:
        found = PeerBalance.objects.select_for_update().get(id=random.randint(1, 10_000))  # noqa: S311  (a load)
        found.balance += FEN
        found.save(update_fields=["balance"])
        PeerLine.objects.create(account=found, amount=FEN, balance_after=found.balance, when=when)
        return 1

    @transaction.atomic
    def bulk() -> int:
        found = list(PeerBalance.objects.select_for_update().order_by("id")[:most])
        for each in found:
            each.balance += FEN
        PeerBalance.objects.bulk_update(found, ["balance"], batch_size=1_000)
        PeerLine.objects.bulk_create(
            [PeerLine(account=each, amount=FEN, balance_after=each.balance, when=when) for each in found],
            batch_size=1_000,
        )
        return len(found)

    def moved() -> int:
        found = PeerLine.objects.aggregate(s=models.Sum("amount"))["s"] or 0
        assert found == PeerBalance.objects.aggregate(s=models.Sum("balance"))["s"]
        return int(found)

    timed("Django ORM, a commit each", True, most, limit, one, moved)
    timed("Django ORM, bulk in one transaction", False, most, limit, bulk, moved)


def main() -> None:
    """Follow the order; a peer that fails says so in a line of its own and the others go on."""
    order = json.loads(sys.stdin.read())
    configure(order["url"])
    for peer in (hordak, django_ledger, orm):
        try:
            peer(order["most"], order["limit"])
        except Exception as failed:
            print(json.dumps({"case": peer.__name__, "failed": repr(failed)[:500]}), flush=True)


if __name__ == "__main__":
    main()
