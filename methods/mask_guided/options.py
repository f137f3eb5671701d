"""Options of Mask-Guided Portrait Editing: widths, the length of its stages, and the weights of its losses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from methods.shared.checked_options import WorkingSizeOptions
from methods.shared.mask_to_image_options import MaskToImageOptions

SIXTEENTHS: Final = 16
"""Sides of the parts of a face are counted in sixteenths of the image's side."""


@dataclass(frozen=True, kw_only=True)
class MaskGuidedOptions(MaskToImageOptions, WorkingSizeOptions):
    """Every option of the method's card; defaults are the published ones as far as they are known.

    Attributes:
        ngf: width of the generator at full resolution; its features, and those of the parts, have
            `ngf * 2**n_downsampling` channels.
        n_downsampling: stride-2 layers between images and features.
        n_blocks: residual blocks of the generator.
        outer_kernel: side of the generator's convolutions at full resolution; 7 suits 256 pixels.
        nef: width of the parts' encoders after their first halving.
        latent: length of a part's latent vector.
        ndf: width of the first layer of both discriminators: that of faces of their own parts, and that of others'.
        iterations: optimiser iterations; 55 epochs of CelebAMask-HQ's 24,183 training faces.
        perceptual_weight: weight of the perceptual term, which sees one part of a face at a time.
        image_weight: weight of the mean squared distance to a face, summed over the faces of a batch.
        part_weight: weight of the mean squared distance to a face's parts, summed over parts.
        autoencoding_weight: weight of the mean squared distance of what the autoencoders make of parts, summed over
            parts.
        parsing_weight: weight of the cross-entropy with which the parser finds the mask in what was painted.
        kl_weight: weight of the divergence of the parts' latents, summed over each and over parts; the published code
            computes it and does not add it, which is 0.
        unpaired: whether every second iteration paints the parts of another face of the batch by a face's mask (else
            all iterations paint a face's own).
        lends_parts: whether, in tasks that transfer an attribute, the source lends the parts that lie within the region
            of change; else the target gives them all.
        parser_scale: divides the widths of the parser, a U-Net of 64 to 1024 channels.
        parser_iterations: optimiser iterations of the parser, which learns first and then stays as it is.
        parser_epochs: passes over the training faces that take the place of `parser_iterations`.
        parser_batch_size: faces per iteration of that stage.
        parser_lr: Adam's learning rate of the parser.
    """

    ngf: int = 64
    n_downsampling: int = 2
    n_blocks: int = 9
    outer_kernel: int = 7
    nef: int = 64
    latent: int = 512
    iterations: int = 55 * 24_183 // 4
    batch_size: int = 4
    decay_from: float = 10 / 55
    ema_decay: float = 0.0
    perceptual_weight: float = 30.0
    image_weight: float = 10.0
    part_weight: float = 20.0
    autoencoding_weight: float = 5000.0
    parsing_weight: float = 100.0
    kl_weight: float = 0.0
    unpaired: bool = True
    lends_parts: bool = True
    parser_scale: int = 4
    parser_iterations: int = 10_000
    parser_epochs: float = 0.0
    parser_batch_size: int = 16
    parser_lr: float = 1e-3

    def __post_init__(self) -> None:
        """Refuse what could not be trained.

        Raises:
            ValueError: naming the option and its value.
        """
        super().__post_init__()
        self.require_at_least(1, "ngf", "nef", "latent", "parser_scale")
        self.require_at_least(0, "n_downsampling", "n_blocks", "parser_iterations", "parser_epochs")
        self.require_at_least(0, "image_weight", "part_weight", "autoencoding_weight", "parsing_weight", "kl_weight")
        self.require_at_least(2, "batch_size", "parser_batch_size")
        if self.outer_kernel < 1 or self.outer_kernel % 2 == 0:
            raise ValueError(f"outer_kernel must be odd, not {self.outer_kernel}")
        if self.parser_scale > 16:
            raise ValueError(f"parser_scale must be at most 16, not {self.parser_scale}")

    def require_size(self, size: int) -> None:
        """Refuse images whose parts the networks would not give back at their size.

        Args:
            size: side of the images in pixels.

        Raises:
            ValueError: naming the size, and those that fit.
        """
        step = SIXTEENTHS * 2**self.n_downsampling
        if size < 32 or size % step:
            raise ValueError(
                f"Mask-Guided with n_downsampling {self.n_downsampling} needs a size of at least 32 "
                f"that {step} divides, not {size}"
            )

    def provenance(self) -> Mapping[str, str]:
        """What other methods of masks say, and that the parser is the method's own."""
        parser = "a U-Net of its own, trained on the training faces first; no judge of the comparison takes part"
        return {**super().provenance(), "parser": parser}
