"""A table before it is formatted: columns, rows and cells of (value, interval, n, direction, reason, flags)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from benchmark.results.find_results import FinishedRun
from benchmark.results.method_runs import MethodRuns
from benchmark.results.schema import DatasetInfo, JudgeInfo, Kind, MetricInfo, Value, WeightsOrigin
from benchmark.runtime.printed_values import MISSING, decimal
from benchmark.statistics.editing_strength import EditingStrength
from benchmark.statistics.equal_success import Estimate

Group = Literal["standing", "human"]
Level = Literal["standing", "human", "image", "set", "cost"]


@dataclass(frozen=True)
class Column:
    """A metric, a cost, or what stands before them, with what a table must know to print it.

    Attributes:
        group: of a method's standing over metrics (its ranking), or of what people said; None of a metric or a cost.
    """

    id: str
    facts: MetricInfo
    group: Group | None = None

    @property
    def level(self) -> Level:
        """What it is a figure of."""
        return self.group or self.facts.level

    @property
    def arrow(self) -> str:
        """Where better figures lie."""
        return "↑" if self.facts.direction == "up" else "↓"

    def format(self, value: float) -> str:
        """A value with the metric's decimals."""
        return decimal(value, self.facts.decimals)


@dataclass(frozen=True)
class Cell:
    """One figure of one method, over all of its seeds.

    Attributes:
        value: the figure, or the mean over seeds; None where there is none, and then `reason` says why.
        n: tasks (or images) behind it, the fewest of any seed; None for a cost.
        seeds: seeds that have a figure.
        seeds_run: seeds that were run.
        low: lower end of the 95% interval: the run's own of one seed; of several, one in which seeds are nested.
        high: upper end.
        interval: how that interval was made.
        seed_range: least and greatest figure of any seed, where several have one.
        reason: why there is no value, or a caution on it.
        holm_p: of no difference to the best learned method's figure, adjusted for all tests of the table.
        untested: why a learned method's figure could not be tested against the best.
        emphasis: whether it is among the best learned methods, or next to them.
        note: number of `reason` among the table's notes, where it is listed there.
    """

    column: Column
    value: float | None
    n: int | None = None
    seeds: int = 1
    seeds_run: int = 1
    low: float | None = None
    high: float | None = None
    interval: str | None = None
    seed_range: tuple[float, float] | None = None
    reason: str | None = None
    holm_p: float | None = None
    untested: str | None = None
    emphasis: Literal["best", "second"] | None = None
    note: int | None = None

    @property
    def flagged(self) -> bool:
        """Whether it comes from fewer images than the metric is sound for."""
        return self.value is not None and self.n is not None and self.n < self.column.facts.min_n

    @property
    def text(self) -> str:
        """The figure with the metric's decimals, or the mark of a missing one."""
        return MISSING if self.value is None else self.column.format(self.value)


@dataclass(frozen=True)
class Row:
    """One method (with its variant, preset and origin of weights), over all of its seeds.

    Attributes:
        method: its runs, under the name that the row prints.
        cells: one per column of the table.
    """

    method: MethodRuns
    cells: tuple[Cell, ...]

    @property
    def title(self) -> str:
        """The method's name as the row prints it."""
        return self.method.name

    @property
    def label(self) -> str:
        """The method with its variant, as in run folders."""
        return self.method.label

    @property
    def kind(self) -> Kind:
        """Real images, a reference method, or a learned one."""
        return self.method.first.kind

    @property
    def preset(self) -> str:
        """That of all seeds."""
        return self.method.first.preset

    @property
    def weights_origin(self) -> WeightsOrigin:
        """Where the weights of all seeds came from."""
        return self.method.first.weights_origin

    @property
    def runs(self) -> tuple[FinishedRun, ...]:
        """A run per seed."""
        return self.method.runs

    @property
    def seeds(self) -> tuple[int, ...]:
        """Those that were run, in order."""
        return self.method.seeds


@dataclass(frozen=True)
class LevelPoint:
    """A method at one level of success.

    Attributes:
        level: of success.
        strength: at which the method reaches it.
        preserved: a cell of each metric; among learned methods the best, and those not significantly worse, are
            marked.
        behind: by metric, how far a learned method is behind the best one, with an interval that is simultaneous over
            all pairs of those that reach the level; nothing of the best itself.
    """

    level: float
    strength: Cell
    preserved: tuple[Cell, ...]
    behind: Mapping[str, Estimate]


@dataclass(frozen=True)
class MethodPoints:
    """Where a method works: what is left of faces at several levels of success.

    Attributes:
        levels: ascending; empty where there is no curve of success.
        editing: whether its whole edit goes too far, or not far enough; None where that cannot be told.
        reason: why there is no curve of success.
    """

    levels: tuple[LevelPoint, ...] = ()
    editing: EditingStrength | None = None
    reason: str | None = None


@dataclass(frozen=True)
class OperatingPoints:
    """Those of all methods of a table whose tasks are of several strengths.

    Attributes:
        success: the metric of success.
        preserved: those of what is preserved.
        methods: one per row of the table.
    """

    success: Column
    preserved: tuple[Column, ...]
    methods: tuple[MethodPoints, ...]


@dataclass(frozen=True)
class Table:
    """The methods under one protocol of one dataset, and all that decides what the figures mean.

    Attributes:
        notes: distinct reasons of missing and doubtful figures; a cell's `note` counts from 1.
        not_run: methods with runs on this dataset, none of them under this protocol.
        axes: that have a vote in its ranks, by name, with their metrics.
        voteless: metrics of images that have none, since their cards name no axis.
        unranked: why no learned method of it has a rank.
        human: what the column of a human study is, or why there is none; None where none was named.
        devices: hardware that the costs were taken on.
        part: place among the tables that the same dataset and protocol had to be split into, as (number, total).
        apart: what keeps its runs out of the first of those tables.
        operating: the methods at equal success, where tasks ask for an attribute at several strengths.
    """

    dataset: str
    dataset_facts: DatasetInfo
    protocol: str
    title: str
    rule: str
    num_tasks: int
    tasks_sha256: str
    judges: dict[str, JudgeInfo]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    not_run: tuple[str, ...] = ()
    axes: Mapping[str, tuple[Column, ...]] = field(default_factory=dict)
    voteless: tuple[Column, ...] = ()
    unranked: str | None = None
    human: str | None = None
    devices: tuple[str, ...] = ()
    part: tuple[int, int] | None = None
    apart: tuple[str, ...] = field(default=())
    operating: OperatingPoints | None = None

    @property
    def number(self) -> int:
        """Its place among the tables of its dataset and protocol, from 1."""
        return 1 if self.part is None else self.part[0]


def cell_of_seeds(column: Column, values: Sequence[Value | None]) -> Cell:
    """One cell from the figures of a method's seeds.

    Args:
        column: the metric.
        values: one figure a seed; None where that run was not scored with this metric.

    Returns:
        The run's own figure and interval for one seed; for several the mean, with no interval yet: a run's own covers
        the test set alone (see `nest_seeds`).
    """
    found = [value for value in values if value is not None]
    reason = next((value.reason for value in found if value.reason), None)
    finite = [(value.value, value) for value in found if value.value is not None and math.isfinite(value.value)]
    n = min((value.n for value in found), default=0)
    if not finite:
        why = reason or ("undefined on these images" if found else "not scored in this run")
        return Cell(column, None, n=n, seeds=0, seeds_run=len(values), reason=why)
    if len(values) == 1:
        ((figure, value),) = finite
        return Cell(column, figure, n=n, low=value.low, high=value.high, interval=value.interval, reason=reason)
    figures = [figure for figure, _ in finite]
    return Cell(
        column,
        math.fsum(figures) / len(figures),
        n=min(value.n for _, value in finite),
        seeds=len(figures),
        seeds_run=len(values),
        seed_range=(min(figures), max(figures)) if len(figures) > 1 else None,
        reason=reason,
    )
