"""Editing and scoring, tried on a few tasks of a few faces, with judges that have hardly been trained."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmark.config.evaluation_spec import EvaluationSpec, Options
from benchmark.editing.cost import forget_peak_memory, now, peak_memory_mib
from benchmark.editing.edit_tasks import edit_tasks
from benchmark.evaluation.context import EvaluationContext, TaskSet
from benchmark.evaluation.outputs import RealOutputs
from benchmark.evaluation.score_edits import score_edits
from benchmark.planning.sample_faces import Sample
from benchmark.runtime.device import Compute
from benchmark.runtime.processes import ALONE
from benchmark.runtime.progress import Reporter
from benchmark.weights.locate import Weights
from methods.base import FaceEditor
from registry.cards import MethodCard
from registry.catalogue import JUDGE_CARDS
from registry.errors import InputError

HARDLY: Final = 2
"""Iterations of a judge whose answers nobody looks at, and faces of its batches: what it leaves in memory is little."""


@dataclass(frozen=True)
class Tried:
    """What a task took.

    Attributes:
        wall: seconds by the clock.
        cpu: seconds of processors.
        peak_bytes: that the process had resident at most, or on a GPU allocated; None where the system does not say it.
    """

    wall: float
    cpu: float
    peak_bytes: int | None


class Trial:
    """A comparison in small.

    Args:
        evaluation: of the comparison.
        sample: its faces.
        folder: of what is thrown away.
        weights: finds the weights files of metrics.
    """

    def __init__(self, evaluation: EvaluationSpec, sample: Sample, folder: Path, weights: Weights) -> None:
        self.folder, self.sample = folder, sample
        judges: dict[str, Options] = dict(evaluation.judges)
        for name in evaluation.judge_by_role.values():
            options = JUDGE_CARDS.find(name).card.options
            hardly = {key: HARDLY for key in ("iterations", "batch_size") if key in options}
            judges[name] = {**options, **judges.get(name, {}), **hardly}
        small = evaluation.model_copy(update={"judges": judges, "limit": evaluation.edit_batch_size})
        self.reporter = Reporter(quiet=True)
        self.context = EvaluationContext(small, folder, self.reporter, weights)
        self.context.dataset = sample.dataset
        counted = evaluation.model_copy(update={"judges": judges})
        self.counting = EvaluationContext(counted, folder, self.reporter, weights)
        self.counting.dataset = sample.to_count
        self._scored: dict[str, Tried] = {}

    def warm_up(self) -> None:
        """Score one protocol, so that this process holds what a training has come to hold after a validation."""
        for name, options in self.context.evaluation.protocols.items():
            with suppress(InputError):
                self.score(name, options)
                return

    def tasks_of(self, protocols: Mapping[str, Options]) -> dict[str, int]:
        """How many tasks each protocol has."""
        return {task_set.protocol.name: len(task_set.tasks) for task_set in self.counting.task_sets(protocols)}

    def edit(self, model: FaceEditor, card: MethodCard, name: str, options: Options) -> Tried:
        """What one edit takes under a protocol.

        Args:
            model: on the compute device, in eval mode.
            card: of the method.
            name: of the protocol.
            options: of the protocol.

        Raises:
            CannotEdit, InputError: if the few faces have no such task.
        """
        task_set = self._tasks(name, options)
        folder = self.folder / "edits" / str(time.monotonic_ns())
        with _measured(len(task_set.tasks), self.context.compute) as tried:
            edit_tasks(
                model,
                card,
                task_set.protocol,
                self.sample.dataset,
                task_set.tasks,
                folder,
                batch_size=self.context.evaluation.edit_batch_size,
                seed=0,
                compute=self.context.compute,
                reporter=self.reporter,
                title=card.name,
                processes=ALONE,
            )
        return tried()

    def score(self, name: str, options: Options) -> Tried:
        """What scoring an image takes under a protocol: measured once.

        Raises:
            InputError: if the few faces have no such task.
        """
        if name not in self._scored:
            task_set, context = self._tasks(name, options), self.context
            _ = context.judge_facts
            metrics = context.evaluation.metrics_of(name)
            for _ in range(2):  # the second time encoders and the features of real faces are there
                with _measured(len(task_set.tasks), context.compute) as tried:
                    score_edits(
                        RealOutputs(task_set.protocol),
                        task_set.protocol,
                        metrics,
                        self.sample.dataset,
                        task_set.tasks,
                        context.judges,
                        context,
                        resources=context.resources,
                        draws=context.evaluation.bootstrap_draws,
                        reporter=self.reporter,
                        title=name,
                    )
            self._scored[name] = tried()
        return self._scored[name]

    def _tasks(self, name: str, options: Options) -> TaskSet:
        (task_set,) = self.context.task_sets({name: options})
        if task_set.tasks.empty:
            raise InputError(f"the few faces have no task of {name}")
        return task_set


@contextmanager
def _measured(tasks: int, compute: Compute) -> Iterator[Callable[[], Tried]]:
    """Gives what says, after the block, what each of so many tasks took in it."""
    found: list[Tried] = []
    forget_peak_memory(compute)
    started, cpu_started = now(compute), time.process_time()
    yield lambda: found[0]
    wall, cpu, peak = now(compute) - started, time.process_time() - cpu_started, peak_memory_mib(compute)
    found.append(Tried(wall / tasks, cpu / tasks, None if peak is None else round(peak * 2**20)))
