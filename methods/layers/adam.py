"""Adam under mmengine's wrapper, as every method trains its networks."""

from collections.abc import Mapping

import torch
from mmengine.optim import OptimWrapper, OptimWrapperDict
from torch import nn


def adam(
    network: nn.Module,
    rate: float,
    betas: tuple[float, float],
    weight_decay: float = 0.0,
    *,
    decoupled: bool = False,
    clip_norm: float | None = None,
) -> OptimWrapper:
    """Adam for a network's parameters; on a GPU one kernel that also counts its steps there.

    Args:
        network: has the parameters.
        rate: the learning rate.
        betas: decays of the mean gradient and of the mean squared gradient.
        weight_decay: added to the gradients as a multiple of the weights.
        decoupled: whether weights decay apart from the gradients instead, which is AdamW.
        clip_norm: largest norm of all gradients together, to which longer ones are shortened; None leaves them.

    Raises:
        ValueError: for a rate or a decay that no optimiser takes.
    """
    parameters = list(network.parameters())
    on_gpu = all(parameter.is_cuda for parameter in parameters)
    optimizer = torch.optim.Adam(
        parameters,
        rate,
        betas,
        weight_decay=weight_decay,
        decoupled_weight_decay=decoupled,
        fused=True if on_gpu else None,
    )
    return OptimWrapper(optimizer) if clip_norm is None else Clipping(optimizer, clip_grad={"max_norm": clip_norm})


class Clipping(OptimWrapper):
    """Clips gradients before each step; mmengine's own clipping notes their norm, and waits for the device."""

    def _clip_grad(self) -> None:
        parameters = [parameter for group in self.optimizer.param_groups for parameter in group["params"]]
        nn.utils.clip_grad_norm_(parameters, **self.clip_grad_kwargs)


def adam_for_each(
    model: nn.Module,
    rates: Mapping[str, float],
    betas: tuple[float, float],
    weight_decay: float = 0.0,
    *,
    clip_norm: float | None = None,
) -> OptimWrapperDict:
    """An optimiser of its own for each of a model's parts, by name.

    Args:
        model: has the parts as submodules.
        rates: the learning rate of each, by its name.
        betas: of all.
        weight_decay: of all; it joins the gradient, as in Adam's own paper.
        clip_norm: largest norm of the gradients of each part; None leaves them.

    Raises:
        ValueError: for a rate or a decay that no optimiser takes.
    """
    return OptimWrapperDict(
        **{
            name: adam(model.get_submodule(name), rate, betas, weight_decay, clip_norm=clip_norm)
            for name, rate in rates.items()
        }
    )
