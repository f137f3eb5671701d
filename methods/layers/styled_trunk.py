"""A trunk whose residual blocks a style code drives through AdaIN, as in MaskGAN's Dense Mapping Network."""

from torch import Tensor, nn

from methods.labels import NUM_LABELS
from methods.layers.hourglass import hourglass_layers
from methods.layers.initialisation import init_he, init_normal, init_pointwise
from methods.layers.residual import StyledResidualBlock
from methods.layers.sft import SpatialFeatureTransform
from methods.layers.style_encoder import StyleEncoder


class StyledTrunk(nn.Module):
    """pix2pixHD's global generator with AdaIN for the instance norm of its residual blocks (Lee et al., CVPR 2020).

    Args:
        ngf: width at full resolution, doubled at each step down.
        n_downsampling: stride-2 steps.
        n_blocks: styled residual blocks.
        outer_kernel: side of the convolutions at full resolution; 7 at the published 512 pixels.

    Attributes:
        style_length: values of a style code.
    """

    def __init__(self, ngf: int = 64, n_downsampling: int = 4, n_blocks: int = 4, outer_kernel: int = 7) -> None:
        super().__init__()
        blocks = [StyledResidualBlock(ngf * 2**n_downsampling) for _ in range(n_blocks)]
        self.style_length = sum(block.style_length for block in blocks)
        self.model = nn.Sequential(
            *hourglass_layers(NUM_LABELS, 3, ngf, n_downsampling, blocks, nn.Tanh(), outer_kernel)
        )

    def generate(self, label: Tensor, style_code: Tensor) -> Tensor:
        """Image (N, 3, H, W) in [-1, 1] of a one-hot mask (N, 19, H, W) in the style of a code (N, style_length)."""
        features = label
        used = 0
        for layer in self.model:
            if isinstance(layer, StyledResidualBlock):
                features = layer(features, style_code[:, used : used + layer.style_length])
                used += layer.style_length
            else:
                features = layer(features)
        return features


def init_styled_trunk(trunk: StyledTrunk, encoder: StyleEncoder) -> None:
    """Start from networks that keep their signal: neutral styles, feature transforms that change nothing.

    Neither scale of the published design has a "1 +": drawn around 0 they would shut the style encoder off from the
    trunk and the trunk from its output.
    """
    init_pointwise(trunk.model)
    init_normal(trunk.model[-2])
    init_he(encoder)
    for layer in encoder.modules():
        if isinstance(layer, SpatialFeatureTransform):
            for conv in (layer.SFT_scale_conv2, layer.SFT_shift_conv2):
                nn.init.normal_(conv.weight, 0.0, 0.02)
            nn.init.ones_(layer.SFT_scale_conv2.bias)
    to_style = encoder.model_last[-1]
    used = 0
    for block in trunk.model:
        if isinstance(block, StyledResidualBlock):
            # Two AdaIN layers a block, each a bias of C values and a weight of C values.
            layers = to_style.bias.data[used : used + block.style_length].view(2, 2, -1)
            layers[:, 1] = 1.0
            used += block.style_length
