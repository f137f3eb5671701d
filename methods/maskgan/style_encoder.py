"""Style encoder of MaskGAN: a face, read region by region through its mask, as parameters of AdaIN."""

from collections.abc import Sequence

from torch import Tensor, nn

from methods.labels import NUM_LABELS
from methods.layers.residual import ConvBlock
from methods.layers.sft import SpatialFeatureTransform


class LabelEncoder(nn.Module):
    """The mask branch: a one-hot mask to the conditions of the two feature transforms.

    Args:
        widths: channels at strides 1, 2 and 4; the last is also the width at strides 8, 16 and 32.
        outer_kernel: side of the first convolution; odd.
    """

    def __init__(self, widths: Sequence[int] = (16, 32, 64), outer_kernel: int = 7) -> None:
        super().__init__()
        first, second, last = widths
        self.model = nn.Sequential(
            ConvBlock(NUM_LABELS, first, outer_kernel, 1, outer_kernel // 2, padding_mode="reflect"),
            ConvBlock(first, second, 4, 2, 1, padding_mode="reflect"),
            ConvBlock(second, last, 4, 2, 1, padding_mode="reflect", activation=False),
        )
        self.model_last = nn.Sequential(
            nn.ReLU(),
            ConvBlock(last, last, 4, 2, 1, padding_mode="reflect"),
            ConvBlock(last, last, 4, 2, 1, padding_mode="reflect"),
            ConvBlock(last, last, 4, 2, 1, padding_mode="reflect", activation=False),
        )

    def forward(self, label: Tensor) -> tuple[Tensor, Tensor]:
        """(N, 19, H, W) one-hot to conditions at strides 4 and 32, neither activated."""
        first = self.model(label)
        return first, self.model_last(first)


class StyleEncoder(nn.Module):
    """The image branch: a style image to AdaIN parameters, without any normalisation (it would remove the style).

    Args:
        style_length: parameters given, two a channel of every AdaIN layer.
        widths: as of `LabelEncoder`.
        outer_kernel: as of `LabelEncoder`.
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
