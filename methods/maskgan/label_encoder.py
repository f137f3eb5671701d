"""The mask branch of MaskGAN's style encoder: the conditions through which it reads a face."""

from collections.abc import Sequence

from torch import Tensor, nn

from methods.labels import NUM_LABELS
from methods.layers.residual import ConvBlock


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
