"""Payments that wait, gathered into batches by one person, checked by a second and released by a third."""

from __future__ import annotations

from random import Random

from anju.command.simulation.acting import act
from anju.command.simulation.plan import operation
from anju.command.simulation.town import Town
from anju.kernel.actor import Actor
from anju.treasury import actions as treasury
from anju.treasury import queries as payments
from anju.treasury.batch_types import BatchSeen, BatchState
from anju.treasury.fake_bank import FileLie

OFFICES = ("treasurer", "second_treasurer", "third_treasurer", "accountant", "second_accountant")
RECENT = 8


@operation(5)
def batches(town: Town, chance: Random) -> None:
    """Gather what waits, or take one of the last batches a step further."""
    who = town.actor(chance.choice(OFFICES))
    found = [one for one in payments.batches(town.centre_id, limit=RECENT) if one.final_at is None]
    batch = town.draw(chance, found)
    if batch is None or chance.random() < 0.3:
        offer = payments.gatherable(town.centre_id, town.bank_account_id, person_id=who.person_id, on=town.today)
        act(town, chance, lambda: treasury.gather_batch(
            town.bank_account_id, digest=offer.digest, actor=who, at=town.at), once=False)  # fmt: skip
        return
    _further(town, chance, batch, who)


def _further(town: Town, chance: Random, batch: BatchSeen, who: Actor) -> None:
    handled = who.person_id in (batch.maker_person_id, batch.checker_person_id)
    if chance.random() < 0.1:
        act(town, chance, lambda: treasury.cancel_batch(batch.batch_id, reason="重新组批", actor=who, at=town.at))
    elif batch.state is BatchState.GATHERED:
        act(town, chance, lambda: treasury.check_batch(
            batch.batch_id, digest=batch.digest, actor=who, at=town.at), whole=False, refused=handled)  # fmt: skip
    elif batch.state is BatchState.CHECKED:
        if chance.random() < 0.5:
            town.bank.file_lies.extend(chance.choices(list(FileLie), k=chance.randint(1, 2)))
        act(town, chance, lambda: treasury.release_batch(
            batch.batch_id, digest=batch.digest, actor=who, at=town.at), refused=handled)  # fmt: skip
    elif batch.never_seen and not _at_bank(town, batch):
        do = treasury.send_batch_again if chance.random() < 0.6 else treasury.dissolve_batch
        act(town, chance, lambda: do(batch.batch_id, actor=who, at=town.at), once=False)


def _at_bank(town: Town, batch: BatchSeen) -> bool:
    """Whether the batch is there or on its way: whoever telephones is told so."""
    return any(sent.batch_serial == batch.batch_serial for _, _, sent in town.bank.batches)
