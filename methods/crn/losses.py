"""The loss of CRN (Chen and Koltun, ICCV 2017): distances of features, of several images those of the best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from methods.layers.perceptual import Slices, VGGFeatures

FEATURE_SLICES: Final[Slices] = (
    (64, 64),
    ("pool", 128, 128),
    ("pool", 256, 256),
    (256, 256, "pool", 512, 512),
    (512, 512, "pool", 512, 512),
)
"""VGG-19 up to the second layer of each resolution: conv1_2 … conv5_2."""

LAYER_WEIGHTS: Final = (1.0, 1 / 1.6, 1 / 2.3, 1 / 1.8, 1 / 2.8, 10 / 0.8)
"""Published weights of the image itself and of each slice, the inverse losses of the published training."""

BEST_SHARE: Final = 0.999
"""Weight of the best of several images for a label; the rest goes to their mean."""


def layer_errors(fake: Tensor, real: Tensor, features: VGGFeatures | None) -> list[Tensor]:
    """Weighted absolute errors by position of K images of each face, in float32.

    Args:
        fake: (N, K, 3, H, W) images.
        real: (N, 3, H, W) faces in [-1, 1].
        features: of VGG-19; None leaves the image itself, all that there is then.

    Returns:
        (N, K, h, w) of each layer, the image first: means over channels.
    """
    layers = [(fake.flatten(0, 1), real)]
    if features is not None:
        with torch.no_grad():
            of_real = features.features(real)
        layers += zip(features.features(layers[0][0]), of_real, strict=True)
    errors = []
    for weight, (of_fake, of_real_face) in zip(LAYER_WEIGHTS, layers, strict=False):
        apart = of_fake.float().unflatten(0, fake.shape[:2]) - of_real_face.float()[:, None]
        errors.append(weight * apart.abs().mean(dim=2))
    return errors


def diversity_loss(errors: Sequence[Tensor], label: Tensor) -> Tensor:
    """Error of the best of K images for each label, and a little of their mean, summed over labels, mean over faces.

    With one image it is the mean error, summed over layers.

    Args:
        errors: (N, K, h, w) of each layer.
        label: (N, L, H, W) one-hot masks.
    """
    by_label = torch.zeros(1, device=label.device)
    for error in errors:
        share = functional.interpolate(label.float(), error.shape[2:], mode="area")
        by_label = by_label + torch.einsum("nkhw,nlhw->nkl", error, share) / error[0, 0].numel()
    return (BEST_SHARE * by_label.amin(dim=1) + (1 - BEST_SHARE) * by_label.mean(dim=1)).sum(dim=1).mean()
