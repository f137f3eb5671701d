"""Options of SC-FEGAN: widths, length, and the weights of its losses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from methods.shared.checked_options import require_doublings
from methods.shared.completion_gan_options import CompletionGANOptions
from methods.shared.completion_options import ReconstructionOptions

INNERMOST_SIDE: Final = 4
"""Pixels a side of the innermost features."""
MAX_HALVINGS: Final = 7
"""Stride-2 layers at the published 512 pixels."""


@dataclass(frozen=True, kw_only=True)
class ScFeganOptions(CompletionGANOptions, ReconstructionOptions):
    """Every option of the method's card; defaults are the published ones, as far as they are known.

    Attributes:
        width: channels after the first halving; doubled at each down to 4 pixels, to eight times that at most.
        own_gates: whether layers that double the size have gates of their own; the gates of the published network are
            the sigmoid of what they let pass.
        iterations: optimiser iterations.
    """

    width: int = 64
    own_gates: bool = False
    iterations: int = 1_000_000
    lr: float = 1e-4
    d_lr: float = 1e-4
    decay_from: float = 1.0
    ema_decay: float = 0.0
    adversarial_weight: float = 0.001
    gradient_penalty_weight: float = 10.0

    def __post_init__(self) -> None:
        """Refuse what no network could be made of.

        Raises:
            ValueError: naming the option and its value.
        """
        super().__post_init__()
        self.require_at_least(1, "width")

    def halvings(self, size: int) -> int:
        """Stride-2 layers for images of a side.

        Args:
            size: side of the images in pixels.

        Raises:
            ValueError: naming the size, if it is not 4 times a power of two.
        """
        return min(require_doublings("SC-FEGAN", size, INNERMOST_SIDE), MAX_HALVINGS)
