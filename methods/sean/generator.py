"""Generator of SEAN: an image of a label map with one style code for each of its regions."""

from collections.abc import Callable
from functools import partial

from torch import Tensor, nn

from methods.labels import NUM_LABELS
from methods.layers import whole_batch
from methods.layers.spade_trunk import SpadeTrunk
from methods.sean.options import STYLE_LENGTH
from methods.sean.region_norm import RegionAdaptiveNorm, RegionStyles
from methods.sean.style_encoder import RegionStyleEncoder


class SeanGenerator(SpadeTrunk):
    """SPADE's trunk with region-adaptive norms, and the encoder of their styles (Zhu et al., CVPR 2020).

    Args:
        ngf: width at full resolution; 64 is the published one.
        style_length: of a style code.
        hidden: width of the norms between the label map and the modulation.
        encoder_width: of the style encoder's first layer.
        encoder_norm: whether the style encoder normalises its features, as published.
    """

    def __init__(
        self,
        ngf: int = 64,
        style_length: int = STYLE_LENGTH,
        hidden: int = 128,
        encoder_width: int = 32,
        *,
        encoder_norm: bool = True,
    ) -> None:
        norm = partial(RegionAdaptiveNorm, hidden=hidden)
        super().__init__(ngf, partial(norm, style_length=style_length), last_norm=partial(norm, style_length=0))
        self.Zencoder = RegionStyleEncoder(encoder_width, style_length, norm=encoder_norm)
        self.fc = nn.Conv2d(NUM_LABELS, self.start_channels, 3, padding=1)

    def encode_style(self, image: Tensor, label: Tensor) -> Tensor:
        """Style codes (N, 19, S) of faces: images (N, 3, H, W) and their own one-hot label maps (N, 19, H, W)."""
        return self.Zencoder(image, label)

    def forward(self, label: Tensor, codes: Tensor, noise: Callable[..., Tensor] = whole_batch.randn) -> Tensor:
        """Image (N, 3, H, W) in [-1, 1] of a label map in given styles.

        Args:
            label: (N, 19, H, W) one-hot, sides divisible by 32.
            codes: (N, 19, S).
            noise: draws what the norms add to each face; called like `whole_batch.randn`.
        """
        return self.generate(self.fc(self.start_label(label)), RegionStyles(label, codes, noise))


def published_generator_key(key: str) -> str:
    """Our key for a published one, whose blocks call their norms by the name of SEAN's normalisation."""
    return key.replace(".ace_", ".norm_")
