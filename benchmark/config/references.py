"""The reference methods that stand in tables without being named: the built-in ones."""

from __future__ import annotations

from benchmark.config.evaluation_spec import EvaluationSpec
from benchmark.config.experiment import Experiment, MethodSpec
from benchmark.config.presets import preset_of
from benchmark.config.training_length import put_over
from registry.cards import MethodCard
from registry.catalogue import METHOD_CARDS, PROTOCOL_CARDS
from registry.protocols_of_method import is_default


def default_references(evaluation: EvaluationSpec) -> list[MethodCard]:
    """The cards of the built-in reference methods that run beside every method; a plug-in's runs when named.

    Those for whom a protocol is made, such as the fillings of holes, run where it is one of the evaluation's.
    """
    cards = [entry.card for entry in METHOD_CARDS.builtin() if entry.card.kind == "reference"]
    special = [entry.card for entry in PROTOCOL_CARDS.builtin() if entry.card.default_for]
    return [
        card
        for card in cards
        if not (homes := {protocol.name for protocol in special if is_default(protocol, card)})
        or not homes.isdisjoint(evaluation.protocols)
    ]


def reference_experiment(evaluation: EvaluationSpec, card: MethodCard) -> Experiment:
    """The experiment of a reference method with its card's options, under every protocol of an evaluation."""
    options = dict(card.options)
    for layer in preset_of(evaluation).layers_of(card):
        options = put_over(options, layer)
    return Experiment(method=MethodSpec(name=card.name, options=options), evaluation=evaluation)
