"""Image encoder of SPADE: a face to the mean and log-variance of its style vector."""

import math

from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import spectral_norm

from methods.layers.instance_norm import InstanceNorm
from methods.layers.spade import NEGATIVE_SLOPE
from methods.spade.options import BASE_SIDE


class SpadeEncoder(nn.Module):
    """Strided, spectrally normalised convolutions with instance norm, then two linear layers (Park et al., CVPR 2019).

    Args:
        ngf: width of the first layer, doubled each layer to eight times that at most.
        latent: length of the style vector.
        size: side to which images are resized: 4 times a power of two; 256 is the published one.
    """

    def __init__(self, ngf: int = 64, latent: int = 256, size: int = 256) -> None:
        super().__init__()
        self.size = size
        self.num_layers = round(math.log2(size / BASE_SIDE))
        widths = [3, *(ngf * min(2**index, 8) for index in range(self.num_layers))]
        for index in range(self.num_layers):
            conv = nn.Conv2d(widths[index], widths[index + 1], 3, stride=2, padding=1, bias=False)
            self.add_module(f"layer{index + 1}", nn.Sequential(spectral_norm(conv), InstanceNorm()))
        self.fc_mu = nn.Linear(widths[-1] * BASE_SIDE**2, latent)
        self.fc_var = nn.Linear(widths[-1] * BASE_SIDE**2, latent)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance, (N, latent) each, of images (N, 3, H, W) in [-1, 1] of any size."""
        features = image
        if image.shape[2:] != (self.size, self.size):
            features = functional.interpolate(image, size=(self.size, self.size), mode="bilinear")
        for index in range(self.num_layers):
            features = functional.leaky_relu(self.get_submodule(f"layer{index + 1}")(features), NEGATIVE_SLOPE)
        flat = features.flatten(1)
        return self.fc_mu(flat), self.fc_var(flat)
