"""Exchange of one attribute between two faces, as in ELEGANT (Xiao et al., ECCV 2018)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from methods.elegant.decoder import Decoder
from methods.elegant.encoder import WIDTHS, Encoder


class AttributeSwap(nn.Module):
    """Encoder and decoder whose code has a part of its channels for each of `num_attributes` attributes."""

    def __init__(self, num_attributes: int, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        self.encoder = Encoder(widths)
        self.decoder = Decoder(widths)
        self.bounds = [round(widths[-1] / num_attributes * index) for index in range(num_attributes + 1)]

    def exchange(self, code: Tensor, other: Tensor, attribute: int) -> tuple[Tensor, Tensor]:
        """Both (N, C, h, w) codes, each with the other's channels of the attribute of that number."""
        part = torch.zeros(code.shape[1], 1, 1, dtype=torch.bool, device=code.device)
        part[self.bounds[attribute] : self.bounds[attribute + 1]] = True
        return torch.where(part, other, code), torch.where(part, code, other)

    def forward(self, image: Tensor, other: Tensor, attribute: int) -> dict[str, Tensor]:
        """Residuals (N, 3, H, W) by what they make, to be added to their face.

        Args:
            image: (N, 3, H, W) faces A in [-1, 1], sides divisible by 32.
            other: faces B, in the same shape.
            attribute: number of the attribute that the faces exchange.

        Returns:
            "A" and "B" to rebuild each face, "C" to give A the attribute of B, "D" to give B that of A.
        """
        code_a, skips_a = self.encoder(image)
        code_b, skips_b = self.encoder(other)
        code_c, code_d = self.exchange(code_a, code_b, attribute)
        return {
            "A": self.decoder(code_a, code_a, skips_a),
            "B": self.decoder(code_b, code_b, skips_b),
            "C": self.decoder(code_c, code_a, skips_a),
            "D": self.decoder(code_d, code_b, skips_b),
        }


def add_residual(image: Tensor, residual: Tensor) -> Tensor:
    """(N, 3, H, W) image plus residual, kept in [-1, 1]."""
    return (image + residual).clamp(-1, 1)
