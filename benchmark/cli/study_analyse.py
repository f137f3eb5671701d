"""`bench study analyse`: what the answers to a human study say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmark.cli import options
from benchmark.runtime.printed_values import MISSING
from registry.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console

    from benchmark.human_study.analysis.findings import Estimate, Findings, MethodFinding, Part


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("analyse", help="Preference, ranks, agreement and side bias from the answers of a study's folder.")(
        _analyse
    )


def _analyse(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the study.")],
    obvious_failed: Annotated[
        float, typer.Option(help="Leave out raters who failed more than this share of attention checks.")
    ] = 0.2,
    repeats_chance: Annotated[
        float,
        typer.Option(help="Leave out raters who changed more repeated trials than this chance allows."),
    ] = 0.01,
    fastest_ms: Annotated[
        float, typer.Option(help="Leave out raters whose median time to a trial's first answer is below this.")
    ] = 500,
    key: options.StudyKey = None,
    json: options.Json = False,
) -> None:
    from pydantic import ValidationError

    from benchmark.human_study.analysis.analyse import analyse
    from benchmark.human_study.analysis.exclusion import ExclusionRule
    from benchmark.human_study.analysis.findings import ANALYSIS, FOLDER, write_findings
    from benchmark.human_study.answers import read_answers
    from benchmark.human_study.collection.import_summary import IMPORTS, read_imports
    from benchmark.human_study.schema import ANSWERS, PRIVATE, PUBLIC, STUDY, key_file, read_key, read_study
    from benchmark.runtime.atomic_files import replacing
    from benchmark.runtime.spreadsheet_cells import guarded
    from reports.human_study.write import write_human_study

    try:
        rule = ExclusionRule(obvious_failed=obvious_failed, repeats_chance=repeats_chance, fastest_ms=fastest_ms)
    except ValidationError as error:
        first = error.errors()[0]
        option = str(first["loc"][0]).replace("_", "-")
        raise InputError(f"--{option} is {first['input']}: {first['msg']}") from error
    if not folder.is_dir():
        raise InputError(f"study folder {folder} does not exist")
    study, secret = read_study(folder / PUBLIC / STUDY), read_key(key_file(folder, key))
    answers = folder / PRIVATE / ANSWERS
    if not answers.is_file():
        raise InputError(f"{answers} does not exist; `bench study import {folder} ANSWERS` writes it")
    imports = read_imports(folder / PRIVATE / IMPORTS)
    found = analyse(read_answers(answers), study, secret, rule, imports)
    analysis, raters = folder / FOLDER / ANALYSIS, folder / PRIVATE / "raters.csv"
    write_findings(analysis, found.findings)
    with replacing(raters) as temporary:
        found.raters.rename(index=guarded).to_csv(temporary)
    for page in [analysis, *write_human_study(analysis, folder / FOLDER), raters]:
        typer.echo(page, err=True)
    if json:
        print(found.findings.model_dump_json(indent=2))
    else:
        _print(found.findings, typical_ms=float(found.raters["median_ms"].median()))


def _print(findings: Findings, *, typical_ms: float) -> None:
    """Print the findings; `typical_ms` is the median over all raters of their median response times, NaN if unknown."""
    # imported here, so that no other command waits for it
    from rich.text import Text

    from benchmark.cli.folded_table import Column, print_table, stdout_console
    from benchmark.human_study.analysis.exclusion_summary import why_excluded
    from benchmark.human_study.collection.import_summary import TOO_FAST_MS

    console = stdout_console()
    for part in findings.parts:
        names = Column("method", [finding.method for finding in part.methods], "left")
        heads = ("rank", "preference", "95% interval", "votes", "raters")
        rows = [_cells(finding, findings.mode == "mos") for finding in part.methods]
        columns = [Column(head, [cells[number] for cells in rows]) for number, head in enumerate(heads)]
        print_table(console, f"{part.question}, {part.protocol}", names, columns)
        if part.attributes:
            _print_attributes(console, part, findings.mode == "mos")
        if part.unranked:
            console.print(Text(f"no rank: {part.unranked}"))
        if few := [finding for finding in part.methods if finding.unranked]:
            methods = ", ".join(finding.method for finding in few)
            console.print(Text(f"no rank of {methods}: {few[0].unranked}"))
    out = findings.exclusions
    console.print(f"{out.kept} of {out.raters} raters kept; {sum(findings.dropped.values())} rows not counted")
    if why := why_excluded(findings):
        console.print(Text(f"excluded: {why}"))
    if out.by_reason["fast"] == out.raters and typical_ms < TOO_FAST_MS:
        times = f"response times are about {typical_ms:.3g} ms"
        advice = "delete answers.csv, name their column rt_s in the column map, and import the answers again"
        console.print(Text(f"{times}: if they are seconds, {advice}"))


def _print_attributes(console: Console, part: Part, score: bool) -> None:
    """A row for each attribute: every method's preference, and the votes behind them."""
    from benchmark.cli.folded_table import Column, print_table

    found = list(part.attributes.values())
    methods = [finding.method for finding in part.methods]
    shown = [[of_attribute.preferences.get(method) for of_attribute in found] for method in methods]
    columns = [
        Column(method, [MISSING if figure is None else " ".join(_figure(figure, score)) for figure in figures])
        for method, figures in zip(methods, shown, strict=True)
    ]
    votes = Column("votes", [str(of_attribute.votes) for of_attribute in found])
    names = Column("attribute", list(part.attributes), "left")
    print_table(console, f"{part.question}, {part.protocol}, by attribute", names, [*columns, votes])


def _cells(method: MethodFinding, score: bool) -> tuple[str, ...]:
    figure = method.preference
    rank = MISSING if method.rank is None else str(method.rank)
    return rank, *_figure(figure, score), str(figure.votes), str(figure.raters)


def _figure(figure: Estimate, score: bool) -> tuple[str, str]:
    """The value and its interval: a score, or a percentage."""
    ends = (figure.value, figure.low, figure.high)
    value, low, high = (MISSING if end is None else f"{end:.2f}" if score else f"{end:.1%}" for end in ends)
    return value, MISSING if figure.low is None else f"{low} to {high}"
