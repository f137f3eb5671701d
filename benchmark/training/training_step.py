"""One training step of a model: on all parts of its batch, under the compute's autocast."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from benchmark.runtime.device import Compute
from benchmark.runtime.processes import ALONE, Processes
from benchmark.training.batch_parts import mean_of_parts
from benchmark.training.losses import checked_losses
from benchmark.training.stage_optimizers import StageOptimizers
from methods.base import FaceBatch, Trainable
from methods.layers.whole_batch import on_part, sharing
from registry.errors import plugin_boundary


def take_step(
    model: Trainable, faces: FaceBatch, optimizers: StageOptimizers, compute: Compute, processes: Processes = ALONE
) -> Mapping[str, Tensor | float]:
    """Take a step of the stage last begun, and give its losses by name.

    Where a batch has several parts, every optimiser steps at the last one, by the mean gradients over all. What differs
    from a step on the whole batch: a network that is judged by one which steps before it, such as a generator by its
    discriminator, meets the one that has just learnt at the last part, and the earlier one before; batch norms and what
    is drawn or mixed among faces are those of a part, and running means and power iterations move at every part.

    Args:
        model: in train mode, on the compute device.
        faces: this process's share of the batch, on that device.
        optimizers: of the stage, which say in how many parts.
        compute: device and precision.
        processes: that share the batch.

    Raises:
        PluginError: if the model's code fails, or gives something else than losses.
    """
    function = f"{type(model).__name__}.train_step"
    losses = []
    for number, part in enumerate(optimizers.parts.of(faces)):
        optimizers.begin(number)
        with plugin_boundary(function), compute.autocast(), sharing(processes), on_part(number, optimizers.parts.count):
            given = model.train_step(part, optimizers)
        losses.append(checked_losses(function, given))
    optimizers.finish()
    return mean_of_parts(losses)
