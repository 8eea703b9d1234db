"""``anju demo-build``: the demo city, in a process of its own beside the answering page."""

from __future__ import annotations

import gc
import time


def run(*, seed: int) -> int:
    """Build it once; 0 also when it stands already."""
    import django

    django.setup()
    from anju.demo.build import build, built

    if built():
        return 0
    started = time.monotonic()
    gc.set_threshold(100_000, 20, 100)  # a build makes millions of small things and hardly a circle
    build(seed=seed)
    print(f"演示城市建成，用时 {time.monotonic() - started:.0f} 秒", flush=True)
    return 0
