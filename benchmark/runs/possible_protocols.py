"""Under which protocols of an evaluation a method has tasks that it can do, and why under the others not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from benchmark.config.evaluation_spec import EvaluationSpec, Options
from benchmark.config.experiment import MethodSpec
from benchmark.config.option_attributes import option_attributes
from benchmark.config.presets import all_protocols, default_protocols, preset_of
from benchmark.datasets.base import FaceDataset
from registry.cards import MethodCard
from registry.catalogue import PROTOCOL_CARDS
from registry.errors import InputError, UnknownNameError, unknown
from registry.protocols_of_method import reason_against, unmet_needs


@dataclass(frozen=True)
class Participation:
    """The protocols of a run.

    Attributes:
        able: options by protocol, of those in which the method takes part.
        unable: options by protocol, of those in which it cannot, though their tasks can be drawn.
        undrawn: names of those whose tasks cannot be drawn from these faces.
        reasons: why, by protocol, of the last two.
    """

    able: Mapping[str, Options]
    unable: Mapping[str, Options]
    undrawn: tuple[str, ...]
    reasons: Mapping[str, str]


def participation(method: MethodCard | None, evaluation: EvaluationSpec, dataset: FaceDataset) -> Participation:
    """Sort the protocols of an evaluation; where none was chosen, the built-in ones that the method cannot do as well.

    Args:
        method: its card; None of the real images, which take no task's question.
        evaluation: names the protocols.
        dataset: the faces.

    Raises:
        InputError: if a method that is no reference could do none of them.
    """
    lacks = {**({} if dataset.known_attributes else {"attributes": "none is known"}), **dataset.lacks}
    chosen = evaluation.protocols
    if method is not None and set(chosen) == set(default_protocols(preset_of(evaluation), method)):
        chosen = {**chosen, **all_protocols(evaluation).protocols}
    able: dict[str, Options] = {}
    unable: dict[str, Options] = {}
    undrawn: list[str] = []
    reasons: dict[str, str] = {}
    for name, options in chosen.items():
        card = PROTOCOL_CARDS.find(name).card
        if (unmet := unmet_needs(card, lacks)) is not None:
            undrawn.append(name)
            reasons[name] = unmet
        elif method is not None and (reason := reason_against(method, card, lacks)) is not None:
            unable[name] = options
            reasons[name] = reason
        else:
            able[name] = options
    if not able and method is not None and method.kind != "reference":
        raise InputError(f"{method.name} has nothing to do on {dataset.name}: {'; '.join(reasons.values())}")
    return Participation(able, unable, tuple(undrawn), reasons)


def check_learned_attributes(method: MethodSpec, dataset: FaceDataset) -> None:
    """Refuse to teach a method attributes that no face has a value of.

    Raises:
        UnknownNameError: naming the nearest that the faces have.
    """
    for name in option_attributes(method.options):
        if name not in dataset.attribute_names:
            raise UnknownNameError(f"{method.label}: {unknown('attribute', name, dataset.attribute_names)}")
