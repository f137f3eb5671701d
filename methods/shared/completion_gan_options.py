"""Options of methods that fill holes against a discriminator of patches."""

from __future__ import annotations

from dataclasses import dataclass

from methods.shared.checked_options import WorkingSizeOptions
from methods.shared.stage_options import AdversarialStageOptions


@dataclass(frozen=True, kw_only=True)
class CompletionGANOptions(AdversarialStageOptions, WorkingSizeOptions):
    """The discriminator, and what it weighs.

    Attributes:
        ndf: width of the discriminator's first layer; doubled twice.
        n_layers_d: stride-2 layers of the discriminator.
        adversarial_weight: weight of deceiving the discriminator; 0 trains without one.
        gradient_penalty_weight: weight of the penalty that bounds the discriminator's slope; 0 leaves it out.
    """

    ndf: int = 64
    n_layers_d: int = 6
    adversarial_weight: float = 1.0
    gradient_penalty_weight: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what no network or stage could be made of.

        Raises:
            ValueError: naming the option and its value.
        """
        super().__post_init__()
        self.require_at_least(1, "ndf", "n_layers_d")
        self.require_at_least(0, "adversarial_weight", "gradient_penalty_weight")
