"""Initial weights of a Dense Mapping Network trained from scratch."""

from torch import nn

from methods.layers.initialisation import init_he, init_normal, init_pointwise
from methods.layers.residual import StyledResidualBlock
from methods.layers.sft import SpatialFeatureTransform
from methods.maskgan.dense_mapping import DenseMappingNetwork


def init_dense_mapping(network: DenseMappingNetwork) -> None:
    """Start from a network that keeps its signal: neutral styles, feature transforms that change nothing.

    Neither scale of the published design has a "1 +": drawn around 0 they would shut the style encoder off from the
    trunk and the trunk from its output.
    """
    init_pointwise(network.model)
    init_normal(network.model[-2])
    init_he(network.enc_style)
    if network.style_mask_branch:
        init_he(network.enc_label)
    for layer in network.enc_style.modules():
        if isinstance(layer, SpatialFeatureTransform):
            for conv in (layer.SFT_scale_conv2, layer.SFT_shift_conv2):
                nn.init.normal_(conv.weight, 0.0, 0.02)
            nn.init.ones_(layer.SFT_scale_conv2.bias)
    to_style = network.enc_style.model_last[-1]
    used = 0
    for block in network.model:
        if isinstance(block, StyledResidualBlock):
            # Two AdaIN layers a block, each a bias of C values and a weight of C values.
            layers = to_style.bias.data[used : used + block.style_length].view(2, 2, -1)
            layers[:, 1] = 1.0
            used += block.style_length
