"""Options of StarGAN: attributes, widths, length, and its starts."""

from dataclasses import dataclass

from methods.shared.attribute_gan_options import AttributeGANOptions


@dataclass(frozen=True, kw_only=True)
class StarGANOptions(AttributeGANOptions):
    """Every option of the method's card; defaults are the published ones except for Smiling among the attributes.

    Attributes:
        ngf: width of the generator at full resolution.
        n_downsampling: stride-2 layers of the generator.
        n_blocks: residual blocks of the generator.
        outer_kernel: side of the generator's convolutions at full resolution; 7 suits 128 pixels.
        ndf: width of the discriminator after its first halving.
        d_downsampling: halvings of the discriminator, which must divide the size.
        reconstruction_weight: weight of the pixel distance after the way there and back; 0 spares the way back.
        d_he_init: whether the discriminator, which has no norms, starts by He and so keeps its signal; else as torch
            draws it, as in the published code.
        residual: whether the generator's output is added to the face, which the paper does not do: short trainings
            need it, since instance norms take a face's colours away and the generator is long in finding them again.
    """

    attributes: tuple[str, ...] = ("Black_Hair", "Blond_Hair", "Brown_Hair", "Male", "Young", "Smiling")
    ngf: int = 64
    n_downsampling: int = 2
    n_blocks: int = 6
    outer_kernel: int = 7
    ndf: int = 64
    d_downsampling: int = 6
    iterations: int = 200_000
    batch_size: int = 16
    d_he_init: bool = True
    residual: bool = False

    def __post_init__(self) -> None:
        """Refuse what could not be trained.

        Raises:
            ValueError: naming the option and its value.
        """
        super().__post_init__()
        self.require_at_least(1, "ngf", "ndf", "d_downsampling")
        self.require_at_least(0, "n_downsampling", "n_blocks")
        if self.outer_kernel < 1 or self.outer_kernel % 2 == 0:
            raise ValueError(f"outer_kernel must be odd, not {self.outer_kernel}")
