"""Published networks by name, at their published options, ready for a published `state_dict`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor, nn

from methods.checkpoint import load_strictly
from methods.labels import NUM_LABELS
from methods.layers.parsing_unet import ParsingUNet
from methods.layers.patch_discriminator import MultiscaleDiscriminator
from methods.maskgan.blender import AlphaBlender
from methods.maskgan.dense_mapping import DenseMappingNetwork
from methods.maskgan.mask_vae import MaskVAE
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


def _call_parser(network: nn.Module, image: Tensor) -> Tensor:
    return network(image)


def _mask_discriminator() -> nn.Module:
    return MultiscaleDiscriminator(NUM_LABELS + 3)


PUBLISHED: Final[Mapping[str, Published]] = {
    "maskgan_generator": Published(DenseMappingNetwork, _call_image_generator),
    "maskgan_blender": Published(AlphaBlender, _call_blender, ("blend", "alpha")),
    "maskgan_maskvae": Published(MaskVAE, _call_mask_vae, ("mu", "logvar", "decode_mu")),
    "maskgan_discriminator": Published(_mask_discriminator, _call_mask_discriminator),
    "pix2pixhd_discriminator": Published(_mask_discriminator, _call_mask_discriminator),
    "maskgan_parsing_unet": Published(ParsingUNet, _call_parser),
}


def build(name: str) -> PublishedNetwork:
    """The published network `name`, with fresh weights.

    Raises:
        UnknownNameError: with the nearest known names.
    """
    if name not in PUBLISHED:
        raise UnknownNameError(unknown("published network", name, PUBLISHED))
    return PublishedNetwork(PUBLISHED[name])
