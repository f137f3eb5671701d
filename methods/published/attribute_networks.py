"""Published networks that change a face's attributes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from torch import Tensor, nn

from methods.attgan.discriminator import Discriminator as AttganDiscriminator
from methods.attgan.generator import Generator as AttganGenerator
from methods.cyclegan.generator import Generator as CycleganGenerator
from methods.elegant.decoder import Decoder
from methods.elegant.discriminator import Discriminator as ElegantDiscriminator
from methods.elegant.encoder import Encoder
from methods.elegant.swap import AttributeSwap, add_residual
from methods.layers.patch_discriminator import PatchDiscriminator
from methods.layers.residual import published_block_key
from methods.published.recipe import Published, call_image_network
from methods.stargan.discriminator import Discriminator as StarganDiscriminator
from methods.stargan.generator import Generator as StarganGenerator

PORT_LEAK: Final = 0.01
"""Slope below zero of the rectifiers in AttGAN's port to PyTorch, whose networks are the published ones here."""


def _call_attribute_network(network: nn.Module, image: Tensor, attribute: Tensor) -> Tensor:
    return network(image, attribute)


def _call_residual_decoder(network: Decoder, enc1: Tensor, enc2: Tensor, **skips: Tensor) -> tuple[Tensor, Tensor]:
    finest_first = [skips[f"skip{index}"] for index in range(len(skips))]
    return network(enc1, enc2, finest_first), network(enc1, enc2)


def _call_swap(network: AttributeSwap, image: Tensor, image_ref: Tensor) -> tuple[Tensor, ...]:
    residuals = network(image, image_ref, attribute=1)
    swapped = add_residual(image, residuals["C"]), add_residual(image_ref, residuals["D"])
    return residuals["A"], residuals["C"], residuals["D"], *swapped


def _rename_halves(key: str) -> str:
    """The golden of ELEGANT's exchange abbreviates the names of encoder and decoder."""
    return key.replace("Enc.", "encoder.").replace("Dec.", "decoder.")


def _call_verdicts(network: PatchDiscriminator, image: Tensor) -> Tensor:
    return network(image)[0][-1]


ATTRIBUTE_NETWORKS: Final[Mapping[str, Published]] = {
    "stargan_generator": Published(StarganGenerator, _call_attribute_network),
    "stargan_discriminator": Published(StarganDiscriminator, call_image_network, ("out_src", "out_cls")),
    "elegant_encoder": Published(Encoder, call_image_network, ("z", "skip")),
    "elegant_decoder": Published(Decoder, _call_residual_decoder, ("with_skip", "no_skip")),
    "elegant_d1": Published(ElegantDiscriminator, _call_attribute_network),
    "elegant_d2": Published(partial(ElegantDiscriminator, image_size=128), _call_attribute_network),
    "elegant_swap": Published(
        partial(AttributeSwap, 3), _call_swap, ("R_A", "R_C", "R_D", "C", "D"), rename=_rename_halves
    ),
    "attgan_generator": Published(partial(AttganGenerator, leak=PORT_LEAK), _call_attribute_network),
    "attgan_discriminator": Published(
        partial(AttganDiscriminator, leak=PORT_LEAK, hidden_leak=0.0), call_image_network, ("adv", "cls")
    ),
    "cyclegan_generator": Published(CycleganGenerator, call_image_network, rename=published_block_key),
    "cyclegan_discriminator": Published(PatchDiscriminator, _call_verdicts),
}
