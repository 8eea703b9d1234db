"""Payment orders: who may let money go, and what each answer of the bank makes of an order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from anju.database.sql import execute, rows
from anju.kernel.refusal import Refusal
from anju.treasury import actions, queries
from anju.treasury.bank import using
from anju.treasury.fake_bank import AskMood, FakeBank, PayMood
from anju.treasury.machine import QUIET_SECONDS, OrderTampered, _mark_instructed
from anju.treasury.tests.world import (
    AT,
    CENTRE,
    MEMBER,
    REVIEWER,
    TREASURER_1,
    TREASURER_2,
    draft,
    in_office,
    later,
    member,
    news,
    open_world,
    treasurer,
)
from anju.treasury.types import PaymentReturned, PaymentSettled, PaymentState

pytestmark = pytest.mark.django_db(transaction=True)


def state(order_id: int) -> PaymentState:
    found = queries.payment(order_id, centre_id=CENTRE)
    assert found is not None
    return found.state


def jobs_planned() -> int:
    return len(rows("SELECT id FROM procrastinate_jobs WHERE task_name = 'treasury.instruct_payment'"))


def test_a_payment_within_the_mandate_leaves_by_itself_and_is_settled_once() -> None:
    open_world()
    order_id = actions.order_payment(draft(), at=AT)
    assert jobs_planned() == 1
    with news() as heard, using(FakeBank()) as bank:
        assert actions.advance(CENTRE, order_id, at=AT) is None
        assert actions.advance(CENTRE, order_id, at=later(60)) is None
    assert state(order_id) is PaymentState.CONFIRMED
    assert [type(one) for one in heard] == [PaymentSettled]
    assert heard[0].amount_fen == 180_000 and heard[0].value_on == AT.date()
    assert len(bank.sent) == 1


def test_a_payment_above_the_mandate_waits_for_the_treasurer() -> None:
    open_world(mandate_fen=100_000)
    order_id = actions.order_payment(draft(), at=AT)
    assert jobs_planned() == 0
    with using(FakeBank()) as bank:
        assert actions.advance(CENTRE, order_id, at=AT) is None
        assert not bank.sent and state(order_id) is PaymentState.RESERVED
        (waiting,) = queries.release_queue(CENTRE)
        actions.release_payment(order_id, actor=treasurer(), at=AT, digest=waiting.digest)
        actions.advance(CENTRE, order_id, at=AT)
    assert state(order_id) is PaymentState.CONFIRMED
    assert queries.release_queue(CENTRE) == []


def test_a_mandate_never_covers_its_signers_own_payment_nor_one_he_checked() -> None:
    open_world()
    own = actions.order_payment(draft("own", maker_person_id=TREASURER_1), at=AT)
    checked = actions.order_payment(draft("checked", checker_person_id=TREASURER_1), at=AT)
    assert [waiting.order_id for waiting in queries.release_queue(CENTRE)] == [own, checked]
    for order_id in (own, checked):
        with pytest.raises(Refusal) as refused:
            actions.release_payment(order_id, actor=treasurer(), at=AT)
        assert refused.value.code == "four_eyes"
    assert actions.release_payments([own, checked], actor=treasurer(TREASURER_2), at=AT) == 2


def test_the_database_itself_refuses_a_maker_who_releases() -> None:
    open_world(mandate_fen=None)
    order_id = actions.order_payment(draft(checker_person_id=REVIEWER), at=AT)
    for person_id in (MEMBER, REVIEWER):
        with pytest.raises(IntegrityError), transaction.atomic():
            execute(
                "UPDATE payment_order SET releaser_person_id = %s WHERE centre_id = %s AND order_id = %s",
                [person_id, CENTRE, order_id],
            )
    with pytest.raises(IntegrityError), transaction.atomic():
        execute(
            "UPDATE payment_order SET state = 2, business_serial = 'W1', instructed_at = now()"
            " WHERE centre_id = %s AND order_id = %s",
            [CENTRE, order_id],
        )


def test_only_a_treasurer_releases_and_signs_mandates_within_the_rules() -> None:
    open_world(mandate_fen=None)
    order_id = actions.order_payment(draft(), at=AT)
    with pytest.raises(Refusal):
        actions.release_payment(order_id, actor=member(), at=AT)
    with pytest.raises(Refusal) as refused:
        actions.sign_mandate(limit_fen=10**6, starts_on=AT.date(), ends_on=AT.date(), actor=treasurer(), at=AT)
    assert refused.value.code == "not_treasurer", "a treasurer by word alone signs nothing"
    with pytest.raises(Refusal) as refused:
        actions.sign_mandate(limit_fen=10**12, starts_on=AT.date(), ends_on=AT.date(), actor=treasurer(), at=AT)
    assert refused.value.code == "mandate_limit"


def test_an_ended_or_expired_mandate_releases_nothing() -> None:
    open_world()
    (mandate,) = queries.mandates(CENTRE)
    after = AT + timedelta(days=60)
    actions.order_payment(draft("expired"), at=after)
    actions.end_mandate(mandate.mandate_id, actor=treasurer(), at=AT)
    actions.order_payment(draft("ended"), at=later(1))
    assert len(queries.release_queue(CENTRE)) == 2


def test_a_signature_binds_to_the_content_that_was_seen() -> None:
    open_world(mandate_fen=None)
    order_id = actions.order_payment(draft(), at=AT)
    with pytest.raises(Refusal) as refused:
        actions.release_payment(order_id, actor=treasurer(), at=AT, digest="00" * 32)
    assert refused.value.status == 409


def test_an_order_changed_behind_the_products_back_is_not_sent() -> None:
    open_world()
    order_id = actions.order_payment(draft(), at=AT)
    execute("UPDATE payment_order SET amount_fen = 999999 WHERE order_id = %s", [order_id])
    with using(FakeBank()) as bank, pytest.raises(OrderTampered):
        actions.advance(CENTRE, order_id, at=AT)
    assert not bank.sent


def test_the_same_key_answers_the_same_order_and_other_content_is_refused() -> None:
    open_world()
    first = actions.order_payment(draft(), at=AT)
    assert actions.order_payment(draft(), at=later(5)) == first
    assert jobs_planned() == 1
    with pytest.raises(Refusal) as refused:
        actions.order_payment(draft(amount_fen=180_001), at=AT)
    assert refused.value.status == 409


def test_a_payment_can_be_cancelled_until_the_bank_is_instructed() -> None:
    open_world()
    early = actions.order_payment(draft("early"), at=AT)
    actions.cancel_payment(early, centre_id=CENTRE, actor=member(), at=AT)
    actions.cancel_payment(early, centre_id=CENTRE, actor=member(), at=AT)
    late = actions.order_payment(draft("late"), at=AT)
    _mark_instructed(CENTRE, late, AT)
    with pytest.raises(Refusal) as refused:
        actions.cancel_payment(late, centre_id=CENTRE, actor=member(), at=AT)
    assert refused.value.status == 409
    with using(FakeBank()) as bank:
        assert actions.advance(CENTRE, early, at=AT) is None
        assert not bank.sent
    assert state(early) is PaymentState.CANCELLED


def test_a_refused_payment_is_returned_with_the_reason_and_what_to_do() -> None:
    open_world()
    order_id = actions.order_payment(draft(), at=AT)
    with news() as heard, using(FakeBank().will(PayMood.REFUSE)):
        assert actions.advance(CENTRE, order_id, at=AT) is None
    (returned,) = heard
    assert isinstance(returned, PaymentReturned) and not returned.after_settlement
    assert "6620" in returned.reason_text and "销户" in returned.reason_text and "登记" in returned.reason_text
    assert state(order_id) is PaymentState.RETURNED


def test_the_treasurer_declines_with_a_reason_the_member_reads() -> None:
    open_world(mandate_fen=None)
    order_id = actions.order_payment(draft(), at=AT)
    with news() as heard:
        with pytest.raises(Refusal):
            actions.decline_payment(order_id, reason=" ", actor=treasurer(), at=AT)
        actions.decline_payment(order_id, reason="收款账户与证件不符，请更换账户。", actor=treasurer(), at=AT)
    assert heard[0].reason_text == "收款账户与证件不符，请更换账户。"


def test_silence_makes_an_order_pending_and_it_is_asked_and_never_sent_again() -> None:
    open_world()
    order_id = actions.order_payment(draft(), at=AT)
    asks = [AskMood.SILENT, AskMood.UNKNOWN, AskMood.SILENT]
    with news() as heard, using(FakeBank().will(PayMood.EXECUTE_THEN_SILENT).will_answer(asks)) as bank:
        pauses = [actions.advance(CENTRE, order_id, at=later(n * 30)) for n in range(4)]
        assert state(order_id) is PaymentState.PENDING
        assert actions.advance(CENTRE, order_id, at=later(300)) is None
    assert pauses == sorted(pauses, key=lambda pause: pause or 0) and all(pauses)
    assert len(bank.sent) == 1 and len(heard) == 1
    assert state(order_id) is PaymentState.CONFIRMED


def test_a_lost_instruction_stays_pending_until_a_person_decides() -> None:
    open_world()
    order_id = actions.order_payment(draft(), at=AT)
    with news() as heard, using(FakeBank().will(PayMood.LOSE)) as bank:
        for n in range(6):
            actions.advance(CENTRE, order_id, at=later(n * 600))
        assert state(order_id) is PaymentState.PENDING and len(bank.sent) == 1
        (unknown,) = queries.unknown_payments(CENTRE)
        assert unknown.never_seen
        actions.send_again(order_id, actor=treasurer(), at=later(4000))
        assert actions.advance(CENTRE, order_id, at=later(4001)) is None
    assert bank.executed.total() == 1 and len(heard) == 1
    assert state(order_id) is PaymentState.CONFIRMED


def test_a_person_gives_up_only_on_a_payment_the_bank_never_saw() -> None:
    open_world()
    order_id = actions.order_payment(draft(), at=AT)
    with news() as heard, using(FakeBank().will(PayMood.LOSE).will_answer([AskMood.UNKNOWN])):
        actions.advance(CENTRE, order_id, at=AT)
        actions.advance(CENTRE, order_id, at=later(30))
        with pytest.raises(Refusal) as refused:
            actions.give_up_payment(order_id, actor=treasurer(), at=later(31))
        assert refused.value.code == "payment_may_be_paid"
        actions.advance(CENTRE, order_id, at=later(60))
        actions.give_up_payment(order_id, actor=treasurer(), at=later(61))
    assert [type(one) for one in heard] == [PaymentReturned]


def test_an_order_found_instructed_is_asked_first_and_not_sent_when_the_bank_knows_it() -> None:
    open_world()
    order_id = actions.order_payment(draft(), at=AT)
    _mark_instructed(CENTRE, order_id, AT)
    with using(FakeBank()) as bank:
        bank.executed[queries.payment(order_id, centre_id=CENTRE).business_serial] += 1  # type: ignore[union-attr]
        assert actions.advance(CENTRE, order_id, at=later(10)) is None
    assert not bank.sent and state(order_id) is PaymentState.CONFIRMED


def test_an_order_found_instructed_is_sent_only_after_the_quiet_time() -> None:
    open_world()
    order_id = actions.order_payment(draft(), at=AT)
    _mark_instructed(CENTRE, order_id, AT)
    with using(FakeBank()) as bank:
        pause = actions.advance(CENTRE, order_id, at=later(10))
        assert pause == QUIET_SECONDS - 10 + 1 and not bank.sent
        assert actions.advance(CENTRE, order_id, at=later(QUIET_SECONDS)) is None
    assert bank.executed.total() == 1


def test_a_bank_that_is_down_gets_the_payment_when_it_is_back() -> None:
    open_world()
    order_id = actions.order_payment(draft(), at=AT)
    with using(FakeBank().will(PayMood.DOWN, PayMood.DOWN)) as bank:
        at = AT
        while (pause := actions.advance(CENTRE, order_id, at=at)) is not None:
            at += timedelta(seconds=pause)
    assert len(bank.sent) == 3 and bank.executed.total() == 1
    assert state(order_id) is PaymentState.CONFIRMED


def test_money_the_bank_reports_as_returned_undoes_the_settlement_once() -> None:
    open_world()
    order_id = actions.order_payment(draft(), at=AT)
    with news() as heard, using(FakeBank().will(PayMood.EXECUTE_THEN_SILENT)) as bank:
        actions.advance(CENTRE, order_id, at=AT)
        bank.returned[bank.sent[0].business_serial] = AT.date()
        actions.advance(CENTRE, order_id, at=later(60))
        actions.advance(CENTRE, order_id, at=later(120))
    assert [type(one) for one in heard] == [PaymentSettled, PaymentReturned]
    assert heard[1].after_settlement


def test_a_listener_that_fails_leaves_the_order_open_and_the_next_look_settles_it() -> None:
    from anju.kernel.events import listen, stop_listening

    open_world()
    order_id = actions.order_payment(draft(), at=AT)

    def broken(event: PaymentSettled) -> None:
        raise RuntimeError("the books are shut")

    listen(PaymentSettled, broken)
    with using(FakeBank()) as bank:
        try:
            with pytest.raises(RuntimeError):
                actions.advance(CENTRE, order_id, at=AT)
        finally:
            stop_listening(PaymentSettled, broken)
        assert state(order_id) is PaymentState.INSTRUCTED
        with news() as heard:
            assert actions.advance(CENTRE, order_id, at=later(30)) is None
    assert len(bank.sent) == 1 and len(heard) == 1


def test_a_job_that_was_lost_is_planned_again() -> None:
    open_world()
    order_id = actions.order_payment(draft(), at=AT)
    execute("DELETE FROM procrastinate_jobs")
    assert actions.chase(CENTRE, at=later(60)) == 0
    assert actions.chase(CENTRE, at=later(600)) == 1
    (job,) = rows("SELECT task_name, args FROM procrastinate_jobs")
    assert job["task_name"] == "treasury.ask_result"
    assert str(order_id) in str(job["args"])


def test_a_mandate_pays_nothing_more_once_its_signer_has_left_the_office() -> None:
    from anju.identity import actions as identity
    from anju.identity.tests.world import AT as EARLIER
    from anju.identity.tests.world import SYSTEM

    open_world(mandate_fen=None)
    signer = in_office()
    actions.sign_mandate(limit_fen=5_000_000, starts_on=AT.date(), ends_on=AT.date(), actor=signer, at=AT)
    actions.order_payment(draft("in office"), at=AT)
    assert queries.release_queue(CENTRE) == []
    (office,) = rows("SELECT mandate_id FROM identity_mandate WHERE login_id = %s", [signer.login_id])
    identity.end_mandate(office["mandate_id"], why="离任", actor=SYSTEM, at=max(AT, EARLIER))
    left = actions.order_payment(draft("left"), at=AT)
    assert [waiting.order_id for waiting in queries.release_queue(CENTRE)] == [left]


def test_a_mandate_whose_signer_never_held_the_office_pays_nothing() -> None:
    open_world()
    execute("UPDATE treasury_mandate SET office_mandate_id = NULL")
    waiting = actions.order_payment(draft("no office"), at=AT)
    execute("UPDATE treasury_mandate SET signed_by_login_id = NULL")
    also = actions.order_payment(draft("no log-in"), at=AT)
    assert [one.order_id for one in queries.release_queue(CENTRE)] == [waiting, also]
