"""Options that UNIT (Liu et al., NeurIPS 2017) has beside those of CycleGAN."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from methods.shared.domain_pair_options import DomainPairOptions


@dataclass(frozen=True, kw_only=True)
class UNITTerms(DomainPairOptions):
    """Scales, shared layers, and losses; defaults are those of the published code.

    Attributes:
        num_d: scales of UNIT's discriminators.
        shared_blocks: residual blocks at the end of UNIT's encoders, and at the beginning of its decoders, that both
            domains have in common, as in the paper; its code shares none.
        reconstruction_weight: weight of UNIT's pixel distance to a face decoded by its own domain; with `residual`
            there is no such term.
        kl_weight: weight of the mean square of UNIT's latent codes, on the way there and on the way back.
        perceptual_weight: weight of the distance between a face's VGG-16 features and those of what UNIT makes of it,
            both instance-normalised.
        vgg16_weights: torchvision's VGG-16 weights: `vgg16`, which is found like the files that metrics need, or a
            file; null leaves the perceptual term off.
    """

    num_d: int = 3
    shared_blocks: int = 0
    reconstruction_weight: float = 10.0
    kl_weight: float = 0.01
    perceptual_weight: float = 1.0
    vgg16_weights: str | None = None

    def __post_init__(self) -> None:
        """Refuse what could not be trained.

        Raises:
            ValueError: naming the option and its value.
        """
        super().__post_init__()
        self.require_at_least(1, "num_d")
        self.require_at_least(0, "shared_blocks", "reconstruction_weight", "kl_weight", "perceptual_weight")

    def perceptual_note(self) -> Mapping[str, str]:
        """Whether the perceptual term took part, and why not."""
        if not self.perceptual_weight:
            said = "off: perceptual_weight is 0"
        elif self.vgg16_weights is None:
            said = "off: no VGG-16 weights were given (option vgg16_weights)"
        else:
            said = "on: torchvision's VGG-16 sees images normalised by ImageNet's statistics"
        return {"perceptual_term": said}
