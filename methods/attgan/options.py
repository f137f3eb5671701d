"""Options of AttGAN and of its variant STGAN: widths, how attributes enter, length, and the weights of its losses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from methods.layers.schedules import step_decay
from methods.shared.attribute_gan_options import AttributeGANOptions


@dataclass(frozen=True, kw_only=True)
class AttGANOptions(AttributeGANOptions):
    """Every option of the method's card; defaults are the published ones except for Smiling among the attributes.

    Attributes:
        ngf: width of the generator after its first halving.
        n_downsampling: halvings of both networks; the size must be divisible by as many.
        num_skips: doublings, from the deepest, that are joined by the encoder's features; those beyond the number of
            levels do not count.
        num_injections: doublings, from the deepest, that are joined by the attributes once more.
        selective: whether skips pass through selective transfer units (STGAN).
        difference: whether the generator is given requested attributes less a face's own (STGAN), else the requested.
        ndf: width of the discriminator after its first halving.
        hidden: width between the two linear layers of each of the discriminator's heads.
        leak: slope of the leaky rectifiers below zero; 0.01 in the PyTorch port, whose weights need it.
        batch_size: faces per iteration.
        decay_factor: what rates are multiplied by at `decay_from` (STGAN: 0.1); 0 lets them fall linearly to 0 instead.
        fake_classification_weight: the classification weight where the discriminator reads attributes off a face that
            the generator made.
        attribute_scale: attributes enter as this value or its negative.
        edit_strength: factor by which edits exceed that for the attributes that a task asks to change, beyond training.
    """

    attributes: tuple[str, ...] = (
        "Bald",
        "Bangs",
        "Black_Hair",
        "Blond_Hair",
        "Brown_Hair",
        "Bushy_Eyebrows",
        "Eyeglasses",
        "Male",
        "Mouth_Slightly_Open",
        "Mustache",
        "No_Beard",
        "Pale_Skin",
        "Young",
        "Smiling",
    )
    ngf: int = 64
    n_downsampling: int = 5
    num_skips: int = 1
    num_injections: int = 1
    selective: bool = False
    difference: bool = False
    ndf: int = 64
    hidden: int = 1024
    leak: float = 0.2
    iterations: int = 200 * 24_183 // 32
    batch_size: int = 32
    generator_lr: float = 2e-4
    discriminator_lr: float = 2e-4
    decay_factor: float = 0.0
    fake_classification_weight: float = 10.0
    reconstruction_weight: float = 100.0
    attribute_scale: float = 0.5
    edit_strength: float = 2.0

    def __post_init__(self) -> None:
        """Refuse what could not be trained.

        Raises:
            ValueError: naming the option and its value.
        """
        super().__post_init__()
        self.require_at_least(1, "ngf", "ndf", "hidden")
        self.require_at_least(2, "n_downsampling")
        self.require_at_least(0, "num_skips", "num_injections", "leak", "fake_classification_weight", "edit_strength")
        self.require_decay("decay_factor")
        if self.attribute_scale <= 0:
            raise ValueError(f"attribute_scale must be positive, not {self.attribute_scale}")
        if self.selective and not self.num_skips:
            raise ValueError("num_skips must be at least 1 with selective, not 0: transfer units select from skips")

    def schedule(self, iterations: int) -> Sequence[Mapping[str, Any]]:
        """Parameter schedulers (mmengine) of a stage of given length: a linear decay, or one step."""
        if self.decay_factor:
            return step_decay(iterations, self.decay_from, self.decay_factor)
        return super().schedule(iterations)

    def require_size(self, size: int) -> None:
        """Refuse images that the networks would not give back at their size, or whose instance norms see one pixel.

        Args:
            size: side of the images in pixels.

        Raises:
            ValueError: naming the size, and those that fit.
        """
        steps = 2**self.n_downsampling
        if size % steps or size < 2 * steps:
            raise ValueError(
                f"n_downsampling {self.n_downsampling} needs a size of at least {2 * steps} that {steps} divides, "
                f"not {size}"
            )
