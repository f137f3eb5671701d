"""Claims with their verdicts as JSON with a versioned schema, for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from benchmark.paper_claims.claim_verdict import Verdict
from benchmark.paper_claims.rows import COLUMNS, verdict_rows
from benchmark.statistics.holm import ALPHA

SCHEMA_VERSION: Final = 1


def content(found: Sequence[Verdict]) -> dict[str, Any]:
    """The whole file: the rows of `benchmark.claims`, each with what it was tested on."""
    return {
        "schema_version": SCHEMA_VERSION,
        "level": ALPHA,
        "num_tests": found[0].num_tested if found else 0,
        "claims": [
            {**dict(zip(COLUMNS, row, strict=True)), "seeds": _seeds(verdict), "differs": list(verdict.differs)}
            for row, verdict in zip(verdict_rows(found), found, strict=True)
        ],
    }


def render(found: Sequence[Verdict]) -> str:
    """The same as text."""
    return json.dumps(content(found), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _seeds(verdict: Verdict) -> dict[str, list[int]]:
    """By method, those that have figures."""
    return {side.label: list(side.seeds) for side in verdict.sides}
