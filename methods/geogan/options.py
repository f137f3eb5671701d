"""Options of GeoGAN: the attribute, widths, schedule, and the weights of its losses."""

from __future__ import annotations

from dataclasses import dataclass

from methods.labels import check_attribute_names
from methods.shared.checked_options import WorkingSizeOptions
from methods.shared.stage_options import AdversarialStageOptions


@dataclass(frozen=True, kw_only=True)
class GeoGANOptions(AdversarialStageOptions, WorkingSizeOptions):
    """Every option of the method's card; defaults are the published ones as far as they are known.

    Attributes:
        attribute: attribute, of CelebA or the dataset, that it gives and takes away.
        ngf: width of the networks at full resolution; doubled at each halving.
        n_downsampling: stride-2 layers of the networks.
        n_blocks: residual blocks of each network.
        outer_kernel: side of the networks' first convolutions; 7 suits 256 pixels.
        ndf: width of the discriminator's first layers.
        n_layers_d: stride-2 layers of each scale of the discriminator.
        num_d: scales of the discriminator.
        iterations: optimiser iterations; 20 epochs of CelebAMask-HQ's 24,183 training faces.
        batch_size: faces per iteration, half of them with the attribute.
        lr: Adam's learning rate of the networks that edit.
        d_lr: Adam's learning rate of the discriminator.
        attribute_weight: weight of the attribute that the discriminator reads off an image.
        cycle_weight: weight of the pixel distance after the attribute went there and back.
        smoothness_weight: weight of the flow's total variation, in pixels of the image.
        mask_weight: weight of the mean of the mask of what is changed.
        landmark_weight: weight of the landmarks that the flow should follow; 0 leaves them out.
        refinement_weight: how far refinement reaches in the end, and in edits: the paper's w.
        refinement_from: share of the iterations before which nothing is refined; ten epochs in the published code.
        refinement_ramp: share of the iterations over which it then grows to its weight; one epoch as published.
    """

    attribute: str = "Smiling"
    ngf: int = 16
    n_downsampling: int = 3
    n_blocks: int = 3
    outer_kernel: int = 7
    ndf: int = 64
    n_layers_d: int = 3
    num_d: int = 3
    iterations: int = 20 * 24_183 // 24
    batch_size: int = 24
    lr: float = 1e-4
    d_lr: float = 1e-4
    beta1: float = 0.9
    decay_from: float = 1.0
    ema_decay: float = 0.0
    attribute_weight: float = 0.2
    cycle_weight: float = 5.0
    smoothness_weight: float = 1.0
    mask_weight: float = 0.1
    landmark_weight: float = 10.0
    refinement_weight: float = 0.1
    refinement_from: float = 0.5
    refinement_ramp: float = 0.05

    def __post_init__(self) -> None:
        """Refuse what could not be trained.

        Raises:
            ValueError: naming the option and its value.
        """
        check_attribute_names((self.attribute,))
        super().__post_init__()
        self.require_at_least(1, "ngf", "n_downsampling", "ndf", "n_layers_d", "num_d")
        self.require_at_least(0, "n_blocks", "attribute_weight", "cycle_weight", "smoothness_weight")
        self.require_at_least(0, "mask_weight", "landmark_weight", "refinement_weight")
        self.require_at_least(2, "batch_size")
        self.require_share("refinement_from")
        self.require_share("refinement_ramp")
        if self.refinement_from + self.refinement_ramp > 1:
            raise ValueError(
                "refinement_from and refinement_ramp must be at most 1 together, as edits refine at the weight that "
                f"training ends with, not {self.refinement_from} and {self.refinement_ramp}"
            )
        if self.outer_kernel < 1 or self.outer_kernel % 2 == 0:
            raise ValueError(f"outer_kernel must be odd, not {self.outer_kernel}")

    def require_size(self, size: int) -> None:
        """Refuse images that the networks would not give back at their size, or could not pad.

        Args:
            size: side of the images in pixels.

        Raises:
            ValueError: naming the size, and those that fit.
        """
        steps = 2**self.n_downsampling
        least = max(2 * steps, self.outer_kernel)
        if size % steps or size < least:
            raise ValueError(
                f"GeoGAN with these options needs a size of at least {least} that {steps} divides, not {size}"
            )

    def refinement(self, iteration: int) -> float:
        """The weight of refinement: 0, then a linear growth to `refinement_weight`.

        Args:
            iteration: of the stage, from 0; edits refine at `refinement_weight`, however long the training was.
        """
        since = iteration - self.refinement_from * self.iterations
        if since <= 0:
            return 0.0
        return self.refinement_weight * min(1.0, since / max(1.0, self.refinement_ramp * self.iterations))
