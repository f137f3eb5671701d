"""Exchange of attributes between two faces, as in ELEGANT (Xiao et al., ECCV 2018)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from methods.elegant.decoder import Decoder
from methods.elegant.encoder import Encoder
from methods.elegant.options import WIDTHS


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

    def take(self, code: Tensor, other: Tensor, wanted: Tensor, strength: Tensor) -> Tensor:
        """(N, C, h, w) code with the other's channels of the attributes that each face wants.

        Args:
            code: of the faces.
            other: of those that lend.
            wanted: (N, K) bool.
            strength: (N, 1), how far those channels go from the code's to the other's.
        """
        sizes = torch.tensor(self.bounds, device=code.device).diff()
        part = wanted.repeat_interleave(sizes, dim=1, output_size=code.shape[1])
        lent = torch.lerp(code, other, strength.to(code.dtype)[:, :, None, None])
        return torch.where(part[:, :, None, None], lent, code)

    def forward(self, image: Tensor, other: Tensor, attribute: int) -> dict[str, Tensor]:
        """Residuals (N, 3, H, W) by what they make, to be added to their face.

        Args:
            image: (N, 3, H, W) faces A in [-1, 1], sides divisible by 32.
            other: faces B, in the same shape.
            attribute: number of the attribute that the faces exchange.

        Returns:
            "A" and "B" to rebuild each face, "C" to give A the attribute of B, "D" to give B that of A.
        """
        # Each norm is a position's own, so faces and codes may share a pass.
        codes, skips = self.encoder(torch.cat([image, other]))
        exchanged = torch.cat(self.exchange(*codes.chunk(2), attribute))
        residuals = self.decoder(
            torch.cat([codes, exchanged]), torch.cat([codes, codes]), [torch.cat([each, each]) for each in skips]
        )
        return dict(zip("ABCD", residuals.chunk(4), strict=True))

    def transfer(self, image: Tensor, other: Tensor, wanted: Tensor, strength: Tensor) -> Tensor:
        """Residual (N, 3, H, W) that gives each face the attributes of the other that it wants.

        Args:
            image: (N, 3, H, W) faces in [-1, 1], sides divisible by 32.
            other: the faces that lend, in the same shape.
            wanted: (N, K) bool.
            strength: (N, 1), how far their codes go to those of the other; 1 is all the way.
        """
        codes, skips = self.encoder(torch.cat([image, other]))
        code, lent = codes.chunk(2)
        return self.decoder(self.take(code, lent, wanted, strength), code, [each[: len(image)] for each in skips])


def add_residual(image: Tensor, residual: Tensor) -> Tensor:
    """(N, 3, H, W) image plus residual, kept in [-1, 1]."""
    return (image + residual).clamp(-1, 1)
