"""Ending a process with the one that started it, however that one ends: also by kill -9.

Linux alone can do it (prctl PR_SET_PDEATHSIG). Elsewhere a child outlives a parent that was killed, as before, and the
next start says which port is taken.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable

_SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>
# Found before any fork: between fork and exec nothing is loaded any more.
_PRCTL = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


def ending_with_us(sign: signal.Signals) -> Callable[[], None]:
    """What a child does before it becomes its program (``preexec_fn``): ask for a signal when we end.

    Ours is the thread that starts it: it must live as long as the process. It runs after a change of user, which would
    take the wish back.
    """
    parent = os.getpid()

    def ask() -> None:
        if _PRCTL is not None:
            _PRCTL(_SET_PARENT_DEATH_SIGNAL, int(sign), 0, 0, 0)
            if os.getppid() != parent:  # we ended in between, and nobody will send it
                os._exit(1)

    return ask
