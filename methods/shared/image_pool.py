"""A pool of images that a generator made earlier, for a discriminator that shall not forget them."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class ImagePool(nn.Module):
    """Gives images back, or half of the time an earlier one in the place of which it keeps the new one.

    Follows Shrivastava et al., "Learning from Simulated and Unsupervised Images through Adversarial Training" (CVPR
    2017), as CycleGAN does. The images are saved with the networks, so that a resumed training has them.

    Args:
        capacity: images kept; 0 keeps none, and gives back what it is given.
        size: side of the images.
    """

    def __init__(self, capacity: int, size: int) -> None:
        super().__init__()
        self.capacity = capacity
        self.register_buffer("images", torch.zeros(capacity, 3, size, size))
        self.filled = 0

    def get_extra_state(self) -> Tensor:
        """How many images there are."""
        return torch.tensor(self.filled)

    def set_extra_state(self, state: Tensor) -> None:
        """Take up as many images as there were."""
        self.filled = int(state)

    def forward(self, images: Tensor) -> Tensor:
        """As many images as the (N, 3, size, size) given, without their graph, in float32; chance falls on the host."""
        kept = self.get_buffer("images")
        shown = []
        for image in images.detach().float():
            if self.filled < self.capacity:
                kept[self.filled] = image
                self.filled += 1
                shown.append(image)
            elif self.capacity and torch.rand((), device="cpu") < 0.5:
                position = int(torch.randint(self.capacity, (), device="cpu"))
                shown.append(kept[position].clone())
                kept[position] = image
            else:
                shown.append(image)
        return torch.stack(shown)
