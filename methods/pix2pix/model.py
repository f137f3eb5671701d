"""pix2pix under the harness: the mask is all that its generator sees, so that every face of a mask is the same."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from methods.labels import NUM_LABELS
from methods.layers.gan_losses import CrossEntropy
from methods.layers.initialisation import init_normal
from methods.layers.patch_discriminator import PatchDiscriminator
from methods.layers.unet import UNet, published_unet_key
from methods.pix2pix.options import Pix2PixOptions
from methods.shared.conditional_gan import GANTrainer, LossWeights
from methods.shared.sized_mask_to_image_gan import SizedMaskToImageGAN
from methods.shared.working_size import working_size


class Pix2Pix(SizedMaskToImageGAN):
    """pix2pix (Isola et al., "Image-to-Image Translation with Conditional Adversarial Networks", CVPR 2017).

    Args:
        size: side of the images in pixels, divisible by every halving of the generator.
        options: those of `Pix2PixOptions`.

    Raises:
        ValueError: for a size or an option that no network could be built with.
    """

    options: Pix2PixOptions

    def __init__(self, size: int, **options: Any) -> None:
        config = Pix2PixOptions(**options)
        work = working_size(size, config.max_size)
        config.require_size(work)
        generator = UNet(NUM_LABELS, 3, config.ngf, config.n_downsampling, config.dropout)
        discriminator = PatchDiscriminator(NUM_LABELS + 3, config.ndf, config.n_layers_d, norm="batch")
        for network in (generator, discriminator):
            init_normal(network)
        weights = LossWeights(feature_matching=0.0, perceptual=0.0, l1=config.l1_weight)
        trainer = GANTrainer(discriminator, CrossEntropy(), weights, separate=True)
        super().__init__(size, work, config, {"generator": generator}, trainer)

    def generate(self, label: Tensor, style_label: Tensor, style_image: Tensor) -> Tensor:
        """The image (N, 3, H, W) in [-1, 1] of one-hot masks; the style faces are not looked at."""
        return self.generator(label)

    def published_key(self, role: str, key: str) -> str:
        """Published keys of the generator nest its blocks."""
        return published_unet_key(key) if role == "generator" else key
