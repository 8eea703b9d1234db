"""Words of the support room that others use."""

from __future__ import annotations

SELF_REPORT = "本人报告非本人操作"
"""The authority that stands on a freeze its owner asked for by «不是我操作»; it has no court's document."""
