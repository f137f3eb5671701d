"""Hundreds of claims about methods that do not differ: hardly any is called reproduced or contradicted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmark.paper_claims.check_claims import claims_on, verdicts
from benchmark.results.find_results import FinishedRun
from tests.benchmark.paper_claims.made_up import card, ordering
from tests.reports.synthetic import METRICS, facts, scored_run

pytestmark = pytest.mark.integration

METHODS, SEEDS, FACES = 21, 3, 30
CLAIMS = METHODS - 1


def null_runs(folder: Path, pages: int) -> list[FinishedRun]:
    """Methods of one expectation: faces and seeds vary, and each seed's faces; a column of scores per page."""
    generator = np.random.default_rng(20)
    metrics = {f"metric-{page}": facts(f"Metric {page}", decimals=12) for page in range(pages)}
    shared = {name: generator.normal(0, 0.5, FACES).repeat(2) for name in metrics}

    def scores() -> dict[str, np.ndarray]:
        return {name: shared[name] + generator.normal(0, 0.3) + generator.normal(0, 0.5, 2 * FACES) for name in metrics}

    return [
        scored_run(folder, f"method-{method}", scores(), seed, metrics={**METRICS, **metrics})
        for method in range(METHODS)
        for seed in range(SEEDS)
    ]


@pytest.mark.parametrize("pages", [5, pytest.param(50, marks=pytest.mark.slow)])
def test_of_null_claims_no_more_than_the_level_get_a_verdict(tmp_path: Path, pages: int) -> None:
    runs = null_runs(tmp_path, pages)
    called, pages_with_any, unadjusted = 0, 0, 0
    for page in range(pages):
        claims = [
            ordering(f"claim-{other}", metric=f"metric-{page}", better=f"method-{other}", worse=f"method-{other + 1}")
            for other in range(CLAIMS)
        ]
        found = verdicts(claims_on([card(*claims)]), runs)
        assert {one.num_tested for one in found} == {CLAIMS}
        wrong = [one for one in found if one.word in ("reproduced", "contradicted")]
        called += len(wrong)
        pages_with_any += bool(wrong)
        unadjusted += sum(one.p_value is not None and one.p_value < 0.05 for one in found)
    # without the adjustment one in twenty would be; with it, a page with any is as rare: 5% and two standard errors
    number = pages * CLAIMS
    assert unadjusted <= 0.05 * number + 2 * np.sqrt(0.05 * 0.95 * number)
    assert called <= 0.05 * number
    assert pages_with_any <= 0.05 * pages + 2 * np.sqrt(0.05 * 0.95 * pages)
