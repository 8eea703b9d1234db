"""All writes of the treasury."""

from anju.treasury.actions.accounts import open_bank_account
from anju.treasury.actions.agreeing import agree_day, agree_last_day
from anju.treasury.actions.batches import (
    cancel_batch,
    check_batch,
    dissolve_batch,
    gather_batch,
    release_batch,
    send_batch_again,
)
from anju.treasury.actions.bookings import confirm_booking, decline_booking, propose_booking
from anju.treasury.actions.cards import bind_card, end_card
from anju.treasury.actions.contradictions import settle_contradiction
from anju.treasury.actions.deposits import (
    cancel_move,
    check_move,
    give_up_move,
    propose_deposit,
    propose_drawing,
    propose_transfer,
)
from anju.treasury.actions.mandates import end_mandate, sign_mandate
from anju.treasury.actions.notices import fetch_entries, receive_notice
from anju.treasury.actions.payments import (
    cancel_payment,
    decline_payment,
    give_up_payment,
    order_payment,
    release_payment,
    release_payments,
    send_again,
)
from anju.treasury.actions.renewing import order_again, order_repeated, withdraw_unsigned
from anju.treasury.actions.statements import import_statement, keep_statement, tell_entries
from anju.treasury.batch_machine import advance_batch, chase_batches, check_batch_names
from anju.treasury.machine import advance, ask_card_owner, chase, record_result
from anju.treasury.move_machine import advance_move, chase_moves

__all__ = [
    "advance",
    "advance_batch",
    "advance_move",
    "agree_day",
    "agree_last_day",
    "ask_card_owner",
    "bind_card",
    "cancel_batch",
    "cancel_move",
    "cancel_payment",
    "chase",
    "chase_batches",
    "chase_moves",
    "check_batch",
    "check_batch_names",
    "check_move",
    "confirm_booking",
    "decline_booking",
    "decline_payment",
    "dissolve_batch",
    "end_card",
    "end_mandate",
    "fetch_entries",
    "gather_batch",
    "give_up_move",
    "give_up_payment",
    "import_statement",
    "keep_statement",
    "open_bank_account",
    "order_again",
    "order_payment",
    "order_repeated",
    "propose_booking",
    "propose_deposit",
    "propose_drawing",
    "propose_transfer",
    "receive_notice",
    "record_result",
    "release_batch",
    "release_payment",
    "release_payments",
    "send_again",
    "send_batch_again",
    "settle_contradiction",
    "sign_mandate",
    "tell_entries",
    "withdraw_unsigned",
]
