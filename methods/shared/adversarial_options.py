"""Options that methods share which judge images together with their masks: discriminator and losses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from methods.shared.stage_options import AdamOptions


@dataclass(frozen=True, kw_only=True)
class AdversarialOptions(AdamOptions):
    """Discriminator, losses and optimiser of a conditional GAN.

    Attributes:
        ndf: width of the discriminator's first layer.
        n_layers_d: stride-2 layers of each scale of the discriminator.
        num_d: scales of the discriminator.
        feature_matching_weight: weight of the feature matching term.
        perceptual_weight: weight of the perceptual term.
        l1_weight: weight of a pixel reconstruction term, which none of the papers has.
        vgg_weights: torchvision's VGG-19 weights: `vgg19`, which is found like the files that metrics need, or a file;
            null leaves the perceptual term off.
        vgg_imagenet_input: whether VGG-19 sees images normalised by ImageNet's statistics, on which it was trained;
            else in [-1, 1], as in the published code of pix2pixHD and its heirs.
        feature_matching: whether the feature matching term is used.
        perceptual: whether the perceptual term is used, where there are VGG-19 weights.
    """

    ndf: int = 64
    n_layers_d: int = 3
    num_d: int = 2
    feature_matching_weight: float = 10.0
    perceptual_weight: float = 10.0
    l1_weight: float = 0.0
    vgg_weights: str | None = None
    vgg_imagenet_input: bool = True
    feature_matching: bool = True
    perceptual: bool = True

    def __post_init__(self) -> None:
        """Refuse what no stage could run with.

        Raises:
            ValueError: naming the option and its value.
        """
        super().__post_init__()
        self.require_at_least(1, "ndf", "n_layers_d", "num_d")

    def provenance(self) -> Mapping[str, str]:
        """Whether the perceptual term took part, and why not; whether the pixel term did."""
        if not self.perceptual:
            perceptual = "off: switched off"
        elif self.vgg_weights is None:
            perceptual = "off: no VGG-19 weights were given (option vgg_weights)"
        else:
            normalised = "normalised by ImageNet's statistics" if self.vgg_imagenet_input else "in [-1, 1]"
            perceptual = f"on: VGG-19 sees images {normalised}"
        return {"perceptual_term": perceptual, "l1_term": f"weight {self.l1_weight:g}; the paper has none"}
