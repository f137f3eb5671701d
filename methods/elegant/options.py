"""Options of ELEGANT: attributes, widths, schedule, and the weights of its losses."""

from dataclasses import dataclass

from methods.labels import check_attribute_names
from methods.shared.checked_options import WorkingSizeOptions

WIDTHS = (64, 128, 256, 512, 512)
"""Published channels after each halving."""


@dataclass(frozen=True, kw_only=True)
class ElegantOptions(WorkingSizeOptions):
    """Every option of the method's card; defaults are the published ones except for the choice of attributes.

    Attributes:
        attributes: those that faces exchange, of CelebA or the dataset, in the order of the code's parts.
        widths: channels of the encoder after each of its five halvings; the decoder mirrors them.
        ndf: width of both discriminators after their first halving.
        iterations: optimiser iterations.
        epochs: passes over the training faces that take the place of `iterations`, which are then counted from them.
        batch_size: faces per iteration, which form half as many pairs.
        generator_lr: Adam's learning rate of encoder and decoder.
        discriminator_lr: Adam's learning rate of both discriminators.
        beta1: Adam's decay of the mean gradient.
        beta2: Adam's decay of the mean squared gradient.
        weight_decay: Adam's weight decay.
        lr_step: iterations after each of which the rates fall.
        lr_gamma: what the rates are then multiplied by.
        ema_decay: decay an iteration of the moving average of encoder and decoder; 0 keeps none.
        reconstruction_weight: weight of the squared distance of faces rebuilt from their own codes.
        half_size_weight: weight of the discriminator at half size against the one at full size; 0 leaves it out.
        signal_init: whether the networks start with features of unit variance and a residual near 0
            (`init_signal_keeping`, `init_exchange`); else as torch draws them and with norms of scale 1, as published.
        residual: whether the decoder paints what is added to a face (else the whole face).
    """

    attributes: tuple[str, ...] = ("Bangs", "Smiling")
    widths: tuple[int, ...] = WIDTHS
    ndf: int = 64
    iterations: int = 200_000
    epochs: float = 0.0
    batch_size: int = 32
    generator_lr: float = 2e-4
    discriminator_lr: float = 2e-4
    beta1: float = 0.5
    beta2: float = 0.999
    weight_decay: float = 1e-5
    lr_step: int = 3000
    lr_gamma: float = 0.97
    ema_decay: float = 0.0
    reconstruction_weight: float = 5.0
    half_size_weight: float = 0.5
    signal_init: bool = True
    residual: bool = True

    def __post_init__(self) -> None:
        """Refuse what could not be trained.

        Raises:
            ValueError: naming the option and its value.
        """
        super().__post_init__()
        check_attribute_names(self.attributes)
        if len(self.widths) != len(WIDTHS) or not all(isinstance(each, int) and each > 0 for each in self.widths):
            raise ValueError(f"widths must be {len(WIDTHS)} widths, not {self.widths}")
        if self.widths[-1] < len(self.attributes):
            raise ValueError(f"widths end in {self.widths[-1]}, too few for {len(self.attributes)} attributes")
        self.require_at_least(1, "ndf", "lr_step")
        self.require_at_least(2, "batch_size")
        self.require_at_least(
            0,
            "iterations",
            "epochs",
            "lr_gamma",
            "weight_decay",
            "reconstruction_weight",
            "half_size_weight",
        )
        self.require_decay("ema_decay")
