"""Binary attributes as constant planes beside an image."""

import torch
from torch import Tensor


def append_attributes(image: Tensor, attributes: Tensor) -> Tensor:
    """(N, C, H, W) images, then each of their (N, K) attributes tiled over a plane: (N, C + K, H, W)."""
    planes = attributes.to(image.dtype)[:, :, None, None].expand(-1, -1, *image.shape[2:])
    return torch.cat([image, planes], dim=1)
