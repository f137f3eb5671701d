"""Options of pix2pixHD: widths, schedule, losses, and the switches that its variants turn."""

from dataclasses import dataclass

from methods.shared.checked_options import require_style_encoder
from methods.shared.mask_to_image_options import MaskToImageOptions


@dataclass(frozen=True, kw_only=True)
class Pix2PixHDOptions(MaskToImageOptions):
    """Every option of the method's card; defaults are the published ones where there are such.

    Attributes:
        ngf: width of the global generator at its full resolution; the enhancer has half of it at twice the resolution.
        n_downsampling: stride-2 steps of the global generator.
        n_blocks: residual blocks of the global generator.
        nef: width of the feature encoder at full resolution.
        n_downsampling_e: stride-2 steps of the feature encoder.
        features: values that describe a region of a face.
        style_widths: channels of the style encoder of `styled` at strides 1, 2, 4.
        outer_kernel: side of the convolutions at full resolution; 7 suits 512 pixels, at 64 it would blur a tenth of
            the face.
        pointwise_init: whether the networks that make the image start as ones that keep their signal, for short
            trainings; else from N(0, 0.02).
        n_blocks_local: residual blocks of the enhancer.
        global_share: share of `iterations` that trains the global generator alone, at half the size, where there is an
            enhancer (our choice).
        enhancer_share: share of `iterations` that then trains the enhancer's layers alone (our choice); the rest trains
            all.
        iterations: optimiser iterations; 200 epochs of CelebAMask-HQ's 24,183 training faces.
        simultaneous_updates: whether the discriminator judges a batch once for both updates, as in the published code;
            else it learns from the batch first, and the generator meets what it has learnt.
        instance_features: whether each region's features are read off the style face (else the mask is all there is).
        styled: whether a style code drives the generator instead (the MaskGAN paper's Pix2PixHD-m), which has no
            instance features.
        enhancer: whether the local enhancer doubles the global generator's resolution.
    """

    ngf: int = 64
    n_downsampling: int = 4
    n_blocks: int = 9
    nef: int = 16
    n_downsampling_e: int = 4
    features: int = 3
    style_widths: tuple[int, ...] = (16, 32, 64)
    outer_kernel: int = 7
    pointwise_init: bool = False
    n_blocks_local: int = 3
    global_share: float = 0.6
    enhancer_share: float = 0.1
    iterations: int = 604_575
    simultaneous_updates: bool = False
    instance_features: bool = True
    styled: bool = False
    enhancer: bool = False

    def __post_init__(self) -> None:
        """Refuse what no network or stage could be made of.

        Raises:
            ValueError: naming the option and its value.
        """
        super().__post_init__()
        self.require_at_least(1, "ngf", "nef", "features")
        self.require_at_least(0, "n_downsampling", "n_downsampling_e")
        self.require_at_least(0, "n_blocks", "n_blocks_local")
        require_style_encoder(self.style_widths, self.outer_kernel)
        if self.styled and self.enhancer:
            raise ValueError("styled cannot be true with enhancer: the styled generator has one resolution")
        if self.styled and self.n_blocks == 0:
            raise ValueError("n_blocks must be at least 1 where styled is true, not 0: style enters by the blocks")
        if self.enhancer and self.ngf % 2:
            raise ValueError(f"ngf must be even with enhancer, which has half of it, not {self.ngf}")
        self.require_share("global_share")
        self.require_share("enhancer_share")
        if self.global_share + self.enhancer_share > 1:
            raise ValueError(
                f"global_share and enhancer_share must leave the joint stage something: "
                f"{self.global_share} + {self.enhancer_share} is above 1"
            )

    @property
    def describes_regions(self) -> bool:
        """Whether the generator sees features of the style face's regions beside the mask."""
        return self.instance_features and not self.styled

    def require_size(self, size: int) -> None:
        """Refuse images that the networks would not give back at their size, or could not pad.

        Args:
            size: side of the images in pixels.

        Raises:
            ValueError: naming the size, and the sizes that fit.
        """
        steps = self.n_downsampling + int(self.enhancer)
        if self.describes_regions:
            steps = max(steps, self.n_downsampling_e + int(self.enhancer))
        if self.styled:
            steps = max(steps, 5)
        # Borders are reflected: the narrowest features need two pixels, the images more than the padding.
        least = max(2 ** (steps + 1), self.outer_kernel * (1 + int(self.enhancer)))
        if size % 2**steps or size < least:
            raise ValueError(
                f"pix2pixHD with these options needs a size of at least {least} that {2**steps} divides, not {size}"
            )
