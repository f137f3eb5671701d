"""Options of StarGAN: attributes, widths, schedule, and the weights of its losses."""

from dataclasses import dataclass

from methods.labels import attribute_columns
from methods.shared.checked_options import CheckedOptions


@dataclass(frozen=True, kw_only=True)
class StarGANOptions(CheckedOptions):
    """Every option of the method's card; defaults are the published ones except for Smiling among the attributes.

    Attributes:
        attributes: CelebA attributes that it learns to change, in the order of the networks' channels.
        max_size: largest side in pixels at which it is trained and edits, as it was published; larger images are shrunk
            for it and its edits enlarged (`methods.shared.working_size`); 0 works at any.
        ngf: width of the generator at full resolution.
        n_downsampling: stride-2 layers of the generator.
        n_blocks: residual blocks of the generator.
        outer_kernel: side of the generator's convolutions at full resolution; 7 suits 128 pixels.
        ndf: width of the discriminator after its first halving.
        d_downsampling: halvings of the discriminator, which must divide the size.
        iterations: optimiser iterations of the discriminator.
        epochs: passes over the training faces that take the place of `iterations`, which are then counted from them.
        batch_size: faces per iteration.
        generator_lr: Adam's learning rate of the generator.
        discriminator_lr: Adam's learning rate of the discriminator.
        beta1: Adam's decay of the mean gradient.
        beta2: Adam's decay of the mean squared gradient.
        decay_from: share of the iterations after which both rates fall linearly to 0; 1 keeps them constant.
        n_critic: the discriminator's iterations for each of the generator's.
        ema_decay: decay an iteration of the generator's moving average; 0 keeps none.
        classification_weight: weight of the attributes that the discriminator reads off an image.
        reconstruction_weight: weight of the pixel distance after the way there and back; 0 spares the way back.
        gradient_penalty_weight: weight of the penalty that bounds the discriminator's slope.
        d_he_init: whether the discriminator, which has no norms, starts by He and so keeps its signal; else as torch
            draws it, as in the published code.
        residual: whether the generator's output is added to the face, which the paper does not do: short trainings
            need it, since instance norms take a face's colours away and the generator is long in finding them again.
    """

    attributes: tuple[str, ...] = ("Black_Hair", "Blond_Hair", "Brown_Hair", "Male", "Young", "Smiling")
    max_size: int = 0
    ngf: int = 64
    n_downsampling: int = 2
    n_blocks: int = 6
    outer_kernel: int = 7
    ndf: int = 64
    d_downsampling: int = 6
    iterations: int = 200_000
    epochs: float = 0.0
    batch_size: int = 16
    generator_lr: float = 1e-4
    discriminator_lr: float = 1e-4
    beta1: float = 0.5
    beta2: float = 0.999
    decay_from: float = 0.5
    n_critic: int = 5
    ema_decay: float = 0.0
    classification_weight: float = 1.0
    reconstruction_weight: float = 10.0
    gradient_penalty_weight: float = 10.0
    d_he_init: bool = True
    residual: bool = False

    def __post_init__(self) -> None:
        """Refuse what could not be trained.

        Raises:
            ValueError: naming the option and its value.
        """
        attribute_columns(self.attributes)
        self.require_at_least(1, "ngf", "ndf", "d_downsampling", "batch_size", "n_critic")
        self.require_at_least(0, "max_size", "n_downsampling", "n_blocks", "iterations", "epochs")
        self.require_at_least(0, "classification_weight", "reconstruction_weight", "gradient_penalty_weight")
        if self.outer_kernel < 1 or self.outer_kernel % 2 == 0:
            raise ValueError(f"outer_kernel must be odd, not {self.outer_kernel}")
        self.require_decay("ema_decay")
        self.require_share("decay_from")
