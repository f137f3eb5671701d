"""How the training of a run is validated, what of that decides its weights, and what a result says of it."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from pathlib import Path

from benchmark.caching.code_version import code_version
from benchmark.caching.fingerprints import fingerprint
from benchmark.caching.plugin_source import entry_version
from benchmark.config.evaluation_spec import Options
from benchmark.config.experiment import Experiment, MethodSpec
from benchmark.datasets.base import FaceDataset
from benchmark.datasets.validation_faces import has_validation, held_out
from benchmark.evaluation.context import EvaluationContext
from benchmark.evaluation.validation_tasks import CHEAP, ValidationTasks, in_rows
from benchmark.images.write import write_png
from benchmark.results.run_folder import checkpoint_path
from benchmark.results.validation_curve import StageCurve, given_picture, read_curve
from benchmark.training.validation import Best, Validation, interval
from methods.base import CannotEdit, Stage
from registry.cards import MethodCard
from registry.catalogue import METRIC_CARDS, PROTOCOL_CARDS
from registry.errors import InputError

CODE = "benchmark.evaluation.validation_tasks"


def training_faces(method: MethodSpec, dataset: FaceDataset) -> FaceDataset:
    """The faces of a training; where there is no validation split and one is needed, part of the training split is it.

    Raises:
        InputError: if there are too few.
    """
    return held_out(dataset) if method.wants_validation and not has_validation(dataset) else dataset


class RunValidation:
    """Validation of a run.

    Args:
        experiment: what is trained.
        card: of its method.
        able: options by protocol, of those in which the method takes part.
        faces: of `training_faces`.
        context: has judges and device.
    """

    def __init__(
        self,
        experiment: Experiment,
        card: MethodCard,
        able: Mapping[str, Options],
        faces: FaceDataset,
        context: EvaluationContext,
    ) -> None:
        self.experiment, self.card, self.faces, self.context = experiment, card, faces, context
        self.protocol, self.options = next(iter(able.items()), ("", {}))

    @property
    def inputs(self) -> dict[str, str]:
        """What of it decides the trained weights, beside code and settings: nothing where the last networks are kept.

        Faces that are held out decide them always.
        """
        found = {}
        if self.faces.packed is not self.context.dataset.packed:
            found["held out"] = "a tenth of the training faces"
        if self.experiment.method.best is not None:
            evaluation = self.experiment.evaluation
            found["validation"] = fingerprint(
                self.protocol, self.options, evaluation.judge_by_role, evaluation.judges, evaluation.edit_batch_size
            )
        return found

    @property
    def code(self) -> list[str]:
        """Hashes of the code that chooses the networks that are kept; empty where the last ones are."""
        best = self.experiment.method.best
        if best is None or not self.protocol:
            return []
        metric, protocol = METRIC_CARDS.find(best), PROTOCOL_CARDS.find(self.protocol)
        return [code_version(CODE), entry_version(metric), entry_version(protocol)]

    def of(self, stages: Sequence[Stage], given: Container[str], folder: Path) -> Validation | None:
        """How the stages are validated that are still to be trained; None where none is.

        Args:
            stages: of the method.
            given: names of those whose networks are given, and which are not trained.
            folder: of the run; gets a picture of the first tasks.

        Raises:
            InputError: if it was requested and cannot be, as where the method cannot do such tasks.
        """
        method = self.experiment.method
        left = [
            stage
            for stage in stages
            if stage.iterations and stage.name not in given and not checkpoint_path(folder, stage.name).exists()
        ]
        if method.validate_every == 0 or not any(interval(stage, method.validate_every) for stage in left):
            return None
        try:
            tasks = self._tasks()
        except (CannotEdit, InputError) as reason:
            if method.wants_validation:
                raise InputError(f"{self.experiment.label} cannot be validated: {reason}") from reason
            self.context.reporter.say(f"{self.experiment.label}: no validation curve: {reason}")
            return None
        write_png(given_picture(folder), in_rows(tasks.given), durable=False)
        best = None if method.best is None else Best(method.best, METRIC_CARDS.find(method.best).card.direction == "up")
        about = StageCurve(
            faces=self._faces_in_words, protocol=self.protocol, num_tasks=len(tasks.table), given=list(tasks.given)
        )
        return Validation(tasks.measure, about, method.validate_every, best)

    def _tasks(self) -> ValidationTasks:
        if not has_validation(self.faces):
            raise InputError(
                f"{self.faces.name} has no validation face; validate_every=N holds a tenth of the training faces out"
            )
        shown = self.experiment.evaluation.metrics_of(self.protocol)
        best = self.experiment.method.best
        if best is not None and best not in shown:
            raise InputError(f"keep: best:{best} is not shown under {self.protocol}: name it by --metrics too")
        metrics = [name for name in shown if name in CHEAP or name == best]
        _ = self.context.judge_facts  # trained before anything else is
        seed = self.experiment.method.seed
        return ValidationTasks(self.card, self.protocol, self.options, metrics, self.faces, self.context, seed)

    @property
    def _faces_in_words(self) -> str:
        if self.faces.packed is self.context.dataset.packed:
            return "the validation split"
        return "a tenth of the training split, held out of the training"

    def notes(self, folder: Path) -> dict[str, str]:
        """What a result must say of it: which faces were not learned from, and whose networks were kept."""
        found = {}
        if self.faces.packed is not self.context.dataset.packed:
            number = len(self.faces.rows("val"))
            found["held_out"] = f"{number} of {len(self.context.dataset.rows('train'))} training faces, for validation"
        best = self.experiment.method.best
        if best is not None:
            kept = [
                f"{name} iteration {curve.kept:,} of {curve.points[-1].iteration:,}"
                for name, curve in read_curve(folder).stages.items()
                if curve.kept is not None
            ]
            found["kept"] = f"the best {best} on validation faces: {', '.join(kept) or 'none had a figure'}"
        return found
