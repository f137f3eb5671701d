"""SEAN under the harness: each region's style code, read off a face, generated on that region of the requested mask."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from methods.layers.gan_losses import Hinge
from methods.layers.initialisation import init_xavier
from methods.layers.mean_codes import MeanCodes
from methods.layers.spade_discriminator import published_discriminator_key, spade_discriminator
from methods.layers.spade_trunk import require_trunk_size
from methods.sean.generator import SeanGenerator, published_generator_key
from methods.sean.options import SeanOptions
from methods.shared.conditional_gan import GANTrainer
from methods.shared.sized_mask_to_image_gan import SizedMaskToImageGAN
from methods.shared.working_size import working_size


class Sean(SizedMaskToImageGAN):
    """SEAN (Zhu et al., CVPR 2020).

    A region that the style face lacks takes the mean code of the training faces that have it; with a published
    checkpoint, which holds no such mean, its code is 0. Norms add noise in eval mode too, as published: edits are
    those of torch's seed.

    Args:
        size: side of the images in pixels, a multiple of 32.
        options: those of `SeanOptions`.

    Raises:
        ValueError: for a size or an option that no network could be built with.
        CheckpointError: for VGG weights that cannot be read.
    """

    options: SeanOptions
    shares_batches = True

    def __init__(self, size: int, **options: Any) -> None:
        config = SeanOptions(**options)
        work = working_size(size, config.max_size)
        require_trunk_size("SEAN", work)
        generator = SeanGenerator(
            config.ngf, config.style_length, config.hidden, config.encoder_width, encoder_norm=config.encoder_norm
        )
        discriminator = spade_discriminator(config.ndf, config.n_layers_d, config.num_d, last_stride=2)
        for network in (generator, discriminator):
            init_xavier(network, config.init_gain)
        trainer = GANTrainer.from_options(config, discriminator, Hinge())
        super().__init__(size, work, config, {"generator": generator}, trainer)
        self.mean_codes = MeanCodes(config.style_length)

    def encode_style(self, label: Tensor, image: Tensor) -> Tensor:
        """Style codes (N, 19, S) of faces by their one-hot masks, without gaps."""
        return self.mean_codes(self.generator.encode_style(image, label))

    def generate(self, label: Tensor, style_label: Tensor, style_image: Tensor) -> Tensor:
        """Image (N, 3, H, W) in [-1, 1] of one-hot masks, each region in the style of the faces' same region."""
        return self.generator(label, self.encode_style(style_label, style_image))

    def published_key(self, role: str, key: str) -> str:
        """Keys of generator and discriminator differ from the published ones."""
        return {"generator": published_generator_key, "discriminator": published_discriminator_key}[role](key)
