"""DeepFill under the harness: a region filled coarsely, then again with attention to what is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from methods.deepfill.generator import Generator, published_generator_key
from methods.deepfill.options import DeepFillOptions
from methods.deepfill.partial_model import PartialConvolution
from methods.layers.gated_conv import init_gated
from methods.layers.initialisation import init_he
from methods.shared.completion import CompletionEditor
from methods.shared.completion_gan import CompletionGAN
from methods.shared.working_size import working_size


class DeepFill(CompletionGAN):
    """DeepFill (Yu et al., "Free-Form Image Inpainting with Gated Convolution", ICCV 2019).

    Args:
        size: side of the images in pixels, as `options` take it.
        work: side at which the networks work.
        options: of the method; their convolutions are gated or plain.
    """

    options: DeepFillOptions

    def __init__(self, size: int, work: int, options: DeepFillOptions) -> None:
        gated = options.convolution == "gated"
        generator = Generator(
            options.width,
            4 * options.width // 3,
            options.dilations_at(work),
            gated=gated,
            attention=options.attention,
        )
        # As torch draws them, layers without norms hardly let an image through.
        if gated:
            init_gated(generator)
        else:
            init_he(generator)
        super().__init__(size, work, options, generator)

    def fill(self, image: Tensor, hole: Tensor, hints: Tensor) -> tuple[Tensor, ...]:
        """The coarse filling, and the refined one."""
        return self.generator(image, hole)

    def reconstruction_losses(self, images: Sequence[Tensor], real: Tensor, hole: Tensor) -> Mapping[str, Tensor]:
        """The pixel distance of both, each weighed in the hole and outside of it."""
        options, hole = self.options, hole.float()
        weight = options.valid_weight * (1 - hole) + options.hole_weight * hole
        return {
            name: (weight * (image - real.float()).abs()).mean()
            for name, image in zip(("coarse", "refined"), images, strict=True)
        }

    def published_key(self, role: str, key: str) -> str:
        """Published names of the generator's parts are others."""
        return published_generator_key(key) if role == "generator" else key


def build(size: int, **options: Any) -> CompletionEditor:
    """The method as its options say: `DeepFill`, or a U-Net of partial convolutions.

    Args:
        size: side of the images in pixels, a multiple of 8.
        options: those of `DeepFillOptions`.

    Raises:
        ValueError: for a size or an option that no network could be built with.
        CheckpointError: for VGG weights that cannot be read.
    """
    config = DeepFillOptions(**options)
    work = working_size(size, config.max_size)
    config.require_size(work)
    return (PartialConvolution if config.convolution == "partial" else DeepFill)(size, work, config)
