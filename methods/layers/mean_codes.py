"""Style codes for the regions that a face lacks: the running mean of the codes of the faces that have them."""

import torch
from torch import Tensor, nn

from methods.labels import NUM_LABELS
from methods.layers import whole_batch


class MeanCodes(nn.Module):
    """Fills gaps among a face's style codes; learns from whole batches in train mode, as batch norm does.

    Args:
        style_length: of a style code.
        momentum: share of a batch in the mean, once 1/momentum batches have had the label; before, all count alike.
    """

    def __init__(self, style_length: int, momentum: float = 0.01) -> None:
        super().__init__()
        self.momentum = momentum
        self.register_buffer("mean", torch.zeros(NUM_LABELS, style_length))
        self.register_buffer("num_batches", torch.zeros(NUM_LABELS))

    def forward(self, codes: Tensor) -> Tensor:
        """Codes (N, 19, S) whose rows of zeros, those of labels that a face lacks, are the means of these labels."""
        present = codes.detach().any(dim=2)
        if self.training:
            self._follow(codes.detach(), present)
        return torch.where(present[:, :, None], codes, self.get_buffer("mean").to(codes.dtype))

    def _follow(self, codes: Tensor, present: Tensor) -> None:
        """Move the means of the labels that any face of the batch has towards the batch's."""
        mean, num_batches = self.get_buffer("mean"), self.get_buffer("num_batches")
        faces = whole_batch.summed(present.sum(0))
        num_batches += faces > 0
        share = (faces > 0) * (1 / num_batches.clamp(min=1)).clamp(min=self.momentum)
        mean += share[:, None] * (whole_batch.summed(codes.float().sum(0)) / faces.clamp(min=1)[:, None] - mean)
