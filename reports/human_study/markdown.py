"""A human study as GitHub Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmark.human_study.analysis.exclusion_summary import exclusions
from benchmark.human_study.analysis.findings import Findings, Part
from reports.human_study import wording as words
from reports.rendering.markdown import line, plain


def render(findings: Findings, title: str, pictures: Sequence[str | None]) -> str:
    """The whole page.

    Args:
        findings: of the study.
        title: of the page.
        pictures: of each part, a file beside the page.
    """
    parts = [f"# {plain(title)}", *([] if findings.parts else [words.NO_QUESTIONS])]
    for part, picture in zip(findings.parts, pictures, strict=True):
        parts += _section(findings, part, picture)
    remarks = [
        words.interval_note(findings),
        *words.method_note(findings),
        exclusions(findings),
        words.dropped(findings),
    ]
    parts.append("\n".join(f"- {plain(each)}" for each in remarks if each))
    return "\n\n".join(parts) + "\n"


def _section(findings: Findings, part: Part, picture: str | None) -> Iterator[str]:
    yield f"## {plain(words.heading(findings, part))}"
    yield plain(words.size(findings, part))
    yield "\n".join(_table(findings, part))
    if picture is not None:
        yield f"![]({picture})"
    yield "\n".join(f"- {name}: {plain(said)}" for name, said in words.facts(findings, part))
    if notes := words.notes(part):
        yield "\n".join(f"- {plain(note)}" for note in notes)
    if part.pairs:
        yield "\n".join(_pairs(part))


def _table(findings: Findings, part: Part) -> Iterator[str]:
    strengths = words.has_strengths(part)
    name = f"{words.PREFERENCE[findings.mode]} ({words.unit(findings)}) ↑"
    yield line("Method", "Rank", name, "95% interval", *(["Strength", "95% interval"] if strengths else []), *_COUNTS)
    yield line("---", *("---:" for _ in range(8 if strengths else 6)))
    for each in part.methods:
        figure = each.preference
        value = words.preference(findings, figure)
        cells = [words.strength(each), words.strength_interval(each)] if strengths else []
        counts = (f"{number:,}" for number in (figure.votes, figure.raters, figure.items))
        yield line(
            plain(words.method(each)),
            words.rank(each),
            f"**{value}**" if each.rank == 1 else value,
            words.preference_interval(findings, figure),
            *cells,
            *counts,
        )


_COUNTS = ("Votes", "Raters", "Faces")


def _pairs(part: Part) -> Iterator[str]:
    names = [each.method for each in part.methods]
    found = words.versus(part)
    yield line("Share of choices of … over (%)", *(plain(words.method(name)) for name in names))
    yield line("---", *("---:" for _ in names))
    for ours in names:
        cells = (found.get((ours, theirs)) for theirs in names)
        yield line(plain(words.method(ours)), *("" if each is None else words.share_over(each, ours) for each in cells))
