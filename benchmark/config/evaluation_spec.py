"""The specification of an evaluation: on which faces, under which protocols, by which metrics and judges, how."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

from registry.cards import Option, PresetCard
from registry.catalogue import ENCODER_CARDS, METRIC_CARDS, PROTOCOL_CARDS

Options = dict[str, Option]
JudgeRole = str
JUDGE_SETTINGS: Mapping[str, JudgeRole] = {"parser_judge": "parser", "attribute_judge": "attributes"}
"""Which setting names the judge of a role that every evaluation has; `judge` names those of other roles."""


class Spec(BaseModel):
    """Settings that are checked and do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DatasetSpec(Spec):
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


class ComputeSpec(Spec):
    """How networks run; "auto" takes what is fastest on the device.

    Attributes:
        device: "cpu", "cuda", "cuda:1" or "auto".
        precision: of forward passes; parameters stay float32.
        channels_last: keep convolution weights and images as NHWC in memory; None does what suits the precision.
        num_workers: processes that load the faces of a training; None takes 2 for a GPU and none for a CPU.
        deterministic: use algorithms that give the same bits each time, where torch has them.
    """

    device: str = "auto"
    precision: Literal["auto", "bf16", "fp16", "fp32"] = "auto"
    channels_last: bool | None = None
    num_workers: int | None = Field(default=None, ge=0)
    deterministic: bool = False

    @model_serializer(mode="wrap")
    def _without_unused(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """The settings without `deterministic` where it is off, so that older hashes stay."""
        content: dict[str, Any] = serialize(self)
        return {key: value for key, value in content.items() if value or key != "deterministic"}


def roles_of(metric: str) -> set[JudgeRole]:
    """The roles of judges that a metric's card, or that of its encoder, names."""
    card = METRIC_CARDS.find(metric).card
    of_encoder = None
    if card.encoder is not None and card.encoder in ENCODER_CARDS:
        of_encoder = ENCODER_CARDS.find(card.encoder).card.judge
    return {role for role in (card.judge, of_encoder) if role is not None}


class EvaluationSpec(Spec):
    """How methods are compared; the same for all whose figures stand in one table.

    Attributes:
        preset: names the sizes that these settings, and the training budgets of methods, were resolved from.
        own_preset: what that preset was, where it is none of the built-in ones.
        protocols: options by protocol.
        metrics: shown after those on a protocol's card, under every protocol that their own cards allow.
        parser_judge: the judge that labels regions and gives the features of set metrics.
        attribute_judge: the judge that reads attributes.
        judge: the judges of other roles, by role: those that a metric's card needs.
        judges: recipe options of all of these.
        limit: at most so many tasks per protocol.
        compute: how the networks of methods, judges and metrics run.
        edit_batch_size: tasks that a method edits at once.
        bootstrap_draws: of the intervals of image metrics.
    """

    preset: str = "demo"
    own_preset: PresetCard | None = None
    dataset: DatasetSpec
    protocols: dict[str, Options]
    metrics: tuple[str, ...] = ()
    parser_judge: str = "parser"
    attribute_judge: str = "attributes"
    judge: dict[JudgeRole, str] = {}
    judges: dict[str, Options] = {}
    limit: int | None = Field(default=None, ge=1)
    compute: ComputeSpec = ComputeSpec()
    edit_batch_size: int = Field(default=16, ge=1)
    bootstrap_draws: int = Field(default=1000, ge=100)

    @property
    def judge_by_role(self) -> dict[JudgeRole, str]:
        """The name of the judge that has each role."""
        return {"parser": self.parser_judge, "attributes": self.attribute_judge, **self.judge}

    @property
    def roles(self) -> list[JudgeRole]:
        """The roles whose judges look at the edits: the two of every evaluation, and those that its metrics need."""
        return [*JUDGE_SETTINGS.values(), *self.further_roles]

    @property
    def further_roles(self) -> list[JudgeRole]:
        """The roles that its metrics need beside the two of every evaluation, as far as judges have them."""
        metrics = {name for protocol in self.protocols for name in self.metrics_of(protocol) if name in METRIC_CARDS}
        needed = {role for name in metrics for role in roles_of(name)}
        return sorted(self.judge.keys() & needed)

    def metrics_of(self, protocol: str) -> list[str]:
        """The metrics shown under a protocol: those on its card, then those added that are for it."""
        added = [name for name in self.metrics if METRIC_CARDS.find(name).card.is_for(protocol)]
        return list(dict.fromkeys([*PROTOCOL_CARDS.find(protocol).card.metrics, *added]))

    @model_serializer(mode="wrap")
    def _without_unused(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """The settings without `judge` and `own_preset` where there is none, so that older hashes stay."""
        content: dict[str, Any] = serialize(self)
        if self.own_preset is not None:
            content["own_preset"] = self.own_preset.model_dump(mode="json", exclude_defaults=True)
        return {key: value for key, value in content.items() if value or key not in ("judge", "own_preset")}
