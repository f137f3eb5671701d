"""Claims on runs of known truth: what is reproduced, contradicted, not told apart, not comparable, or missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.paper_claims.check_claims import claims_of_cards
from registry.catalogue import METHOD_CARDS, METRIC_CARDS, PROTOCOL_CARDS
from registry.claims import NumberClaim, OrderingClaim
from registry.errors import InputError, UnknownNameError
from tests.benchmark.paper_claims.made_up import number, ordering, seeds_of, verdict_on, verdicts_on
from tests.reports.synthetic import dataset_facts, figure

HIGH, LOW = (0.90, 0.91, 0.92), (0.70, 0.71, 0.72)
BUDGET = {"budget": "90cpu-s (iterations 1216), by the measured cost of a step"}


@pytest.mark.parametrize(("better", "word"), [("alpha", "reproduced"), ("beta", "contradicted")])
def test_a_clear_difference_gives_a_verdict(tmp_path: Path, better: str, word: str) -> None:
    runs = [*seeds_of(tmp_path, "alpha", HIGH), *seeds_of(tmp_path, "beta", LOW)]
    other = {"alpha": "beta", "beta": "alpha"}[better]
    found = verdict_on(runs, ordering(better=better, worse=other))
    assert found.word == word
    assert found.gain == pytest.approx(0.2 if better == "alpha" else -0.2, abs=0.02)
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.gain < found.high
    assert [(side.label, side.seeds) for side in found.sides] == [(better, (0, 1, 2)), (other, (0, 1, 2))]
    assert (found.significant, found.needed) == (True, None)


def test_less_is_better_where_the_metric_says_so(tmp_path: Path) -> None:
    runs = [
        *seeds_of(tmp_path, "alpha", (5.0, 5.1, 5.2), "style-color"),
        *seeds_of(tmp_path, "beta", (9.0, 9.1, 9.2), "style-color"),
    ]
    found = verdict_on(runs, ordering(metric="style-color"))
    assert found.word == "reproduced"
    assert found.gain == pytest.approx(4, abs=0.1)


def test_two_seeds_tell_nothing_of_training_however_large_the_difference(tmp_path: Path) -> None:
    runs = [*seeds_of(tmp_path, "alpha", HIGH[:2]), *seeds_of(tmp_path, "beta", LOW)]
    found = verdict_on(runs, ordering())
    assert (found.word, found.p_value, found.num_tested) == ("not told apart", None, 0)
    assert found.reason == "fewer than 3 seeds of alpha: the interval speaks of other test faces alone"
    assert found.needed is not None
    assert found.needed.seeds == 3


def test_the_spread_of_seeds_is_that_of_other_methods_where_both_have_one(tmp_path: Path) -> None:
    pair = [*seeds_of(tmp_path, "alpha", [0.9]), *seeds_of(tmp_path, "beta", [0.8])]
    alone = verdict_on(pair, ordering()).needed
    assert alone is not None
    assert alone.words == "3 seeds of each, to learn how much seeds vary"
    others = seeds_of(tmp_path, "gamma", (0.5, 0.7, 0.9))
    helped = verdict_on([*pair, *others], ordering()).needed
    assert helped is not None
    assert helped.source == "gamma"
    assert helped.seeds is not None
    assert helped.seeds > 10


def test_seeds_that_differ_more_than_methods_do_not_tell_them_apart(tmp_path: Path) -> None:
    runs = [*seeds_of(tmp_path, "alpha", (0.6, 0.8, 0.9)), *seeds_of(tmp_path, "beta", (0.55, 0.7, 0.9))]
    found = verdict_on(runs, ordering())
    assert found.word == "not told apart"
    assert found.p_value is not None
    assert found.p_value > 0.1
    assert found.needed is not None
    assert (found.needed.source, found.needed.seeds is not None) == ("alpha and beta", True)


def test_variants_of_one_method_are_compared_seed_by_seed(tmp_path: Path) -> None:
    together = (0.5, 0.7, 0.9)
    runs = [
        *seeds_of(tmp_path, "alpha", [mean + 0.05 for mean in together], spread=0.01),
        *seeds_of(tmp_path, "alpha", together, spread=0.01, variant="less"),
    ]
    assert verdict_on(runs, ordering(worse="alpha+less")).word == "reproduced"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"preset": "demo"}, "budget: preset small, weights trained of alpha, preset demo, weights trained of beta"),
        (
            {"weights_origin": "published"},
            "budget: preset small, weights trained of alpha, preset small, weights published of beta",
        ),
        (
            {"notes": BUDGET},
            "budget: preset small, weights trained of alpha, preset small within 90cpu-s, weights trained of beta",
        ),
        ({"dataset": "celebamask-hq"}, "data: rendered-faces of alpha, celebamask-hq of beta"),
        ({"dataset_facts": dataset_facts(size=128)}, "size: 64 of alpha, 128 of beta"),
        (
            {"dataset_facts": dataset_facts(fingerprint="9" * 64)},
            "scoring: dataset fingerprint is ffffffffffff, not 999999999999",
        ),
    ],
)
def test_runs_of_other_data_size_or_budget_are_not_comparable(tmp_path: Path, changes: dict, said: str) -> None:
    runs = [*seeds_of(tmp_path / "a", "alpha", HIGH), *seeds_of(tmp_path / "b", "beta", LOW, **changes)]
    found = verdict_on(runs, ordering())
    assert (found.word, found.reason, found.gain) == ("not comparable here", said, None)


def test_where_some_runs_are_comparable_the_others_do_not_matter(tmp_path: Path) -> None:
    runs = [
        *seeds_of(tmp_path / "a", "alpha", HIGH),
        *seeds_of(tmp_path / "a", "beta", LOW),
        *seeds_of(tmp_path / "b", "beta", LOW, preset="demo"),
    ]
    assert verdict_on(runs, ordering()).word == "reproduced"


def test_every_place_where_both_were_run_gives_a_verdict(tmp_path: Path) -> None:
    larger = {"dataset_facts": dataset_facts(size=128, fingerprint="9" * 64)}
    runs = [
        *seeds_of(tmp_path / "a", "alpha", HIGH),
        *seeds_of(tmp_path / "a", "beta", LOW),
        *seeds_of(tmp_path / "b", "alpha", LOW, **larger),
        *seeds_of(tmp_path / "b", "beta", HIGH, **larger),
    ]
    found = verdicts_on(runs, ordering())
    assert [(one.place and one.place.size, one.word) for one in found] == [(64, "reproduced"), (128, "contradicted")]
    assert {one.num_tested for one in found} == {2}


def test_what_is_other_than_in_the_paper_is_named(tmp_path: Path) -> None:
    runs = [
        *seeds_of(tmp_path, "alpha", HIGH),
        *seeds_of(tmp_path, "beta", LOW),
    ]
    found = verdict_on(runs, ordering(setting={"dataset": "celebamask-hq", "size": 512}))
    assert found.differs == (
        "data: celebamask-hq in the paper, rendered-faces here",
        "size: 512 pixels in the paper, 64 here",
        "budget: preset small here",
    )
    assert found.word == "reproduced"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"worse": "gamma"}, "no runs of gamma here"),
        ({"protocol": "style-copy"}, "unknown protocol of these runs 'style-copy'"),
        ({"metric": "seg-mio"}, "unknown metric of these runs 'seg-mio'"),
        ({"metric": "fid"}, "alpha: no weights"),
    ],
)
def test_what_was_not_run_or_scored_has_no_verdict_but_a_reason(tmp_path: Path, changes: dict, said: str) -> None:
    nothing = {"fid": figure(None, n=0, reason="no weights")}
    runs = [run for name in ("alpha", "beta") for run in seeds_of(tmp_path, name, HIGH, figures=dict(nothing))]
    found = verdict_on(runs, ordering(**changes))
    assert (found.word, found.holm_p) == (None, None)
    assert found.reason is not None
    assert found.reason.startswith(said)


def test_a_lost_score_file_costs_its_own_claims_alone(tmp_path: Path) -> None:
    runs = [run for name in ("alpha", "beta", "gamma") for run in seeds_of(tmp_path, name, HIGH)]
    for path in tmp_path.glob("*/beta/seed0/scores/*.parquet"):
        path.unlink()
    lost, kept = verdicts_on(runs, ordering(), ordering("other", worse="gamma"))
    assert lost.word is None
    assert lost.reason is not None
    assert "score the run again" in lost.reason
    assert kept.p_value is not None


@pytest.mark.integration
def test_all_tests_of_a_page_are_one_family(tmp_path: Path) -> None:
    names = ("beta", "gamma", "delta", "epsilon")
    runs = [*seeds_of(tmp_path, "alpha", HIGH), *(run for name in names for run in seeds_of(tmp_path, name, LOW))]
    (alone,) = verdicts_on(runs, ordering())
    together = verdicts_on(
        runs, *(ordering(f"over-{name}", worse=name) for name in names), ordering("none", worse="zeta")
    )
    assert (alone.num_tested, {one.num_tested for one in together}) == (1, {4})
    assert alone.p_value is not None
    assert alone.holm_p == alone.p_value
    least = min(one.p_value for one in together if one.p_value is not None)
    assert min(one.holm_p for one in together if one.holm_p is not None) == pytest.approx(4 * least)


def test_a_set_metric_is_tested_over_seeds(tmp_path: Path) -> None:
    runs = []
    for name, level in (("alpha", 20.0), ("beta", 40.0)):
        for seed in range(3):
            figures = {"fid": figure(level + seed, n=400)}
            runs += [
                run for run in seeds_of(tmp_path / str(seed), name, HIGH, figures=figures) if run.result.seed == seed
            ]
    found = verdict_on(runs, ordering(metric="fid"))
    assert (found.word, found.gain) == ("reproduced", pytest.approx(20))


class TestNumbers:
    """Claimed figures: only on the paper's data, at its size and budget."""

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"dataset": "celebamask-hq"}, "data: celebamask-hq in the paper, rendered-faces here; budget: preset sm"),
            ({"size": 512}, "size: 512 pixels in the paper, 64 here; budget: preset small here"),
            ({}, "budget: preset small here"),
        ],
    )
    def test_elsewhere_they_are_not_comparable(self, tmp_path: Path, changes: dict, said: str) -> None:
        found = verdict_on(seeds_of(tmp_path, "alpha", HIGH), number(0.9, **changes))
        assert found.word == "not comparable here"
        assert found.reason is not None
        assert found.reason.startswith(said)

    @pytest.mark.parametrize(
        ("value", "tolerance", "word"),
        [(0.9, 0.1, "reproduced"), (0.5, 0.1, "contradicted"), (0.9, 0.004, "not told apart")],
    )
    def test_at_the_papers_budget_the_tolerance_decides(
        self, tmp_path: Path, value: float, tolerance: float, word: str
    ) -> None:
        runs = seeds_of(tmp_path, "alpha", (0.905, 0.91, 0.915), preset="paper")
        found = verdict_on(runs, number(value, tolerance=tolerance))
        assert (found.word, found.gain) == (word, pytest.approx(0.91 - value, abs=0.05))
        assert (found.needed is None) == (word != "not told apart")

    def test_a_budget_of_ones_own_is_not_the_papers(self, tmp_path: Path) -> None:
        runs = seeds_of(tmp_path, "alpha", HIGH, preset="paper", notes=BUDGET)
        found = verdict_on(runs, number(0.9, tolerance=0.1))
        assert (found.word, found.reason) == ("not comparable here", "budget: preset paper within 90cpu-s here")

    def test_published_weights_are_the_papers_budget_and_one_seed_is_all_there_is(self, tmp_path: Path) -> None:
        runs = seeds_of(tmp_path, "alpha", [0.9], weights_origin="published")
        assert verdict_on(runs, number(0.9, tolerance=0.1)).word == "reproduced"

    def test_a_trained_method_needs_three_seeds(self, tmp_path: Path) -> None:
        found = verdict_on(seeds_of(tmp_path, "alpha", HIGH[:2], preset="paper"), number(0.9, tolerance=0.2))
        assert (found.word, found.reason) == ("not told apart", "fewer than 3 seeds of alpha")


def test_the_cards_of_the_project_claim_what_can_be_tested_here() -> None:
    found = claims_of_cards()
    assert len(found) >= 12
    assert {"maskgan", "spade", "sean", "stargan", "elegant"} <= {one.card.name for one in found}
    for one in found:
        claim, cards = one.claim, {entry.card.name: entry.card for entry in METHOD_CARDS}
        assert claim.metric in METRIC_CARDS
        assert claim.protocol in PROTOCOL_CARDS
        assert claim.metric in PROTOCOL_CARDS.find(claim.protocol).card.metrics
        labels = claim.labels if isinstance(claim, OrderingClaim) else (claim.method or one.card.name,)
        for label in labels:
            method, plus, variant = label.partition("+")
            assert not plus or variant in cards[method].variants
    assert any(isinstance(one.claim, NumberClaim) for one in found)


def test_a_method_without_claims_or_without_a_card_is_named() -> None:
    with pytest.raises(InputError, match="the cards of crn list no claims"):
        claims_of_cards(["crn"])
    with pytest.raises(UnknownNameError, match="unknown method 'maskgen'; did you mean 'maskgan'"):
        claims_of_cards(["maskgen"])
