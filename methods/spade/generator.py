"""Generator of SPADE: a label map, and optionally a style vector, to an image."""

from functools import partial

from torch import Tensor, nn

from methods.labels import NUM_LABELS
from methods.layers import whole_batch
from methods.layers.spade import SpatiallyAdaptiveNorm
from methods.layers.spade_trunk import TRUNK_STRIDE, SpadeTrunk


class SpadeGenerator(SpadeTrunk):
    """Paints a label map that every norm reads (Park et al., CVPR 2019).

    Names of parameters are those of the published checkpoints.

    Args:
        ngf: width at full resolution; 64 is the published one.
        latent: length of the style vector that the image starts from (published: 256); 0 starts from the label
            map itself, at any size.
        size: side of the square image; only with a style vector, whose first layer it fixes.
        hidden: width of the norms between the label map and the modulation.
    """

    def __init__(self, ngf: int = 64, latent: int = 0, size: int = 256, hidden: int = 128) -> None:
        super().__init__(ngf, partial(SpatiallyAdaptiveNorm, hidden=hidden))
        self.latent = latent
        self.start_side = size // TRUNK_STRIDE
        if latent:
            self.fc = nn.Linear(latent, self.start_channels * self.start_side**2)
        else:
            self.fc = nn.Conv2d(NUM_LABELS, self.start_channels, 3, padding=1)

    def forward(self, label: Tensor, style: Tensor | None = None) -> Tensor:
        """Image (N, 3, H, W) in [-1, 1] of a label map.

        Args:
            label: (N, 19, H, W) one-hot, sides divisible by 32; `size` both, where a style vector fixes it.
            style: (N, latent) style vectors, where the generator takes any; drawn from N(0, 1) if left out.
        """
        if not self.latent:
            return self.generate(self.fc(self.start_label(label)), label)
        if style is None:
            style = whole_batch.randn(len(label), self.latent, device=label.device, dtype=label.dtype)
        start = self.fc(style).unflatten(1, (self.start_channels, self.start_side, self.start_side))
        return self.generate(start, label)
