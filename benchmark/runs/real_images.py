"""The run of the real images: scored against their own masks and attributes, a row of every table."""

from __future__ import annotations

from functools import cached_property

from benchmark.evaluation.outputs import RealOutputs
from benchmark.results.schema import Result
from benchmark.runs.assemble_result import NO_COST, MethodInfo, real_result, result_of
from benchmark.runs.possible_protocols import Participation, participation
from benchmark.runs.run import Run
from benchmark.runs.up_to_date import finished_result


class RealImages(Run):
    """The real images of the tasks, scored against their own masks and attributes: a row of every table."""

    @cached_property
    def _participation(self) -> Participation:
        return participation(None, self.experiment.evaluation, self.context.dataset)

    def _check(self) -> None:
        _ = self._task_sets, self.context.judge_facts

    def edit(self) -> None:
        """Nothing is edited."""

    def score(self) -> Result:
        """Score the real images and write the result."""
        done = finished_result(self.requested, self.runs, self.context.weights, self.context.reporter)
        if done is not None:
            return done
        scored = [self._score(task_set, RealOutputs(task_set.protocol)) for task_set in self._task_sets]
        protocols = {
            found.protocol: real_result(task_set, found.scores)
            for task_set, found in zip(self._task_sets, scored, strict=True)
        }
        protocols |= self._left_out()
        cost = NO_COST.model_copy(update={"device": self.context.compute.hardware})
        return self._finish(result_of(self.experiment, self.context, self._method_facts(), protocols, cost), scored)

    def _method_facts(self) -> MethodInfo:
        return MethodInfo("real", "real images", "none", None, {})
