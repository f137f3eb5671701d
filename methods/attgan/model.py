"""AttGAN and STGAN under the harness: one encoding of a face, decoded with other attributes and with its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from methods.attgan.discriminator import Discriminator
from methods.attgan.generator import Generator
from methods.attgan.options import AttGANOptions
from methods.shared.attribute_gan import AttributeGAN, ClassificationWeights
from methods.shared.working_size import working_size


class AttGAN(AttributeGAN):
    """AttGAN (He et al., TIP 2019), and STGAN (Liu et al., CVPR 2019) by `selective` and `difference`.

    Args:
        size: side of the images in pixels, divisible by every halving, to two pixels at least.
        options: those of `AttGANOptions`.

    Raises:
        ValueError: for a size or an option that no network could be built with.
    """

    options: AttGANOptions

    def __init__(self, size: int, **options: Any) -> None:
        config = AttGANOptions(**options)
        work = working_size(size, config.max_size)
        config.require_size(work)
        count = len(config.attributes)
        generator = Generator(
            count,
            config.ngf,
            config.n_downsampling,
            config.num_skips,
            config.num_injections,
            config.leak,
            selective=config.selective,
        )
        discriminator = Discriminator(
            work, count, config.ndf, config.n_downsampling, config.hidden, config.leak, config.leak
        )
        # Published losses are means over attributes, those of `AttributeGAN` sums.
        weights = ClassificationWeights(config.classification_weight / count, config.fake_classification_weight / count)
        super().__init__(size, work, config, generator, discriminator, weights)

    def vector(self, requested: Tensor, own: Tensor, strength: float = 1.0) -> Tensor:
        """What the generator is given of (N, K) attributes in {0, 1}.

        Args:
            requested: of the face to make.
            own: of the face it is made from.
            strength: factor for the requested ones that differ from the face's own.
        """
        scale = self.options.attribute_scale
        values = scale * (2 * requested - 1) * torch.where(requested == own, 1.0, strength)
        return values - scale * (2 * own - 1) if self.options.difference else values

    def translate_and_rebuild(
        self, image: Tensor, requested: Tensor, own: Tensor
    ) -> tuple[Tensor, Callable[[], Tensor]]:
        """Faces decoded with the requested attributes, and the decoding of the same codes with their own."""
        features = self.generator.encode(image)
        fake = self.generator.decode(features, self.vector(requested, own)).float()
        return fake, lambda: self.generator.decode(features, self.vector(own, own)).float()

    def edited(self, image: Tensor, requested: Tensor, own: Tensor, strength: Tensor) -> Tensor:
        """Faces decoded with the requested attributes, those that change beyond their values in training.

        The vector slides from that of a face's own attributes to that of the edit, and beyond it.
        """
        whole = self.vector(requested, own, self.options.edit_strength)
        return self.generator(image, torch.lerp(self.vector(own, own), whole, strength)).float()
