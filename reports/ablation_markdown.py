"""An ablation as GitHub Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from reports import ablation_words as words
from reports.ablation_tables import AblationReport, AblationTable
from reports.markdown import plain


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
        parts.append("\n".join(f"- {plain(line)}" for line in words.remarks(report)))
    if lines := words.missing(report):
        parts.append("Missing:\n\n" + "\n".join(f"- {plain(line)}" for line in lines))
    return "\n\n".join(parts) + "\n"


def _section(report: AblationReport, table: AblationTable, pictures: list[str]) -> str:
    parts = [f"## {plain(table.facts.title)}", plain(words.size(report, table)), "\n".join(_gains(report, table))]
    parts += [f"![]({picture})" for picture in pictures]
    parts += ["\n".join(_details(table))]
    if table.effects:
        parts += ["\n".join(_effects(table))]
    return "\n\n".join(parts)


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _gains(report: AblationReport, table: AblationTable) -> Iterator[str]:
    names = [plain(column.facts.title) + f" {column.arrow}" for column in table.columns]
    costs = [plain(words.cost_title(column)) for column in table.costs]
    yield _line("Change", *names, *costs)
    yield _line("---", *("---:" for _ in [*names, *costs]))
    full = [words.figure(column, table.reference.get(column.id)) for column in table.columns]
    yield _line(
        f"full method <sub>{plain(report.study.reference)}</sub>", *full, *(cell.text for cell in table.reference_costs)
    )
    for row in words.with_figures(table):
        cells = []
        for column in table.columns:
            contrast = row.contrasts.get(column.id)
            text = words.gain(column, contrast)
            cells.append(f"**{text}**" if words.told_apart(contrast) else text)
        name = f"{plain(words.change(row.cell.changes))} <sub>{plain(words.seeds(row))}</sub>"
        yield _line(name, *cells, *(words.cost(each) for each in row.costs))


def _details(table: AblationTable) -> Iterator[str]:
    yield _line("Change", "Metric", "Full", "Changed", "Gain", "95% interval", "p", "Holm p", "Verdict")
    yield _line("---", "---", *("---:" for _ in range(6)), "---")
    for row in words.with_figures(table):
        for column in table.columns:
            contrast = row.contrasts.get(column.id)
            if contrast is None:
                continue
            match = contrast.match
            yield _line(
                plain(words.change(row.cell.changes)),
                plain(column.facts.title),
                words.figure(column, match.b),
                words.figure(column, match.a),
                words.gain(column, contrast),
                words.interval(column, contrast),
                words.p_value(match.p_value),
                words.p_value(match.holm_p),
                plain(words.verdict(row, contrast)) + (f" ({plain(match.reason)})" if match.reason else ""),
            )


def _effects(table: AblationTable) -> Iterator[str]:
    yield _line("Metric", "Effect", "Gain", "95% interval", "p")
    yield _line("---", "---", "---:", "---:", "---:")
    for column in table.columns:
        effects = table.effects[column.id]
        if isinstance(effects, str):
            yield _line(plain(column.facts.title), plain(effects), "", "", "")
            continue
        for main in effects.main:
            ends = f"{words.signed(column, main.low)} to {words.signed(column, main.high)}"
            name = f"{plain(main.factor)} {plain(words.level(main.level))}"
            yield _line(
                plain(column.facts.title), name, words.signed(column, main.effect), ends, words.p_value(main.p_value)
            )
        for both in effects.interactions:
            name = plain(" × ".join(both.factors))
            test = f"F({both.freedom[0]}, {both.freedom[1]}) = {both.f_value:.2f}"
            yield _line(plain(column.facts.title), name, test, "", words.p_value(both.p_value))
