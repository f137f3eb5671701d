"""Options of SPADE: widths, schedule, losses, and where the style comes from."""

from dataclasses import dataclass

from methods.shared.checked_options import require_style_encoder
from methods.shared.mask_to_image_options import MaskToImageOptions

BASE_SIDE = 4
"""Side in pixels at which the strided layers of the VAE encoder end."""


@dataclass(frozen=True, kw_only=True)
class SpadeOptions(MaskToImageOptions):
    """Every option of the method's card; defaults are the paper's or the published code's where those state one.

    Attributes:
        ngf: width of the generator at full resolution; 16 times that at the start.
        hidden: width of the norms between the label map and the modulation.
        latent: length of the style vector.
        encoder_ngf: width of the VAE encoder's first layer.
        encoder_size: side to which the VAE encoder resizes images.
        style_widths: channels of MaskGAN's style encoder at strides 1, 2, 4.
        outer_kernel: side of the first convolution of MaskGAN's style encoder.
        init_gain: gain of the normal Xavier initialisation; in short trainings 0.02 leaves the label map unread for
            long.
        style_he_init: whether MaskGAN's style encoder starts by He, for short trainings; else from N(0, 0.02), as in
            pix2pixHD-m and MaskGAN.
        kld_weight: weight of the divergence of the VAE's posterior from N(0, 1), summed over the batch.
        use_vae: whether the image starts from a style vector that SPADE's VAE encoder reads off a face; else from
            the label map alone, and every face of a mask is the same.
        maskgan_style: whether the image starts from a style vector that MaskGAN's style encoder reads, without its mask
            branch and without chance: SPADE-m, the baseline of the MaskGAN paper. It takes the VAE's place.
        iterations: 50 epochs of CelebAMask-HQ's 24,183 training faces.
    """

    ngf: int = 64
    hidden: int = 128
    latent: int = 256
    encoder_ngf: int = 64
    encoder_size: int = 256
    style_widths: tuple[int, ...] = (16, 32, 64)
    outer_kernel: int = 7
    init_gain: float = 0.02
    style_he_init: bool = True
    kld_weight: float = 0.05
    use_vae: bool = True
    maskgan_style: bool = False
    iterations: int = 50 * 24_183 // 32
    batch_size: int = 32
    lr: float = 1e-4
    d_lr: float = 4e-4
    beta1: float = 0.0
    beta2: float = 0.9
    decay_from: float = 1.0

    def __post_init__(self) -> None:
        """Refuse what no stage could run with.

        Raises:
            ValueError: naming the option and its value.
        """
        super().__post_init__()
        self.require_at_least(1, "ngf", "hidden", "latent", "encoder_ngf")
        self.require_at_least(0, "kld_weight")
        doubled, rest = divmod(self.encoder_size, BASE_SIDE)
        if rest or doubled < 2 or doubled & (doubled - 1):
            raise ValueError(f"encoder_size must be {BASE_SIDE} times a power of two, not {self.encoder_size}")
        require_style_encoder(self.style_widths, self.outer_kernel)
        if self.init_gain <= 0:
            raise ValueError(f"init_gain must be positive, not {self.init_gain}")
        if self.use_vae and self.maskgan_style:
            raise ValueError("maskgan_style takes the VAE's place: set use_vae to false with it")
