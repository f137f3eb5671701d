"""The specification of an experiment: one of a method and one of an evaluation."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from pydantic import Field
from pydantic.fields import FieldInfo

from benchmark.config.evaluation_spec import EvaluationSpec, Options, Spec
from registry.yaml_files import to_yaml

LAST: Final = "last"
"""Keeps the networks as the last iteration left them."""
BEST: Final = "best"
"""Before a colon and a metric: keeps those that had the best figure on validation faces."""
LATER_KEYS: Final = (
    *("budget", "start", "validate_every", "keep", "checkpoint_every", "keep_checkpoints"),
    *("compile", "accumulate"),
)
"""Of a method, that are written only where they are not what they are by default."""
MAX_SEED: Final = 2**53 - 1
"""Greatest seed: a thousand times it is one of torch's still, and JSON readers everywhere keep its digits."""
REAL = "real"
"""Stands where a method's name would, for the row of real images."""


class MethodSpec(Spec):
    """A method and where its weights come from.

    Attributes:
        name: the registered method.
        variant: one on the method's card, or the changed options written out (`benchmark.config.variants`).
        options: after preset and variant; its training budget is among them.
        seed: of its training.
        checkpoint: a weights file to load instead of training: a published network, or what a stage of a run left.
        network: which of the method's networks a published one fills; `KEY:ROLE` names its key in the file too.
        start: files that take the place of training a stage, by the stage's name: what it left in another run, or
            published networks by their roles.
        budget: what the training may cost, such as "300cpu-s"; None trains as long as the options say.
        tensorboard: write TensorBoard event files beside `progress.jsonl`.
        validate_every: iterations between two points of the validation curve; 0 for no curve, None for points that cost
            little.
        keep: which networks a stage leaves: the last, or the best by a metric of the validation tasks, `best:seg-miou`.
        checkpoint_every: iterations between two checkpoints that are kept of a stage, beside the one that it goes on
            from; 0 keeps none.
        keep_checkpoints: how many of those are kept of each stage, the last ones.
        compile: whether `torch.compile` takes the networks that the method names for it, in training.
        accumulate: parts that each training batch is stepped through in, so that memory is that of a part.
    """

    name: str
    variant: str | None = None
    options: Options = Field(default_factory=dict)
    seed: int = Field(default=0, ge=0, le=MAX_SEED)
    checkpoint: str | None = None
    network: str | None = None
    start: dict[str, str | dict[str, str]] = Field(default_factory=dict)
    budget: str | None = None
    tensorboard: bool = False
    validate_every: int | None = Field(default=None, ge=0)
    keep: str = Field(default=LAST, pattern=rf"^({LAST}|{BEST}:[a-z0-9-]+)$")
    checkpoint_every: int = Field(default=0, ge=0)
    keep_checkpoints: int = Field(default=3, ge=1)
    compile: bool = False
    accumulate: int = Field(default=1, ge=1)

    @property
    def best(self) -> str | None:
        """The metric whose best point is kept; None where the last networks are."""
        return None if self.keep == LAST else self.keep.removeprefix(f"{BEST}:")

    @property
    def wants_validation(self) -> bool:
        """Whether a validation curve was requested, or the networks that are kept need one."""
        return bool(self.validate_every) or self.best is not None

    @property
    def decides_no_weights(self) -> tuple[str, ...]:
        """Keys of what is only logged or kept."""
        logged = ("tensorboard", "checkpoint_every", "keep_checkpoints")
        return logged if self.best is not None else (*logged, "validate_every")

    @property
    def label(self) -> str:
        """The method with its variant: `maskgan+no-ebst`."""
        return f"{self.name}+{self.variant}" if self.variant else self.name

    @property
    def start_files(self) -> dict[str, str]:
        """The files that stages start from, by the key that names each: `start.STAGE` or `start.STAGE.ROLE`."""
        by_stage = {
            stage: {"": files} if isinstance(files, str) else {f".{role}": file for role, file in files.items()}
            for stage, files in self.start.items()
        }
        return {f"start.{stage}{role}": file for stage, files in by_stage.items() for role, file in files.items()}

    def settings(self) -> dict[str, Any]:
        """The specification under the keys that users write, where the name is the key `method`."""
        content = self.model_dump(mode="json")
        for key in LATER_KEYS:  # so that hashes are those of before there were these
            if getattr(self, key) == type(self).model_fields[key].get_default(call_default_factory=True):
                del content[key]
        return {"method": content.pop("name"), **content}


METHOD_KEYS: Final[Mapping[str, FieldInfo]] = {
    "method" if key == "name" else key: field for key, field in MethodSpec.model_fields.items()
}
"""What users may write of a method."""
WeightsHashes = Mapping[str, str | None]
NO_WEIGHTS: Final[WeightsHashes] = MappingProxyType({})
EVALUATION_KEYS: Final[Mapping[str, FieldInfo]] = EvaluationSpec.model_fields
"""What users may write of an evaluation."""


class Experiment(Spec):
    """One run: a method under an evaluation."""

    method: MethodSpec
    evaluation: EvaluationSpec

    @property
    def label(self) -> str:
        """The method with its variant: `maskgan+no-ebst`."""
        return self.method.label

    def folder(self, runs: Path) -> Path:
        """Where the run's files go."""
        return runs / self.evaluation.dataset.name / self.label / f"seed{self.method.seed}"

    def settings(self) -> dict[str, Any]:
        """The whole resolved configuration under the keys that users write."""
        return {**self.method.settings(), **self.evaluation.model_dump(mode="json")}

    def to_yaml(self) -> str:
        """The settings as text, which resolves to this experiment again."""
        return to_yaml(self.settings())

    def training_part(self, option_weights: WeightsHashes = NO_WEIGHTS) -> dict[str, Any]:
        """What decides the trained weights, apart from the data's content and the code.

        Args:
            option_weights: SHA-256 of the weights files that options and `start` name, by their keys, which count in
                the names' place; None for a file that is missing.
        """
        own = _without(self._method_settings(option_weights), "checkpoint", *self.method.decides_no_weights)
        return {**own, "size": self.evaluation.dataset.size}

    def configuration_sha256(self, checkpoint_sha256: str | None, option_weights: WeightsHashes = NO_WEIGHTS) -> str:
        """Hash of what the seeds of a method share: what is trained, at which options and preset, but not the seed.

        Args:
            checkpoint_sha256: of the file that filled the method; None if it was trained, or has no networks.
            option_weights: as for `training_part`.
        """
        own = _without(self._method_settings(option_weights), "seed", *self.method.decides_no_weights)
        return _sha256({**own, "preset": self.evaluation.preset, "checkpoint": checkpoint_sha256})

    def sha256(self, option_weights: WeightsHashes = NO_WEIGHTS) -> str:
        """Hash of what decides the figures: all but where files lie, what is logged, and which metrics are added.

        A preset of one's own counts by its name: what it sets of the figures is resolved in the settings.

        Args:
            option_weights: as for `training_part`.
        """
        settings = {**self.settings(), **self._method_settings(option_weights)}
        content = _without(settings, "checkpoint", "start", "metrics", "own_preset", *self.method.decides_no_weights)
        return _sha256({**without_loaders(content), "dataset": _without(content["dataset"], "root")})

    def _method_settings(self, option_weights: WeightsHashes) -> dict[str, Any]:
        settings = _without(self.method.settings(), "start")
        return {**settings, "options": {**settings["options"], **option_weights}}


def without_loaders(settings: Mapping[str, Any]) -> dict[str, Any]:
    """An evaluation's settings as if nobody else loaded the faces of trainings, which decides no figure."""
    return {**settings, "compute": {**settings["compute"], "num_workers": 0}}


def over_seeds(experiment: Experiment, seeds: Sequence[int]) -> list[Experiment]:
    """The same experiment from several seeds."""
    methods = [experiment.method.model_copy(update={"seed": seed}) for seed in seeds]
    return [Experiment(method=method, evaluation=experiment.evaluation) for method in methods]


def real_experiment(evaluation: EvaluationSpec) -> Experiment:
    """The experiment that stands for the real images."""
    return Experiment(method=MethodSpec(name=REAL), evaluation=evaluation)


def _without(settings: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in settings.items() if key not in keys}


def _sha256(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
