"""BiSeNet as a face parser, trained from scratch by the recipe it is published with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmark.judges.face_parser import ParsingJudge
from methods.base import FaceBatch
from methods.labels import FACE_PARSING_LABELS, LABELS
from methods.layers.bisenet import BiSeNet
from methods.layers.perceptual import MEAN, STD

WARM_UP_START: Final = 1e-3
"""Share of the learning rate that the first iteration has."""
LEAST_SHARE: Final = 1 / 16
"""Share of a batch's pixels that the loss is always taken over, however well they are known."""


def hard_cross_entropy(logits: Tensor, labels: Tensor, threshold: float) -> Tensor:
    """Mean cross-entropy over the pixels that are not known yet (online hard example mining; Shrivastava et al., 2016).

    Args:
        logits: (N, C, H, W).
        labels: (N, H, W) integers in 0..C-1.
        threshold: a pixel whose true class has a greater probability is left out, while `LEAST_SHARE` of them remain.

    Returns:
        A scalar; of the hardest `LEAST_SHARE` of the pixels where fewer are hard.
    """
    losses = functional.cross_entropy(logits.float(), labels, reduction="none").flatten()
    hardest = losses.topk(max(1, int(LEAST_SHARE * losses.numel()))).values
    hard = losses[losses > -log(threshold)]
    return hard.mean() if len(hard) > len(hardest) else hardest.mean()


class BiSeNetParser(ParsingJudge):
    """BiSeNet (Yu et al., ECCV 2018), trained with hard cross-entropy on the outputs of its three depths.

    Channels keep the order of the published network, and labels that of CelebAMask-HQ.

    Args:
        size: side of the square images in pixels.
        iterations: optimiser iterations.
        batch_size: faces an iteration, 2 or more: the network normalises a single number a channel and face.
        lr: the learning rate after the warm-up.
        warm_up: iterations of rising learning rate, fewer than `iterations`.
        power: of the share of iterations left, to which the learning rate falls.
        momentum: of stochastic gradient descent.
        weight_decay: of stochastic gradient descent.
        threshold: probability of the true class above which a pixel counts as known.

    Raises:
        ValueError: if an option is out of range.
    """

    def __init__(
        self,
        size: int,
        *,
        iterations: int = 80000,
        batch_size: int = 16,
        lr: float = 1e-2,
        warm_up: int = 1000,
        power: float = 0.9,
        momentum: float = 0.9,
        weight_decay: float = 5e-4,
        threshold: float = 0.7,
    ) -> None:
        if batch_size < 2:
            raise ValueError(f"BiSeNet learns from 2 faces a batch or more, not {batch_size}")
        if not 0 <= warm_up < iterations:
            raise ValueError(f"warm_up must be shorter than the {iterations} iterations, not {warm_up}")
        if not 0 < threshold < 1:
            raise ValueError(f"threshold must be a probability between 0 and 1, not {threshold}")
        super().__init__(
            size=size,
            iterations=iterations,
            batch_size=batch_size,
            lr=lr,
            warm_up=warm_up,
            power=power,
            momentum=momentum,
            weight_decay=weight_decay,
            threshold=threshold,
        )
        self.network = BiSeNet()
        for module in self.network.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, a=1)
        order = torch.tensor([FACE_PARSING_LABELS.index(label) for label in LABELS])
        self.register_buffer("channels", order, persistent=False)
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(STD).view(1, 3, 1, 1), persistent=False)

    @property
    def deepest(self) -> nn.Module:
        """The last stage of the backbone, of stride 32."""
        stage: nn.Module = self.network.cp.resnet.layer4
        return stage

    def logits(self, image: Tensor) -> Tensor:
        """Logits of the finest output, a channel a label of `methods.labels`."""
        return self._outputs(image)[0]

    def loss(self, faces: FaceBatch) -> Tensor:
        """Hard cross-entropy, summed over the three outputs."""
        labels = faces.mask.long()
        losses = [hard_cross_entropy(logits, labels, self.recipe["threshold"]) for logits in self._outputs(faces.image)]
        return torch.stack(losses).sum()

    def _outputs(self, image: Tensor) -> list[Tensor]:
        normal = ((image + 1) / 2 - self.get_buffer("mean")) / self.get_buffer("std")
        order = self.get_buffer("channels")
        return [logits[:, order] for logits in self.network(normal)]

    def schedule(self) -> Sequence[Mapping[str, Any]]:
        """A linear rise, then a polynomial fall to 0."""
        warm_up, iterations = int(self.recipe["warm_up"]), int(self.recipe["iterations"])
        # mmengine reaches a schedule's last value one iteration before its end
        rise = {"type": "LinearLR", "start_factor": WARM_UP_START, "begin": 0, "end": warm_up + 1}
        fall = {"type": "PolyLR", "power": self.recipe["power"], "begin": warm_up, "end": iterations + 1}
        return [rise, fall] if warm_up else [fall]

    def optimizer(self) -> torch.optim.Optimizer:
        """Stochastic gradient descent over the whole network."""
        recipe = self.recipe
        return torch.optim.SGD(
            self.parameters(), lr=recipe["lr"], momentum=recipe["momentum"], weight_decay=recipe["weight_decay"]
        )
