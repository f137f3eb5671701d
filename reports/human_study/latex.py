"""A human study as LaTeX (booktabs): one float per question, to be input by a paper."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from benchmark.human_study.analysis.exclusion_summary import exclusions
from benchmark.human_study.analysis.findings import Findings, MethodFinding, Part
from reports.human_study import wording
from reports.rendering.latex import PREAMBLE, escaped, line, number, tabular


def render(findings: Findings) -> str:
    """The whole file: one float per part, or the reason why there is none."""
    floats = [text for part in findings.parts for text in _floats(findings, part)]
    return "\n\n".join([PREAMBLE, *(floats or [escaped(wording.NO_QUESTIONS)])]) + "\n"


def _floats(findings: Findings, part: Part) -> Iterator[str]:
    yield _float(findings, part)
    if rows := wording.by_attribute(findings, part):
        yield _by_attribute(findings, part, rows)


def _by_attribute(findings: Findings, part: Part, rows: Sequence[wording.AttributeRow]) -> str:
    title = wording.by_attribute_title(findings, part)
    caption = f"Human study, {title}. {wording.interval_note(findings)}"
    headers = ["Attribute", *(escaped(wording.method(finding)) for finding in part.methods), "Votes"]
    body = "\n".join(
        line(
            [
                escaped(row.attribute),
                *(number(" ".join(filter(None, texts))) for texts in row.preferences),
                f"{row.votes:,}",
            ]
        )
        for row in rows
    )
    return "\n".join(
        [
            r"\begin{table}[htbp]",
            r"\centering",
            rf"\caption[{escaped(title)}]{{{escaped(caption)}}}",
            rf"\label{{{_label(part)}-by-attribute}}",
            r"\par\medskip",
            tabular("l" + "r" * (len(headers) - 1), headers, body),
            r"\end{table}",
        ]
    )


def _label(part: Part) -> str:
    return "tab:human-" + re.sub(r"[^A-Za-z0-9]+", "-", f"{part.question}-{part.protocol}")


def _float(findings: Findings, part: Part) -> str:
    heading = f"Human study, {wording.heading(findings, part)}"
    caption = " ".join(
        [f"{heading}.", wording.size(findings, part), wording.interval_note(findings), exclusions(findings)]
    )
    notes = [*wording.method_note(findings), *(f"{name}: {fact}" for name, fact in wording.facts(findings, part))]
    foot = " ".join(
        filter(None, [*notes, wording.collected(findings), wording.dropped(findings), *wording.notes(part)])
    )
    return "\n".join(
        [
            r"\begin{table}[htbp]",
            r"\centering",
            rf"\caption[{escaped(heading)}]{{{escaped(caption)}}}",
            rf"\label{{{_label(part)}}}",
            r"\par\medskip",
            _tabular(findings, part),
            rf"\par\medskip\begin{{minipage}}{{\linewidth}}\footnotesize {escaped(foot)}\end{{minipage}}",
            r"\end{table}",
        ]
    )


def _tabular(findings: Findings, part: Part) -> str:
    strengths = wording.has_strengths(part)
    preference = escaped(f"{wording.PREFERENCE[findings.mode]} ({wording.unit(findings)}) ↑")
    headers = ["Method", "Rank", preference, r"95\% interval"]
    headers += ["Strength", r"95\% interval"] if strengths else []
    headers += ["Votes", "Raters", "Faces"]
    body = "\n".join(_row(findings, finding, strengths) for finding in part.methods)
    return tabular("l" + "r" * (len(headers) - 1), headers, body)


def _row(findings: Findings, finding: MethodFinding, strengths: bool) -> str:
    preference = finding.preference
    value = number(wording.preference(findings, preference))
    cells = [
        escaped(wording.method(finding)),
        number(wording.rank(finding)),
        rf"\textbf{{{value}}}" if finding.rank == 1 else value,
        number(wording.preference_interval(findings, preference)),
    ]
    if strengths:
        cells += [number(wording.strength(finding)), number(wording.strength_interval(finding))]
    cells += [f"{count:,}" for count in (preference.votes, preference.raters, preference.items)]
    return line(cells)
