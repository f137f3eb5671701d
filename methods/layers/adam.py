"""Adam under mmengine's wrapper, as every method trains its networks."""

import torch
from mmengine.optim import OptimWrapper
from torch import nn


def adam(network: nn.Module, rate: float, betas: tuple[float, float], weight_decay: float = 0.0) -> OptimWrapper:
    """Adam for a network's parameters; on a GPU one kernel that also counts its steps there.

    Raises:
        ValueError: for a rate or a decay that no optimiser takes.
    """
    parameters = list(network.parameters())
    on_gpu = all(parameter.is_cuda for parameter in parameters)
    return OptimWrapper(
        torch.optim.Adam(parameters, rate, betas, weight_decay=weight_decay, fused=True if on_gpu else None)
    )
