"""Published networks by name, at their published options: for the tests and the check of golden forwards alone.

No command uses it. What is built takes a published `state_dict`, to be compared with the published outputs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import torch
from torch import Tensor, nn

from methods.checkpoint import load_strictly
from methods.elegant.decoder import Decoder
from methods.elegant.discriminator import Discriminator as ElegantDiscriminator
from methods.elegant.encoder import Encoder
from methods.elegant.swap import AttributeSwap, add_residual
from methods.labels import NUM_LABELS
from methods.layers.bisenet import BiSeNet
from methods.layers.parsing_unet import ParsingUNet
from methods.layers.patch_discriminator import MultiscaleDiscriminator
from methods.layers.spade_discriminator import published_discriminator_key, spade_discriminator
from methods.maskgan.blender import AlphaBlender
from methods.maskgan.dense_mapping import DenseMappingNetwork
from methods.maskgan.mask_vae import MaskVAE
from methods.pix2pixhd.encoder import FeatureEncoder
from methods.pix2pixhd.generator import GlobalGenerator, LocalEnhancer, published_generator_key
from methods.sean.generator import SeanGenerator
from methods.sean.generator import published_generator_key as published_sean_key
from methods.sean.style_encoder import RegionStyleEncoder
from methods.spade.encoder import SpadeEncoder
from methods.spade.generator import SpadeGenerator
from methods.stargan.discriminator import Discriminator as StarganDiscriminator
from methods.stargan.generator import Generator as StarganGenerator
from registry.errors import UnknownNameError, unknown


@dataclass(frozen=True)
class Published:
    """How to make one published network and how to call it.

    Attributes:
        make: builds it at its published options.
        call: runs it on inputs given by name; its result, a tensor or nested sequences of them, is named by `outputs`.
        outputs: names of the results; a nested sequence appends its positions ("out.0.1").
        rename: published key to ours, where they differ.
    """

    make: Callable[[], nn.Module]
    call: Callable[..., Any]
    outputs: tuple[str, ...] = ("out",)
    rename: Callable[[str], str] | None = None


class PublishedNetwork(nn.Module):
    """One network, called with inputs by name, answering with outputs by name."""

    def __init__(self, recipe: Published) -> None:
        super().__init__()
        self.recipe = recipe
        self.network = recipe.make()

    def load_published(self, state_dict: Mapping[str, Tensor]) -> None:
        """Load a published `state_dict` whole.

        Raises:
            CheckpointError: if any key is missing, left over or of another shape; nothing is loaded then.
        """
        load_strictly(self.network, state_dict, self.recipe.rename)

    def forward(self, **inputs: Tensor) -> dict[str, Tensor]:
        """Run on inputs by name; tensors by output name."""
        result = self.recipe.call(self.network, **inputs)
        parts = (result,) if len(self.recipe.outputs) == 1 else result
        named: dict[str, Tensor] = {}
        for name, part in zip(self.recipe.outputs, parts, strict=True):
            named |= _flatten(name, part)
        return named


def _flatten(name: str, value: Tensor | list[Any] | tuple[Any, ...]) -> dict[str, Tensor]:
    """Tensors of nested sequences, each named by its path."""
    if isinstance(value, Tensor):
        return {name: value}
    return {key: leaf for i, part in enumerate(value) for key, leaf in _flatten(f"{name}.{i}", part).items()}


def _call_image_generator(network: nn.Module, label: Tensor, label_ref: Tensor, image: Tensor) -> Tensor:
    return network(label, label_ref, image)


def _call_blender(network: nn.Module, image: Tensor, image_ref: Tensor) -> tuple[Tensor, Tensor]:
    return network(image, image_ref)


def _call_mask_vae(network: MaskVAE, label: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    mean, log_variance = network.encode(label)
    return mean, log_variance, network.decode(mean)


def _call_mask_discriminator(network: nn.Module, label: Tensor, image: Tensor) -> list[list[Tensor]]:
    return network(torch.cat([label, image], dim=1))


def _mask_discriminator() -> nn.Module:
    return MultiscaleDiscriminator(NUM_LABELS + 3)


def _call_label_generator(network: nn.Module, label: Tensor) -> Tensor:
    return network(label)


def _call_latent_generator(network: SpadeGenerator, label: Tensor, z: Tensor) -> Tensor:
    return network(label, z)


def _call_image_encoder(network: SpadeEncoder, image: Tensor, image_small: Tensor) -> tuple[Tensor, ...]:
    return *network(image), *network(image_small)


def _call_region_encoder(network: nn.Module, image: Tensor, label: Tensor) -> Tensor:
    return network(image, label)


def _call_style_generator(network: SeanGenerator, label: Tensor, image: Tensor) -> tuple[Tensor, Tensor]:
    noises = (torch.zeros, torch.ones)
    first, second = (network(label, network.encode_style(image, label), noise) for noise in noises)
    return first, second


def _call_attribute_network(network: nn.Module, image: Tensor, attribute: Tensor) -> Tensor:
    return network(image, attribute)


def _call_image_network(network: nn.Module, image: Tensor) -> Tensor | tuple[Any, ...]:
    return network(image)


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


PUBLISHED: Final[Mapping[str, Published]] = {
    "maskgan_generator": Published(DenseMappingNetwork, _call_image_generator),
    "maskgan_blender": Published(AlphaBlender, _call_blender, ("blend", "alpha")),
    "maskgan_maskvae": Published(MaskVAE, _call_mask_vae, ("mu", "logvar", "decode_mu")),
    "maskgan_discriminator": Published(_mask_discriminator, _call_mask_discriminator),
    "pix2pixhd_discriminator": Published(_mask_discriminator, _call_mask_discriminator),
    "maskgan_parsing_unet": Published(ParsingUNet, _call_image_network),
    "pix2pixhd_global": Published(GlobalGenerator, _call_label_generator, rename=published_generator_key),
    "pix2pixhd_local": Published(LocalEnhancer, _call_label_generator, rename=published_generator_key),
    "pix2pixhd_encoder": Published(FeatureEncoder, _call_region_encoder),
    "spade_generator": Published(SpadeGenerator, _call_label_generator),
    "spade_generator_vae": Published(partial(SpadeGenerator, latent=256, size=128), _call_latent_generator),
    "spade_encoder": Published(SpadeEncoder, _call_image_encoder, ("mu", "logvar", "small.mu", "small.logvar")),
    "spade_discriminator": Published(spade_discriminator, _call_mask_discriminator, rename=published_discriminator_key),
    "sean_generator": Published(
        SeanGenerator, _call_style_generator, ("noise_zero", "noise_one"), rename=published_sean_key
    ),
    "sean_zencoder": Published(RegionStyleEncoder, _call_region_encoder),
    "sean_discriminator": Published(
        partial(spade_discriminator, n_layers=2, last_stride=2),
        _call_mask_discriminator,
        rename=published_discriminator_key,
    ),
    "stargan_generator": Published(StarganGenerator, _call_attribute_network),
    "stargan_discriminator": Published(StarganDiscriminator, _call_image_network, ("out_src", "out_cls")),
    "elegant_encoder": Published(Encoder, _call_image_network, ("z", "skip")),
    "elegant_decoder": Published(Decoder, _call_residual_decoder, ("with_skip", "no_skip")),
    "elegant_d1": Published(ElegantDiscriminator, _call_attribute_network),
    "elegant_d2": Published(partial(ElegantDiscriminator, image_size=128), _call_attribute_network),
    "elegant_swap": Published(
        partial(AttributeSwap, 3), _call_swap, ("R_A", "R_C", "R_D", "C", "D"), rename=_rename_halves
    ),
    "bisenet": Published(BiSeNet, _call_image_network, ("feat_out", "feat_out16", "feat_out32")),
}


def build(name: str) -> PublishedNetwork:
    """The published network `name`, with fresh weights.

    Raises:
        UnknownNameError: with the nearest known names.
    """
    if name not in PUBLISHED:
        raise UnknownNameError(unknown("published network", name, PUBLISHED))
    return PublishedNetwork(PUBLISHED[name])
