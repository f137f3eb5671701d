"""What a page of claims says of a verdict, and of the rules behind them; plain text, escaped by the renderers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from benchmark.paper_claims.claim_verdict import MEANINGS, WORDS, Verdict
from benchmark.paper_claims.needed import POWER
from benchmark.paper_claims.number import TOLERANCE
from benchmark.paper_claims.rows import seeds_in_words
from benchmark.runtime.printed_values import MISSING, decimal, p_value
from benchmark.statistics.holm import ALPHA
from benchmark.statistics.paired import FLIPS
from benchmark.statistics.seed_variance import MIN_SEEDS
from registry.claims import OrderingClaim

TITLE = "What papers claim, on these runs"
NO_CLAIMS = "The cards of these methods list no claims."
METHOD = (
    "An ordering is tested where both methods were run on the same tasks of the same data, at the same size and "
    "preset; what is other than in the paper is named beside the verdict. A figure is tested on the paper's data, at "
    "its size and with its budget alone."
)


def rule(found: Sequence[Verdict]) -> str:
    """How claims are tested, and what the level is of."""
    tested = found[0].num_tested if found else 0
    return (
        f"Tests of this page: {tested:,}. They are one family: with Holm's adjustment, the probability that any claim "
        f"about methods that do not differ is called reproduced or contradicted is {ALPHA:.0%} at most. Per image: "
        f"paired sign flips of whole source faces ({FLIPS:,} at random, or all where they are fewer and seeds add no "
        f"error), the error of seeds added; whole set: a t test over seeds. A method that is trained needs {MIN_SEEDS} "
        f"seeds for a verdict. A figure is reproduced if it lies significantly within the claim's tolerance, "
        f"{TOLERANCE:.0%} of it where the card says none, and contradicted if significantly outside."
    )


def estimate_rule() -> str:
    """How it is estimated what would decide a claim."""
    return (
        "What would decide: the seeds or tasks with which the test would be significant with a probability of "
        f"{POWER:.0%}, at the level of Holm's first step, if the difference is as large as it is here. The variance "
        "over test faces is that of the bootstrap and falls with the number of tasks; the variance over seeds is that "
        "of the methods' own seeds or, where both have one, of the other methods on the same data, and falls with the "
        "number of seeds, whose few degrees of freedom are counted."
    )


def counts(found: Sequence[Verdict]) -> str:
    """How many claims came to each verdict; of several sets of runs, each counts."""
    number = Counter(verdict.word for verdict in found)
    said = [f"{number[word]} {word}" for word in WORDS if number[word]]
    if number[None]:
        said.append(f"{number[None]} without runs or figures here ({MISSING})")
    return f"{len(found)} {'verdict' if len(found) == 1 else 'verdicts'}: {', '.join(said)}."


def legend() -> list[tuple[str, str]]:
    """Every verdict and what it means."""
    return [*((word, f"{meaning}.") for word, meaning in MEANINGS.items()), (MISSING, "nothing here to test it on.")]


def word(verdict: Verdict) -> str:
    """The verdict, or the mark of none."""
    return verdict.word or MISSING


def about(verdict: Verdict) -> str:
    """What is compared: the metric, the protocol, and the methods or the figure."""
    claim = verdict.of.claim
    if isinstance(claim, OrderingClaim):
        return f"{claim.better} better than {claim.worse}: {claim.metric}, {claim.protocol}"
    return f"{claim.method or verdict.of.card.name}: {claim.metric}, {claim.protocol}, {claim.value:g}"


def gain(verdict: Verdict) -> str:
    """The gain with its sign and unit."""
    if verdict.gain is None or verdict.facts is None:
        return MISSING
    unit = f" {verdict.facts.unit}" if verdict.facts.unit else ""
    return _number(verdict, verdict.gain) + unit


def interval(verdict: Verdict) -> str | None:
    """The gain's interval; None where there is none."""
    if verdict.gain is None or verdict.low is None or verdict.high is None:
        return None
    return f"{_number(verdict, verdict.low)} to {_number(verdict, verdict.high)}"


def test(verdict: Verdict) -> str:
    """The adjusted p."""
    return MISSING if verdict.holm_p is None else p_value(verdict.holm_p)


def where(verdict: Verdict) -> str:
    """On which runs it was tested."""
    if verdict.place is None:
        return MISSING
    seeds = seeds_in_words(verdict.sides)
    parts = [verdict.place.words, f"seeds: {seeds}" if seeds else "", f"n = {verdict.n:,}" if verdict.n else ""]
    return "; ".join(filter(None, parts))


def remarks(verdict: Verdict) -> list[str]:
    """What a verdict must be read with, a sentence each: why there is none, what would decide, what differs."""
    said = [verdict.reason] if verdict.reason else []
    if verdict.needed is not None:
        said.append(f"would decide: {verdict.needed.words}")
    said.extend(verdict.differs)
    return said


def line(verdict: Verdict) -> str:
    """A verdict in one line, as a method's card on a leaderboard says it."""
    figures = ""
    if verdict.gain is not None:
        ends = interval(verdict)
        figures = f", gain {gain(verdict)}" + (f" ({ends})" if ends else "")
    if verdict.word is None:
        return f"{MISSING} ({verdict.reason})"
    because = f" ({verdict.reason})" if verdict.word == "not comparable here" else ""
    return f"{verdict.word}{figures}{because}"


def _number(verdict: Verdict, value: float) -> str:
    assert verdict.facts is not None
    return decimal(value, verdict.facts.decimals, "+")
