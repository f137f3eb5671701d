"""The networks with which each variant of pix2pixHD makes images, with their initial weights."""

from torch import nn

from methods.labels import NUM_LABELS
from methods.layers.initialisation import init_normal, init_pointwise
from methods.layers.style_encoder import StyleEncoder
from methods.layers.styled_trunk import StyledTrunk, init_styled_trunk
from methods.pix2pixhd.encoder import FeatureEncoder
from methods.pix2pixhd.generator import GlobalGenerator, LocalEnhancer
from methods.pix2pixhd.options import Pix2PixHDOptions


def make_generators(options: Pix2PixHDOptions) -> dict[str, nn.Module]:
    """The "generator", and an "encoder" of the style face unless the mask is all that the generator sees."""
    return _styled_generators(options) if options.styled else _described_generators(options)


def _described_generators(options: Pix2PixHDOptions) -> dict[str, nn.Module]:
    """The generator, and the feature encoder if there are features."""
    in_channels = NUM_LABELS + (options.features if options.describes_regions else 0)
    down, blocks, kernel = options.n_downsampling, options.n_blocks, options.outer_kernel
    generator: GlobalGenerator | LocalEnhancer
    if options.enhancer:
        generator = LocalEnhancer(in_channels, options.ngf // 2, down, blocks, options.n_blocks_local, kernel)
        last = generator.model1_2[-2]
    else:
        generator = GlobalGenerator(in_channels, options.ngf, down, blocks, kernel)
        last = generator.model[-2]
    generators: dict[str, nn.Module] = {"generator": generator}
    if options.describes_regions:
        generators["encoder"] = FeatureEncoder(options.features, options.nef, options.n_downsampling_e, kernel)
    for network in generators.values():
        (init_pointwise if options.pointwise_init else init_normal)(network)
    if options.pointwise_init:
        init_normal(last)
    return generators


def _styled_generators(options: Pix2PixHDOptions) -> dict[str, nn.Module]:
    """The generator whose blocks a style code drives, and MaskGAN's style encoder without its mask branch."""
    trunk = StyledTrunk(options.ngf, options.n_downsampling, options.n_blocks, options.outer_kernel)
    encoder = StyleEncoder(trunk.style_length, options.style_widths, options.outer_kernel, conditioned=False)
    if options.pointwise_init:
        init_styled_trunk(trunk, encoder)
    else:
        init_normal(trunk)
        init_normal(encoder)
    return {"generator": trunk, "encoder": encoder}
