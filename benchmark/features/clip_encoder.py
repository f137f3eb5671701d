"""CLIP's image encoder: timm's network, filled from the file that OpenAI publishes."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from benchmark.features.timm_encoder import TimmEncoder
from benchmark.weights.locate import WeightsFile


class ClipEncoder(TimmEncoder):
    """The image embeddings of CLIP (Radford et al., ICML 2021), which its last layer projects, not normalised.

    OpenAI publishes its networks as TorchScript programs, from which tensors alone cannot be read. A file of the
    published hash is loaded as such; any other must hold tensors, by OpenAI's names or by timm's.
    """

    def _read(self, file: WeightsFile) -> Mapping[str, Tensor]:
        if not file.published:
            return super()._read(file)
        program = torch.jit.load(file.path, map_location="cpu")  # type: ignore[no-untyped-call]
        found: dict[str, Tensor] = program.state_dict()
        return found
