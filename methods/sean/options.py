"""Options of SEAN: widths, schedule and losses."""

from dataclasses import dataclass

from methods.shared.checked_options import WorkingSizeOptions
from methods.shared.mask_to_image_options import MaskToImageOptions

STYLE_LENGTH = 512
"""Length of a published style code."""


@dataclass(frozen=True, kw_only=True)
class SeanOptions(MaskToImageOptions, WorkingSizeOptions):
    """Every option of the method's card; defaults are the paper's or the published code's where those state one.

    Attributes:
        ngf: width of the generator at full resolution; 16 times that at the start.
        hidden: width of the norms between the label map and its modulation.
        style_length: length of the style code of a region.
        encoder_width: width of the style encoder's first layer.
        encoder_norm: whether the style encoder normalises its features; that takes a face's colours away, which
            training long enough reads off their contrasts.
        init_gain: gain of the normal Xavier initialisation; in short trainings 0.02 leaves the label map unread for
            long.
        iterations: 50 + 50 epochs of CelebAMask-HQ's 24,183 training faces.
    """

    ngf: int = 64
    hidden: int = 128
    style_length: int = STYLE_LENGTH
    encoder_width: int = 32
    encoder_norm: bool = True
    init_gain: float = 0.02
    n_layers_d: int = 2
    iterations: int = 100 * 24_183 // 8
    lr: float = 1e-4
    d_lr: float = 4e-4
    beta1: float = 0.0
    beta2: float = 0.9

    def __post_init__(self) -> None:
        """Refuse what no stage could run with.

        Raises:
            ValueError: naming the option and its value.
        """
        super().__post_init__()
        self.require_at_least(1, "ngf", "hidden", "style_length", "encoder_width")
        if self.init_gain <= 0:
            raise ValueError(f"init_gain must be positive, not {self.init_gain}")
