"""Style encoder of SEAN: a face and its label map to one style code for each label."""

from torch import Tensor, nn

from methods.layers.instance_norm import InstanceNorm
from methods.layers.regions import region_means, resize_regions
from methods.sean.options import STYLE_LENGTH


class RegionStyleEncoder(nn.Module):
    """Convolutions down to a quarter and up to a half of the size, then the mean over each region.

    Follows Zhu et al., "SEAN: Image Synthesis with Semantic Region-Adaptive Normalization" (CVPR 2020); names of
    parameters are those of the published checkpoints.

    Args:
        width: of the first layer.
        style_length: of a code.
        norm: whether instance norm follows each convolution but the last, as published; it takes the mean colour of
            the whole image away before any region is read.
    """

    def __init__(self, width: int = 32, style_length: int = STYLE_LENGTH, *, norm: bool = True) -> None:
        super().__init__()
        up = nn.ConvTranspose2d(4 * width, 8 * width, 3, stride=2, padding=1, output_padding=1)
        self.model = nn.Sequential(
            nn.ReflectionPad2d(1),
            *_with_activation(nn.Conv2d(3, width, 3), norm),
            *_with_activation(nn.Conv2d(width, 2 * width, 3, stride=2, padding=1), norm),
            *_with_activation(nn.Conv2d(2 * width, 4 * width, 3, stride=2, padding=1), norm),
            *_with_activation(up, norm),
            nn.ReflectionPad2d(1),
            nn.Conv2d(8 * width, style_length, 3),
            nn.Tanh(),
        )

    def forward(self, image: Tensor, label: Tensor) -> Tensor:
        """Codes (N, 19, style_length); zeros for labels that a face lacks.

        Args:
            image: (N, 3, H, W) in [-1, 1], sides divisible by 4.
            label: (N, 19, H, W) one-hot.
        """
        features = self.model(image)
        return region_means(features, resize_regions(label, features.shape[2:]))


def _with_activation(conv: nn.Module, norm: bool) -> tuple[nn.Module, ...]:
    # The identity keeps the layers' numbers, and so the names of their parameters.
    return conv, InstanceNorm() if norm else nn.Identity(), nn.LeakyReLU(0.2)
