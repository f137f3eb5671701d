"""An ablation as GitHub Markdown."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from benchmark.ablation.tables import AblationReport, AblationTable
from reports.ablation import wording as words
from reports.ablation.rows import DETAILS, EFFECTS, details, effects
from reports.rendering.markdown import line, plain


def render(report: AblationReport, title: str, pictures: dict[str, list[str]]) -> str:
    """The whole page.

    Args:
        report: the study with its figures.
        title: of the page.
        pictures: file names by protocol, beside the page.
    """
    parts = [f"# {plain(title)}"]
    if report.reason is not None:
        parts.append(plain(report.reason))
    parts += [_section(report, table, pictures.get(table.protocol, [])) for table in report.tables]
    if report.tables:
        parts.append("\n".join(f"- {plain(remark)}" for remark in words.remarks(report)))
    if lines := words.missing(report):
        parts.append("Missing:\n\n" + "\n".join(f"- {plain(text)}" for text in lines))
    return "\n\n".join(parts) + "\n"


def _section(report: AblationReport, table: AblationTable, pictures: list[str]) -> str:
    parts = [f"## {plain(table.facts.title)}", plain(words.size(report, table)), "\n".join(_gains(report, table))]
    parts += [f"![]({picture})" for picture in pictures]
    parts += ["\n".join(_long(DETAILS, details(table), (0, 1, 8)))]
    if table.effects:
        parts += ["\n".join(_long(EFFECTS, effects(table), (0, 1)))]
    return "\n\n".join(parts)


def _gains(report: AblationReport, table: AblationTable) -> Iterator[str]:
    names = [plain(column.facts.title) + f" {column.arrow}" for column in table.columns]
    costs = [plain(words.cost_title(column)) for column in table.costs]
    yield line("Change", *names, *costs)
    yield line("---", *("---:" for _ in [*names, *costs]))
    full = [words.estimate(column, table.reference.get(column.id)) for column in table.columns]
    yield line(
        f"full method <sub>{plain(report.study.reference)}</sub>", *full, *(cell.text for cell in table.reference_costs)
    )
    for row in words.with_figures(table):
        cells = []
        for column in table.columns:
            contrast = row.contrasts.get(column.id)
            text = words.gain(column, contrast)
            cells.append(f"**{text}**" if words.is_significant(contrast) else text)
        name = f"{plain(words.change(row.cell.changes))} <sub>{plain(words.seeds(row))}</sub>"
        yield line(name, *cells, *(words.cost(cost) for cost in row.costs))


def _long(headings: Sequence[str], lines: Iterable[Sequence[str]], words_at: Collection[int]) -> Iterator[str]:
    """A table whose columns at `words_at` hold words, and the others numbers."""
    yield line(*headings)
    yield line(*("---" if place in words_at else "---:" for place in range(len(headings))))
    for cells in lines:
        yield line(*(plain(cell) for cell in cells))
