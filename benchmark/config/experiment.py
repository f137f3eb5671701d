"""Experiments: a validated specification of one run, and how presets, cards, files and flags resolve to it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from registry.cards import Option
from registry.errors import InputError

REAL = "real"
"""Stands where a method's name would, for the row of real images."""
Options = dict[str, Option]
JudgeRole = Literal["parser", "attributes"]
JUDGE_SETTINGS: Mapping[str, JudgeRole] = {"parser_judge": "parser", "attribute_judge": "attributes"}
"""Which setting names the judge of a role."""


class ExperimentError(InputError):
    """A specification with a wrong key or value."""


class _Spec(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DatasetSpec(_Spec):
    """Which faces, at which size.

    Attributes:
        name: the registered dataset.
        root: where its files lie, for datasets that are not rendered.
        size: side of the square images in pixels.
        options: of the dataset's card.
    """

    name: str = "rendered-faces"
    root: str | None = None
    size: int = Field(ge=32, le=1024)
    options: Options = {}


class ComputeSpec(_Spec):
    """How networks run; "auto" takes what is fastest on the device."""

    device: str = "auto"
    precision: Literal["auto", "bf16", "fp32"] = "auto"
    channels_last: bool | None = None
    num_workers: int = Field(default=0, ge=0)


class Experiment(_Spec):
    """One run: a method on a dataset under protocols, from one seed.

    Attributes:
        variant: one on the method's card, or the changed options written out (`benchmark.config.variants`).
        options: the method's, after preset and variant.
        protocols: options by protocol.
        parser_judge: the judge that labels regions and gives the features of set metrics.
        attribute_judge: the judge that reads attributes.
        judges: recipe options of these two.
        limit: at most so many tasks a protocol.
        checkpoint: a published weights file to load instead of training.
        network: which of the method's networks the checkpoint fills.
        tensorboard: write TensorBoard event files beside `progress.jsonl`.
    """

    method: str
    variant: str | None = None
    options: Options = {}
    preset: str = "demo"
    seed: int = Field(default=0, ge=0)
    dataset: DatasetSpec
    protocols: dict[str, Options]
    parser_judge: str = "parser"
    attribute_judge: str = "attributes"
    judges: dict[str, Options] = {}
    limit: int | None = Field(default=None, ge=1)
    checkpoint: str | None = None
    network: str | None = None
    compute: ComputeSpec = ComputeSpec()
    edit_batch_size: int = Field(default=16, ge=1)
    bootstrap_draws: int = Field(default=1000, ge=100)
    tensorboard: bool = False

    @property
    def judge_by_role(self) -> dict[JudgeRole, str]:
        """The name of the judge that has each role."""
        return {"parser": self.parser_judge, "attributes": self.attribute_judge}

    @property
    def label(self) -> str:
        """The method with its variant: `maskgan+no-ebst`."""
        return f"{self.method}+{self.variant}" if self.variant else self.method

    def folder(self, runs: Path) -> Path:
        """Where the run's files go."""
        return runs / self.dataset.name / self.label / f"seed{self.seed}"

    def to_yaml(self) -> str:
        """The whole resolved configuration."""
        return yaml.safe_dump(self.model_dump(mode="json"), sort_keys=False, allow_unicode=True)

    def training_part(self) -> dict[str, Any]:
        """What decides the trained weights, apart from the data's content and the code."""
        return self.model_dump(mode="json", include={"method", "variant", "options", "seed", "network"}) | {
            "size": self.dataset.size
        }

    def configuration_sha256(self, published_sha256: str | None) -> str:
        """Hash of what the seeds of a method share: what is trained, at which options and preset, but not the seed.

        Args:
            published_sha256: of the checkpoint file that filled the method; None if it was trained, or has no networks.
        """
        shared = {"method", "variant", "options", "network", "preset"}
        content = self.model_dump(mode="json", include=shared) | {"checkpoint": published_sha256}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def sha256(self) -> str:
        """Hash of what decides the figures: everything but where files lie and what is logged."""
        content = self.model_dump(mode="json", exclude={"dataset": {"root"}, "checkpoint": True, "tensorboard": True})
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def over_seeds(experiment: Experiment, seeds: list[int]) -> list[Experiment]:
    """The same experiment from several seeds."""
    return [experiment.model_copy(update={"seed": seed}) for seed in seeds]


def as_reference(experiment: Experiment, method: str) -> Experiment:
    """The same dataset, protocols and judges for a method that learns nothing."""
    return experiment.model_copy(
        update={
            "method": method,
            "variant": None,
            "options": {},
            "seed": 0,
            "checkpoint": None,
            "network": None,
            "tensorboard": False,
        }
    )
