"""Options of CycleGAN and of its variants UNIT and DiscoGAN: the design, widths, schedule, and weights of losses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from methods.cyclegan.discogan_options import DiscoGANTerms
from methods.cyclegan.unit_options import UNITTerms
from methods.layers.schedules import repeated_decay


@dataclass(frozen=True, kw_only=True)
class CycleGANOptions(UNITTerms, DiscoGANTerms):
    """Every option of the method's card; defaults are those published for CycleGAN.

    Attributes:
        design: networks and losses: those of CycleGAN, UNIT or DiscoGAN.
        ngf: width of the generators at full resolution; DiscoGAN's after the first halving.
        n_downsampling: stride-2 layers of the generators.
        n_blocks: residual blocks of the generators, 6 of CycleGAN's at 128 pixels; UNIT's encoder and its decoder have
            so many each, DiscoGAN none.
        outer_kernel: side of the generators' convolutions at full resolution, of which DiscoGAN has none; 7 suits 256
            pixels.
        ndf: width of the discriminators' first layer.
        n_layers_d: stride-2 layers of the discriminators; CycleGAN's judge patches of 70 pixels with 3.
        iterations: optimiser iterations; 200 epochs of CelebAMask-HQ's 24,183 training faces.
        halve_every: share of `iterations` after which rates are halved, and halved again; 0 lets them fall linearly
            instead.
        cycle_weight: weight of the pixel distance after the way there and back.
        identity_share: CycleGAN's weight, as a share of `cycle_weight`, of the pixel distance to faces that are of a
            generator's target domain already; 0 leaves the term out.
        pool_size: images made earlier that each of CycleGAN's discriminators goes on seeing.
        residual: whether a generator's output is added to the face, which no paper here does: short trainings need it,
            since instance norms take a face's colours away and the generator is long in finding them again, and since
            DiscoGAN may give a face any colours from which the way back is found.
    """

    design: Literal["cyclegan", "unit", "discogan"] = "cyclegan"
    ngf: int = 64
    n_downsampling: int = 2
    n_blocks: int = 9
    outer_kernel: int = 7
    ndf: int = 64
    n_layers_d: int = 3
    iterations: int = 200 * 24_183 // 2
    ema_decay: float = 0.0
    halve_every: float = 0.0
    cycle_weight: float = 10.0
    identity_share: float = 0.5
    pool_size: int = 50
    residual: bool = False

    def __post_init__(self) -> None:
        """Refuse what could not be trained.

        Raises:
            ValueError: naming the option and its value.
        """
        super().__post_init__()
        self.require_at_least(1, "ngf", "ndf", "n_layers_d")
        self.require_at_least(0, "n_downsampling", "n_blocks", "pool_size")
        self.require_at_least(0, "cycle_weight", "identity_share")
        self.require_share("halve_every")
        if self.outer_kernel < 1 or self.outer_kernel % 2 == 0:
            raise ValueError(f"outer_kernel must be odd, not {self.outer_kernel}")
        if self.shared_blocks > self.n_blocks:
            raise ValueError(f"shared_blocks must be at most n_blocks {self.n_blocks}, not {self.shared_blocks}")

    def schedule(self, iterations: int) -> Sequence[Mapping[str, Any]]:
        """Parameter schedulers (mmengine) of a stage of given length: a linear decay, or halvings."""
        if self.halve_every:
            return repeated_decay(iterations, self.halve_every, 0.5)
        return super().schedule(iterations)

    def require_size(self, size: int) -> None:
        """Refuse images that the networks would not give back at their size, could not pad, or see no patch of.

        Args:
            size: side of the images in pixels.

        Raises:
            ValueError: naming the size, and those that fit.
        """
        steps = 2**self.n_downsampling
        if self.design == "cyclegan":
            # Borders are reflected, norms need two pixels, and a verdict's layers of stride 1 lose a pixel each.
            least = max(2 * steps, self.outer_kernel, 3 * 2**self.n_layers_d)
        elif self.design == "unit":
            # Borders are reflected, of one pixel in every layer of the coarsest discriminator.
            least = max(2 * steps, self.outer_kernel, 2 ** (self.num_d - 1 + self.n_layers_d))
        else:
            # Verdict and bottleneck see four pixels a side of what the halvings leave.
            least = 4 * max(steps, 2**self.n_layers_d)
        if size % steps or size < least:
            name = {"cyclegan": "CycleGAN", "unit": "UNIT", "discogan": "DiscoGAN"}[self.design]
            raise ValueError(
                f"{name} with these options needs a size of at least {least} that {steps} divides, not {size}"
            )

    def provenance(self) -> Mapping[str, str]:
        """Whether UNIT's perceptual term took part, and why not."""
        return self.perceptual_note() if self.design == "unit" else {}
