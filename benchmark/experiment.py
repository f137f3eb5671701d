"""Experiments: a validated specification of one run, and how presets, cards, files and flags resolve to it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from benchmark.option_values import check_option
from benchmark.settings import SET, Layer, deep_merge
from benchmark.variants import variant_changes, variant_name
from registry.cards import MethodCard, Option
from registry.catalogue import DATASET_CARDS, JUDGE_CARDS, METHOD_CARDS, PROTOCOL_CARDS
from registry.errors import InputError, UnknownNameError, unknown
from registry.options import OptionTable

PRESETS = Path(__file__).with_name("presets")
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
        variant: one on the method's card, or the changed options written out (`benchmark.variants`).
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


class Preset(_Spec):
    """Sizes and budgets, `benchmark/presets/NAME.yaml`."""

    title: str
    size: int
    datasets: dict[str, Options]
    protocols: dict[str, Options]
    edit_batch_size: int
    bootstrap_draws: int


def preset_names() -> list[str]:
    """The presets there are."""
    return sorted(path.stem for path in PRESETS.glob("*.yaml"))


def read_preset(name: str) -> Preset:
    """Read a preset.

    Raises:
        UnknownNameError: with the nearest known names.
    """
    path = PRESETS / f"{name}.yaml"
    if name not in preset_names():
        raise UnknownNameError(unknown("preset", name, preset_names()))
    return Preset.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def resolve(layers: list[Layer]) -> Experiment:
    """Resolve what the user wrote, later layers over earlier ones, over presets and cards.

    Args:
        layers: nested settings in the keys of `Experiment`, each knowing where a key was written.

    Raises:
        InputError: naming the key, where it stands, the value, and the nearest valid name.
    """
    for layer in layers:
        layer.check_keys(Experiment)
        _check_kinds(layer)
    asked: dict[str, Any] = {}
    for layer in layers:
        asked = deep_merge(asked, layer.content)
    method, variant = _split_variant(asked.get("method"), asked.get("variant"))
    with _placed(layers, "method"):
        card = METHOD_CARDS.find(method).card
    with _placed(layers, "method" if variant != asked.get("variant") else "variant"):
        changes = {} if variant is None else variant_changes(card, variant)
        if variant not in card.variants:
            variant = variant_name(card, changes)
    preset_name = asked.get("preset") or "demo"
    with _placed(layers, "preset"):
        preset = read_preset(preset_name)
    dataset = _dataset(asked.get("dataset") or {}, preset, layers)
    protocols = _protocols(asked.get("protocols") or {}, _chosen(layers, card), preset, card, layers)
    options = {**card.options, **card.presets.get(preset_name, {}), **changes}
    options |= _checked(asked.get("options"), card.options, f"option of {method}", layers, "options")
    content = {
        "edit_batch_size": preset.edit_batch_size,
        "bootstrap_draws": preset.bootstrap_draws,
        **asked,
        "method": method,
        "variant": variant,
        "preset": preset_name,
        "options": options,
        "dataset": dataset,
        "protocols": protocols,
        "judges": _judges(asked, preset_name, layers),
    }
    try:
        experiment = Experiment.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(each) for each in first["loc"])
        with _placed(layers, *(str(each) for each in first["loc"])):
            raise ExperimentError(f"{key}: {first['msg']}, not {first['input']!r}") from error
    try:
        card.options.check(experiment.options)
    except InputError as error:
        raise ExperimentError(f"{experiment.label} cannot be built: {error}") from error
    return experiment


def over_seeds(experiment: Experiment, seeds: list[int]) -> list[Experiment]:
    """The same experiment from several seeds."""
    return [experiment.model_copy(update={"seed": seed}) for seed in seeds]


def all_protocols(experiment: Experiment) -> Experiment:
    """The same experiment under every protocol, each with its options of the preset where none were given."""
    preset = read_preset(experiment.preset)
    every = {
        entry.card.name: {**entry.card.options, **preset.protocols.get(entry.card.name, {})} for entry in PROTOCOL_CARDS
    }
    return experiment.model_copy(update={"protocols": {**every, **experiment.protocols}})


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


def _check_kinds(layer: Layer) -> None:
    """Refuse names that are no words, and protocols or judges that are no mappings, where each was written."""
    for path in (("method",), ("variant",), ("preset",), ("dataset", "name"), *((key,) for key in JUDGE_SETTINGS)):
        if layer.holds(path) and not isinstance(value := layer.value(path), str | None):
            raise ExperimentError(f"{layer.place(path)}: {'.'.join(path)} is a name, not {value!r}")
    for key in ("protocols", "judges"):
        if layer.holds((key,)) and not isinstance(value := layer.value((key,)), dict | None):
            raise ExperimentError(f"{layer.place((key,))}: {key} holds names with their options, not {value!r}")


def _split_variant(method: Any, variant: Any) -> tuple[str, str | None]:
    if not isinstance(method, str) or not method:
        raise ExperimentError("no method was named; use --method, and `bench list methods` for those there are")
    name, _, suffix = method.partition("+")
    return name, suffix or variant


def _dataset(asked: dict[str, Any], preset: Preset, layers: list[Layer]) -> dict[str, Any]:
    name = asked.get("name") or "rendered-faces"
    with _placed(layers, "dataset", "name"):
        card = DATASET_CARDS.find(name).card
    options = {**card.options, **preset.datasets.get(name, {})}
    options |= _checked(asked.get("options"), card.options, f"option of {name}", layers, "dataset", "options")
    return {"size": preset.size, **asked, "name": name, "options": options}


def _chosen(layers: list[Layer], method: MethodCard) -> list[str]:
    """Protocols by the last file or flag that names any, else all the method can do; `--set` chooses none."""
    for layer in reversed(layers):
        if layer.source != SET and layer.content.get("protocols"):
            return list(layer.content["protocols"])
    return method.protocols


def _protocols(
    asked: dict[str, Any], names: list[str], preset: Preset, method: MethodCard, layers: list[Layer]
) -> dict[str, Options]:
    for name in asked:
        with _placed(layers, "protocols", name):
            PROTOCOL_CARDS.find(name)
    chosen: dict[str, Options] = {}
    for name in names:
        given = asked.get(name)
        with _placed(layers, "protocols", name):
            card = PROTOCOL_CARDS.find(name).card
            if name not in method.protocols:
                can = ", ".join(method.protocols)
                raise ExperimentError(f"{method.name} cannot take part in {name!r}; its card lists {can}")
        options = {**card.options, **preset.protocols.get(name, {})}
        chosen[name] = options | _checked(given, card.options, f"option of {name}", layers, "protocols", name)
    return chosen


def _judges(asked: dict[str, Any], preset: str, layers: list[Layer]) -> dict[str, Options]:
    """Options of the judges that have a role; those given for another judge are checked and left out."""
    options: dict[str, Any] = asked.get("judges") or {}
    for name in options:
        with _placed(layers, "judges", name):
            card = JUDGE_CARDS.find(name).card
        _checked(options[name], card.options, f"option of judge {name}", layers, "judges", name)
    chosen = {}
    for key, role in JUDGE_SETTINGS.items():
        name = asked.get(key) or Experiment.model_fields[key].default
        with _placed(layers, key):
            card = JUDGE_CARDS.find(name).card
            if card.role != role:
                fit = ", ".join(entry.card.name for entry in JUDGE_CARDS if entry.card.role == role)
                raise ExperimentError(f"{key} cannot be {name!r}, which judges {card.role}; those that can: {fit}")
        chosen[name] = {**card.options, **card.presets.get(preset, {}), **(options.get(name) or {})}
    return chosen


def _checked(asked: Any, known: OptionTable, what: str, layers: list[Layer], *path: str) -> Options:
    """The options given, once each is known and of its kind."""
    if asked is None:
        return {}
    if not isinstance(asked, dict):
        with _placed(layers, *path):
            raise ExperimentError(f"{'.'.join(path)} holds options with values, not {asked!r}")
    for name, value in asked.items():
        with _placed(layers, *path, name):
            check_option(what, name, value, known)
    return asked


@contextmanager
def _placed(layers: list[Layer], *path: str) -> Iterator[None]:
    """Put the place where a key was written before an error about it, where that is a file or `--set`."""
    try:
        yield
    except InputError as error:
        layer = next((each for each in reversed(layers) if each.holds(path)), None)
        if layer is None or layer.is_command:
            raise
        raise type(error)(f"{layer.place(path)}: {error}") from error
