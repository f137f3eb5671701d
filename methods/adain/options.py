"""Options of AdaIN style transfer: its encoder, length, the weight of style, and the strength of edits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from methods.shared.stage_options import OneStageOptions


@dataclass(frozen=True, kw_only=True)
class AdaINOptions(OneStageOptions):
    """Every option of the method's card; defaults are the published ones.

    Attributes:
        width: channels of encoder and decoder at full resolution, doubled at each of three halvings; VGG-19 has 64.
        normalised_weights: the published encoder, VGG-19 rescaled so that every channel's mean activation is one
            (vgg_normalised.pth of pytorch-AdaIN): `vgg19-normalised`, which is found like the files that metrics need,
            or a file.
        vgg_weights: torchvision's VGG-19 weights for the encoder, in the same way, where there is no normalised one; if
            both are null, an encoder is trained to give its images back.
        encoder_share: share of `iterations` that trains such an encoder; the rest trains the decoder to transfer.
        iterations: optimiser iterations.
        lr: Adam's learning rate.
        style_weight: weight of the distance of features' moments to those of the style.
        strength: share of the transfer in an edit; the rest is the content's own features.
        by_region: whether each label's region takes the moments of the style's same region (else all take all).
    """

    width: int = 64
    normalised_weights: str | None = None
    vgg_weights: str | None = None
    encoder_share: float = 0.4
    iterations: int = 160_000
    lr: float = 1e-4
    beta1: float = 0.9
    ema_decay: float = 0.0
    style_weight: float = 10.0
    strength: float = 1.0
    by_region: bool = False

    def __post_init__(self) -> None:
        """Refuse what no network or stage could be made of.

        Raises:
            ValueError: naming the option and its value.
        """
        super().__post_init__()
        self.require_at_least(1, "width")
        self.require_at_least(2, "batch_size")
        self.require_at_least(0, "style_weight")
        self.require_share("encoder_share")
        self.require_share("strength")
        for name in ("normalised_weights", "vgg_weights"):
            if getattr(self, name) is not None and self.width != 64:
                raise ValueError(f"width must be 64 with {name}, as VGG-19's is, not {self.width}")

    @property
    def has_encoder(self) -> bool:
        """Whether the encoder's weights are given, and it is not trained."""
        return self.normalised_weights is not None or self.vgg_weights is not None

    def require_size(self, size: int) -> None:
        """Refuse images that the decoder would not give back at their size.

        Args:
            size: side of the images in pixels.

        Raises:
            ValueError: naming the size, and those that fit.
        """
        if size < 16 or size % 8:
            raise ValueError(f"AdaIN needs a size that is a multiple of 8, 16 at least, not {size}")

    def provenance(self) -> Mapping[str, str]:
        """Where the encoder comes from."""
        if self.normalised_weights is not None:
            encoder = "the published one, VGG-19 rescaled"
        elif self.vgg_weights is not None:
            encoder = "torchvision's VGG-19, which is not rescaled as the published one is"
        else:
            encoder = (
                "trained here to give its images back: no VGG-19 weights were given (options normalised_weights and "
                "vgg_weights)"
            )
        return {"encoder": encoder}
