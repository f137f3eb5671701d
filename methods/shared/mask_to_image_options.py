"""Options of methods that learn to make images from masks in one adversarial stage."""

from dataclasses import dataclass

from methods.shared.adversarial_options import AdversarialOptions


@dataclass(frozen=True, kw_only=True)
class MaskToImageOptions(AdversarialOptions):
    """Length, batch and rates of the one stage.

    Attributes:
        iterations: optimiser iterations.
        epochs: passes over the training faces that take the place of `iterations`, which are then counted from them.
        batch_size: faces per iteration.
        lr: Adam's learning rate for the networks that make the image.
        d_lr: Adam's learning rate for the discriminator.
    """

    iterations: int = 100_000
    epochs: float = 0.0
    batch_size: int = 8
    lr: float = 2e-4
    d_lr: float = 2e-4

    def __post_init__(self) -> None:
        """Refuse what no stage could run with.

        Raises:
            ValueError: naming the option and its value.
        """
        super().__post_init__()
        self.require_at_least(0, "iterations", "epochs")
        self.require_at_least(1, "batch_size")
