"""How presets, cards, files and flags resolve to an experiment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import ValidationError

from benchmark.config.experiment import JUDGE_SETTINGS, Experiment, ExperimentError, Options
from benchmark.config.option_types import check_option
from benchmark.config.presets import Preset, read_preset
from benchmark.config.sources import SET, Layer, deep_merge
from benchmark.config.variants import variant_changes, variant_name
from registry.cards import MethodCard
from registry.catalogue import DATASET_CARDS, JUDGE_CARDS, METHOD_CARDS, PROTOCOL_CARDS
from registry.errors import InputError


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
        return Experiment.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(each) for each in first["loc"])
        with _placed(layers, *(str(each) for each in first["loc"])):
            raise ExperimentError(f"{key}: {first['msg']}, not {first['input']!r}") from error


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


def _checked(asked: Any, known: Options, what: str, layers: list[Layer], *path: str) -> Options:
    """The options given, once each is known and of its default's kind."""
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
