"""Stands for the judge of attributes where no attribute of the faces is known: it is not trained and sees nothing."""

from __future__ import annotations

import torch
from torch import Tensor

from methods.labels import NUM_ATTRIBUTES


class UnknownAttributes:
    """A judge whose every answer is that it does not know."""

    def scores(self, image: Tensor) -> Tensor:
        """(N, 40) of what is no number, for images (N, 3, H, W)."""
        return torch.full((len(image), NUM_ATTRIBUTES), torch.nan, device=image.device)
