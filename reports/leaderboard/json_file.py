"""Tables as one JSON file with a versioned schema, for programs that read leaderboards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from benchmark.results.schema import DatasetInfo, JudgeInfo, Kind, WeightsOrigin
from benchmark.statistics import equal_success
from benchmark.statistics.editing_strength import EditingStrength, Verdict
from benchmark.tables.by_attribute import NamedCells, by_attribute
from benchmark.tables.by_strength import by_strength
from benchmark.tables.table import Cell, Column, Level, OperatingPoints, Row, Table
from reports.leaderboard.wording import bold_rule, num_tests

SCHEMA_VERSION: Literal[1] = 1


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_inf_nan="null")


class Interval(_Strict):
    """A 95% interval and how it was made; of a bootstrap, the resampled units and the draws."""

    low: float
    high: float
    method: str | None


class Estimate(_Strict):
    """One figure of one method; its fields mean what those of `benchmark.tables.table.Cell` do.

    Attributes:
        value: as measured, a cost in the unit of its metric; None where there is none, and then `reason` says why.
        flagged: whether it comes from fewer images than the metric is sound for.
    """

    value: float | None
    interval: Interval | None
    n: int | None
    seeds: int
    seeds_run: int
    seed_range: tuple[float, float] | None
    emphasis: Literal["best", "second"] | None
    holm_p: float | None
    untested: str | None
    flagged: bool
    reason: str | None


class Metric(_Strict):
    """A column; `level` is "standing" of a rank and a win rate."""

    title: str
    direction: Literal["up", "down"]
    unit: str
    decimals: int
    level: Level
    min_n: int
    citation: str
    axis: str | None = None
    weights_sha256: str | None
    caveats: list[str]


class RunInfo(_Strict):
    """One seed of a method: what it was made by and on."""

    seed: int
    experiment_sha256: str
    weights_sha256: str | None
    hardware: str


class Method(_Strict):
    """A row."""

    method: str
    title: str
    kind: Kind
    preset: str
    weights_origin: WeightsOrigin
    runs: list[RunInfo]
    figures: dict[str, Estimate]
    """By metric."""
    attributes: dict[str, dict[str, Estimate]] = {}
    """By attribute, then by metric; empty where tasks transfer one attribute at most."""
    strengths: dict[str, dict[str, Estimate]] = {}
    """By strength, then by metric; empty where tasks are of one strength."""
    curves: dict[str, dict[str, Estimate]] = {}
    """What the figures by strength come to: "area under the curve" and "loss from 0 to 1", then by metric."""
    operating_points: OperatingInfo | None = None
    """The method at equal success; None where tasks do not ask for an attribute at several strengths."""


class Difference(_Strict):
    """A difference with its 95% interval."""

    value: float
    low: float
    high: float


class LevelInfo(_Strict):
    """A method where it reaches a level of success.

    Attributes:
        level: of the metric of success.
        strength: at which the method first reaches it.
        figures: by metric of what is preserved; "best" among learned methods where none is significantly better.
        behind: by metric, how far a learned method is behind the best one, in the metric's unit; with intervals that
            are simultaneous over all pairs of learned methods. Nothing of the best itself.
    """

    level: float
    strength: Estimate
    figures: dict[str, Estimate]
    behind: dict[str, Difference]


class EditingInfo(_Strict):
    """Whether a method's whole edit goes too far, or not far enough.

    Attributes:
        verdict: "over-edits", "under-edits", "neither is shown", or "no effect".
        strength: the other strength by which that is shown.
        success: of the edit there, less that of the whole edit.
        preserved: by metric, how much more is preserved there, of those where it is more beyond doubt.
    """

    verdict: Verdict
    strength: float | None
    success: Difference | None
    preserved: dict[str, Difference]


class OperatingInfo(_Strict):
    """A method at equal success; `levels` is empty where `reason` says why."""

    levels: list[LevelInfo]
    editing: EditingInfo | None
    reason: str | None


class TableInfo(_Strict):
    """A table: one dataset, one protocol, runs that can be compared.

    Attributes:
        significance: the rule by which figures are "best", in words.
        num_tests: p-values that Holm's adjustment counts.
        axes: that have a vote in ranks, by name, with their metrics.
        unranked: why no method has a rank.
        human: what the column of a human study is, or why there is none; null where none was named.
        part: number of the table and of all tables that its dataset and protocol were split into.
        apart: what keeps its runs out of the first of those.
        not_run: methods with runs on the dataset, none of them under this protocol.
    """

    dataset: str
    dataset_facts: DatasetInfo
    protocol: str
    title: str
    rule: str
    num_tasks: int
    tasks_sha256: str
    judges: dict[str, JudgeInfo]
    significance: str
    num_tests: int
    axes: dict[str, list[str]] = {}
    unranked: str | None
    human: str | None = None
    part: tuple[int, int] | None
    apart: list[str]
    not_run: list[str]
    metrics: dict[str, Metric]
    methods: list[Method]


class Leaderboard(_Strict):
    """The file."""

    schema_version: Literal[1] = SCHEMA_VERSION
    tables: list[TableInfo]
    unusable_results: int = 0
    """Result files that could not be read, and are in no table."""


def render(tables: Sequence[Table], unusable: int = 0) -> str:
    """The whole file; `unusable` results are in no table."""
    content = Leaderboard(tables=[_table(table) for table in tables], unusable_results=unusable)
    return content.model_dump_json(indent=1) + "\n"


def _table(table: Table) -> TableInfo:
    of_attributes, of_strengths = by_attribute(table), by_strength(table)
    return TableInfo(
        dataset=table.dataset,
        dataset_facts=table.dataset_facts,
        protocol=table.protocol,
        title=table.title,
        rule=table.rule,
        num_tasks=table.num_tasks,
        tasks_sha256=table.tasks_sha256,
        judges=table.judges,
        significance=bold_rule(table),
        num_tests=num_tests(table),
        axes={name: [column.id for column in columns] for name, columns in table.axes.items()},
        unranked=table.unranked,
        human=table.human,
        part=table.part,
        apart=list(table.apart),
        not_run=list(table.not_run),
        metrics={column.id: _metric(column) for column in table.columns},
        methods=[
            _method(row).model_copy(
                update={
                    "attributes": _of_method([(figures.column, figures.groups) for figures in of_attributes], place),
                    "strengths": _of_method([(figures.column, figures.groups) for figures in of_strengths], place),
                    "curves": _of_method([(figures.column, figures.summaries) for figures in of_strengths], place),
                    "operating_points": None if table.operating is None else _operating(table.operating, place),
                }
            )
            for place, row in enumerate(table.rows)
        ],
    )


def _operating(found: OperatingPoints, place: int) -> OperatingInfo:
    method = found.methods[place]
    levels = [
        LevelInfo(
            level=point.level,
            strength=_estimate(point.strength),
            figures={cell.column.id: _estimate(cell) for cell in point.preserved},
            behind=_differences(point.behind),
        )
        for point in method.levels
    ]
    return OperatingInfo(levels=levels, editing=_editing(method.editing), reason=method.reason)


def _editing(found: EditingStrength | None) -> EditingInfo | None:
    if found is None:
        return None
    return EditingInfo(
        verdict=found.verdict,
        strength=found.strength,
        success=None if found.success is None else _difference(found.success),
        preserved=_differences(found.preserved),
    )


def _differences(found: Mapping[str, equal_success.Estimate]) -> dict[str, Difference]:
    return {name: _difference(difference) for name, difference in found.items()}


def _difference(found: equal_success.Estimate) -> Difference:
    return Difference(value=found.value, low=found.low, high=found.high)


def _metric(column: Column) -> Metric:
    facts = column.facts.model_dump(exclude={"level", "scale", "fallback"})
    return Metric(level=column.level, **facts)


def _of_method(figures: Sequence[tuple[Column, Sequence[NamedCells]]], place: int) -> dict[str, dict[str, Estimate]]:
    """The figures of one row of a table, by name and metric."""
    found: dict[str, dict[str, Estimate]] = {}
    for column, named in figures:
        for name, cells in named:
            found.setdefault(name, {})[column.id] = _estimate(cells[place])
    return found


def _method(row: Row) -> Method:
    return Method(
        method=row.label,
        title=row.title,
        kind=row.kind,
        preset=row.preset,
        weights_origin=row.weights_origin,
        runs=[
            RunInfo(
                seed=result.seed,
                experiment_sha256=result.experiment_sha256,
                weights_sha256=result.weights_sha256,
                hardware=result.cost.device,
            )
            for _, result in row.runs
        ],
        figures={cell.column.id: _estimate(cell) for cell in row.cells},
    )


def _estimate(cell: Cell) -> Estimate:
    interval = None
    if cell.value is not None and cell.low is not None and cell.high is not None:
        interval = Interval(low=cell.low, high=cell.high, method=cell.interval)
    return Estimate(
        value=cell.value,
        interval=interval,
        n=cell.n,
        seeds=cell.seeds,
        seeds_run=cell.seeds_run,
        seed_range=cell.seed_range,
        emphasis=cell.emphasis,
        holm_p=cell.holm_p,
        untested=cell.untested,
        flagged=cell.flagged,
        reason=cell.reason,
    )
