"""Dense Mapping Network of MaskGAN: an image with the geometry of one mask in the style of one face."""

from collections.abc import Sequence

from torch import Tensor

from methods.layers.initialisation import init_he
from methods.layers.style_encoder import StyleEncoder
from methods.layers.styled_trunk import StyledTrunk, init_styled_trunk
from methods.maskgan.label_encoder import LabelEncoder


class DenseMappingNetwork(StyledTrunk):
    """A pix2pixHD-like trunk over the mask, whose residual blocks a style encoder drives through AdaIN.

    Follows Lee et al., "MaskGAN: Towards Diverse and Interactive Facial Image Manipulation" (CVPR 2020); names of
    parameters are those of its published checkpoints. Defaults are the published options.

    Args:
        ngf: width at full resolution, doubled at each step down.
        n_downsampling: stride-2 steps of the trunk.
        n_blocks: styled residual blocks.
        style_widths: channels of the style encoder at strides 1, 2, 4 (and on).
        outer_kernel: side of the convolutions at full resolution; 7 at the published 512 pixels.
        style_mask_branch: whether the style encoder sees the style face's mask.
        sft: whether it sees it by spatial feature transforms (else by addition).
    """

    def __init__(
        self,
        ngf: int = 64,
        n_downsampling: int = 4,
        n_blocks: int = 4,
        style_widths: Sequence[int] = (16, 32, 64),
        outer_kernel: int = 7,
        *,
        style_mask_branch: bool = True,
        sft: bool = True,
    ) -> None:
        super().__init__(ngf, n_downsampling, n_blocks, outer_kernel)
        self.enc_style = StyleEncoder(
            self.style_length, style_widths, outer_kernel, sft=sft, conditioned=style_mask_branch
        )
        if style_mask_branch:
            self.enc_label = LabelEncoder(style_widths, outer_kernel)
        self.style_mask_branch = style_mask_branch

    def encode_style(self, label_ref: Tensor, image: Tensor) -> Tensor:
        """Style code (N, L) of a face: its image (N, 3, H, W) read through its one-hot mask (N, 19, H, W)."""
        conditions = self.enc_label(label_ref) if self.style_mask_branch else None
        return self.enc_style(image, conditions).flatten(1)

    def forward(self, label: Tensor, label_ref: Tensor, image: Tensor) -> Tensor:
        """Geometry `label`, style (`label_ref`, `image`); sides divisible by 32, at least 64."""
        return self.generate(label, self.encode_style(label_ref, image))


def init_dense_mapping(network: DenseMappingNetwork) -> None:
    """Start from a network that keeps its signal (`init_styled_trunk`)."""
    init_styled_trunk(network, network.enc_style)
    if network.style_mask_branch:
        init_he(network.enc_label)
