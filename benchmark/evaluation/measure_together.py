"""Batches measured by several processes, a batch each at a time; the first one keeps what all measure, in order.

The others ask and the first one answers, so that it never sends what nobody waits for. A metric that does not say that
it shares batches is measured by the first process alone, over all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
import torch

from benchmark.evaluation.measure_batch import keep, measure
from benchmark.evaluation.outputs import EditedOutputs, Outputs, RealOutputs
from benchmark.evaluation.prepare_metrics import ReadyMetrics
from benchmark.evaluation.scoring_batches import BATCH, BatchSource
from benchmark.features.feature_set import FeatureWriter
from benchmark.images.convert import Pixels
from benchmark.metrics.base import ScoringBatch
from benchmark.protocols.task_batches import batches_of_tasks
from benchmark.runtime.interruption import deferred_interruption
from benchmark.runtime.messages import receive, send
from benchmark.runtime.prefetch import read_ahead
from benchmark.runtime.processes import ALONE, Processes

METRICS: Final = "metrics"
TASKS: Final = "tasks"
REAL: Final = "real"
"""In what the first process tells: metrics to be measured by all, of which tasks, and whether of the real images."""
JUDGE: Final = "judge"
OUTPUTS: Final = "outputs"
"""In what another process asks for: the weights of the judge of a role, and the images of its next batch."""
WEIGHTS: Final = "weights"
"""In the answer to the former."""
MEASURED: Final = "measured"
"""In what it sends at last: what was made of a batch."""


def shared_with(ready: ReadyMetrics, outputs: Outputs, tasks: pd.DataFrame, processes: Processes) -> Processes:
    """Tell the other processes what to measure; gives those that do, which is this one alone where that is nothing.

    Args:
        ready: the metrics.
        outputs: the images of the tasks, which with several processes are `EditedOutputs` or `RealOutputs`.
        tasks: the rows that are scored.
        processes: of which this is the first.
    """
    shared = [*(name for name, metric in ready.images.items() if metric.is_shared()), *ready.sets]
    if len(batches_of_tasks(tasks, BATCH)) < 2:
        shared = []
    numbers = [int(task) for task in tasks["task"]]
    processes.tell({METRICS: shared, TASKS: numbers, REAL: isinstance(outputs, RealOutputs)})
    return processes if shared else ALONE


@dataclass(frozen=True)
class _Read:
    """A batch of a turn.

    Attributes:
        rows: of its tasks.
        batch: as metrics see it; None where none of this process looks.
        pixels: for the process whose turn it is; None where that one has them.
    """

    rows: pd.DataFrame
    batch: ScoringBatch | None
    pixels: Pixels | None


def measured_by_turns(
    source: BatchSource,
    outputs: Outputs,
    tasks: pd.DataFrame,
    ready: ReadyMetrics,
    writers: Mapping[str, FeatureWriter],
    processes: Processes,
) -> Iterator[int]:
    """Measure every batch, as many at once as there are processes; gives the number of tasks that are done.

    Args:
        source: makes the batches.
        outputs: gives the images.
        tasks: rows of the protocol's table.
        ready: the metrics, which keep what is measured, and lose those that fail.
        writers: take the features, by encoder.
        processes: the others are in `follow_measuring`.

    Raises:
        Interrupted: if a stop was requested.
    """
    unshared = [name for name, metric in ready.images.items() if not metric.is_shared()]
    done = 0
    with deferred_interruption() as stop:
        for turn in read_ahead(_turns(source, outputs, tasks, bool(unshared), processes.size)):
            for rank, read in enumerate(turn[1:], start=1):
                _answered(rank, OUTPUTS, source, processes)
                send({OUTPUTS: None if read.pixels is None else torch.from_numpy(read.pixels)}, rank, processes)
            for rank, read in enumerate(turn):
                if read.batch is not None:
                    takers, metrics = ({}, unshared) if rank else (writers, list(ready.images))
                    measure(ready, takers, metrics, list(read.rows["task"]), read.batch)
            for rank in range(1, len(turn)):
                keep(_answered(rank, MEASURED, source, processes)[MEASURED], ready, writers)
            done += sum(len(read.rows) for read in turn)
            yield done
            stop.check(f"scoring {source.protocol.name}")


def _turns(
    source: BatchSource, outputs: Outputs, tasks: pd.DataFrame, everything: bool, size: int
) -> Iterator[list[_Read]]:
    """The batches of each turn, by rank; where this process looks at `everything`, at those of others too."""

    def read(rows: pd.DataFrame, own: bool) -> _Read:
        if not own and not everything:
            return _Read(rows, None, outputs.read(rows) if isinstance(outputs, EditedOutputs) else None)
        tasks, pixels = outputs(rows, source.tasks_of(rows))
        return _Read(rows, source.batch(rows, tasks, pixels), pixels if isinstance(outputs, EditedOutputs) else None)

    batches = batches_of_tasks(tasks, BATCH)
    for start in range(0, len(batches), size):
        yield [read(rows, rank == 0) for rank, rows in enumerate(batches[start : start + size])]


def _answered(rank: int, expected: str, source: BatchSource, processes: Processes) -> dict[str, Any]:
    """What another process sends that is expected of it, once it has the judges that it asks for first."""
    while expected not in (sent := receive(rank, processes)):
        send({WEIGHTS: source.judges.of(sent[JUDGE]).state_dict()}, rank, processes)
    return sent
