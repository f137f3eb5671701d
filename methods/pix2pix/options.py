"""Options of pix2pix: widths, schedule, and the weight of its pixel term."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from methods.shared.checked_options import WorkingSizeOptions
from methods.shared.stage_options import AdversarialStageOptions


@dataclass(frozen=True, kw_only=True)
class Pix2PixOptions(AdversarialStageOptions, WorkingSizeOptions):
    """Every option of the method's card; defaults are the published ones.

    Attributes:
        ngf: width of the generator after its first halving.
        n_downsampling: halvings of the generator, to one pixel at the published 256; the size must be divisible by as
            many.
        dropout: share of features that the generator drops in training, its only noise; edits drop none.
        ndf: width of the discriminator's first layer.
        n_layers_d: stride-2 layers of the discriminator; 3 judge patches of 70 pixels.
        iterations: optimiser iterations; 200 epochs of CelebAMask-HQ's 24,183 training faces.
        l1_weight: weight of the pixel distance to the face.
    """

    ngf: int = 64
    n_downsampling: int = 8
    dropout: float = 0.5
    ndf: int = 64
    n_layers_d: int = 3
    iterations: int = 200 * 24_183
    batch_size: int = 1
    ema_decay: float = 0.0
    l1_weight: float = 100.0

    def __post_init__(self) -> None:
        """Refuse what no network or stage could be made of.

        Raises:
            ValueError: naming the option and its value.
        """
        super().__post_init__()
        self.require_at_least(1, "ngf", "ndf", "n_layers_d")
        self.require_at_least(2, "n_downsampling")
        self.require_at_least(0, "l1_weight")
        self.require_decay("dropout")

    def require_size(self, size: int) -> None:
        """Refuse images that the generator would not give back at their size.

        Args:
            size: side of the images in pixels.

        Raises:
            ValueError: naming the size, and those that fit.
        """
        if size < 1 or size % 2**self.n_downsampling:
            fits = f"a size divisible by {2**self.n_downsampling}"
            raise ValueError(f"n_downsampling {self.n_downsampling} needs {fits}, not {size}")

    def provenance(self) -> Mapping[str, str]:
        """How edits differ from those of the published script."""
        return {"eval_mode": "edits drop no features and use running statistics; the published script does neither"}
