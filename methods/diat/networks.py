"""Networks of DIAT-style transfer: what makes and masks a changed face, what judges it, and what denoises it."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from methods.layers.blur import blurred
from methods.layers.hourglass import hourglass_layers
from methods.layers.residual import ConvBlock, ResidualBlock


class MaskedTransform(nn.Module):
    """A face, replaced by a transformed one where a mask lets it: M T(x) + (1 - M) x.

    The transform has the layers of the paper's first version: three convolutions, residual blocks, two doublings, one
    convolution. Doublings are nearest-neighbour enlargements before a convolution, where the paper's are transposed
    convolutions: those leave a chequerboard that short trainings do not get rid of.

    Args:
        ngf: width of the transform at full resolution.
        n_downsampling: its stride-2 layers.
        n_blocks: its residual blocks.
        outer_kernel: side of its first and last convolution, odd.
        mask_width: width of the mask's network at full resolution.
        mask_halvings: stride-2 layers from the image to the mask.
        residual: whether the transform's output is added to the face.
    """

    def __init__(
        self,
        ngf: int = 64,
        n_downsampling: int = 2,
        n_blocks: int = 5,
        outer_kernel: int = 7,
        mask_width: int = 32,
        mask_halvings: int = 2,
        *,
        residual: bool = False,
    ) -> None:
        super().__init__()
        self.residual = residual
        blocks = [ResidualBlock(ngf * 2**n_downsampling) for _ in range(n_blocks)]
        self.transform = nn.Sequential(
            *hourglass_layers(3, 3, ngf, n_downsampling, blocks, nn.Tanh(), outer_kernel, nearest=True)
        )
        layers: list[nn.Module] = [ConvBlock(3, mask_width, 3, padding=1, padding_mode="reflect", norm=True)]
        for level in range(mask_halvings):
            width = mask_width * 2**level
            layers.append(ConvBlock(width, 2 * width, 4, 2, 1, norm=True))
        widest = mask_width * 2**mask_halvings
        self.mask = nn.Sequential(*layers, ResidualBlock(widest), ResidualBlock(widest), nn.Conv2d(widest, 1, 1))

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Changed faces (N, 3, H, W) in [-1, 1] and masks (N, 1, H, W) in [0, 1], in float32, of (N, 3, H, W) faces."""
        face, logits = image.float(), self.mask(image)
        transformed = self.transform(image).float()
        if self.residual:
            transformed = (face + transformed).clamp(-1, 1)
        mask = blurred(binary(logits.float()))
        mask = functional.interpolate(mask, image.shape[2:], mode="bilinear", align_corners=False)
        return torch.lerp(face, transformed, mask), mask


def binary(logits: Tensor) -> Tensor:
    """1 where logits are positive, else 0; gradients are those of the sigmoid, as steps have none."""
    share = torch.sigmoid(logits)
    return (logits > 0).to(share.dtype) + (share - share.detach())


class Critic(nn.Module):
    """Halvings without norms, as gradient penalties need them, then a verdict on each patch.

    Args:
        width: channels after the first halving; doubled at each, to eight times that at most.
        num_halvings: stride-2 layers.
    """

    def __init__(self, width: int = 64, num_halvings: int = 5) -> None:
        super().__init__()
        self.layers = nn.ModuleList()
        channels = 3
        for level in range(num_halvings):
            after = width * min(2**level, 8)
            self.layers.append(nn.Sequential(nn.Conv2d(channels, after, 4, stride=2, padding=1), nn.LeakyReLU(0.2)))
            channels = after
        self.verdict = nn.Conv2d(channels, 1, 3, padding=1)

    def features(self, image: Tensor) -> list[Tensor]:
        """Features of (N, 3, H, W) images in [-1, 1] after every halving."""
        features = [image]
        for layer in self.layers:
            features.append(layer(features[-1]))
        return features[1:]

    def forward(self, image: Tensor) -> Tensor:
        """Verdicts (N, 1, h, w)."""
        return self.verdict(self.features(image)[-1])


class Denoiser(nn.Module):
    """Convolutions that tell an image's noise, which is then taken away (after Zhang et al., TIP 2017).

    Args:
        width: channels.
        depth: convolutions, two at least.
    """

    def __init__(self, width: int = 32, depth: int = 5) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(3, width, 3, padding=1, padding_mode="reflect"), nn.ReLU()]
        for _ in range(depth - 2):
            layers += [nn.Conv2d(width, width, 3, padding=1, padding_mode="reflect"), nn.ReLU()]
        self.noise = nn.Sequential(*layers, nn.Conv2d(width, 3, 3, padding=1, padding_mode="reflect"))

    def forward(self, image: Tensor) -> Tensor:
        """(N, 3, H, W) images without their noise, in float32."""
        return image.float() - self.noise(image).float()
