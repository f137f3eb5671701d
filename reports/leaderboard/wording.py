"""What the pages say of a cell, a row, a table, and the rules behind them; plain text, escaped by the renderers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from benchmark.results.comparability import SHORT_HASH
from benchmark.results.schema import WeightsOrigin
from benchmark.runtime.printed_values import MISSING, p_value
from benchmark.statistics.holm import ALPHA
from benchmark.statistics.paired import FLIPS
from benchmark.statistics.seed_variance import MIN_SEEDS
from benchmark.tables.bold import MIN_METHODS_FOR_SECOND
from benchmark.tables.table import Cell, Column, Row, Table


def num_tests(table: Table) -> int:
    """How many p-values Holm's adjustment counts: the family is every test of the table."""
    return sum(cell.holm_p is not None for row in table.rows for cell in row.cells)


def bold_rule(table: Table) -> str:
    """What bold means, with the tests and their family."""
    tests = num_tests(table)
    if not tests:
        return "the best figure among learned methods, its lead untested."
    return (
        "the best figure among learned methods, and every other that is not significantly worse at 5%. "
        f"Per image: paired sign flips of whole source faces ({FLIPS:,} at random, or all where they are fewer and "
        f"seeds add no error); whole set: a t test over {MIN_SEEDS} or more seeds. "
        f"Holm's adjustment counts the {tests:,} {'test' if tests == 1 else 'tests'} of this table. "
        "A figure that could not be tested is bold only if it is the best, or prints the same."
    )


def rank_rule(table: Table) -> str:
    """What rank and win rate mean."""
    axes = ", ".join(f"{axis} ({_titles(columns)})" for axis, columns in table.axes.items())
    voteless = f" Without an axis, and so without a vote: {_titles(table.voteless)}." if table.voteless else ""
    return (
        "1 plus the number of learned methods whose win rate is significantly higher (the 95% interval of their "
        "difference lies above 0). Methods that do not differ significantly may share a rank. Win rate: on each "
        "per-image metric the share of the other ranked methods that a method beats, averaged over the metrics of an "
        "axis and then over axes, so that each axis has one vote however many metrics measure it. An axis on which a "
        "method has no figure is left out of its win rate. Its interval resamples faces, seeds nested. "
        f"Axes: {axes}.{voteless} Metrics of whole sets have no vote. Reference methods have no rank and are nobody's "
        "rivals: their win rate is the share of the ranked methods that they beat, which is what not editing, or not "
        "learning, would get."
    )


def _titles(columns: Iterable[Column]) -> str:
    """Of metrics, some of which have a comma in their title."""
    return "; ".join(column.facts.title for column in columns)


def untested(table: Table) -> list[str]:
    """Which figures are not tested against the best, and why; one line per reason."""
    found: dict[str, dict[str, None]] = {}
    for cell in (cell for row in table.rows for cell in row.cells):
        if cell.untested is not None:
            found.setdefault(cell.untested, {})[cell.column.facts.title] = None
    return [f"Not tested against the best: {'; '.join(titles)} ({reason})." for reason, titles in found.items()]


FLAG = "†"
LEVELS = {"standing": "Overall", "human": "Human study", "image": "Per image", "set": "Whole set", "cost": "Cost"}
ORIGINS: dict[WeightsOrigin, str] = {
    "trained": "trained",
    "checkpoint": "trained in another run",
    "published": "published",
    "pretrained": "pretrained",
    "external": "edited outside",
    "none": "none",
}
NO_RUNS = "There are no runs yet: a run that was scored appears here."


def unusable_results(count: int) -> str | None:
    """What the pages say of results that could not be read; None where all could. Their paths are nobody's business."""
    if not count:
        return None
    what = "1 result file was" if count == 1 else f"{count:,} result files were"
    return f"{what} left out, being damaged or not as written; the command that wrote this page named them."


@dataclass(frozen=True)
class Legend:
    """A mark of the table and what it means; the renderer shows the mark in the style that it names."""

    mark: str
    style: str
    meaning: str


def heading(table: Table) -> str:
    """Dataset and protocol, with the part where the table had to be split."""
    part = f" (table {table.part[0]} of {table.part[1]})" if table.part else ""
    return f"{table.dataset_facts.title} · {table.title}{part}"


def interval(cell: Cell) -> str | None:
    """The interval as it stands beside a figure; None where there is none."""
    if cell.value is None or cell.low is None or cell.high is None:
        return None
    return f"{cell.column.format(cell.low)} to {cell.column.format(cell.high)}"


def details(cell: Cell) -> list[str]:
    """What stands behind a cell: its interval or seeds, n, cautions; one line each."""
    facts = cell.column.facts
    unit = f" {facts.unit}" if facts.unit and cell.value is not None else ""
    lines = [f"{facts.title}: {cell.text}{unit}"]
    if (ends := interval(cell)) is not None:
        made = f" ({cell.interval})" if cell.interval else ""
        lines.append(f"95% interval {ends}{made}")
    if cell.seed_range is not None:
        least, greatest = (cell.column.format(end) for end in cell.seed_range)
        without = "" if interval(cell) else "; no interval"
        lines.append(f"mean of {cell.seeds} seeds, which range from {least} to {greatest}{without}")
    if 0 < cell.seeds < cell.seeds_run:
        lines.append(f"{cell.seeds} of {cell.seeds_run} seeds have a figure")
    if cell.n:
        sound = f"; sound from {facts.min_n:,}" if cell.flagged else ""
        lines.append(f"n = {cell.n:,}{sound}")
    if cell.holm_p is not None:
        verdict = "significantly worse than" if cell.holm_p < ALPHA else "not significantly different from"
        lines.append(f"{verdict} the best learned method (Holm p {p_value(cell.holm_p)})")
    if cell.untested is not None:
        lines.append(f"not tested against the best: {cell.untested}")
    if cell.reason is not None:
        lines.append(cell.reason)
    return lines


def about(column: Column) -> str:
    """What a metric's header says on hover: where it was published, and where it is blind or misleads."""
    facts = column.facts
    axis = f"Axis: {facts.axis}." if facts.axis else None
    return "\n".join([*filter(None, [facts.citation, axis]), *facts.caveats])


def row_facts(row: Row) -> str:
    """The small print of a row's header."""
    if row.kind == "real":
        return "not edited"
    origin = "classical" if row.weights_origin == "none" else ORIGINS[row.weights_origin]
    made = ["reference"] if row.kind == "reference" else [origin, row.preset]
    seeds = [f"{len(row.seeds)} seeds"] if len(row.seeds) > 1 else []
    return " · ".join([*made, *seeds])


def legend(table: Table) -> list[Legend]:
    """What every mark that this table uses means."""
    cells = [cell for row in table.rows for cell in row.cells]
    entries = [Legend("↑ ↓", "", "more is better, less is better.")]
    if any(cell.emphasis == "best" for cell in cells):
        entries.append(
            Legend("Bold", "best", f"{bold_rule(table)} Costs, real images and reference methods are not marked.")
        )
    if any(cell.emphasis == "second" for cell in cells):
        entries.append(
            Legend(
                "Underlined",
                "second",
                f"the next best, where {MIN_METHODS_FOR_SECOND} or more learned methods have a figure.",
            )
        )
    if any(cell.flagged for cell in cells):
        entries.append(Legend(FLAG, "", f"from fewer images than the metric is sound for: {_flagged(table)}."))
    if any(cell.value is None for cell in cells):
        numbered = " A number points to the reason below." if table.notes else ""
        entries.append(Legend(MISSING, "", f"no figure, which is not zero.{numbered}"))
    if table.columns and table.columns[0].group == "standing":
        entries.append(Legend("Rank", "", rank_rule(table)))
    return entries


def remarks(table: Table) -> list[str]:
    """Sentences on the table as a whole: what n is, how seeds were joined, who is absent, which tables differ."""
    lines = [_sizes(table)]
    if any(run.result.protocols[table.protocol].attributes for row in table.rows for run in row.runs):
        lines.append(
            "The tasks transfer several attributes: figures per image are means over attributes, those of whole sets "
            "are of all tasks."
        )
    if any(run.result.protocols[table.protocol].strengths for row in table.rows for run in row.runs):
        lines.append(
            "The tasks are of several strengths: figures per image are areas under the curve over strength, per unit "
            "of strength, those of whole sets are of all tasks. A loss is positive where a figure gets worse."
        )
    if any(len(row.seeds) > 1 for row in table.rows):
        lines.append(
            "Several seeds: their mean, with an interval in which seeds are nested where there are per-task scores of "
            "every seed, else with none: a run's own interval covers the test set alone."
        )
    if any(interval(cell) for row in table.rows for cell in row.cells if len(row.seeds) == 1):
        lines.append(
            "No number of seeds means one seed: its interval and its tests speak of the test set only, not of training."
        )
    lines.extend(untested(table))
    if table.unranked:
        lines.append(f"No rank: {table.unranked}.")
    if table.human:
        lines.append(table.human)
    partial = [
        f"{row.title}, {found.num_scored:,} of {found.num_tasks:,}"
        for row in table.rows
        if (found := row.method.first.protocols[table.protocol]).num_scored is not None
    ]
    if partial:
        lines.append(
            f"Edits of some of the tasks alone: {'; '.join(partial)}. The figures are of these, and neither ranked nor "
            "marked; differences are of the tasks that both methods have."
        )
    if len(table.devices) > 1:
        lines.append(f"Times and memory were taken on different hardware: {', '.join(table.devices)}.")
    if table.not_run:
        lines.append(f"Not run under this protocol: {', '.join(table.not_run)}.")
    if table.apart:
        lines.append(f"Kept apart from table 1, with which it cannot be compared: {'; '.join(table.apart)}.")
    return lines


def provenance(table: Table) -> list[tuple[str, str]]:
    """What decided the figures: dataset, tasks, judges, weights and hardware, as (name, facts)."""
    facts = table.dataset_facts
    faces = ", ".join(f"{count:,} {split}" for split, count in facts.faces.items())
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in facts.left_out.items())
    skipped = f"; {facts.skipped:,} skipped" if facts.skipped else ""
    skipped += f"; left out: {reasons}" if reasons else ""
    lines = [
        ("Dataset", f"{table.dataset}, fingerprint {facts.fingerprint[:SHORT_HASH]}"),
        ("Faces", f"{faces}{skipped}"),
        ("Size", f"{facts.size} \N{MULTIPLICATION SIGN} {facts.size} pixels, {facts.resize_policy}"),
        ("Tasks", f"{table.num_tasks:,}, table {table.tasks_sha256[:SHORT_HASH]}. {table.rule}"),
    ]
    for name, judge in table.judges.items():
        scores = ", ".join(f"{metric} {score:.3f}" for metric, score in judge.scores.items()) or "none recorded"
        stated = f"{judge.title}, weights {judge.weights_sha256[:SHORT_HASH]}; own test scores: {scores}"
        lines.append((f"Judge {name}", f"{stated}. Caution: {judge.caution}" if judge.caution else stated))
    origins: dict[str, list[str]] = {}
    for row in table.rows:
        if row.kind == "learned":
            origins.setdefault(ORIGINS[row.weights_origin], []).append(row.title)
    lines.extend((f"Weights, {origin}", ", ".join(dict.fromkeys(titles))) for origin, titles in origins.items())
    if table.devices:
        lines.append(("Hardware", ", ".join(table.devices)))
    return lines


def _sizes(table: Table) -> str:
    """How many tasks there are, and which figures come from another number of images."""
    exceptions: list[str] = []
    for place, column in enumerate(table.columns):
        sizes = {cell.n for row in table.rows if (cell := row.cells[place]).value is not None and cell.n is not None}
        if sizes - {table.num_tasks}:
            exceptions.append(f"{column.facts.title} {_span(sizes)}")
    others = f"; another n: {', '.join(exceptions)}" if exceptions else ""
    return f"n = {table.num_tasks:,} edit tasks{others}."


def _flagged(table: Table) -> str:
    found: dict[str, set[int]] = {}
    for cell in (cell for row in table.rows for cell in row.cells):
        if cell.flagged and cell.n is not None:
            found.setdefault(f"{cell.column.facts.title} (sound from {cell.column.facts.min_n:,})", set()).add(cell.n)
    return "; ".join(f"{title} n = {_span(sizes)}" for title, sizes in found.items())


def _span(sizes: set[int | None] | set[int]) -> str:
    known = sorted(size for size in sizes if size is not None)
    return f"{known[0]:,}" if len(known) == 1 else f"{known[0]:,} to {known[-1]:,}"
