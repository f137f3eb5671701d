"""StarGAN under the harness: translation there and back against a critic that reads attributes, and editing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from methods.layers.initialisation import init_he
from methods.shared.attribute_gan import AttributeGAN, ClassificationWeights
from methods.shared.working_size import working_size
from methods.stargan.discriminator import LEAK, Discriminator
from methods.stargan.generator import Generator
from methods.stargan.options import StarGANOptions


class StarGAN(AttributeGAN):
    """StarGAN (Choi et al., CVPR 2018).

    Published faces were generated in train mode, where instance norms use each image's own statistics. This generator
    uses those in eval mode too, so that an edit depends on its own image alone and changes no running statistic.

    Args:
        size: side of the images in pixels, divisible by every halving of both networks.
        options: those of `StarGANOptions`.

    Raises:
        ValueError: for a size or an option that no network could be built with.
    """

    options: StarGANOptions
    shares_batches = True
    compiled_networks = ("generator",)

    def __init__(self, size: int, **options: Any) -> None:
        config = StarGANOptions(**options)
        work = working_size(size, config.max_size)
        for name in ("n_downsampling", "d_downsampling"):
            halvings = getattr(config, name)
            if work % 2**halvings:
                raise ValueError(f"{name} {halvings} needs a size divisible by {2**halvings}, not {work}")
        if work < 2 ** (config.n_downsampling + 1):
            raise ValueError(f"n_downsampling {config.n_downsampling} leaves instance norms one pixel of size {work}")
        count = len(config.attributes)
        generator = Generator(
            count, config.ngf, config.n_blocks, config.n_downsampling, config.outer_kernel, own_statistics=True
        )
        if config.residual:
            nn.init.zeros_(generator.main[-2].weight)
        discriminator = Discriminator(work, count, config.ndf, config.d_downsampling)
        if config.d_he_init:
            init_he(discriminator, LEAK)
        weight = config.classification_weight
        super().__init__(size, work, config, generator, discriminator, ClassificationWeights(weight, weight))

    def translate(self, image: Tensor, attributes: Tensor) -> Tensor:
        """(N, 3, H, W) faces in [-1, 1] with the (N, K) requested attributes, in float32."""
        output = self.generator(image, attributes).float()
        return (image.float() + output).clamp(-1, 1) if self.options.residual else output

    def translate_and_rebuild(
        self, image: Tensor, requested: Tensor, own: Tensor
    ) -> tuple[Tensor, Callable[[], Tensor]]:
        """Faces with the requested attributes, and the way back from them to the faces' own."""
        fake = self.translate(image, requested)
        return fake, lambda: self.translate(fake, own)

    def edited(self, image: Tensor, requested: Tensor, own: Tensor, strength: Tensor) -> Tensor:
        """Faces with the requested attributes, or with values between or beyond those that training gives."""
        return self.translate(image, torch.lerp(own, requested, strength))
