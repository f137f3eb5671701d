"""Options of CycleGAN: the attribute of its domains, widths, schedule, and the weights of its losses."""

from __future__ import annotations

from dataclasses import dataclass

from methods.labels import attribute_columns
from methods.shared.checked_options import WorkingSizeOptions
from methods.shared.stage_options import AdversarialStageOptions


@dataclass(frozen=True, kw_only=True)
class CycleGANOptions(AdversarialStageOptions, WorkingSizeOptions):
    """Every option of the method's card; defaults are the published ones.

    Attributes:
        attribute: CelebA attribute that faces of one domain have and those of the other lack.
        ngf: width of the generators at full resolution.
        n_downsampling: stride-2 layers of the generators.
        n_blocks: residual blocks of the generators; the published code has 6 of them at 128 pixels.
        outer_kernel: side of the generators' convolutions at full resolution; 7 suits 256 pixels.
        ndf: width of the discriminators' first layer.
        n_layers_d: stride-2 layers of the discriminators; 3 judge patches of 70 pixels.
        iterations: optimiser iterations; 200 epochs of CelebAMask-HQ's 24,183 training faces.
        batch_size: faces per iteration, half of them of each domain.
        cycle_weight: weight of the pixel distance after the way there and back.
        identity_share: weight, as a share of `cycle_weight`, of the pixel distance to faces that are of a generator's
            target domain already; 0 leaves the term out.
        pool_size: images made earlier that each discriminator goes on seeing.
        residual: whether a generator's output is added to the face, which the paper does not do: short trainings need
            it, since instance norms take a face's colours away and the generator is long in finding them again.
    """

    attribute: str = "Smiling"
    ngf: int = 64
    n_downsampling: int = 2
    n_blocks: int = 9
    outer_kernel: int = 7
    ndf: int = 64
    n_layers_d: int = 3
    iterations: int = 200 * 24_183 // 2
    batch_size: int = 2
    ema_decay: float = 0.0
    cycle_weight: float = 10.0
    identity_share: float = 0.5
    pool_size: int = 50
    residual: bool = False

    def __post_init__(self) -> None:
        """Refuse what could not be trained.

        Raises:
            ValueError: naming the option and its value.
        """
        attribute_columns((self.attribute,))
        super().__post_init__()
        self.require_at_least(1, "ngf", "ndf", "n_layers_d")
        self.require_at_least(0, "n_downsampling", "n_blocks", "pool_size")
        self.require_at_least(0, "cycle_weight", "identity_share")
        self.require_at_least(2, "batch_size")
        if self.outer_kernel < 1 or self.outer_kernel % 2 == 0:
            raise ValueError(f"outer_kernel must be odd, not {self.outer_kernel}")

    def require_size(self, size: int) -> None:
        """Refuse images that the networks would not give back at their size, could not pad, or see no patch of.

        Args:
            size: side of the images in pixels.

        Raises:
            ValueError: naming the size, and those that fit.
        """
        steps = 2**self.n_downsampling
        # Borders are reflected, norms need two pixels, and a verdict's layers of stride 1 lose a pixel each.
        least = max(2 * steps, self.outer_kernel, 3 * 2**self.n_layers_d)
        if size % steps or size < least:
            raise ValueError(
                f"CycleGAN with these options needs a size of at least {least} that {steps} divides, not {size}"
            )
