"""The context of a process that scores with another one, which alone trains judges and lends them."""

from __future__ import annotations

from benchmark.evaluation.context import EvaluationContext
from benchmark.evaluation.measure_together import JUDGE, WEIGHTS
from benchmark.judges.base import Judge
from benchmark.results.schema import JudgeInfo
from benchmark.runtime.messages import ask
from benchmark.training.train import move_to_device
from benchmark.weights.locate import WeightsFile
from methods.checkpoint import load_strictly
from registry.cards import JudgeCard
from registry.catalogue import Entry


class HelpingContext(EvaluationContext):
    """What the runs of one comparison share in another process than the first one.

    Its judges have the weights of that process's; of published ones the file must be here too.
    """

    def _train(self, entry: Entry[JudgeCard], judge: Judge) -> JudgeInfo:
        load_strictly(judge, ask({JUDGE: entry.card.role}, self.processes)[WEIGHTS])
        move_to_device(judge, self.compute)
        judge.eval()
        return JudgeInfo(title=entry.card.title, weights_sha256="", recipe="", scores={})

    def _own_scores(self, entry: Entry[JudgeCard], judge: Judge, file: WeightsFile) -> dict[str, float]:
        return {}
