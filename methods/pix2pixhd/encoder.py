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
    """

    def __init__(self, features: int = 3, nef: int = 16, n_downsampling: int = 4) -> None:
        super().__init__()
        self.model = nn.Sequential(*hourglass_layers(3, features, nef, n_downsampling, [], nn.Tanh()))

    def forward(self, image: Tensor, regions: Tensor) -> Tensor:
        """Features (N, F, H, W) in [-1, 1], constant over each region of each sample.

        Args:
            image: (N, 3, H, W) in [-1, 1], sides divisible by 2**n_downsampling.
            regions: (N, R, H, W) one-hot: instances, or labels where a face has one of each.
        """
        features = self.model(image)
        return fill_regions(region_means(features, regions), regions).to(features.dtype)
