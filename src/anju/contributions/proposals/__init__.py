"""Proposals for money in suspense (匹配建议): what it was probably meant for, why, and what accepting would do.

Pure: what is known goes in as `Evidence`, proposals with named reasons come out, best first. `queries.proposals`
reads the evidence in a fixed number of statements; docs/decisions/0026 says what each reason weighs.
"""

from anju.contributions.proposals.types import (
    Act,
    Clue,
    Evidence,
    KnownPayer,
    Money,
    Owed,
    Payable,
    Proposal,
    Reason,
    Weighed,
)
from anju.contributions.proposals.weigh import propose

__all__ = [
    "Act", "Clue", "Evidence", "KnownPayer", "Money", "Owed", "Payable", "Proposal", "Reason", "Weighed", "propose",
]  # fmt: skip
