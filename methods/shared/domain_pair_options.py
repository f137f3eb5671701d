"""Options of methods that translate faces between two domains: without one attribute, and with it."""

from __future__ import annotations

from dataclasses import dataclass

from methods.labels import check_attribute_names
from methods.shared.checked_options import WorkingSizeOptions
from methods.shared.stage_options import AdversarialStageOptions


@dataclass(frozen=True, kw_only=True)
class DomainPairOptions(AdversarialStageOptions, WorkingSizeOptions):
    """The attribute of the domains, size, rates and length.

    Attributes:
        attribute: attribute, of CelebA or the dataset, that faces of one domain have and those of the other lack.
        batch_size: faces per iteration, half of them of each domain.
        weight_decay: Adam's weight decay.
    """

    attribute: str = "Smiling"
    batch_size: int = 2
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what could not be trained.

        Raises:
            ValueError: naming the option and its value.
        """
        check_attribute_names((self.attribute,))
        super().__post_init__()
        self.require_at_least(2, "batch_size")
        self.require_at_least(0, "weight_decay")
