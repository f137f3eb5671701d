"""Style encoder of MaskGAN (Lee et al., CVPR 2020): a face as parameters of AdaIN, read through its mask or without."""

from collections.abc import Sequence

from torch import Tensor, nn

from methods.layers.residual import ConvBlock
from methods.layers.sft import SpatialFeatureTransform


class StyleEncoder(nn.Module):
    """The image branch: a style image to AdaIN parameters, without any normalisation (it would remove the style).

    Args:
        style_length: parameters given, two per channel of every AdaIN layer.
        widths: channels at strides 1, 2 and 4; the last is also the width at strides 8, 16 and 32.
        outer_kernel: side of the first convolution; odd.
        sft: whether conditions modulate the features (MaskGAN) or are merely added to them (its ablation).
        conditioned: whether conditions come at all.
    """

    def __init__(
        self,
        style_length: int,
        widths: Sequence[int] = (16, 32, 64),
        outer_kernel: int = 7,
        *,
        sft: bool = True,
        conditioned: bool = True,
    ) -> None:
        super().__init__()
        first, second, last = widths
        self.conditioned = conditioned
        self.model = nn.Sequential(
            ConvBlock(3, first, outer_kernel, 1, outer_kernel // 2, padding_mode="reflect"),
            ConvBlock(first, second, 4, 2, 1, padding_mode="reflect"),
            ConvBlock(second, last, 4, 2, 1, padding_mode="reflect"),
        )
        self.model_middle = nn.Sequential(*(ConvBlock(last, last, 4, 2, 1, padding_mode="reflect") for _ in range(3)))
        self.model_last = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(last, style_length, 1))
        self.modulated = sft and conditioned
        if self.modulated:
            self.sft1 = SpatialFeatureTransform(last, last, last)
            self.sft2 = SpatialFeatureTransform(last, last, last)

    def forward(self, image: Tensor, conditions: tuple[Tensor, Tensor] | None = None) -> Tensor:
        """(N, 3, H, W) in [-1, 1], sides divisible by 32, to (N, style_length, 1, 1).

        Raises:
            ValueError: if conditions are given to an encoder built without them, or the reverse.
        """
        if self.conditioned != (conditions is not None):
            raise ValueError("conditions must be given exactly when the encoder is built with `conditioned`")
        features = self.model(image)
        if conditions is None:
            return self.model_last(self.model_middle(features))
        first, second = conditions
        if self.modulated:
            return self.model_last(self.sft2(self.model_middle(self.sft1(features, first)), second))
        return self.model_last(self.model_middle(features + first) + second)
