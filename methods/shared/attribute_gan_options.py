"""Options of methods whose one generator changes several attributes, against a critic that reads them."""

from __future__ import annotations

from dataclasses import dataclass

from methods.labels import check_attribute_names
from methods.shared.checked_options import WorkingSizeOptions
from methods.shared.stage_options import OneStageOptions


@dataclass(frozen=True, kw_only=True)
class AttributeGANOptions(OneStageOptions, WorkingSizeOptions):
    """Attributes, size, rates and weights.

    Attributes:
        attributes: those that it learns to change, of CelebA or the dataset, in the order of the networks' channels.
        iterations: optimiser iterations of the discriminator.
        generator_lr: Adam's learning rate of the generator.
        discriminator_lr: Adam's learning rate of the discriminator.
        n_critic: the discriminator's iterations for each of the generator's.
        ema_decay: decay an iteration of the generator's moving average; 0 keeps none.
        classification_weight: weight of the attributes that the discriminator reads off an image.
        reconstruction_weight: weight of the distance between a face and what is made of it with its own attributes.
        gradient_penalty_weight: weight of the penalty that bounds the discriminator's slope.
    """

    attributes: tuple[str, ...] = ("Smiling",)
    generator_lr: float = 1e-4
    discriminator_lr: float = 1e-4
    n_critic: int = 5
    ema_decay: float = 0.0
    classification_weight: float = 1.0
    reconstruction_weight: float = 10.0
    gradient_penalty_weight: float = 10.0

    def __post_init__(self) -> None:
        """Refuse what could not be trained.

        Raises:
            ValueError: naming the option and its value.
        """
        check_attribute_names(self.attributes)
        super().__post_init__()
        self.require_at_least(1, "n_critic")
        self.require_at_least(0, "classification_weight", "reconstruction_weight", "gradient_penalty_weight")
