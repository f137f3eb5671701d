"""MaskVAE: a variational autoencoder of face masks, whose latent space contains the edits that MaskGAN trains on."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from methods.labels import NUM_LABELS
from methods.layers.batch_norm import WholeBatchNorm2d
from methods.layers.gaussian import gaussian_sample

BASE_SIDE = 4
"""Side in pixels at which the encoder's strided stages end."""


def stage_widths(size: int, width: int = 32, max_width: int = 2048) -> tuple[int, ...]:
    """Channels of the stride-2 stages from `size` down to 4 pixels: `width`, doubled to `max_width` at most.

    Raises:
        ValueError: unless `size` is 4 times a power of two, at least 8.
    """
    stages = round(math.log2(size / BASE_SIDE))
    if stages < 1 or BASE_SIDE * 2**stages != size:
        raise ValueError(f"MaskVAE needs a size of 8, 16, 32, …; got {size}")
    return tuple(min(width * 2**stage, max_width) for stage in range(stages))


class MaskVAE(nn.Module):
    """Masks to a Gaussian latent and back to class logits.

    Names of parameters are those of the published 512² checkpoint; other sizes have fewer or more stages of the same
    design.

    Args:
        widths: channels of the stride-2 encoder stages, mirrored by the decoder (`stage_widths`).
        latent: length of the latent vector.
    """

    def __init__(self, widths: Sequence[int] = stage_widths(512), latent: int = 1024) -> None:
        super().__init__()
        self.widths = tuple(widths)
        stages = len(self.widths)
        flat = self.widths[-1] * BASE_SIDE**2
        for stage, (before, after) in enumerate(zip((NUM_LABELS, *self.widths), self.widths, strict=False), start=1):
            self.add_module(f"e{stage}", nn.Conv2d(before, after, 4, stride=2, padding=1))
            self.add_module(f"bn{stage}", WholeBatchNorm2d(after))
        self.fc1 = nn.Linear(flat, latent)
        self.fc2 = nn.Linear(flat, latent)
        self.d1 = nn.Linear(latent, flat)
        upward = (*reversed(self.widths), NUM_LABELS)
        for stage in range(1, stages + 1):
            # Replicated borders: the frame of a mask is one class that zeros would contradict.
            conv = nn.Conv2d(upward[stage - 1], upward[stage], 3, padding=1, padding_mode="replicate")
            self.add_module(f"d{stage + 1}", conv)
            if stage < stages:
                self.add_module(f"bn{stages + stage}", WholeBatchNorm2d(upward[stage], eps=1e-3))

    def encode(self, label: Tensor) -> tuple[Tensor, Tensor]:
        """One-hot masks (N, 19, H, W) to mean and log-variance, each (N, latent)."""
        features = label
        for stage in range(1, len(self.widths) + 1):
            conv, norm = self.get_submodule(f"e{stage}"), self.get_submodule(f"bn{stage}")
            features = functional.leaky_relu(norm(conv(features)), 0.2)
        flat = features.flatten(1)
        return self.fc1(flat), self.fc2(flat)

    def decode(self, latent: Tensor) -> Tensor:
        """Latents (N, latent) to logits (N, 19, H, W)."""
        features = functional.relu(self.d1(latent)).unflatten(1, (self.widths[-1], BASE_SIDE, BASE_SIDE))
        stages = len(self.widths)
        for stage in range(1, stages + 1):
            features = self.get_submodule(f"d{stage + 1}")(functional.interpolate(features, scale_factor=2.0))
            if stage < stages:
                features = functional.leaky_relu(self.get_submodule(f"bn{stages + stage}")(features), 0.2)
        return features

    def forward(self, label: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """One-hot masks to (logits of a sampled latent, mean, log-variance)."""
        mean, log_variance = self.encode(label)
        return self.decode(gaussian_sample(mean, log_variance)), mean, log_variance


def mean_iou(given: Tensor, wanted: Tensor) -> float:
    """Mean over labels of intersection over union, each of all N faces' pixels; labels that neither has are left out.

    Args:
        given: (N, H, W) labels in 0..18.
        wanted: (N, H, W) labels in 0..18.
    """
    pairs = torch.bincount(NUM_LABELS * wanted.long().flatten() + given.long().flatten(), minlength=NUM_LABELS**2)
    pixels = pairs.reshape(NUM_LABELS, NUM_LABELS).double()
    common = pixels.diagonal()
    either = pixels.sum(dim=0) + pixels.sum(dim=1) - common
    return float((common / either)[either > 0].mean())


def init_mask_vae(network: MaskVAE) -> None:
    """Draw the weights again, as torch does when it builds the layers."""
    for layer in network.children():
        if isinstance(layer, nn.Conv2d | nn.Linear | nn.BatchNorm2d):
            layer.reset_parameters()
