"""Discriminator of AttGAN (He et al., TIP 2019): is a face real, and which attributes does it have."""

from itertools import pairwise

from torch import Tensor, nn

from methods.attgan.block import Block
from methods.layers.instance_norm import AffineInstanceNorm


class Discriminator(nn.Module):
    """Halvings, then a verdict and the attributes, each read by two linear layers of its own.

    Args:
        image_size: side of the images it judges, a multiple of 2 ** num_halvings.
        num_attributes: attributes it tells.
        width: channels after the first halving; doubled at each.
        num_halvings: stride-2 layers.
        hidden: width between the two linear layers.
        leak: slope of the rectifiers below zero; 0.2 in the paper's code, 0.01 in its port to PyTorch.
        hidden_leak: the same between the linear layers; 0 in the port.
    """

    def __init__(
        self,
        image_size: int = 128,
        num_attributes: int = 13,
        width: int = 64,
        num_halvings: int = 5,
        hidden: int = 1024,
        leak: float = 0.2,
        hidden_leak: float = 0.2,
    ) -> None:
        super().__init__()
        widths = [width * 2**level for level in range(num_halvings)]
        self.conv = nn.Sequential(
            *(
                Block(
                    nn.Conv2d(before, after, 4, stride=2, padding=1, bias=False),
                    AffineInstanceNorm(after),
                    nn.LeakyReLU(leak),
                )
                for before, after in pairwise((3, *widths))
            )
        )
        values = widths[-1] * (image_size // 2**num_halvings) ** 2

        def head(outputs: int) -> nn.Sequential:
            return nn.Sequential(
                Block(nn.Linear(values, hidden), nn.LeakyReLU(hidden_leak)), Block(nn.Linear(hidden, outputs))
            )

        self.fc_adv = head(1)
        self.fc_cls = head(num_attributes)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """(N, 3, S, S) images in [-1, 1] to (N, 1) verdicts and (N, K) logits of attributes."""
        features = self.conv(image).flatten(1)
        return self.fc_adv(features), self.fc_cls(features)
