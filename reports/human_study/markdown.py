"""A human study as GitHub Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmark.human_study.analysis.exclusion_summary import exclusions
from benchmark.human_study.analysis.findings import Findings, Part
from reports.human_study import wording
from reports.rendering.markdown import line, plain


def render(findings: Findings, title: str, figure_files: Sequence[str | None]) -> str:
    """The whole page.

    Args:
        findings: of the study.
        title: of the page.
        figure_files: of each part, the file of its figure beside the page.
    """
    parts = [f"# {plain(title)}", *([] if findings.parts else [wording.NO_QUESTIONS])]
    for part, figure_file in zip(findings.parts, figure_files, strict=True):
        parts += _section(findings, part, figure_file)
    remarks = [
        wording.interval_note(findings),
        *wording.method_note(findings),
        wording.collected(findings),
        exclusions(findings),
        wording.dropped(findings),
    ]
    parts.append("\n".join(f"- {plain(remark)}" for remark in remarks if remark))
    return "\n\n".join(parts) + "\n"


def _section(findings: Findings, part: Part, figure_file: str | None) -> Iterator[str]:
    yield f"## {plain(wording.heading(findings, part))}"
    yield plain(wording.size(findings, part))
    yield "\n".join(_table(findings, part))
    if figure_file is not None:
        yield f"![]({figure_file})"
    yield "\n".join(f"- {name}: {plain(said)}" for name, said in wording.facts(findings, part))
    if notes := wording.notes(part):
        yield "\n".join(f"- {plain(note)}" for note in notes)
    if rows := wording.by_attribute(findings, part):
        yield f"### {plain(wording.by_attribute_title(findings, part))}"
        yield "\n".join(_by_attribute(part, rows))
    if part.pairs:
        yield "\n".join(_pairs(part))


def _table(findings: Findings, part: Part) -> Iterator[str]:
    strengths = wording.has_strengths(part)
    name = f"{wording.PREFERENCE[findings.mode]} ({wording.unit(findings)}) ↑"
    yield line("Method", "Rank", name, "95% interval", *(["Strength", "95% interval"] if strengths else []), *_COUNTS)
    yield line("---", *("---:" for _ in range(8 if strengths else 6)))
    for finding in part.methods:
        preference = finding.preference
        value = wording.preference(findings, preference)
        cells = [wording.strength(finding), wording.strength_interval(finding)] if strengths else []
        counts = (f"{number:,}" for number in (preference.votes, preference.raters, preference.items))
        yield line(
            plain(wording.method(finding)),
            wording.rank(finding),
            f"**{value}**" if finding.rank == 1 else value,
            wording.preference_interval(findings, preference),
            *cells,
            *counts,
        )


_COUNTS = ("Votes", "Raters", "Faces")


def _by_attribute(part: Part, rows: Sequence[wording.AttributeRow]) -> Iterator[str]:
    yield line("Attribute", *(plain(wording.method(finding)) for finding in part.methods), "Votes")
    yield line("---", *("---:" for _ in part.methods), "---:")
    for row in rows:
        cells = (" ".join(filter(None, texts)) for texts in row.preferences)
        yield line(plain(row.attribute), *cells, f"{row.votes:,}")


def _pairs(part: Part) -> Iterator[str]:
    names = [finding.method for finding in part.methods]
    pairs = wording.versus(part)
    yield line("Share of choices of … over (%)", *(plain(wording.method(name)) for name in names))
    yield line("---", *("---:" for _ in names))
    for method in names:
        cells = (pairs.get((method, other)) for other in names)
        yield line(
            plain(wording.method(method)), *("" if pair is None else wording.share_over(pair, method) for pair in cells)
        )
