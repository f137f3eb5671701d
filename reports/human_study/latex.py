"""A human study as LaTeX (booktabs): a float for each question, which a paper inputs."""

from __future__ import annotations

import re

from benchmark.human_study.analysis.exclusion_summary import exclusions
from benchmark.human_study.analysis.findings import Findings, MethodFinding, Part
from reports.human_study import wording as words
from reports.rendering.latex import PREAMBLE, escaped, line, number, tabular


def render(findings: Findings) -> str:
    """The whole file: a float a part, or the reason why there is none."""
    parts = [_float(findings, part) for part in findings.parts] or [escaped(words.NO_QUESTIONS)]
    return "\n\n".join([PREAMBLE, *parts]) + "\n"


def _float(findings: Findings, part: Part) -> str:
    heading = f"Human study, {words.heading(findings, part)}"
    caption = " ".join([f"{heading}.", words.size(findings, part), words.interval_note(findings), exclusions(findings)])
    said = [*words.method_note(findings), *(f"{name}: {fact}" for name, fact in words.facts(findings, part))]
    foot = " ".join(filter(None, [*said, words.dropped(findings), *words.notes(part)]))
    label = "tab:human-" + re.sub(r"[^A-Za-z0-9]+", "-", f"{part.question}-{part.protocol}")
    return "\n".join(
        [
            r"\begin{table}[htbp]",
            r"\centering",
            rf"\caption[{escaped(heading)}]{{{escaped(caption)}}}",
            rf"\label{{{label}}}",
            r"\par\medskip",
            _tabular(findings, part),
            rf"\par\medskip\begin{{minipage}}{{\linewidth}}\footnotesize {escaped(foot)}\end{{minipage}}",
            r"\end{table}",
        ]
    )


def _tabular(findings: Findings, part: Part) -> str:
    strengths = words.has_strengths(part)
    preference = escaped(f"{words.PREFERENCE[findings.mode]} ({words.unit(findings)}) ↑")
    headers = ["Method", "Rank", preference, r"95\% interval"]
    headers += ["Strength", r"95\% interval"] if strengths else []
    headers += ["Votes", "Raters", "Faces"]
    body = "\n".join(_row(findings, each, strengths) for each in part.methods)
    return tabular("l" + "r" * (len(headers) - 1), headers, body)


def _row(findings: Findings, found: MethodFinding, strengths: bool) -> str:
    figure = found.preference
    value = number(words.preference(findings, figure))
    cells = [
        escaped(words.method(found)),
        number(words.rank(found)),
        rf"\textbf{{{value}}}" if found.rank == 1 else value,
        number(words.preference_interval(findings, figure)),
    ]
    if strengths:
        cells += [number(words.strength(found)), number(words.strength_interval(found))]
    cells += [f"{count:,}" for count in (figure.votes, figure.raters, figure.items)]
    return line(cells)
