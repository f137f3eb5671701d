"""Edits a rendered face with a method, to see that it edits at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from benchmark.config.option_attributes import option_attributes
from benchmark.datasets.rendered_faces.renderer.factors import sample_factors
from benchmark.datasets.rendered_faces.renderer.renderer import render
from benchmark.editing.build_method import build_editor
from benchmark.editing.edit_arrays import LoadedMethod, unchanged_random_state
from benchmark.editing.fitting_networks import Fit
from benchmark.images.convert import Pixels
from benchmark.runtime.device import choose_compute
from benchmark.training.train import move_to_device
from methods.labels import MOUTH_LABELS
from registry.catalogue import METHOD_CARDS


def trial_edit(path: Path, fit: Fit, device: str) -> tuple[Pixels, Pixels]:
    """A rendered face, and what a method makes of it with the weights of a file: (H, W, 3) uint8 RGB each.

    Args:
        path: of the file.
        fit: the network that it fills.
        device: where it runs.

    Raises:
        InputError: if the method cannot be built or cannot edit.
        PluginError: if its edit is no image.
    """
    experiment = fit.candidate.experiment(path, fit.network)
    compute = choose_compute(**(experiment.evaluation.compute.model_dump() | {"device": device}))
    with unchanged_random_state():
        model = build_editor(experiment, {}).model
    move_to_device(model, compute)
    model.eval()
    card, size = METHOD_CARDS.find(experiment.method.name).card, fit.candidate.size
    method = LoadedMethod(model, card, experiment.label, size, experiment.method.seed, compute)
    own, other = (render(sample_factors(0, number), size) for number in range(2))
    attribute = (*option_attributes(experiment.method.options), "Smiling")[0]
    mouth = np.isin(own.mask, MOUTH_LABELS)
    given: dict[str, dict[str, Any]] = {
        "mask": {"mask": own.mask},
        "attributes": {"attributes": {attribute: False}, "requested_attributes": {attribute: True}},
        "source image": {"source": other.image},
        "source mask": {"source_mask": other.mask},
        "region": {"region": mouth},
        "sketch": {"sketch": mouth},
        "colour": {"colour": other.image},
    }
    words: dict[str, Any] = {}
    for word in card.every_input & given.keys():
        words |= given[word]
    return own.image, method.edit(own.image, **words)
