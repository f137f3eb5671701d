"""Options of how a filled hole is compared with a face: pixels, VGG-16's features, their correlations, smoothness."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from methods.shared.checked_options import CheckedOptions


@dataclass(frozen=True, kw_only=True)
class ReconstructionOptions(CheckedOptions):
    """Weights of the terms of Liu et al., "Image Inpainting for Irregular Holes Using Partial Convolutions" (2018).

    Attributes:
        valid_weight: weight of the pixel distance outside the hole.
        hole_weight: weight of the pixel distance in the hole.
        perceptual_weight: weight of the distance of VGG-16's features.
        style_weight: weight of the distance of their correlations.
        tv_weight: weight of differences between neighbours in the filled hole.
        vgg16_weights: torchvision's VGG-16 weights: `vgg16`, which is found like the files that metrics need, or a
            file; null leaves both of its terms off.
    """

    valid_weight: float = 1.0
    hole_weight: float = 6.0
    perceptual_weight: float = 0.05
    style_weight: float = 120.0
    tv_weight: float = 0.1
    vgg16_weights: str | None = None

    def __post_init__(self) -> None:
        """Refuse negative weights.

        Raises:
            ValueError: naming the option and its value.
        """
        super().__post_init__()
        self.require_at_least(0, "valid_weight", "hole_weight", "perceptual_weight", "style_weight", "tv_weight")

    def reconstruction_note(self) -> Mapping[str, str]:
        """Whether VGG-16's terms took part."""
        if self.vgg16_weights is None:
            note = "off: no VGG-16 weights were given (option vgg16_weights)"
        else:
            note = "on: torchvision's VGG-16, which sees images normalised by ImageNet's statistics"
        return {"perceptual_and_style_terms": note}
