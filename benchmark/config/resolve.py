"""How presets, cards, files and flags resolve to an experiment, or to an evaluation alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from benchmark.config.budget import parse_budget
from benchmark.config.evaluation_spec import JUDGE_SETTINGS, EvaluationSpec, Options, Spec, roles_of
from benchmark.config.experiment import BEST, EVALUATION_KEYS, LAST, METHOD_KEYS, Experiment, MethodSpec
from benchmark.config.option_types import check_option
from benchmark.config.presets import (
    Preset,
    complete_preset,
    default_protocols,
    find_preset,
    protocol_options,
    written_preset,
)
from benchmark.config.sources import SET, ConfigSource, located, merged
from benchmark.config.training_length import put_over
from benchmark.config.variants import variant_changes, variant_name
from benchmark.runtime.home_folder import expanded_texts
from registry.cards import MethodCard, PresetCard
from registry.catalogue import (
    DATASET_CARDS,
    ENCODER_CARDS,
    JUDGE_CARDS,
    METHOD_CARDS,
    METRIC_CARDS,
    PROTOCOL_CARDS,
)
from registry.errors import InputError, UnknownNameError, not_built, unknown
from registry.options import OptionTable
from registry.protocols_of_method import reason_against

Sources = Sequence[ConfigSource]
_SETTINGS = tuple(JUDGE_SETTINGS.items())
OF_METHODS: Final = "methods"
"""The key of options of several methods, by their names, in a file that a whole comparison shares."""
SpecType = TypeVar("SpecType", bound=Spec)


class ExperimentError(InputError):
    """A specification with a wrong key or value."""


def resolve(sources: Sources) -> Experiment:
    """Resolve what the user wrote, later sources over earlier ones, over presets and cards.

    Args:
        sources: nested settings, each source knowing where a key was written.

    Raises:
        InputError: naming the key, where it stands, the value, and the nearest valid name.
    """
    _check(sources, {**METHOD_KEYS, **EVALUATION_KEYS})
    settings = merged(sources)
    name, variant = _split_variant(settings.get("method"), settings.get("variant"))
    with located(sources, "method"):
        card = METHOD_CARDS.find(name).card
    with located(sources, "method" if variant != settings.get("variant") else "variant"):
        changes = {} if variant is None else variant_changes(card, variant)
        if variant not in card.variants:
            variant = variant_name(card, changes)
    preset_card = _preset_card(settings, sources)
    preset = complete_preset(preset_card)
    evaluation = _evaluation(settings, sources, card, preset_card)
    options = dict(card.options)
    for layer in (*preset.layers_of(card), changes, *(preset.layers_of(card, variant) if variant else ())):
        options = put_over(options, layer)
    for source in sources:
        own = _of_methods(source).get(name, {})
        given = _checked(source.content.get("options"), card.options, f"option of {name}", [source], "options")
        for path, values in (((OF_METHODS, name), own), (("options",), given)):
            with located([source], *path):
                options = put_over(options, expanded_texts(values))
    with located(sources, "budget"):
        _check_budget(settings)
    with located(sources, "keep"):
        _check_keep(settings)
    with located(sources, "keep_checkpoints"):
        if "keep_checkpoints" in settings and not settings.get("checkpoint_every"):
            raise ExperimentError("keep_checkpoints is how many of those of checkpoint_every are kept: give that too")
    with located(sources, "start"):
        _check_start(settings)
    content = {key: settings[key] for key in METHOD_KEYS if key in settings and key != "method"}
    content["start"] = settings.get("start") or {}
    content |= {"name": name, "variant": variant, "options": options}
    method = _validated(MethodSpec, content, sources)
    try:
        card.options.check(method.options)
    except InputError as error:
        raise not_built(method.label, error) from error
    return Experiment(method=method, evaluation=evaluation)


def resolve_evaluation(sources: Sources) -> EvaluationSpec:
    """Resolve an evaluation that no method was named for, under every protocol unless some are chosen.

    Args:
        sources: as for `resolve`, without the keys of a method.

    Raises:
        InputError: as for `resolve`.
    """
    _check(sources, EVALUATION_KEYS)
    settings = merged(sources)
    return _evaluation(settings, sources, None, _preset_card(settings, sources))


def evaluation_part(source: ConfigSource) -> ConfigSource:
    """A source of an experiment's settings without those of its method, which need not be registered."""
    content = {key: value for key, value in source.content.items() if key not in METHOD_KEYS}
    return ConfigSource(content, source.source, source.lines)


def _check(sources: Sources, keys: Mapping[str, FieldInfo]) -> None:
    for source in sources:
        source.check_keys({**keys, OF_METHODS: FieldInfo(annotation=dict[str, Options])})
        _check_kinds(source)
        _of_methods(source)


def _of_methods(source: ConfigSource) -> dict[str, Options]:
    """The options that a source has for methods by their names, of this run's and of others, each of its kind."""
    settings = source.content.get(OF_METHODS) or {}
    if not isinstance(settings, dict):
        raise ExperimentError(f"{source.location((OF_METHODS,))}: methods has options by method, not {settings!r}")
    found = {}
    for name, options in settings.items():
        with located([source], OF_METHODS, name):
            card = METHOD_CARDS.find(name).card
        found[name] = _checked(options, card.options, f"option of {name}", [source], OF_METHODS, name)
    return found


def _check_kinds(source: ConfigSource) -> None:
    """Refuse names that are no words, and mappings or lists that are none, where each was written."""
    for path in (("method",), ("variant",), ("preset",), ("dataset", "name"), *((key,) for key in JUDGE_SETTINGS)):
        if source.has(path) and not isinstance(value := source.value(path), str | None):
            raise ExperimentError(f"{source.location(path)}: {'.'.join(path)} is a name, not {value!r}")
    if source.has(("judge",)):
        value = source.value(("judge",))
        if not (value is None or (isinstance(value, dict) and all(isinstance(name, str) for name in value.values()))):
            raise ExperimentError(
                f"{source.location(('judge',))}: judge has the name of a judge by role, such as judge.landmarks=NAME, "
                f"not {value!r}"
            )
    for key in ("protocols", "judges"):
        if source.has((key,)) and not isinstance(value := source.value((key,)), dict | None):
            raise ExperimentError(f"{source.location((key,))}: {key} holds names with their options, not {value!r}")
    if source.has(("metrics",)):
        value = source.value(("metrics",))
        if not (value is None or (isinstance(value, list) and all(isinstance(name, str) for name in value))):
            raise ExperimentError(
                f"{source.location(('metrics',))}: metrics is a list of names, such as [fid, kid], not {value!r}"
            )


def _check_budget(settings: Mapping[str, Any]) -> None:
    budget = settings.get("budget")
    if budget is None:
        return
    if not isinstance(budget, str):
        raise ExperimentError(f"budget is an amount with its unit, such as 300cpu-s, not {budget!r}")
    parse_budget(budget)
    if settings.get("checkpoint") is not None:
        raise ExperimentError("a budget is for training, and a checkpoint takes its place: leave one of them out")


def _check_keep(settings: Mapping[str, Any]) -> None:
    keep = settings.get("keep", LAST)
    if not isinstance(keep, str) or not (keep == LAST or keep.startswith(f"{BEST}:")):
        raise ExperimentError(f"keep is {LAST}, or {BEST}:METRIC such as {BEST}:seg-miou, not {keep!r}")
    if keep == LAST:
        return
    card = METRIC_CARDS.find(keep.removeprefix(f"{BEST}:")).card
    if card.level != "image":
        raise ExperimentError(
            f"keep: {card.name} has no figure of single images; sets are too small and too dear during training"
        )
    if settings.get("validate_every") == 0:
        raise ExperimentError(f"keep: {keep} needs a validation curve, and validate_every is 0")


def _check_start(settings: Mapping[str, Any]) -> None:
    start = settings.get("start")
    if not start:
        return
    if not (isinstance(start, dict) and all(map(_names_files, start.values()))):
        raise ExperimentError(
            "start has, by the name of a stage, the file that takes the place of its training: start.STAGE=FILE of "
            f"what the stage left in another run, start.STAGE.ROLE=FILE of a published network, not {start!r}"
        )
    for other in ("checkpoint", "budget"):
        if settings.get(other) is not None:
            raise ExperimentError(
                f"start takes the place of a part of the training, and {other} is for the whole of it: leave one out"
            )


def _names_files(value: Any) -> bool:
    """Whether a stage's value in `start` is a file's path, or has them by role."""
    paths = list(value.values()) if isinstance(value, dict) else [value]
    return bool(paths) and all(isinstance(path, str) and path for path in paths)


def _preset_card(settings: Mapping[str, Any], sources: Sources) -> PresetCard:
    """The preset that was named: as a resolved experiment has it written out, or found by its name or file."""
    word = settings.get("preset") or EvaluationSpec.model_fields["preset"].default
    written_out = settings.get("own_preset")
    if isinstance(written_out, dict) and written_out.get("name") == word:
        source = next(source for source in reversed(sources) if source.has(("own_preset",)))
        return written_preset(written_out, source.location(("own_preset",)))
    with located(sources, "preset"):
        named = next((source for source in reversed(sources) if source.content.get("preset")), None)
        in_file = named is not None and not named.is_command and named.source != SET
        return find_preset(word, Path(named.source).parent if named is not None and in_file else None)


def _split_variant(method: Any, variant: Any) -> tuple[str, str | None]:
    if not isinstance(method, str) or not method:
        raise ExperimentError("no method was named; use --method, and `bench list methods` for those there are")
    name, _, suffix = method.partition("+")
    return name, suffix or variant


def _evaluation(
    settings: Mapping[str, Any], sources: Sources, method: MethodCard | None, preset_card: PresetCard
) -> EvaluationSpec:
    preset = complete_preset(preset_card)
    protocols = _protocols(settings.get("protocols") or {}, preset, sources, method)
    metrics = _metrics(settings.get("metrics") or [], protocols, sources)
    roles = _roles(settings.get("judge") or {}, [*metrics, *_shown_by(protocols)])
    content = {
        "edit_batch_size": preset.edit_batch_size,
        "bootstrap_draws": preset.bootstrap_draws,
        **{key: settings[key] for key in EVALUATION_KEYS if key in settings},
        "preset": preset_card.name,
        "own_preset": preset.own,
        "dataset": _dataset(settings.get("dataset") or {}, preset, sources),
        "protocols": protocols,
        "metrics": metrics,
        "judge": roles,
        "judges": _judges(settings, roles, preset, sources),
    }
    return _validated(EvaluationSpec, content, sources)


def _dataset(settings: Mapping[str, Any], preset: Preset, sources: Sources) -> dict[str, Any]:
    name = settings.get("name") or "rendered-faces"
    with located(sources, "dataset", "name"):
        card = DATASET_CARDS.find(name).card
    options = {**card.options, **card.options.cast(preset.datasets.get(name, {}))}
    options |= _checked(settings.get("options"), card.options, f"option of {name}", sources, "dataset", "options")
    card.options.check(options)
    return {"size": preset.size, **settings, "name": name, "options": options}


def _protocols(
    settings: Mapping[str, Any], preset: Preset, sources: Sources, method: MethodCard | None
) -> dict[str, Options]:
    for name in settings:
        with located(sources, "protocols", name):
            PROTOCOL_CARDS.find(name)
    chosen: dict[str, Options] = {}
    against: list[str | None] = []
    for name in _chosen(sources, default_protocols(preset, method)):
        with located(sources, "protocols", name):
            card = PROTOCOL_CARDS.find(name).card
            against.append(None if method is None else reason_against(method, card))
        own = _checked(settings.get(name), card.options, f"option of {name}", sources, "protocols", name)
        chosen[name] = card.options.as_settings(protocol_options(name, preset) | own)
    if method is not None and method.kind != "reference" and None not in against:
        raise ExperimentError(_nothing_to_do(method, against, preset))
    return chosen


def _nothing_to_do(method: MethodCard, against: Sequence[str | None], preset: Preset) -> str:
    able = ", ".join(default_protocols(preset, method))
    reasons = "; ".join(dict.fromkeys(filter(None, against)))
    if not reasons:
        reasons = f"it takes {method.takes_in_words}, which no protocol gives"
    return f"{method.name} can take part in none of its protocols: {reasons}" + (f"; it can in {able}" if able else "")


def _chosen(sources: Sources, default: list[str]) -> list[str]:
    """Protocols by the last file or flag that names any, else the default; `--set` chooses none."""
    for source in reversed(sources):
        if source.source != SET and source.content.get("protocols"):
            return list(source.content["protocols"])
    return default


def _metrics(names: list[str], protocols: Iterable[str], sources: Sources) -> list[str]:
    """The metrics that were named, and those of the plug-ins that were, where their cards say under which protocols."""
    for name in names:
        with located(sources, "metrics"):
            card = METRIC_CARDS.find(name).card
            if card.level == "cost":
                raise ExperimentError(f"metric {name!r} is a cost, which every table shows already: leave it out")
            if card.encoder is not None and card.encoder not in ENCODER_CARDS:
                known = (entry.card.name for entry in ENCODER_CARDS)
                place = METRIC_CARDS.find(name).place
                raise UnknownNameError(f"{place}: encoder: {unknown('encoder', card.encoder, known)}")
            if not any(map(card.is_for, protocols)):
                raise ExperimentError(
                    f"metric {name!r} is for {', '.join(card.protocols or ())} alone, as its card says, and not for "
                    f"{', '.join(protocols)}"
                )
    named = (entry.card for entry in METRIC_CARDS if entry.named and entry.card.protocols is not None)
    joining = [card.name for card in named if card.level != "cost" and any(map(card.is_for, protocols))]
    return list(dict.fromkeys([*names, *joining]))


def _shown_by(protocols: Iterable[str]) -> list[str]:
    """The metrics on protocols' cards, as far as there are such."""
    named = (name for protocol in protocols for name in PROTOCOL_CARDS.find(protocol).card.metrics)
    return [name for name in named if name in METRIC_CARDS]


def _roles(named: Mapping[str, str], metrics: Iterable[str]) -> dict[str, str]:
    """The judges of roles beside the two that all have: those named, and where a metric needs another, its only one."""
    roles = dict(named)
    for role in sorted({role for name in metrics for role in roles_of(name)}):
        fit = [entry.card.name for entry in JUDGE_CARDS if entry.card.role == role]
        if role not in roles and role not in JUDGE_SETTINGS.values() and len(fit) == 1:
            roles[role] = fit[0]
    return roles


def _judges(
    settings: Mapping[str, Any], roles: Mapping[str, str], preset: Preset, sources: Sources
) -> dict[str, Options]:
    """Options of the judges that have a role; those given for another judge are checked and left out."""
    options: dict[str, Any] = dict(settings.get("judges") or {})
    for name in options:
        with located(sources, "judges", name):
            card = JUDGE_CARDS.find(name).card
        options[name] = _checked(options[name], card.options, f"option of judge {name}", sources, "judges", name)
    chosen = {}
    named = [((key,), role, settings.get(key) or EvaluationSpec.model_fields[key].default) for key, role in _SETTINGS]
    for path, role, name in [*named, *((("judge", role), role, name) for role, name in roles.items())]:
        with located(sources, *path):
            if path == ("judge", role) and role in JUDGE_SETTINGS.values():
                setting = next(key for key, of in _SETTINGS if of == role)
                raise ExperimentError(f"judge.{role}: the judge of role {role} is named by the setting {setting}")
            card = JUDGE_CARDS.find(name).card
            if card.role != role:
                fit = ", ".join(entry.card.name for entry in JUDGE_CARDS if entry.card.role == role) or "none"
                key = ".".join(path)
                raise ExperimentError(f"{key} cannot be {name!r}, which judges {card.role}; those that can: {fit}")
        chosen[name] = dict(card.options)
        for layer in (*preset.layers_of(card), options.get(name, {})):
            chosen[name] |= layer
    return chosen


def _checked(settings: Any, known: OptionTable, what: str, sources: Sources, *path: str) -> Options:
    """The options given, once each is known and of its kind."""
    if settings is None:
        return {}
    if not isinstance(settings, dict):
        with located(sources, *path):
            raise ExperimentError(f"{'.'.join(path)} holds options with values, not {settings!r}")
    options: Options = {}
    for written, value in settings.items():
        name = known.name_of(written)
        with located(sources, *path, written):
            if name in options:
                raise ExperimentError(
                    f"{written} is another word for {what} {name}, which is given too; give one of them"
                )
            options[name] = check_option(what, name, value, known)
    return options


def _validated(spec: type[SpecType], content: Mapping[str, Any], sources: Sources) -> SpecType:
    try:
        return spec.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        path = [str(key) for key in first["loc"]]
        with located(sources, *path):
            raise ExperimentError(f"{'.'.join(path)}: {first['msg']}, not {first['input']!r}") from error
