"""Feature encoder of pix2pixHD: an image to low-dimensional features, constant over each region."""

from torch import Tensor, nn

from methods.layers.hourglass import hourglass_layers
from methods.layers.regions import fill_regions, region_means


class FeatureEncoder(nn.Module):
    """A trunk without residual blocks, then the mean over each region (Wang et al., CVPR 2018).

    Args:
        features: channels of the result.
        nef: width at full resolution, doubled at each step down.
        n_downsampling: stride-2 steps.
        outer_kernel: side of the convolutions at full resolution.
    """

    def __init__(self, features: int = 3, nef: int = 16, n_downsampling: int = 4, outer_kernel: int = 7) -> None:
        super().__init__()
        self.model = nn.Sequential(*hourglass_layers(3, features, nef, n_downsampling, [], nn.Tanh(), outer_kernel))

    def codes(self, image: Tensor, regions: Tensor) -> Tensor:
        """Features of each region of each sample: (N, R, F) float32 in [-1, 1], zeros for a region without pixels.

        Args:
            image: (N, 3, H, W) in [-1, 1], sides divisible by 2**n_downsampling.
            regions: (N, R, H, W) one-hot: instances, or labels where a face has one of each.
        """
        return region_means(self.model(image), regions)

    def forward(self, image: Tensor, regions: Tensor) -> Tensor:
        """Features (N, F, H, W) in [-1, 1], constant over each region of each sample: its `codes`, where they lie."""
        return fill_regions(self.codes(image, regions), regions)
