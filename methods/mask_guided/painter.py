"""Faces taken apart and put together again: an autoencoder a part, and the generator that paints by their features."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor, nn

from methods.labels import NUM_LABELS
from methods.layers.part_centres import region_centres
from methods.mask_guided.face_parts import PARTS, cut_out, part_regions, placed
from methods.mask_guided.generator import PortraitGenerator
from methods.mask_guided.options import MaskGuidedOptions
from methods.mask_guided.part_autoencoder import PartAutoencoder


@dataclass(frozen=True)
class PartFeatures:
    """Features of the parts of N faces.

    Attributes:
        features: (N, C, h, w) of each part, by its name.
        present: (N, 5) bool, which parts the faces have.
    """

    features: Mapping[str, Tensor]
    present: Tensor

    def of_faces(self, order: Tensor) -> Self:
        """Those of other faces of the batch: (N,) positions."""
        features = {name: each[order] for name, each in self.features.items()}
        return type(self)(features, self.present[order])

    def where(self, taken: Tensor, others: Self) -> Self:
        """These where (N, 5) `taken` is true, and those of other faces elsewhere."""
        features = {
            name: torch.where(taken[:, number, None, None, None], each, others.features[name])
            for number, (name, each) in enumerate(self.features.items())
        }
        return type(self)(features, torch.where(taken, self.present, others.present))


class Painter(nn.Module):
    """The autoencoders and the generator.

    Args:
        size: side of the images in pixels.
        options: widths and the length of latent vectors.
    """

    def __init__(self, size: int, options: MaskGuidedOptions) -> None:
        super().__init__()
        self.size, self.stride = size, 2**options.n_downsampling
        deep = options.ngf * self.stride
        self.autoencoders = nn.ModuleDict(
            {
                name: PartAutoencoder(part.sides(size), options.latent, self.stride, deep, options.nef)
                for name, part in PARTS.items()
            }
        )
        self.generator = PortraitGenerator(
            NUM_LABELS, len(PARTS), options.ngf, options.n_downsampling, options.n_blocks, options.outer_kernel
        )

    def images_of_parts(self, image: Tensor, label: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        """What is seen of each part.

        Args:
            image: (N, 3, H, W) in [-1, 1].
            label: (N, 19, H, W), their one-hot masks.

        Returns:
            (N, 3, h, w) of each part, and (N, 5) bool, which parts the faces have.
        """
        regions = part_regions(label)
        centres, present = region_centres(regions)
        images = {}
        for number, (name, part) in enumerate(PARTS.items()):
            seen = image * regions[:, number, None].to(image.dtype) if part.masked else image
            images[name] = cut_out(seen, centres[:, number], part.sides(self.size))
        return images, present

    def most_likely(self, image: Tensor, label: Tensor) -> PartFeatures:
        """Features of the means of the parts' latents, of the same arguments."""
        images, present = self.images_of_parts(image, label)
        features = {
            name: network.decode(network.encode(images[name])[0]) for name, network in self.autoencoders.items()
        }
        return PartFeatures(features, present)

    def paint(self, parts: PartFeatures, label: Tensor, image: Tensor, seen: Tensor) -> Tensor:
        """A face (N, 3, H, W) in [-1, 1] of parts at the centres that the mask has of them.

        A part that either lacks is left out.

        Args:
            parts: of whichever faces.
            label: (N, 19, H, W) one-hot masks.
            image: (N, 3, H, W) in [-1, 1], faces that lend their background.
            seen: (N, 1, H, W) in {0, 1}, where it is seen.
        """
        centres, wanted = region_centres(part_regions(label))
        kept = (wanted & parts.present).to(image.dtype)
        maps = [
            placed(each * kept[:, number, None, None, None], centres[:, number] / self.stride, self.size // self.stride)
            for number, each in enumerate(parts.features.values())
        ]
        return self.generator(torch.cat(maps, dim=1), label, image, seen)
