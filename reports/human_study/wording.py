"""What the pages of a human study say in words; plain text, escaped by the renderers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from benchmark.human_study.analysis.exclusion_summary import count_of
from benchmark.human_study.analysis.findings import (
    Collected,
    Estimate,
    Findings,
    MethodFinding,
    PairFinding,
    Part,
    Quartiles,
)
from benchmark.human_study.schema import Mode
from benchmark.runtime.printed_values import MISSING, decimal
from benchmark.statistics.holm import ALPHA

ALL_TASKS: Final = "all"
NO_QUESTIONS: Final = "The study has no questions about edits: every trial of it is a check."
PREFERENCE: Final[dict[Mode, str]] = {
    "2afc": "Preferred",
    "kway": "Picked",
    "mos": "Mean score",
    "realfake": "Taken for real",
}
_MEANING: Final[dict[Mode, str]] = {
    "2afc": "Preferred: the share of choices that the method got where it was one of the two; a tie is half a choice.",
    "kway": "Picked: the share of choices that the method got where it was shown; a tie is shared out evenly.",
    "mos": "Mean score: the mean of scores from 1 (bad) to 5 (excellent).",
    "realfake": "Taken for real: the share of the method's images that raters took for photographs.",
}
_STRENGTH: Final = {
    "2afc": "Strength: log odds of a Bradley–Terry model with a side effect and a light ridge penalty, 0 on average; "
    "rows are in its order, for not all methods were compared with the same others.",
    "kway": "Strength: log odds of Luce's model of first choices with position effects and a light ridge penalty, 0 on "
    "average; rows are in its order.",
}
_RANKED_BY: Final[dict[Mode, str]] = {
    "2afc": "the difference of strengths",
    "kway": "the difference of strengths",
    "mos": "the difference of mean scores",
    "realfake": "the difference of shares",
}
PAIRS_NOTE: Final = (
    "The share of choices, in %, that the method of the row got against that of the column, in their own trials alone. "
    "The 95% intervals are for single pairs, not adjusted for the number of pairs, as ranks are."
)


def heading(findings: Findings, part: Part) -> str:
    """The question, and the protocol where there are several."""
    several = len({other.protocol for other in findings.parts}) > 1
    return f"{part.question} · {part.protocol}" if several else part.question


def unit(findings: Findings) -> str:
    """Of the preference."""
    return "1 to 5" if findings.mode == "mos" else "%"


def method(found: MethodFinding | str) -> str:
    """A method's name."""
    label = found if isinstance(found, str) else found.method
    return "real images" if label == "real" else label


def preference(findings: Findings, estimate: Estimate) -> str:
    """A preference with its decimals."""
    return _text(estimate.value, _scale(findings))


def preference_interval(findings: Findings, estimate: Estimate) -> str:
    """Its interval; empty where there is none."""
    return _ends(estimate, _scale(findings))


def strength(found: MethodFinding) -> str:
    """A strength with its sign."""
    return MISSING if found.strength is None else _text(found.strength.value, _signed)


def strength_interval(found: MethodFinding) -> str:
    """Its interval; empty where there is none."""
    return "" if found.strength is None else _ends(found.strength, _signed)


def rank(found: MethodFinding) -> str:
    """A rank."""
    return MISSING if found.rank is None else str(found.rank)


def has_strengths(part: Part) -> bool:
    """Whether the table has a column of them."""
    return any(finding.strength is not None for finding in part.methods)


def size(findings: Findings, part: Part) -> str:
    """The votes behind a table."""
    ties = f", {count_of(part.ties, 'tie')} among them" if part.ties else ""
    return (
        f"{part.text} {count_of(part.votes, 'vote')}{ties}, by {count_of(part.raters, 'rater')}, on edits of "
        f"{part.protocol} ({findings.dataset})."
    )


def interval_note(findings: Findings) -> str:
    """How intervals were made."""
    return f"95% intervals: {findings.interval}, with the spread of two-way cluster-robust variance."


def method_note(findings: Findings) -> list[str]:
    """What the columns are, and what bold means."""
    notes = [_MEANING[findings.mode]]
    if findings.mode in _STRENGTH and any(has_strengths(part) for part in findings.parts):
        notes.append(_STRENGTH[findings.mode])
    return [
        *notes,
        f"Rank: 1 plus the number of methods that are better by the t test of {_RANKED_BY[findings.mode]}, p below "
        f"{ALPHA:g} after Holm's adjustment for all pairs of ranked methods; its variance is two-way cluster-robust, "
        "its degrees of freedom come from the method with fewer raters or faces. Methods that do not differ "
        "significantly may share a rank; none has a better one than a method above it. "
        "Intervals are for single methods, not adjusted. Bold: rank 1."
        + (" Real images are shown beside the methods and have no rank." if findings.mode == "realfake" else ""),
    ]


def collected(findings: Findings) -> str:
    """What the answers' files had; "" where no import kept it."""
    files = findings.collected
    if files is None:
        return ""
    reasons = ", ".join(f"{number:,} {reason}" for reason, number in files.left_out.items())
    left_out = f", {sum(files.left_out.values()):,} left out ({reasons})" if reasons else ""
    untimed = f"; {files.without_time:,} have no known response time" if files.without_time else ""
    seen = f"{count_of(files.seen, 'answer')} in {count_of(files.files, 'file')}"
    return f"{seen}: {files.taken:,} taken{_different(files)}{left_out}{untimed}."


def _different(files: Collected) -> str:
    """How many different answers were taken, where files overlap or some were imported without a record."""
    if files.answers is None or files.answers == files.taken:
        return ""
    if files.answers < files.taken:
        return f", {files.answers:,} of them different"
    unrecorded = count_of(files.answers - files.taken, "answer")
    return f" (of the study's {files.answers:,}: at least {unrecorded} came from imports without a record)"


def dropped(findings: Findings) -> str:
    """Rows that could not be counted; empty where all could."""
    total = sum(findings.dropped.values())
    if not total:
        return ""
    reasons = ", ".join(f"{number:,} {reason}" for reason, number in findings.dropped.items())
    return f"{total:,} of {findings.rows:,} rows not counted: {reasons}."


def facts(findings: Findings, part: Part) -> list[tuple[str, str]]:
    """Agreement, side bias and response times of a part, as (name, sentence)."""
    found = [("Agreement", _agreement(part))]
    if part.positions:
        found.append(("Side bias" if findings.mode == "2afc" else "Position bias", _positions(findings, part)))
    found.append(("Time to answer", _response_times(part.times, count_of(part.times.number, "answer"))))
    medians = f"the medians of {count_of(part.rater_medians.number, 'rater')}"
    found.append(("By rater", _response_times(part.rater_medians, medians)))
    return found


def notes(part: Part) -> list[str]:
    """Why values are missing or doubtful, and why no method is ranked."""
    lines = [f"No rank: {part.unranked}."] if part.unranked else []
    reasons: dict[str, list[str]] = {}
    for finding in part.methods:
        for reason in filter(None, (finding.preference.reason, finding.unranked and f"no rank: {finding.unranked}")):
            reasons.setdefault(reason, []).append(method(finding))
    return [*lines, *(f"{', '.join(names)}: {reason}." for reason, names in reasons.items())]


@dataclass(frozen=True)
class AttributeRow:
    """The votes on the tasks of one attribute, or of all: each method's preference and its interval as text."""

    attribute: str
    votes: int
    preferences: tuple[tuple[str, str], ...]


def by_attribute(findings: Findings, part: Part) -> list[AttributeRow]:
    """A row for each attribute, in the order of the table's methods, and the whole last; none without attributes."""
    if not part.attributes:
        return []
    every = {found.method: found.preference for found in part.methods}
    rows = [(name, found.votes, found.preferences) for name, found in part.attributes.items()]
    return [
        AttributeRow(
            name,
            votes,
            tuple(
                (preference(findings, estimate), preference_interval(findings, estimate)) if estimate else (MISSING, "")
                for estimate in map(preferences.get, every)
            ),
        )
        for name, votes, preferences in (*rows, (ALL_TASKS, part.votes, every))
    ]


def by_attribute_title(findings: Findings, part: Part) -> str:
    """Of the table of these rows."""
    return f"{PREFERENCE[findings.mode]} ({unit(findings)}) by attribute, {heading(findings, part)}"


def versus(part: Part) -> dict[tuple[str, str], PairFinding]:
    """Pairs by their two methods, in both orders."""
    return {order: pair for pair in part.pairs for order in ((pair.first, pair.second), (pair.second, pair.first))}


def share_over(pair: PairFinding, winner: str) -> str:
    """The percentage of choices that one of a pair got."""
    value = pair.preference.value
    return _text(value if value is None or pair.first == winner else 1 - value, _percent)


def share_interval(pair: PairFinding, winner: str) -> str:
    """Its interval; empty where there is none."""
    share = pair.preference
    if pair.first != winner and share.low is not None and share.high is not None:
        share = share.model_copy(update={"low": 1 - share.high, "high": 1 - share.low})
    return _ends(share, _percent)


def _agreement(part: Part) -> str:
    found = part.agreement
    if found.alpha.value is None:
        return f"Krippendorff's alpha {MISSING}: {found.alpha.reason}."
    ends = _ends(found.alpha, _plain)
    interval = f", 95% interval {ends} (bootstrap by source face)" if ends else f" ({found.alpha.reason})"
    return (
        f"Krippendorff's alpha ({found.scale}) {found.alpha.value:.2f}{interval}; "
        f"{count_of(found.trials, 'trial')} that two or more raters judged. 1 is perfect agreement, 0 pure chance."
    )


def _positions(findings: Findings, part: Part) -> str:
    if findings.mode == "2afc":
        left = part.positions[0]
        return f"The left image got {_percent(left.share)}% of choices; {_points(left.bias)}."
    return (
        "; ".join(
            f"position {position.position} got {_percent(position.share)}% of choices, {_points(position.bias)}"
            for position in part.positions
        )
        + "."
    )


def _points(bias: Estimate) -> str:
    interval = f" (95% interval {ends})" if (ends := _ends(bias, _signed_points)) else ""
    return f"its position alone gains it {_text(bias.value, _signed_points)} points{interval}"


def _response_times(times: Quartiles, what: str) -> str:
    if times.median is None or times.lower is None or times.upper is None:
        return "No response time is known."
    lower, median, upper = (f"{time / 1000:.1f}" for time in (times.lower, times.median, times.upper))
    return f"Median {median} s, quartiles {lower} and {upper} s from the trial's appearance, of {what}."


def _scale(findings: Findings) -> Callable[[float], str]:
    return _plain if findings.mode == "mos" else _percent


def _text(value: float | None, form: Callable[[float], str]) -> str:
    return MISSING if value is None else form(value)


def _ends(estimate: Estimate, form: Callable[[float], str]) -> str:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return ""
    return f"{form(estimate.low)} to {form(estimate.high)}"


def _plain(value: float) -> str:
    return decimal(value, 2)


def _percent(value: float) -> str:
    return decimal(100 * value, 1)


def _signed(value: float) -> str:
    return decimal(value, 2, "+")


def _signed_points(value: float) -> str:
    return decimal(100 * value, 1, "+")
