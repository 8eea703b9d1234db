"""Rows of runs, steps and explanations as the words of this room, and back. Reads and writes single rows only."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from anju.closing.types import (
    Difference,
    Explanation,
    InterestOrder,
    Run,
    RunKind,
    RunState,
    Step,
    StepKind,
    StepState,
)
from anju.database.sql import execute, row, rows

_RUN = "SELECT * FROM closing_run WHERE centre_id = %s AND run_id = %s"
_STEPS = "SELECT * FROM closing_step WHERE centre_id = %s AND run_id = ANY(%s) ORDER BY run_id, n"
_EXPLAIN = """
INSERT INTO closing_explanation (centre_id, run_id, person_id, left_fen, right_fen, at, level, subject, place, told,
    words, digest)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, decode(%s, 'hex'))
"""
# `Difference.digest` of a finding as it is kept with its step.
FINDING_DIGEST = """encode(sha256(convert_to(coalesce(nullif(f->>'item', ''), concat_ws('|', f->>'level', f->>'subject',
    f->>'where', (f->>'left_fen')::bigint - (f->>'right_fen')::bigint)), 'UTF8')), 'hex')"""
_SAID = f"""
WITH last AS (
    SELECT max(run_id) AS run_id FROM closing_run
     WHERE centre_id = %(centre)s AND kind = %(kind)s AND state = 3 AND run_id < %(run)s
), still AS (
    SELECT {FINDING_DIGEST} AS digest FROM closing_step s, jsonb_array_elements(s.findings) f
     WHERE s.centre_id = %(centre)s AND s.run_id = (SELECT run_id FROM last)
)
SELECT DISTINCT ON (e.digest) encode(e.digest, 'hex') AS digest, e.run_id, e.words, e.person_id, e.at,
       e.run_id > coalesce((SELECT run_id FROM last), 0) AS unsigned
  FROM closing_explanation e
 WHERE e.centre_id = %(centre)s AND e.digest = ANY(SELECT decode(d, 'hex') FROM unnest(%(wanted)s::text[]) d)
   AND (%(signed_at)s::timestamptz IS NULL OR e.at <= %(signed_at)s)
   AND (e.run_id > coalesce((SELECT run_id FROM last), 0) OR encode(e.digest, 'hex') IN (SELECT digest FROM still))
 ORDER BY e.digest, e.run_id DESC
"""  # noqa: S608  (constants)


def run_row(centre_id: int, run_id: int, *, lock: bool = False) -> dict[str, Any] | None:
    """A run's row, locked until the transaction ends if asked."""
    return row(f"{_RUN}{' FOR UPDATE' if lock else ''}", [centre_id, run_id])


def as_runs(found: Sequence[dict[str, Any]]) -> list[Run]:
    """Rows of runs with their steps; one more statement whatever their number."""
    if not found:
        return []
    steps: dict[int, list[Step]] = {}
    for line in rows(_STEPS, [found[0]["centre_id"], [one["run_id"] for one in found]]):
        steps.setdefault(line["run_id"], []).append(_step(line))
    return [as_run(one, tuple(steps.get(one["run_id"], ()))) for one in found]


def as_run(line: dict[str, Any], steps: tuple[Step, ...] = ()) -> Run:
    """A row of a run as it crosses the door."""
    plain = {name: line[name] for name in Run.__dataclass_fields__ if name in line}
    return Run(**plain | {
        "kind": RunKind(line["kind"]), "state": RunState(line["state"]), "report": as_json(line["report"]),
        "report_digest": bytes(line["report_digest"]).hex(), "steps": steps,
    })  # fmt: skip


def _step(line: dict[str, Any]) -> Step:
    return Step(
        n=line["n"], kind=StepKind(line["kind"]), state=StepState(line["state"]), text=line["text"],
        began_at=line["began_at"], took_ms=line["took_ms"], by_person_id=line["by_person_id"],
        findings=tuple(Difference(**one) for one in as_json(line["findings"])), figures=as_json(line["figures"]),
        claims=line["claims"],
    )  # fmt: skip


def as_json(value: Any) -> Any:
    """A jsonb column, however the driver hands it over."""
    return json.loads(value) if isinstance(value, str) else value


def write_steps(centre_id: int, run_id: int, kinds: Iterable[StepKind]) -> None:
    """The steps of a new run, none of them done."""
    execute(
        "INSERT INTO closing_step (centre_id, run_id, n, kind) SELECT %s, %s, n, k"
        " FROM unnest(%s::smallint[]) WITH ORDINALITY AS t (k, n)",
        [centre_id, run_id, [int(kind) for kind in kinds]],
    )


def findings_json(findings: Iterable[Difference]) -> str:
    """Differences as they are kept with their step."""
    return json.dumps([asdict(one) for one in findings], ensure_ascii=False)


def explanations(run: Run, digests: Iterable[str]) -> dict[str, Explanation]:
    """What holds of what was said about differences, in a run, by their digests; at most two statements.

    Said since the last signed run of its kind; or before it, where that run had the difference still. What was mended
    in between and is there again wants new words. Of a signed run, what held when it was signed.
    """
    wanted = sorted(set(digests))
    if not wanted:
        return {}
    found = rows(_SAID, {
        "centre": run.centre_id, "run": run.run_id, "kind": int(run.kind), "signed_at": run.signed_at, "wanted": wanted,
    })  # fmt: skip
    return {line["digest"]: Explanation(**line) for line in found}


def write_explanation(centre_id: int, said: Explanation, about: Difference) -> None:
    """Keep an explanation, for good."""
    execute(_EXPLAIN, [
        centre_id, said.run_id, said.person_id, about.left_fen, about.right_fen, said.at, about.level,
        about.subject, about.where, about.text, said.words, said.digest,
    ])  # fmt: skip


def interest_order(centre_id: int, interest_year: int) -> InterestOrder | None:
    """The order to post a year's interest, if there is one."""
    found = row(
        "SELECT interest_year, trial_run_id, accounts, interest_fen, ordered_by_person_id, ordered_at,"
        " signed_by_person_id, signed_at FROM closing_interest WHERE centre_id = %s AND interest_year = %s",
        [centre_id, interest_year],
    )
    return InterestOrder(**found) if found else None
