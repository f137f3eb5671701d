"""A claim with its verdict: what the runs at hand say of it, and what would decide it where they say too little."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from benchmark.comparison.compare_metric import Estimate
from benchmark.paper_claims.needed import Needed
from benchmark.results.method_runs import MethodRuns
from benchmark.results.schema import MetricInfo
from benchmark.statistics.holm import ALPHA
from registry.cards import MethodCard
from registry.claims import Claim

Word = Literal["reproduced", "contradicted", "not told apart", "not comparable here"]
WORDS: Final[tuple[Word, ...]] = ("reproduced", "contradicted", "not told apart", "not comparable here")
MEANINGS: Final[dict[Word, str]] = {
    "reproduced": "the figures here differ as claimed, significantly",
    "contradicted": "they differ the other way, significantly",
    "not told apart": "the runs here are too few, or the difference too small, to tell",
    "not comparable here": "there are runs, but of other data, another size or another budget than the claim needs",
}


@dataclass(frozen=True)
class CardClaim:
    """A claim on the card of a method."""

    card: MethodCard
    claim: Claim


@dataclass(frozen=True)
class Side:
    """A method whose runs a claim was tested on.

    Attributes:
        label: with its variant, as in run folders.
        seeds: those that have figures.
        figure: the mean over seeds; None where there is none.
    """

    label: str
    seeds: tuple[int, ...]
    figure: Estimate | None


@dataclass(frozen=True)
class Place:
    """The data, size and budget of the runs that a claim was tested on."""

    dataset: str
    size: int
    preset: str

    @property
    def words(self) -> str:
        """As a sentence says it."""
        return f"{self.dataset} at {self.size} pixels, preset {self.preset}"


@dataclass(frozen=True)
class Verdict:
    """What one set of runs says of one claim.

    Attributes:
        of: the claim.
        word: the verdict; None where nothing here could be tested, and then `reason` says why.
        place: of the runs; None where there are none.
        sides: the better and the worse of an ordering, or the one method of a number.
        facts: of the metric; None where no run has it.
        gain: of an ordering, by how much the one is better than the other; of a number, by how much the figure here is
            better than the claimed one.
        low: lower end of the gain's 95% interval.
        high: upper end.
        p_value: two-sided: of no difference, or of a number at the edge of its tolerance.
        holm_p: the same, adjusted for all tests of a page; None where it decides nothing.
        n: tasks behind it.
        num_tested: the tests of the page.
        reason: why there is no verdict, or what one must be read with.
        differs: what is other here than in the paper.
        needed: what would decide it.
    """

    of: CardClaim
    word: Word | None
    place: Place | None = None
    sides: tuple[Side, ...] = ()
    facts: MetricInfo | None = None
    gain: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    holm_p: float | None = None
    n: int = 0
    num_tested: int = 0
    reason: str | None = None
    differs: tuple[str, ...] = ()
    needed: Needed | None = None

    @property
    def significant(self) -> bool:
        """Whether the adjusted p is below the level."""
        return self.holm_p is not None and self.holm_p < ALPHA


def place_of(runs: MethodRuns) -> Place:
    """Where the runs of a method were made."""
    first = runs.first
    return Place(first.dataset, first.dataset_facts.size, first.preset)


def other_than(dataset: str | None, size: int | None, place: Place) -> tuple[str, ...]:
    """What of a paper's data and size is other in a place; what the paper does not say is not."""
    found = []
    if dataset is not None and dataset != place.dataset:
        found.append(f"data: {dataset} in the paper, {place.dataset} here")
    if size is not None and size != place.size:
        found.append(f"size: {size} pixels in the paper, {place.size} here")
    return tuple(found)


def other_budget(runs: MethodRuns) -> tuple[str, ...]:
    """How the training here differs from a paper's: by preset and budget, unless the weights are published ones."""
    training = training_of(runs)
    if runs.first.weights_origin == "published" or runs.first.kind != "learned" or training == "preset paper":
        return ()
    return (f"budget: {training} here",)


def training_of(runs: MethodRuns) -> str:
    """What decides how long a method is trained, in words: the preset, or a budget in the place of its lengths."""
    budget = runs.first.notes.get("budget", "").partition(" ")[0]
    return f"preset {runs.first.preset}{budget and f' within {budget}'}"
