"""CLIP's image encoder: timm's network, filled from the file that OpenAI publishes."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from benchmark.features.timm_encoder import TimmEncoder
from benchmark.features.torchscript import load_torchscript
from benchmark.weights.locate import WeightsFile


class ClipEncoder(TimmEncoder):
    """The image embeddings of CLIP (Radford et al., ICML 2021), which its last layer projects, not normalised.

    OpenAI publishes its networks as TorchScript programs, from which tensors alone cannot be read. A file of the
    published hash is loaded as such; any other must hold tensors, by OpenAI's names or by timm's.
    """

    def _read(self, file: WeightsFile) -> Mapping[str, Tensor]:
        if not file.published:
            return super()._read(file)
        found: dict[str, Tensor] = load_torchscript(file.path).state_dict()
        return found
