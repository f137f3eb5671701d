"""Cards with claims, and runs of known truth to test them on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmark.paper_claims.check_claims import claims_on, verdicts
from benchmark.paper_claims.claim_verdict import Verdict
from benchmark.results.find_results import FinishedRun
from registry.cards import MethodCard
from tests.reports.synthetic import scored_run

TASKS = 80


def ordering(id: str = "better", **changes: Any) -> dict[str, Any]:
    """`alpha` is better than `beta` in seg-accuracy."""
    return {
        "id": id,
        "statement": "Alpha follows the mask better.",
        "source": "Table 1",
        "metric": "seg-accuracy",
        "protocol": "attribute-transfer",
        "better": "alpha",
        "worse": "beta",
        **changes,
    }


def number(value: float, **changes: Any) -> dict[str, Any]:
    """A figure of `alpha` on rendered faces at 64 pixels."""
    claim = {**ordering("figure"), "value": value, "dataset": "rendered-faces", "size": 64}
    return {key: content for key, content in claim.items() if key not in ("better", "worse")} | changes


def card(*claims: Mapping[str, Any], name: str = "alpha") -> MethodCard:
    """A learned method's card."""
    said = {"name": name, "title": name.title(), "summary": "A method.", "kind": "learned", "licence": "free"}
    return MethodCard.model_validate({**said, "takes": ["image"], "claims": list(claims)})


def seeds_of(
    folder: Path,
    method: str,
    means: Sequence[float],
    metric: str = "seg-accuracy",
    spread: float = 0.05,
    **changes: Any,
) -> list[FinishedRun]:
    """A run per mean, whose tasks hover around it; the faces are the same for all methods."""
    generator = np.random.default_rng(sum(map(ord, method + changes.get("variant", ""))))
    faces = np.random.default_rng(0).normal(0, 0.1, TASKS // 2).repeat(2)
    return [
        scored_run(
            folder, method, {metric: mean + faces + generator.normal(0, spread, TASKS)}, seed=seed, **dict(changes)
        )
        for seed, mean in enumerate(means)
    ]


def verdicts_on(runs: Sequence[FinishedRun], *claims: Mapping[str, Any]) -> list[Verdict]:
    """The verdicts on claims of `alpha`'s card."""
    return verdicts(claims_on([card(*claims)]), runs)


def verdict_on(runs: Sequence[FinishedRun], claim: Mapping[str, Any]) -> Verdict:
    """The one verdict on a claim."""
    (found,) = verdicts_on(runs, claim)
    return found
