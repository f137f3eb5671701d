"""Builds a registered encoder from its card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from benchmark.caching.fingerprints import fingerprint
from benchmark.caching.plugin_source import entry_version
from benchmark.features.encoder import Encoder
from benchmark.weights.encoder_files import named_weights
from benchmark.weights.resources import MetricUnavailable, Resources
from registry import ENCODERS
from registry.catalogue import ENCODER_CARDS
from registry.errors import InputError, PluginError, plugin_boundary


@dataclass(frozen=True)
class EncodingJudge:
    """A judge whose features an encoder gives.

    Attributes:
        judge: on the compute device, in eval mode.
        weights_sha256: of its weights.
        code: version of its source.
    """

    judge: Any
    weights_sha256: str
    code: str


def build_encoder(name: str, resources: Resources, judge: EncodingJudge | None = None) -> Encoder:
    """An encoder by its name.

    Args:
        name: registered.
        resources: where it runs, and its weights.
        judge: the judge of the role on its card; None where the card has none.

    Raises:
        UnknownNameError: with the nearest known names.
        MetricUnavailable: if something that it needs is not here.
        InputError: if its class does not take the options on its card.
        PluginError: if the class of a plug-in fails, or is no encoder.
    """
    entry = ENCODER_CARDS.find(name)
    encoder_class = ENCODERS.get(name)
    options: dict[str, Any] = dict(entry.card.options)
    if (named := named_weights(entry)) is not None:
        options["weights"] = named
    try:
        with plugin_boundary(f"{encoder_class.__name__}.__init__", MetricUnavailable, TypeError, ValueError):
            if judge is None:
                encoder = encoder_class(resources, **options)
            else:
                encoder = encoder_class(judge.judge, judge.weights_sha256, resources.compute, **options)
    except (TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{entry.place}: encoder {name} cannot be built: {error}") from error
    if not isinstance(encoder, Encoder):
        raise PluginError(f"{encoder_class.__name__} of encoder {name!r} is no Encoder")
    of_judge = None if judge is None else (judge.code, resources.compute.described)
    encoder.source = fingerprint(entry_version(entry), dict(entry.card.options), of_judge)
    return encoder
