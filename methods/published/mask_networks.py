"""Published networks that make images of label maps, or label maps of images."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

import torch
from torch import Tensor, nn

from methods.labels import NUM_LABELS
from methods.layers.bisenet import BiSeNet
from methods.layers.parsing_unet import ParsingUNet
from methods.layers.patch_discriminator import MultiscaleDiscriminator
from methods.layers.residual import published_block_key
from methods.layers.spade_discriminator import published_discriminator_key, spade_discriminator
from methods.layers.unet import UNet, published_unet_key
from methods.maskgan.blender import AlphaBlender
from methods.maskgan.dense_mapping import DenseMappingNetwork
from methods.maskgan.mask_vae import MaskVAE
from methods.pix2pixhd.encoder import FeatureEncoder
from methods.pix2pixhd.generator import GlobalGenerator, LocalEnhancer
from methods.published.recipe import Published, call_image_network
from methods.sean.generator import SeanGenerator
from methods.sean.generator import published_generator_key as published_sean_key
from methods.sean.style_encoder import RegionStyleEncoder
from methods.spade.encoder import SpadeEncoder
from methods.spade.generator import SpadeGenerator


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


MASK_NETWORKS: Final[Mapping[str, Published]] = {
    "maskgan_generator": Published(DenseMappingNetwork, _call_image_generator),
    "maskgan_blender": Published(AlphaBlender, _call_blender, ("blend", "alpha")),
    "maskgan_maskvae": Published(MaskVAE, _call_mask_vae, ("mu", "logvar", "decode_mu")),
    "maskgan_discriminator": Published(_mask_discriminator, _call_mask_discriminator),
    "pix2pixhd_discriminator": Published(_mask_discriminator, _call_mask_discriminator),
    "maskgan_parsing_unet": Published(ParsingUNet, call_image_network),
    "pix2pixhd_global": Published(GlobalGenerator, _call_label_generator, rename=published_block_key),
    "pix2pixhd_local": Published(LocalEnhancer, _call_label_generator, rename=published_block_key),
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
    "bisenet": Published(BiSeNet, call_image_network, ("feat_out", "feat_out16", "feat_out32")),
    "pix2pix_generator": Published(UNet, call_image_network, rename=published_unet_key),
}
