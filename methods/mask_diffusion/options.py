"""Options of mask diffusion: widths, what training hides and drops, its length, and how faces are sampled."""

from __future__ import annotations

import math
from dataclasses import dataclass

from methods.shared.checked_options import WorkingSizeOptions, require_style_encoder
from methods.shared.stage_options import OneStageOptions

TRAIN_STEPS = 1000
"""Steps of the noise schedule."""
STYLE_KERNEL = 3
"""Side of the style encoder's first convolution."""


@dataclass(frozen=True, kw_only=True)
class MaskDiffusionOptions(WorkingSizeOptions, OneStageOptions):
    """Every option of the method's card.

    Attributes:
        patch_size: pixels a side that the U-Net sees as one position, and makes at once; 2 takes a quarter of the time.
        width: channels of the U-Net's first level; even.
        width_factors: by level, each at half the resolution of the one before, the channels as multiples of `width`.
        num_blocks: residual blocks of each level.
        style_length: values of a face's style.
        style_widths: channels of the style encoder at strides 1, 2, 4.
        iterations: optimiser iterations.
        lr: AdamW's learning rate.
        weight_decay: AdamW's weight decay.
        whole_share: share of the faces that training hides whole, as style-copy and reconstruction do; of the others a
            part is hidden.
        drop: share of the faces whose style training drops, and, drawn apart from them, of those whose mask it drops.
        guidance: how far edits follow style and mask beyond what the network says with them, from what it says without
            each; 1 does not, and takes one evaluation of the network a step instead of three.
        sampling_steps: steps from noise to a face; a divisor of 1000.
        train_sampled_steps: whether training meets noise of those steps alone, so that few are learnt sooner.
    """

    patch_size: int = 1
    width: int = 64
    width_factors: tuple[int, ...] = (1, 2, 2, 4)
    num_blocks: int = 2
    style_length: int = 128
    style_widths: tuple[int, ...] = (16, 32, 64)
    iterations: int = 400_000
    batch_size: int = 32
    lr: float = 1e-4
    beta1: float = 0.9
    weight_decay: float = 0.01
    decay_from: float = 1.0
    ema_decay: float = 0.9999
    whole_share: float = 0.5
    drop: float = 0.1
    guidance: float = 1.5
    sampling_steps: int = 50
    train_sampled_steps: bool = False

    def __post_init__(self) -> None:
        """Refuse what no network, stage or sampler could be made of.

        Raises:
            ValueError: naming the option and its value.
        """
        super().__post_init__()
        self.require_at_least(1, "patch_size", "num_blocks", "style_length")
        self.require_at_least(0, "weight_decay", "guidance")
        self.require_share("whole_share")
        self.require_share("drop")
        require_style_encoder(self.style_widths, STYLE_KERNEL)
        if self.width < 2 or self.width % 2:
            raise ValueError(f"width must be even and at least 2, not {self.width}")
        if not self.width_factors or min(self.width_factors) < 1:
            raise ValueError(f"width_factors must be factors of at least 1, one a level, not {self.width_factors}")
        if self.sampling_steps < 1 or TRAIN_STEPS % self.sampling_steps:
            raise ValueError(f"sampling_steps must divide {TRAIN_STEPS}, as 50 does, not {self.sampling_steps}")

    def require_size(self, size: int) -> None:
        """Refuse images whose size the networks cannot halve as often as they do.

        Args:
            size: side of the images in pixels.

        Raises:
            ValueError: naming the size, and those that fit.
        """
        step = math.lcm(32, self.patch_size * 2 ** (len(self.width_factors) - 1))
        if size < step or size % step:
            raise ValueError(f"mask diffusion needs a size that is a multiple of {step}, not {size}")
