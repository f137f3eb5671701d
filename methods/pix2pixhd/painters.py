"""The networks with which each variant of pix2pixHD makes images, with their initial weights."""

from torch import nn

from methods.labels import NUM_LABELS
from methods.layers.initialisation import init_normal, init_pointwise
from methods.layers.style_encoder import StyleEncoder
from methods.layers.styled_trunk import StyledTrunk, init_styled_trunk
from methods.pix2pixhd.encoder import FeatureEncoder
from methods.pix2pixhd.generator import GlobalGenerator, LocalEnhancer
from methods.pix2pixhd.options import Pix2PixHDOptions


def make_painters(asked: Pix2PixHDOptions) -> dict[str, nn.Module]:
    """The "generator", and an "encoder" of the style face unless the mask is all that the generator sees."""
    return _styled_painters(asked) if asked.styled else _described_painters(asked)


def _described_painters(asked: Pix2PixHDOptions) -> dict[str, nn.Module]:
    """The generator, and the feature encoder if there are features."""
    in_channels = NUM_LABELS + (asked.features if asked.describes_regions else 0)
    down, blocks, kernel = asked.n_downsampling, asked.n_blocks, asked.outer_kernel
    generator: GlobalGenerator | LocalEnhancer
    if asked.enhancer:
        generator = LocalEnhancer(in_channels, asked.ngf // 2, down, blocks, asked.n_blocks_local, kernel)
        last = generator.model1_2[-2]
    else:
        generator = GlobalGenerator(in_channels, asked.ngf, down, blocks, kernel)
        last = generator.model[-2]
    makers: dict[str, nn.Module] = {"generator": generator}
    if asked.describes_regions:
        makers["encoder"] = FeatureEncoder(asked.features, asked.nef, asked.n_downsampling_e, kernel)
    for maker in makers.values():
        (init_pointwise if asked.pointwise_init else init_normal)(maker)
    if asked.pointwise_init:
        init_normal(last)
    return makers


def _styled_painters(asked: Pix2PixHDOptions) -> dict[str, nn.Module]:
    """The generator whose blocks a style code drives, and MaskGAN's style encoder without its mask branch."""
    trunk = StyledTrunk(asked.ngf, asked.n_downsampling, asked.n_blocks, asked.outer_kernel)
    encoder = StyleEncoder(trunk.style_length, asked.style_widths, asked.outer_kernel, conditioned=False)
    if asked.pointwise_init:
        init_styled_trunk(trunk, encoder)
    else:
        init_normal(trunk)
        init_normal(encoder)
    return {"generator": trunk, "encoder": encoder}
