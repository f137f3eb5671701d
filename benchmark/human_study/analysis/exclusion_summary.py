"""Who was left out of a human study, by which rule, in a sentence."""

from __future__ import annotations

from typing import Final

from benchmark.human_study.analysis.exclusion import Reason
from benchmark.human_study.analysis.findings import Findings

_LEFT_OUT: Final[dict[Reason, str]] = {
    "obvious": "failed more than {rule.obvious_failed:.0%} of their obvious checks",
    "repeats": "changed more of their repeated trials than all raters' habit explains (binomial p below "
    "{rule.repeats_chance:g})",
    "fast": "took less than {rule.fastest_ms:,.0f} ms (median) from a trial's appearance to their first answer",
}


def exclusions(findings: Findings) -> str:
    """Who was left out by which rule, with counts."""
    out = findings.exclusions
    reasons = "; ".join(
        f"{out.by_reason.get(reason, 0):,} {text.format(rule=out.rule)}" for reason, text in _LEFT_OUT.items()
    )
    unchecked = (
        f" {count_of(out.unchecked, 'rater')} of those kept answered no check." if out.unchecked and out.kept else ""
    )
    return (
        f"{out.kept:,} of {count_of(out.raters, 'rater')} kept; {out.raters - out.kept:,} left out with "
        f"{count_of(out.answers, 'answer')}: {reasons} (several may apply to one).{unchecked} "
        f"{count_of(findings.checks, 'answer')} to checks of raters who were kept "
        f"{'is' if findings.checks == 1 else 'are'} in no figure."
    )


def count_of(number: int, what: str) -> str:
    """A number of things in words: "1 rater", "2,000 raters"."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
