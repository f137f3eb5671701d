"""Options of DeepFill and of its variants: kind of convolution, widths, length, and the weights of its losses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from methods.shared.completion_gan_options import CompletionGANOptions
from methods.shared.completion_options import ReconstructionOptions

STRIDE = 8
"""The smallest part of an image: features are a quarter of its side, and attention halves them."""


@dataclass(frozen=True, kw_only=True)
class DeepFillOptions(CompletionGANOptions, ReconstructionOptions):
    """Every option of the method's card; defaults are those published for gated convolutions.

    The U-Net of partial convolutions has neither their widths and dilations nor their rates, nor a discriminator.

    Attributes:
        convolution: gated as in the second DeepFill, plain as in the first, or partial, for a U-Net of them that is
            trained without a discriminator.
        attention: whether the refinement of gated or plain convolutions attends to what is known.
        width: channels of gated or plain convolutions at full resolution; a third more in the refinement's decoder.
        dilations: of gated or plain convolutions between encoder and decoder; where one is not less than a quarter of
            the image's side, the largest that is takes its place, since borders are reflected.
        iterations: optimiser iterations.
        lr: Adam's learning rate for gated or plain convolutions.
        d_lr: Adam's learning rate for their discriminator.
        ndf: width of the first layer of the discriminator of gated or plain convolutions; doubled twice.
        n_layers_d: stride-2 layers of their discriminator.
        adversarial_weight: weight of deceiving the discriminator of gated or plain convolutions; 0 trains without one.
        gradient_penalty_weight: weight of the penalty that bounds their discriminator's slope; 0 leaves it out.
        valid_weight: weight of the pixel distance outside the hole, of every filling.
        hole_weight: the same in the hole; 6 is published for partial convolutions.
        perceptual_weight: partial convolutions' weight of the distance of VGG-16's features.
        style_weight: partial convolutions' weight of the distance of their correlations.
        tv_weight: partial convolutions' weight of differences between neighbours in the filled hole.
        vgg16_weights: torchvision's VGG-16 weights for partial convolutions: `vgg16`, which is found like the files
            that metrics need, or a file; null leaves both of its terms off.
        unet_width: channels of the U-Net after its first halving; doubled at each, to eight times that at most.
        unet_halvings: stride-2 layers of the U-Net; fewer where images are of fewer pixels.
        unet_lr: Adam's learning rate for the U-Net.
        fine_tuning_share: share of `iterations` at the end in which the U-Net's encoder keeps its batch statistics.
        fine_tuning_lr: Adam's learning rate in that share.
    """

    convolution: Literal["gated", "plain", "partial"] = "gated"
    attention: bool = True
    width: int = 24
    dilations: tuple[int, ...] = (2, 4, 8, 16)
    iterations: int = 1_000_000
    batch_size: int = 16
    lr: float = 1e-4
    d_lr: float = 1e-4
    decay_from: float = 1.0
    ema_decay: float = 0.0
    hole_weight: float = 1.0
    unet_width: int = 64
    unet_halvings: int = 7
    unet_lr: float = 2e-4
    fine_tuning_share: float = 0.5
    fine_tuning_lr: float = 5e-5

    def __post_init__(self) -> None:
        """Refuse what no network or stage could be made of.

        Raises:
            ValueError: naming the option and its value.
        """
        super().__post_init__()
        self.require_at_least(2, "width", "unet_halvings")
        self.require_at_least(1, "unet_width")
        self.require_share("fine_tuning_share")
        if any(dilation < 1 for dilation in self.dilations):
            raise ValueError(f"dilations must be at least 1, not {list(self.dilations)}")
        if self.convolution == "partial" and self.batch_size < 2:
            raise ValueError("batch_size must be at least 2 with partial convolutions, whose norms are of the batch")
        if self.convolution != "partial" and self.vgg16_weights is not None:
            raise ValueError(
                f"vgg16_weights must be null with {self.convolution} convolutions, which learn without a loss network, "
                f"not {self.vgg16_weights}"
            )

    def require_size(self, size: int) -> None:
        """Refuse images that the networks would not give back at their size.

        Args:
            size: side of the images in pixels.

        Raises:
            ValueError: naming the size, and those that fit.
        """
        if size < 2 * STRIDE or size % STRIDE:
            raise ValueError(f"DeepFill needs a size that is a multiple of {STRIDE}, {2 * STRIDE} at least, not {size}")

    def dilations_at(self, size: int) -> tuple[int, ...]:
        """The dilations that images of a side take."""
        return tuple(min(dilation, size // 4 - 1) for dilation in self.dilations)

    def halvings_at(self, size: int) -> int:
        """The U-Net's halvings of images of a side: down to 1 pixel at most."""
        return min(self.unet_halvings, (size & -size).bit_length() - 1)

    def reconstruction_note(self) -> Mapping[str, str]:
        """Whether VGG-16's terms took part, where they could."""
        return super().reconstruction_note() if self.convolution == "partial" else {}
