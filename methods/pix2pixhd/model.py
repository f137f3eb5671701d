"""pix2pixHD under the harness: with instance features, with a style code, and from coarse to fine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import torch
from mmengine.optim import OptimWrapperDict
from torch import Tensor
from torch.nn import functional

from methods.base import FaceBatch, Stage, one_hot
from methods.labels import NUM_LABELS
from methods.layers.gan_losses import LeastSquares
from methods.layers.initialisation import init_normal
from methods.layers.mean_codes import MeanCodes
from methods.layers.patch_discriminator import MultiscaleDiscriminator
from methods.layers.regions import fill_regions
from methods.layers.residual import published_block_key
from methods.pix2pixhd.generator import global_head
from methods.pix2pixhd.networks import make_generators
from methods.pix2pixhd.options import Pix2PixHDOptions
from methods.shared.conditional_gan import GANTrainer
from methods.shared.mask_to_image_gan import MaskToImageGAN

COARSE_TO_FINE: Final[Mapping[str, tuple[str, ...]]] = {
    "global": ("generator.model", "global_head", "encoder"),
    "enhancer": ("generator.model1_1", "generator.model1_2"),
    "joint": ("generator", "encoder"),
}
"""Parts that each stage trains beside the discriminator where there is an enhancer; each has an optimiser."""


class Pix2PixHD(MaskToImageGAN):
    """pix2pixHD (Wang et al., "High-Resolution Image Synthesis and Semantic Manipulation with cGANs", CVPR 2018).

    A face has one instance of each label, so features are a label's and no map of instance boundaries is needed: the
    published options `--no_instance --label_feat`. With `styled` it is the baseline Pix2PixHD-m of the MaskGAN paper:
    MaskGAN's style encoder, without its mask branch, drives the residual blocks.

    Args:
        size: side of the images in pixels.
        options: those of `Pix2PixHDOptions`.

    Raises:
        ValueError: for a size or an option that no network could be built with.
        CheckpointError: for VGG weights that cannot be read.
    """

    options: Pix2PixHDOptions
    shares_batches = True
    compiled_networks = ("generator", "encoder", "discriminator")

    def __init__(self, size: int, **options: Any) -> None:
        config = Pix2PixHDOptions(**options)
        config.require_size(size)
        discriminator = MultiscaleDiscriminator(NUM_LABELS + 3, config.ndf, config.n_layers_d, config.num_d)
        init_normal(discriminator)
        generators = make_generators(config)
        trainer = GANTrainer.from_options(
            config, discriminator, LeastSquares(), simultaneous=config.simultaneous_updates
        )
        super().__init__(config, generators, trainer)
        if config.describes_regions:
            self.mean_codes = MeanCodes(config.features)
        if config.enhancer:
            self.global_head = global_head(config.ngf, config.outer_kernel)
            init_normal(self.global_head)
        self.stage_name: str | None = None

    def generate(self, label: Tensor, style_label: Tensor, style_image: Tensor) -> Tensor:
        """The image of masks in the style of faces.

        The features of each region of the style face, read through its own mask, fill the same region of the
        requested mask. A region that the style face does not show takes that region's mean features over the training
        faces (`MeanCodes`; zeros before any training).

        Args:
            label: (N, 19, H, W) one-hot masks to make images of.
            style_label: (N, 19, H, W) one-hot masks of the style faces.
            style_image: (N, 3, H, W) in [-1, 1].

        Returns:
            (N, 3, H, W) in [-1, 1].
        """
        if self.options.styled:
            return self.generator.generate(label, self.encoder(style_image).flatten(1))
        return self.generator(self._described(label, style_label, style_image))

    def _described(self, label: Tensor, style_label: Tensor, style_image: Tensor) -> Tensor:
        """Masks, each region's features beside them: (N, 19 + F, H, W)."""
        if not self.options.describes_regions:
            return label
        codes = self.mean_codes(self.encoder.codes(style_image, style_label))
        return torch.cat([label, fill_regions(codes, label)], 1)

    def reconstruct(self, label: Tensor, image: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Faces generated from their own masks and styles; by the global trunk and its own head in the global stage."""
        if self.stage_name != "global":
            return super().reconstruct(label, image)
        return self.global_head(self.generator.model(self._described(label, label, image))), {}

    def stages(self) -> Sequence[Stage]:
        """One stage; with an enhancer, the global generator at half the size, the enhancer's layers, then both."""
        options = self.options
        if not options.enhancer:
            return super().stages()
        first, second = (round(share * options.iterations) for share in (options.global_share, options.enhancer_share))
        spans = {"global": first, "enhancer": second, "joint": max(options.iterations - first - second, 0)}
        return tuple(self._stage(name, iterations) for name, iterations in spans.items())

    def _stage(self, name: str, iterations: int) -> Stage:
        """A stage from coarse to fine; rates fall at the end of both resolutions' training."""
        options, parts = self.options, self._parts(name)
        falling = name != "enhancer"
        return Stage(
            name=name,
            iterations=iterations,
            batch_size=options.batch_size,
            ema=parts,
            ema_decay=options.ema_decay,
            schedulers=dict.fromkeys((*parts, "discriminator"), options.schedule(iterations)) if falling else {},
            edits=name != "global",
        )

    def _parts(self, stage: str) -> tuple[str, ...]:
        """What `stage` trains to make images; without an enhancer, its one stage trains the networks whole."""
        parts = COARSE_TO_FINE.get(stage, self.generators)
        return tuple(part for part in parts if part != "encoder" or "encoder" in self.generators)

    def begin_stage(self, stage: Stage) -> None:
        """Let gradients into what this stage trains only."""
        self.stage_name = stage.name
        trained = self._parts(stage.name)
        for name in self.generators:
            self.get_submodule(name).requires_grad_(False)
        for name in trained:
            self.get_submodule(name).requires_grad_(True)

    def optimizers(self, stage: Stage) -> OptimWrapperDict:
        """Adam for each part that the stage trains."""
        return self._adam(self._parts(stage.name))

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, Tensor]:
        """Reconstruct the faces against the discriminator; at half their size in the global stage."""
        if self.stage_name == "global":
            faces = halved(faces)
        label = one_hot(faces.mask)
        fake, extra = self.reconstruct(label, faces.image)
        generators = tuple(name for name in optim.keys() if name != "discriminator")  # noqa: SIM118, it is no dict
        return self.gan_trainer.step(fake, label, faces.image, optim, generators, extra)

    def published_key(self, role: str, key: str) -> str:
        """Published residual blocks of the generator count their layers otherwise."""
        return published_block_key(key) if role == "generator" else key


def halved(faces: FaceBatch) -> FaceBatch:
    """Faces at half their size: images by the mean of four pixels, masks by the nearest one."""
    return replace(faces, image=functional.avg_pool2d(faces.image, 2), mask=faces.mask[:, ::2, ::2])
