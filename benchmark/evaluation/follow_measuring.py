"""A process that measures with the first one, a batch a turn, and keeps nothing."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from benchmark.config.evaluation_spec import JudgeRole
from benchmark.evaluation.helping_context import HelpingContext
from benchmark.evaluation.measure_batch import HeldFeatures, given_away, measure
from benchmark.evaluation.measure_together import MEASURED, METRICS, OUTPUTS, REAL, TASKS
from benchmark.evaluation.outputs import RealOutputs
from benchmark.evaluation.prepare_metrics import prepare_metrics
from benchmark.evaluation.scoring_batches import BATCH, BatchSource
from benchmark.protocols.base import Protocol
from benchmark.protocols.task_batches import batches_of_tasks
from benchmark.runtime.interruption import deferred_interruption
from benchmark.runtime.messages import ask, send
from benchmark.runtime.prefetch import read_ahead
from benchmark.runtime.tracebacks import tracebacks_to
from registry.errors import InputError


def follow_measuring(
    protocol: Protocol, tasks: pd.DataFrame, roles: Sequence[JudgeRole], context: HelpingContext
) -> None:
    """Measure with the first process, which is in `measured_by_turns`, this one's batch of every turn.

    Args:
        protocol: that is scored.
        tasks: its table.
        roles: of judges, beside those of every evaluation.
        context: has the faces, and the judges of the first process.

    Raises:
        InputError: if something that a metric needs is not here.
    """
    processes = context.processes
    told = processes.hear()
    scored = tasks[tasks["task"].isin(told[TASKS])]
    own = batches_of_tasks(scored, BATCH)[processes.rank :: processes.size] if told[METRICS] else []
    if not own:
        return
    tracebacks: list[str] = []
    with deferred_interruption(), tracebacks_to(tracebacks.append):  # the first process says when to stop
        source = BatchSource(protocol, context.dataset, context.judges_of(roles), context.compute)
        ready = prepare_metrics(told[METRICS], context.resources, context.encoder)
        if ready.missing:
            name, reason = next(iter(ready.missing.items()))
            raise InputError(f"process {processes.rank} lacks what the first one has for {name}: {reason}")
        writers = {name: HeldFeatures() for name in ready.encoders}
        real = RealOutputs(protocol)
        for rows, given in read_ahead((rows, source.tasks_of(rows)) for rows in own):
            pixels = ask({OUTPUTS: None}, processes)[OUTPUTS]
            found = real(rows, given) if told[REAL] else (given, pixels.numpy())
            measure(ready, writers, list(ready.images), list(rows["task"]), source.batch(rows, *found))
            send({MEASURED: given_away(ready, writers, tracebacks)}, 0, processes)
