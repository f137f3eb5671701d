"""The reference methods that stand in every table without being named: the built-in ones."""

from __future__ import annotations

from benchmark.config.evaluation_spec import EvaluationSpec
from benchmark.config.experiment import Experiment, MethodSpec
from registry.cards import MethodCard
from registry.catalogue import METHOD_CARDS


def default_references() -> list[MethodCard]:
    """The cards of the built-in reference methods, which run beside every method; a plug-in's runs when named."""
    return [entry.card for entry in METHOD_CARDS.builtin() if entry.card.kind == "reference"]


def reference_experiment(evaluation: EvaluationSpec, card: MethodCard) -> Experiment:
    """The experiment of a reference method with its card's options, under every protocol of an evaluation."""
    options = {**card.options, **card.options.cast(card.presets.get(evaluation.preset, {}))}
    return Experiment(method=MethodSpec(name=card.name, options=options), evaluation=evaluation)
