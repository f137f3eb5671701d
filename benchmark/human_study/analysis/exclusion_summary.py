"""Who was excluded from a human study, by which rule, in a sentence."""

from __future__ import annotations

from typing import Final

from benchmark.human_study.analysis.exclusion import Reason
from benchmark.human_study.analysis.findings import Findings

_EXCLUDED: Final[dict[Reason, str]] = {
    "obvious": "failed more than {rule.obvious_failed:.0%} of their attention checks",
    "repeats": "changed more of their repeated trials than all raters' habit explains (binomial p below "
    "{rule.repeats_chance:g})",
    "fast": "took less than {rule.fastest_ms:,.0f} ms (median) from a trial's appearance to their first answer",
}


def exclusions(findings: Findings) -> str:
    """Who was excluded by which rule, with counts."""
    summary = findings.exclusions
    reasons = "; ".join(_counted(findings))
    unchecked = (
        f" {count_of(summary.unchecked, 'rater')} of those kept answered no check."
        if summary.unchecked and summary.kept
        else ""
    )
    return (
        f"{summary.kept:,} of {count_of(summary.raters, 'rater')} kept; {summary.raters - summary.kept:,} excluded "
        f"with {count_of(summary.answers, 'answer')}: {reasons} (several may apply to one).{unchecked} "
        f"{count_of(findings.checks, 'answer')} to checks of raters who were kept "
        f"{'is' if findings.checks == 1 else 'are'} not counted."
    )


def why_excluded(findings: Findings) -> str:
    """The reasons that apply to any rater, with counts; "" where none does."""
    every = zip(_EXCLUDED, _counted(findings), strict=True)
    return "; ".join(text for reason, text in every if _count(findings, reason))


def _counted(findings: Findings) -> list[str]:
    rule = findings.exclusions.rule
    return [f"{_count(findings, reason):,} {text.format(rule=rule)}" for reason, text in _EXCLUDED.items()]


def _count(findings: Findings, reason: Reason) -> int:
    return findings.exclusions.by_reason.get(reason, 0)


def count_of(number: int, what: str) -> str:
    """A count in words: "1 rater", "2,000 raters"."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
