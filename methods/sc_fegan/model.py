"""SC-FEGAN under the harness: a region filled after a sketch and colours of what it is to show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor

from methods.layers.initialisation import init_he
from methods.sc_fegan.generator import LEAK, Generator
from methods.sc_fegan.options import ScFeganOptions
from methods.shared.completion_gan import CompletionGAN
from methods.shared.completion_losses import ReconstructionLosses
from methods.shared.working_size import working_size


class ScFegan(CompletionGAN):
    """Jo and Park, "SC-FEGAN: Face Editing Generative Adversarial Network with User's Sketch and Color" (ICCV 2019).

    Args:
        size: side of the images in pixels, 4 times a power of two.
        options: those of `ScFeganOptions`.

    Raises:
        ValueError: for a size or an option that no network could be built with.
        CheckpointError: for VGG-16 weights that cannot be read.
    """

    takes_hints: ClassVar[bool] = True
    options: ScFeganOptions

    def __init__(self, size: int, **options: Any) -> None:
        config = ScFeganOptions(**options)
        work = working_size(size, config.max_size)
        generator = Generator(config.width, config.halvings(work), own_gates=config.own_gates)
        # As torch draws them, layers whose features are gated hardly let an image through.
        init_he(generator, LEAK)
        super().__init__(size, work, config, generator)
        self.reconstruction = ReconstructionLosses(config)
        draw = torch.Generator("cpu").manual_seed(0)
        noise = torch.randn(1, 1, work, work, generator=draw, device="cpu")
        self.register_buffer("edit_noise", noise, persistent=False)

    def fill(self, image: Tensor, hole: Tensor, hints: Tensor) -> tuple[Tensor, ...]:
        """The one filling, of noise that is drawn anew in training, and is the same for every face in edits."""
        noise = torch.randn_like(hole) if self.training else self.get_buffer("edit_noise").to(hole.dtype)
        return (self.generator(torch.cat([image, hints, hole, noise * hole], dim=1)),)

    def reconstruction_losses(self, images: Sequence[Tensor], real: Tensor, hole: Tensor) -> Mapping[str, Tensor]:
        """Pixels, smoothness, and VGG-16's features where it has weights."""
        return self.reconstruction(images[-1], real, hole)

    def provenance(self) -> Mapping[str, str]:
        """Which loss terms took part, and at which size it works, where that is not the comparison's."""
        return {**super().provenance(), **self.options.reconstruction_note()}
