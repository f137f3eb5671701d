"""Options of methods that learn to make images from masks in one stage, against a discriminator of several scales."""

from dataclasses import dataclass

from methods.shared.adversarial_options import AdversarialOptions
from methods.shared.stage_options import AdversarialStageOptions


@dataclass(frozen=True, kw_only=True)
class MaskToImageOptions(AdversarialOptions, AdversarialStageOptions):
    """Losses and discriminator, and the length, batch and rates of the one stage."""
