"""Published networks that give one image the style of another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from torch import Tensor

from methods.adain.moments import MomentTransfer
from methods.adain.networks import Decoder, Encoder
from methods.published.recipe import Published


def _call_encoder(network: Encoder, image: Tensor) -> list[Tensor]:
    return network.features(image)


def _call_decoder(network: Decoder, feature: Tensor) -> Tensor:
    return network(feature)


def _call_transfer(network: MomentTransfer, content: Tensor, style: Tensor) -> Tensor:
    return network(content, style)


STYLE_NETWORKS: Final[Mapping[str, Published]] = {
    "adain_encoder": Published(Encoder, _call_encoder, ("relu1_1", "relu2_1", "relu3_1", "relu4_1")),
    "adain_decoder": Published(Decoder, _call_decoder),
    "adain_operation": Published(MomentTransfer, _call_transfer),
}
