"""SPADE under the harness: a face's style vector, if any, put on a label map that every norm reads."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from methods.layers import whole_batch
from methods.layers.gan_losses import Hinge
from methods.layers.gaussian import gaussian_divergence, gaussian_sample
from methods.layers.initialisation import init_he, init_normal, init_xavier
from methods.layers.spade_discriminator import published_discriminator_key, spade_discriminator
from methods.layers.spade_trunk import require_trunk_size
from methods.layers.style_encoder import StyleEncoder
from methods.shared.conditional_gan import GANTrainer
from methods.shared.mask_to_image_gan import MaskToImageGAN
from methods.spade.encoder import SpadeEncoder
from methods.spade.generator import SpadeGenerator
from methods.spade.options import SpadeOptions


class Spade(MaskToImageGAN):
    """SPADE (Park et al., CVPR 2019), and SPADE-m (Lee et al., CVPR 2020), which encodes styles as MaskGAN does.

    Args:
        size: side of the images in pixels, a multiple of 32.
        options: those of `SpadeOptions`.

    Raises:
        ValueError: for a size or an option that no network could be built with.
        CheckpointError: for VGG weights that cannot be read.
    """

    options: SpadeOptions
    shares_batches = True

    def __init__(self, size: int, **options: Any) -> None:
        require_trunk_size("SPADE", size)
        config = SpadeOptions(**options)
        styled = config.use_vae or config.maskgan_style
        generator = SpadeGenerator(config.ngf, config.latent if styled else 0, size, config.hidden)
        discriminator = spade_discriminator(config.ndf, config.n_layers_d, config.num_d)
        generators: dict[str, nn.Module] = {"generator": generator}
        if config.use_vae:
            generators["encoder"] = SpadeEncoder(config.encoder_ngf, config.latent, config.encoder_size)
        for network in (*generators.values(), discriminator):
            init_xavier(network, config.init_gain)
        if config.maskgan_style:
            generators["encoder"] = StyleEncoder(
                config.latent, config.style_widths, config.outer_kernel, conditioned=False
            )
            (init_he if config.style_he_init else init_normal)(generators["encoder"])
        super().__init__(config, generators, GANTrainer.from_options(config, discriminator, Hinge()))

    def generate(self, label: Tensor, style_label: Tensor, style_image: Tensor) -> Tensor:
        """Image (N, 3, H, W) in [-1, 1] in the most likely style of the faces; their masks are not used."""
        if self.options.use_vae:
            mean, _ = self.encoder(style_image)
            return self.generator(label, mean)
        if self.options.maskgan_style:
            return self.generator(label, self.encoder(style_image).flatten(1))
        return self.generator(label)

    def reconstruct(self, label: Tensor, image: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Faces generated from their own masks and, with the VAE, from styles drawn around their own."""
        if not self.options.use_vae:
            return super().reconstruct(label, image)
        mean, log_variance = (each.float() for each in self.encoder(image))
        style = gaussian_sample(mean, log_variance)
        divergence = whole_batch.total(gaussian_divergence(mean, log_variance))
        return self.generator(label, style), {"kld": self.options.kld_weight * divergence}

    def published_key(self, role: str, key: str) -> str:
        """The discriminator's keys differ from the published ones."""
        return published_discriminator_key(key) if role == "discriminator" else key
