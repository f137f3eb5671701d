"""Options of CRN: width, number of images, schedule, and the network whose features are compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from methods.shared.checked_options import require_doublings
from methods.shared.stage_options import OneStageOptions

START_SIDE: Final = 4
"""Pixels a side at which the cascade begins."""


@dataclass(frozen=True, kw_only=True)
class CRNOptions(OneStageOptions):
    """Every option of the method's card; defaults are the published ones.

    Attributes:
        width: channels of the modules up to 64 pixels; half of it at 128 and 256, an eighth from 512.
        num_images: images made of each mask, of which the best for each label learns; edits show the first.
        iterations: optimiser iterations; 200 epochs of CelebAMask-HQ's 24,183 training faces.
        lr: Adam's learning rate.
        vgg_weights: torchvision's VGG-19 weights: `vgg19`, which is found like the files that metrics need, or a file;
            null compares the images alone.
    """

    width: int = 1024
    num_images: int = 1
    iterations: int = 200 * 24_183
    batch_size: int = 1
    lr: float = 1e-4
    beta1: float = 0.9
    decay_from: float = 1.0
    ema_decay: float = 0.0
    vgg_weights: str | None = None

    def __post_init__(self) -> None:
        """Refuse what no network or stage could be made of.

        Raises:
            ValueError: naming the option and its value.
        """
        super().__post_init__()
        self.require_at_least(8, "width")
        self.require_at_least(1, "num_images")

    def require_size(self, size: int) -> None:
        """Refuse images that the cascade does not reach by doublings.

        Args:
            size: side of the images in pixels.

        Raises:
            ValueError: naming the size, and those that fit.
        """
        require_doublings("CRN", size, START_SIDE)

    def provenance(self) -> Mapping[str, str]:
        """What images were compared by."""
        if self.vgg_weights is None:
            return {
                "perceptual_term": "off: no VGG-19 weights were given (option vgg_weights); images alone are compared"
            }
        return {
            "perceptual_term": "on: torchvision's VGG-19, average pooling, at the weights published for another file"
        }
