"""Whatever link a page shows leads to a page its reader may see."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.house.centre import STARTS
from tests.house.pages import Seen


@pytest.mark.parametrize("who", STARTS)
def test_every_link_one_is_shown_leads_to_a_page_one_may_see(seen: Callable[[str], Seen], who: str) -> None:
    # What a form is sent to is no page to look at.
    astray = [found for found in seen(who).broken if found[2] != 405]
    assert astray == [], "\n".join(map(str, astray))
