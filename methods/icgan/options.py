"""Options of IcGAN: attributes, widths, and the length of its stages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from methods.labels import check_attribute_names
from methods.shared.checked_options import WorkingSizeOptions, require_doublings
from methods.shared.stage_options import AdamOptions

START_SIDE: Final = 4
"""Pixels a side at which generation begins and reading ends."""


@dataclass(frozen=True, kw_only=True)
class IcGANOptions(AdamOptions, WorkingSizeOptions):
    """Every option of the method's card; defaults are the published ones.

    Attributes:
        attributes: those that it learns to change, of CelebA or the dataset, in the order of the networks' channels.
        latent: values of a latent vector.
        ngf: width of the generator before its last doubling.
        ndf: width of the discriminator after its first halving.
        nef: width of the encoders after their first halving.
        hidden: width between the linear layers of the encoder of latent vectors; an eighth for that of attributes.
        gan_iterations: optimiser iterations of generator and discriminator.
        gan_epochs: passes over the training faces that take the place of `gan_iterations`.
        gan_batch_size: faces per iteration of that stage.
        lr: Adam's learning rate of generator and discriminator.
        encoder_iterations: optimiser iterations of each of the two encoders.
        encoder_epochs: passes over the training faces that take the place of `encoder_iterations`.
        encoder_batch_size: faces per iteration of those stages.
        encoder_lr: Adam's learning rate of the encoders.
        encoder_beta1: Adam's decay of the mean gradient of the encoders.
    """

    attributes: tuple[str, ...] = (
        "Bald",
        "Bangs",
        "Black_Hair",
        "Blond_Hair",
        "Brown_Hair",
        "Bushy_Eyebrows",
        "Eyeglasses",
        "Gray_Hair",
        "Heavy_Makeup",
        "Male",
        "Mouth_Slightly_Open",
        "Mustache",
        "Pale_Skin",
        "Receding_Hairline",
        "Smiling",
        "Straight_Hair",
        "Wavy_Hair",
        "Wearing_Hat",
    )
    latent: int = 100
    ngf: int = 64
    ndf: int = 64
    nef: int = 32
    hidden: int = 4096
    gan_iterations: int = 25 * 24_183 // 64
    gan_epochs: float = 0.0
    gan_batch_size: int = 64
    lr: float = 2e-4
    encoder_iterations: int = 15 * 24_183 // 64
    encoder_epochs: float = 0.0
    encoder_batch_size: int = 64
    encoder_lr: float = 1e-4
    encoder_beta1: float = 0.1
    decay_from: float = 1.0
    ema_decay: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what could not be trained.

        Raises:
            ValueError: naming the option and its value.
        """
        check_attribute_names(self.attributes)
        super().__post_init__()
        self.require_at_least(1, "latent", "ngf", "ndf", "nef")
        self.require_at_least(8, "hidden")
        self.require_at_least(0, "gan_iterations", "gan_epochs", "encoder_iterations", "encoder_epochs")
        self.require_at_least(2, "gan_batch_size", "encoder_batch_size")
        self.require_decay("encoder_beta1")

    def halvings(self, size: int) -> int:
        """Steps between images and 4 pixels.

        Args:
            size: side of the images in pixels.

        Raises:
            ValueError: naming the size, if none lead there.
        """
        return require_doublings("IcGAN", size, START_SIDE)
