"""Options of DIAT-style transfer: the attribute, widths, schedule, and the weights of what keeps a face the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from methods.shared.domain_pair_options import DomainPairOptions


@dataclass(frozen=True, kw_only=True)
class DIATOptions(DomainPairOptions):
    """Every option of the method's card; defaults are choices where its abstract tells none.

    Attributes:
        ngf: width of the transform networks at full resolution.
        n_downsampling: stride-2 layers of the transform networks.
        n_blocks: residual blocks of the transform networks.
        outer_kernel: side of their convolutions at full resolution; 7 suits 128 pixels.
        mask_width: width of the mask networks at full resolution.
        mask_side: side of a mask in pixels, before it is enlarged to the image; a power of two goes into the size.
        ndf: width of the critics after their first halving.
        d_downsampling: stride-2 layers of the critics.
        n_critic: the critics' iterations for each of the generators'.
        iterations: optimiser iterations of the critics.
        gradient_penalty_weight: weight of the penalty that bounds the slope of a critic's mean verdict on a face.
        perceptual_weight: weight of the squared distance between the critic's two deepest features of a face and of
            what is made of it.
        identity_weight: weight of the same distance for a face-recognition network's deepest features.
        face_weights: VGG-Face's weights, with the layers' names of the paper (`conv1_1` …): `vgg-face`, which is found
            like the files that metrics need, or a file; null leaves the identity to the perceptual term.
        denoiser_weight: weight of the squared distance between a made face and that face denoised, which is small: in
            images in [-1, 1], noise of 0.01 that the denoiser finds is 0.0001; 0 trains no denoiser.
        mask_weight: weight of the share of the face that is replaced.
        denoiser_width: channels of the denoiser.
        denoiser_depth: its convolutions.
        noise: deviation of the noise that it learns to remove, for images in [-1, 1].
        denoiser_iterations: optimiser iterations of its stage.
        denoiser_epochs: passes over the training faces that take the place of `denoiser_iterations`.
        denoiser_batch_size: faces per iteration of its stage.
        residual: whether a transform network's output is added to the face, which the paper does not do: short
            trainings need it, since instance norms take a face's colours away.
    """

    ngf: int = 64
    n_downsampling: int = 2
    n_blocks: int = 5
    outer_kernel: int = 7
    mask_width: int = 32
    mask_side: int = 32
    ndf: int = 64
    d_downsampling: int = 5
    n_critic: int = 5
    iterations: int = 100_000
    batch_size: int = 32
    ema_decay: float = 0.0
    gradient_penalty_weight: float = 10.0
    perceptual_weight: float = 1.0
    identity_weight: float = 1.0
    face_weights: str | None = None
    denoiser_weight: float = 300.0
    mask_weight: float = 0.1
    denoiser_width: int = 32
    denoiser_depth: int = 5
    noise: float = 0.1
    denoiser_iterations: int = 10_000
    denoiser_epochs: float = 0.0
    denoiser_batch_size: int = 32
    residual: bool = False

    def __post_init__(self) -> None:
        """Refuse what could not be trained.

        Raises:
            ValueError: naming the option and its value.
        """
        super().__post_init__()
        self.require_at_least(1, "ngf", "mask_width", "ndf", "d_downsampling", "n_critic", "denoiser_width")
        self.require_at_least(1, "denoiser_batch_size")
        self.require_at_least(2, "mask_side", "denoiser_depth")
        self.require_at_least(0, "n_downsampling", "n_blocks", "denoiser_iterations", "denoiser_epochs", "noise")
        self.require_at_least(0, "gradient_penalty_weight", "perceptual_weight", "identity_weight")
        self.require_at_least(0, "denoiser_weight", "mask_weight")
        if self.outer_kernel < 1 or self.outer_kernel % 2 == 0:
            raise ValueError(f"outer_kernel must be odd, not {self.outer_kernel}")

    def mask_halvings(self, size: int) -> int:
        """Stride-2 layers from images to masks.

        Args:
            size: side of the images in pixels.

        Raises:
            ValueError: naming the size, if none lead there, or the other networks do not take it.
        """
        share, rest = divmod(size, self.mask_side)
        if rest or share & (share - 1) or not share:
            raise ValueError(f"mask_side must be a half, a quarter … of the size {size}, or all, not {self.mask_side}")
        steps, least = 2**self.n_downsampling, max(2**self.d_downsampling, 2 * 2**self.n_downsampling)
        if size % steps or size < least:
            raise ValueError(
                f"DIAT with these options needs a size of at least {least} that {steps} divides, not {size}"
            )
        return share.bit_length() - 1

    def provenance(self) -> Mapping[str, str]:
        """Whether a face-recognition network took part."""
        if not self.identity_weight:
            said = "off: identity_weight is 0"
        elif self.face_weights is None:
            said = "off: no VGG-Face weights were given (option face_weights); the critic's features alone keep it"
        else:
            said = "on: VGG-Face"
        return {"identity_term": said}
