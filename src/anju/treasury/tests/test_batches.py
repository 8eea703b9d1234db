"""Payment batches: three people, limits and windows, and what each answer of the bank makes of a batch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from anju.database.sql import execute, row
from anju.kernel.clock import ZONE
from anju.kernel.refusal import Refusal
from anju.treasury import actions, queries
from anju.treasury.bank import using
from anju.treasury.batch_types import BatchSeen, BatchState, ContradictionKind, NameState
from anju.treasury.checks import CHECKS
from anju.treasury.fake_bank import AskMood, FakeBank, FileLie, PayMood
from anju.treasury.machine import QUIET_SECONDS, OrderTampered
from anju.treasury.tests.world import (
    AT,
    CENTRE,
    TREASURER_1,
    TREASURER_2,
    draft,
    later,
    member,
    news,
    notice,
    open_world,
    treasurer,
)
from anju.treasury.types import Payee, PaymentReturned, PaymentSettled, PaymentState

pytestmark = pytest.mark.django_db(transaction=True)
TREASURER_3 = 23
CARD = "6217000010000006620"


def own_bank(**options: Any) -> FakeBank:
    """A bank that knows the payees of `orders` by their names."""
    bank = FakeBank(**options)
    bank.cards = {f"{CARD[:-2]}{n:02d}": (f"林晓{n}", "") for n in range(40)}
    return bank


def orders(count: int = 3, *, first: int = 0, fen: int = 180_000, **changes: object) -> list[int]:
    return [
        actions.order_payment(
            draft(f"batch:{n}", source_id=n, amount_fen=fen + n,
                  payee=Payee(name=f"林晓{n}", account=f"{CARD[:-2]}{n:02d}", bank_name="安居银行"), **changes),
            at=AT,
        )
        for n in range(first, first + count)
    ]  # fmt: skip


def gather(account: int, person_id: int = TREASURER_1, at: datetime = AT) -> int:
    offer = queries.gatherable(CENTRE, account, person_id=person_id, on=at.date())
    return actions.gather_batch(account, digest=offer.digest, actor=treasurer(person_id), at=at)


def seen(batch_id: int) -> BatchSeen:
    found = queries.batch(batch_id, centre_id=CENTRE)
    assert found is not None
    return found


def released(account: int) -> int:
    """A batch of all waiting payments, gathered, named, checked and released by three people."""
    batch_id = gather(account)
    assert actions.check_batch_names(CENTRE, batch_id, at=AT) is None
    actions.check_batch(batch_id, digest=seen(batch_id).digest, actor=treasurer(TREASURER_2), at=AT)
    actions.release_batch(batch_id, digest=seen(batch_id).digest, actor=treasurer(TREASURER_3), at=AT)
    return batch_id


def run(batch_id: int, *, at: datetime = AT, most: int = 25) -> datetime:
    """Let the job look at the batch until it asks for no more."""
    for _ in range(most):
        pause = actions.advance_batch(CENTRE, batch_id, at=at)
        if pause is None:
            break
        at += timedelta(seconds=pause)
    return at


def states(order_ids: Iterable[int]) -> list[PaymentState]:
    found = [queries.payment(order_id, centre_id=CENTRE) for order_id in order_ids]
    return [one.state for one in found if one is not None]


def sound() -> None:
    for check in CHECKS:
        assert row(check.sql) is None, check.name


def kinds(batch_id: int) -> list[ContradictionKind]:
    return [one.kind for one in queries.batch_contradictions(batch_id, centre_id=CENTRE)]


def test_a_batch_goes_through_three_people_and_each_payment_is_settled_by_the_common_door() -> None:
    account = open_world(mandate_fen=None)
    ids = orders()
    with news() as heard, using(own_bank()) as bank:
        batch_id = released(account)
        assert queries.release_queue(CENTRE) == [] and seen(batch_id).state is BatchState.RELEASED
        actions.advance_batch(CENTRE, batch_id, at=AT)
        assert seen(batch_id).state is BatchState.ACCEPTED and heard == [], "taken is not paid"
        assert states(ids) == [PaymentState.PENDING] * 3
        assert [one.batch_id for one in queries.batches_unfinished(CENTRE, through=AT.date())] == [batch_id]
        assert queries.batches_unfinished(CENTRE, through=AT.date() - timedelta(days=1)) == []
        run(batch_id, at=later(2))
    assert len(bank.sent_batches) == 1 and bank.executed.total() == 3 and not bank.sent
    assert [type(one) for one in heard] == [PaymentSettled] * 3
    assert sorted(one.amount_fen for one in heard) == [180_000, 180_001, 180_002]
    final = seen(batch_id)
    assert final.state is BatchState.FINAL and (final.confirmed_count, final.confirmed_fen) == (3, 540_003)
    assert queries.batches_unfinished(CENTRE, through=AT.date()) == [] and states(ids) == [PaymentState.CONFIRMED] * 3
    sound()


def test_three_people_are_three_in_the_actions_and_in_the_rows() -> None:
    account = open_world(mandate_fen=None)
    orders()
    with using(own_bank()):
        batch_id = gather(account)
        actions.check_batch_names(CENTRE, batch_id, at=AT)
        digest = seen(batch_id).digest
        for person, act in ((TREASURER_1, actions.check_batch), (member().person_id, actions.check_batch)):
            with pytest.raises(Refusal) as refused:
                act(batch_id, digest=digest, actor=treasurer(person or 0), at=AT)
            assert refused.value.code == "four_eyes"
        with pytest.raises(Refusal) as refused:
            actions.release_batch(batch_id, digest=digest, actor=treasurer(TREASURER_3), at=AT)
        assert refused.value.code == "batch_not_waiting"
        actions.check_batch(batch_id, digest=digest, actor=treasurer(TREASURER_2), at=AT)
        actions.check_batch(batch_id, digest=digest, actor=treasurer(TREASURER_2), at=AT)
        for person_id in (TREASURER_1, TREASURER_2, 11):
            with pytest.raises(Refusal) as refused:
                actions.release_batch(batch_id, digest=digest, actor=treasurer(person_id), at=AT)
            assert refused.value.code == "four_eyes"
        with pytest.raises(Refusal):
            actions.gather_batch(account, digest="00", actor=member(), at=AT)
    for column, person_id in (("checker", TREASURER_1), ("releaser", TREASURER_1), ("releaser", TREASURER_2)):
        with pytest.raises(IntegrityError), transaction.atomic():
            execute(f"UPDATE payment_batch SET {column}_person_id = %s WHERE batch_id = %s", [person_id, batch_id])  # noqa: S608
    with pytest.raises(IntegrityError), transaction.atomic():
        execute("UPDATE payment_batch SET state = 4, batch_serial = 'B1' WHERE batch_id = %s", [batch_id])


def test_an_order_in_a_batch_is_not_released_alone_nor_gathered_twice() -> None:
    account = open_world(mandate_fen=None)
    ids = orders()
    with using(own_bank()) as bank:
        batch_id = gather(account)
        with pytest.raises(Refusal) as refused:
            actions.release_payment(ids[0], actor=treasurer(TREASURER_3), at=AT)
        assert refused.value.code == "payment_in_batch"
        with pytest.raises(Refusal) as refused:
            gather(account, TREASURER_2)
        assert refused.value.code == "batch_empty"
        with pytest.raises(IntegrityError), transaction.atomic():
            execute("UPDATE payment_order SET releaser_person_id = 99 WHERE order_id = %s", [ids[0]])
        assert actions.advance(CENTRE, ids[0], at=AT) is None and not bank.sent
        actions.cancel_batch(batch_id, reason="重新组批", actor=treasurer(TREASURER_2), at=AT)
        assert [one.order_id for one in queries.release_queue(CENTRE)] == ids
        assert gather(account) != batch_id
    sound()


def test_the_list_that_was_shown_is_the_list_that_is_gathered_and_sent_twice_is_once() -> None:
    account = open_world(mandate_fen=None)
    orders(2)
    offer = queries.gatherable(CENTRE, account, person_id=TREASURER_1, on=AT.date())
    orders(1, first=2)
    with pytest.raises(Refusal) as refused:
        actions.gather_batch(account, digest=offer.digest, actor=treasurer(), at=AT)
    assert refused.value.code == "batch_changed"
    now = queries.gatherable(CENTRE, account, person_id=TREASURER_1, on=AT.date())
    first = actions.gather_batch(account, digest=now.digest, actor=treasurer(), at=AT)
    assert actions.gather_batch(account, digest=now.digest, actor=treasurer(), at=AT) == first


def test_limits_and_own_business_are_left_out_with_their_reason() -> None:
    account = open_world(mandate_fen=None)
    orders(1)
    orders(1, first=1, fen=50_000_001)
    actions.order_payment(draft("own", maker_person_id=TREASURER_1), at=AT)
    actions.order_payment(draft("large", maker_person_id=TREASURER_1, amount_fen=50_000_001), at=AT)
    orders(11, first=3, fen=49_999_000)
    offer = queries.gatherable(CENTRE, account, person_id=TREASURER_1, on=AT.date())
    assert len(offer.lines) == 10 and offer.total_fen <= offer.limits.batch_fen
    why = ["超过批量付款", "由您经办或复", "超过批量付款", "加上这笔会超", "加上这笔会超"]
    assert [one.reason[:6] for one in offer.left_out] == why
    other = queries.gatherable(CENTRE, account, person_id=TREASURER_2, on=AT.date())
    assert len(other.left_out) == 4, "what I may not gather, a colleague may"


def test_a_payee_whose_account_bears_another_name_is_taken_out_with_the_reason() -> None:
    account = open_world(mandate_fen=None)
    ids = orders(2)
    bank = own_bank()
    bank.cards[f"{CARD[:-2]}00"] = ("别人", "")
    bank.down = True
    with using(bank):
        batch_id = gather(account)
        assert actions.check_batch_names(CENTRE, batch_id, at=AT) is not None, "a silent bank is no answer"
        with pytest.raises(Refusal) as refused:
            actions.check_batch(batch_id, digest=seen(batch_id).digest, actor=treasurer(TREASURER_2), at=AT)
        assert refused.value.code == "batch_names" and seen(batch_id).unnamed_count == 2
        bank.down = False
        assert actions.check_batch_names(CENTRE, batch_id, at=AT) is None
        out, kept = queries.batch_lines(batch_id, centre_id=CENTRE)
        assert "户名不符" in out.taken_out_text and out.name_state is NameState.DIFFERS and kept.live
        assert [one.order_id for one in queries.release_queue(CENTRE)] == [ids[0]]
        bank.cards[f"{CARD[:-2]}01"] = ("别人", "")
        assert seen(batch_id).count == 1
    sound()


def test_outside_the_window_a_batch_waits_and_says_until_when() -> None:
    account = open_world(mandate_fen=None)
    orders()
    night = datetime(2026, 11, 23, 23, 30, tzinfo=ZONE)
    with using(own_bank()) as bank:
        batch_id = released(account)
        assert actions.advance_batch(CENTRE, batch_id, at=night) == 7 * 3600 + 1800
        waiting = seen(batch_id)
        assert waiting.state is BatchState.RELEASED and waiting.waits_for == "window"
        assert waiting.waits_until == datetime(2026, 11, 24, 7, 0, tzinfo=ZONE) and not bank.sent_batches
        run(batch_id, at=datetime(2026, 11, 24, 7, 0, tzinfo=ZONE))
    assert seen(batch_id).state is BatchState.FINAL


def test_the_day_limit_holds_back_the_batch_that_would_exceed_it() -> None:
    account = open_world(mandate_fen=None)
    with using(own_bank()) as bank:
        made = []
        for n in range(5):
            for k in range(10):
                actions.order_payment(
                    draft(f"day:{n}:{k}", source_id=100 * n + k, amount_fen=49_900_000,
                          payee=Payee(name=f"林晓{k}", account=f"{CARD[:-2]}{k:02d}")), at=AT,
                )  # fmt: skip
            made.append(released(account))
        for batch_id in made[:4]:
            run(batch_id)
        assert actions.advance_batch(CENTRE, made[4], at=AT) is not None
        held = seen(made[4])
        assert held.waits_for == "day_limit" and held.waits_until == datetime(2026, 11, 24, 7, 0, tzinfo=ZONE)
        assert len(bank.sent_batches) == 4
        run(made[4], at=datetime(2026, 11, 24, 7, 0, tzinfo=ZONE))
    assert seen(made[4]).state is BatchState.FINAL
    sound()


def test_what_is_cancelled_or_declined_meanwhile_is_not_sent() -> None:
    account = open_world(mandate_fen=None)
    ids = orders(4)
    with using(own_bank()) as bank:
        batch_id = gather(account)
        actions.check_batch_names(CENTRE, batch_id, at=AT)
        digest = seen(batch_id).digest
        actions.cancel_payment(ids[0], centre_id=CENTRE, actor=member(), at=AT)
        with pytest.raises(Refusal) as refused:
            actions.check_batch(batch_id, digest=digest, actor=treasurer(TREASURER_2), at=AT)
        assert refused.value.code == "batch_changed"
        actions.check_batch(batch_id, digest=seen(batch_id).digest, actor=treasurer(TREASURER_2), at=AT)
        actions.decline_payment(ids[1], reason="待核实", actor=treasurer(TREASURER_3), at=AT)
        actions.release_batch(batch_id, digest=seen(batch_id).digest, actor=treasurer(TREASURER_3), at=AT)
        actions.cancel_payment(ids[2], centre_id=CENTRE, actor=member(), at=AT)
        run(batch_id)
    assert [line.amount_fen for line in bank.sent_batches[0].lines] == [180_003]
    gone = [PaymentState.CANCELLED, PaymentState.RETURNED, PaymentState.CANCELLED]
    assert states(ids) == [*gone, PaymentState.CONFIRMED]
    assert (seen(batch_id).count, seen(batch_id).state) == (1, BatchState.FINAL)
    sound()


def test_a_batch_of_nothing_ends_by_itself() -> None:
    account = open_world(mandate_fen=None)
    (only,) = orders(1)
    with using(own_bank()) as bank:
        batch_id = released(account)
        actions.cancel_payment(only, centre_id=CENTRE, actor=member(), at=AT)
        assert actions.advance_batch(CENTRE, batch_id, at=AT) is None
    assert seen(batch_id).state is BatchState.CANCELLED and not bank.sent_batches
    sound()


def test_refused_lines_are_returned_with_the_bank_s_reason() -> None:
    account = open_world(mandate_fen=None)
    ids = orders()
    with news() as heard, using(own_bank(refuse_lines=frozenset({1}))):
        run(released(account))
    assert states(ids) == [PaymentState.CONFIRMED, PaymentState.RETURNED, PaymentState.CONFIRMED]
    assert [type(one) for one in heard].count(PaymentReturned) == 1
    sound()


def test_a_batch_the_bank_refuses_whole_returns_every_payment() -> None:
    account = open_world(mandate_fen=None)
    ids = orders()
    with using(own_bank().will(PayMood.REFUSE)):
        batch_id = released(account)
        assert actions.advance_batch(CENTRE, batch_id, at=AT) is None
    assert states(ids) == [PaymentState.RETURNED] * 3 and seen(batch_id).state is BatchState.FINAL
    assert "E2009" in seen(batch_id).reason_text
    sound()


def test_a_timeout_is_pending_and_is_never_sent_again_by_the_machine() -> None:
    account = open_world(mandate_fen=None)
    ids = orders()
    with using(own_bank().will(PayMood.LOSE)) as bank:
        batch_id = released(account)
        at = run(batch_id, most=15)
        lost = seen(batch_id)
        assert lost.state is BatchState.PENDING and lost.never_seen and len(bank.sent_batches) == 1
        assert states(ids) == [PaymentState.PENDING] * 3
        with pytest.raises(Refusal) as refused:
            actions.send_again(ids[0], actor=treasurer(TREASURER_3), at=at)
        assert refused.value.code == "payment_may_be_paid"
        with pytest.raises(Refusal) as refused:
            actions.send_batch_again(batch_id, actor=treasurer(TREASURER_2), at=at)
        assert refused.value.code == "four_eyes"
        actions.send_batch_again(batch_id, actor=treasurer(TREASURER_3), at=at)
        run(batch_id, at=at)
    assert len(bank.sent_batches) == 2 and bank.executed.total() == 3
    assert states(ids) == [PaymentState.CONFIRMED] * 3
    sound()


def test_a_batch_the_bank_never_saw_can_be_dissolved_and_its_payments_sent_one_by_one() -> None:
    account = open_world(mandate_fen=None)
    ids = orders(2)
    with using(own_bank().will(PayMood.LOSE)) as bank:
        batch_id = released(account)
        at = run(batch_id, most=12)
        actions.dissolve_batch(batch_id, actor=treasurer(TREASURER_3), at=at)
        assert seen(batch_id).state is BatchState.DISSOLVED
        actions.send_again(ids[0], actor=treasurer(TREASURER_3), at=at)
        actions.give_up_payment(ids[1], actor=treasurer(TREASURER_3), at=at)
        for _ in range(3):
            pause = actions.advance(CENTRE, ids[0], at=at)
            at += timedelta(seconds=pause or 0)
    assert states(ids) == [PaymentState.CONFIRMED, PaymentState.RETURNED] and bank.executed.total() == 1
    sound()


def test_nothing_is_judged_before_the_bank_has_finished() -> None:
    account = open_world(mandate_fen=None)
    ids = orders(2)
    with using(own_bank().will(PayMood.EXECUTE_THEN_SILENT).will_answer([AskMood.SILENT, AskMood.UNKNOWN])) as bank:
        batch_id = released(account)
        actions.advance_batch(CENTRE, batch_id, at=AT)
        assert seen(batch_id).state is BatchState.PENDING
        for n in (1, 2):
            assert actions.advance_batch(CENTRE, batch_id, at=later(n)) is not None
            with pytest.raises(Refusal):
                actions.dissolve_batch(batch_id, actor=treasurer(TREASURER_3), at=later(n))
        assert states(ids) == [PaymentState.PENDING] * 2
        run(batch_id, at=later(10))
    assert states(ids) == [PaymentState.CONFIRMED] * 2 and len(bank.sent_batches) == 1


@pytest.mark.parametrize(
    ("lie", "kind"),
    [
        (FileLie.PARTIAL, ContradictionKind.MISSING_LINE), (FileLie.TWICE, ContradictionKind.DOUBLE_LINE),
        (FileLie.STRANGER, ContradictionKind.UNKNOWN_LINE), (FileLie.AMOUNT, ContradictionKind.AMOUNT),
        (FileLie.EMPTY, ContradictionKind.MISSING_LINE),
    ],
)  # fmt: skip
def test_a_result_that_does_not_fit_is_kept_and_the_payment_is_asked_for_alone(
    lie: FileLie, kind: ContradictionKind
) -> None:
    account = open_world(mandate_fen=None)
    ids = orders()
    bank = own_bank()
    bank.file_lies.append(lie)
    with news() as heard, using(bank):
        batch_id = released(account)
        run(batch_id)
    assert set(kinds(batch_id)) == {kind} and seen(batch_id).contradictions == len(kinds(batch_id))
    assert states(ids) == [PaymentState.CONFIRMED] * 3 and len(heard) == 3, "BDC110 told the truth"
    sound()


def test_a_line_the_finished_bank_never_saw_is_decided_by_a_person_and_leaves_the_batch() -> None:
    account = open_world(mandate_fen=None)
    ids = orders()
    bank = own_bank()
    with using(bank):
        batch_id = released(account)
        actions.advance_batch(CENTRE, batch_id, at=AT)
        lost = [line for line in queries.batch_lines(batch_id, centre_id=CENTRE)][0]
        # As if the bank had dropped this one line on its way.
        del bank.executed[lost.business_serial]
        arrived, done, sent = bank.batches[0]
        bank.batches[0] = (arrived, done, replace(sent, lines=sent.lines[1:]))
        bank._carried_out.add(id(bank.batches[0]))
        run(batch_id, at=later(5), most=3)
        assert kinds(batch_id) == [ContradictionKind.MISSING_LINE, ContradictionKind.TOTALS]
        assert seen(batch_id).never_seen_count == 1 and seen(batch_id).open_count == 1
        actions.send_again(ids[0], actor=treasurer(TREASURER_3), at=later(60))
        actions.advance(CENTRE, ids[0], at=later(QUIET_SECONDS * 3))
        run(batch_id, at=later(QUIET_SECONDS * 4))
    assert states(ids) == [PaymentState.CONFIRMED] * 3 and seen(batch_id).state is BatchState.FINAL
    out = queries.batch_lines(batch_id, centre_id=CENTRE)[0]
    assert not out.live and "单笔重新发送" in out.taken_out_text
    assert bank.executed.total() == 3 and len(bank.sent) == 1
    sound()


def test_a_later_result_that_turns_a_final_one_changes_nothing_and_is_shown() -> None:
    account = open_world(mandate_fen=None)
    ids = orders(2)
    bank = own_bank()
    bank.file_lies.extend([FileLie.PARTIAL])
    with news() as heard, using(bank):
        batch_id = released(account)
        actions.advance_batch(CENTRE, batch_id, at=AT)
        bank.ask_moods.extend([AskMood.TRUTH, AskMood.SILENT])
        actions.advance_batch(CENTRE, batch_id, at=later(5))
        assert states(ids) == [PaymentState.PENDING, PaymentState.CONFIRMED]
        second = queries.batch_lines(batch_id, centre_id=CENTRE)[1]
        bank.executed[second.business_serial] = 0
        bank.refused.add(second.business_serial)
        run(batch_id, at=later(10))
    assert states(ids) == [PaymentState.CONFIRMED] * 2 and len(heard) == 2
    assert ContradictionKind.TURNED in kinds(batch_id)


def test_money_that_comes_back_later_returns_the_payment_as_a_single_one_does() -> None:
    account = open_world(mandate_fen=None)
    ids = orders(2)
    with news() as heard, using(own_bank()) as bank:
        batch_id = released(account)
        run(batch_id)
        line = queries.batch_lines(batch_id, centre_id=CENTRE)[0]
        back = notice("H9", amount_fen=line.amount_fen, original_serial=line.business_serial)
        actions.receive_notice(back, at=later(900), centre_id=CENTRE)
        bank.returned[line.business_serial] = AT.date()
    assert states(ids) == [PaymentState.RETURNED, PaymentState.CONFIRMED]
    assert isinstance(heard[-1], PaymentReturned) and heard[-1].after_settlement
    sound()


def test_a_batch_changed_behind_the_product_s_back_is_not_sent() -> None:
    account = open_world(mandate_fen=None)
    ids = orders(2)
    with using(own_bank()) as bank:
        batch_id = released(account)
        execute("UPDATE payment_order SET amount_fen = 99 WHERE order_id = %s", [ids[0]])
        with pytest.raises(OrderTampered):
            actions.advance_batch(CENTRE, batch_id, at=AT)
    assert not bank.sent_batches


def test_the_net_under_lost_jobs_finds_what_should_be_moving() -> None:
    account = open_world(mandate_fen=None)
    orders()
    with using(own_bank()):
        batch_id = gather(account)
        assert actions.chase_batches(CENTRE, at=later(3600)) == 1, "names"
        actions.check_batch_names(CENTRE, batch_id, at=AT)
        assert actions.chase_batches(CENTRE, at=later(3600)) == 0
        actions.check_batch(batch_id, digest=seen(batch_id).digest, actor=treasurer(TREASURER_2), at=AT)
        actions.release_batch(batch_id, digest=seen(batch_id).digest, actor=treasurer(TREASURER_3), at=AT)
        assert actions.chase_batches(CENTRE, at=later(3600)) == 1 and actions.chase_batches(CENTRE, at=later(9)) == 0
        actions.advance_batch(CENTRE, batch_id, at=AT)
        assert actions.chase_batches(CENTRE, at=later(3600)) == 1 and actions.chase(CENTRE, at=later(3600)) == 0
        run(batch_id)
        assert actions.chase_batches(CENTRE, at=later(9999)) == 0
