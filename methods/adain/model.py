"""AdaIN under the harness: the geometry's face, decoded with the moments of the style's features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from mmengine.optim import OptimWrapperDict
from torch import Tensor, nn
from torch.nn import functional

from methods.adain.moments import MomentTransfer, moments, transfer_by_region
from methods.adain.networks import Decoder, Encoder, load_normalised_vgg, load_vgg
from methods.adain.options import AdaINOptions
from methods.base import EditBatch, FaceBatch, FaceEditor, Stage, one_hot
from methods.checkpoint import CheckpointError
from methods.layers.adam import adam_for_each
from methods.layers.initialisation import init_he

ENCODER, STYLE = "encoder", "style"
"""The stages."""


class AdaIN(FaceEditor):
    """AdaIN (Huang and Belongie, "Arbitrary Style Transfer in Real-time with Adaptive Instance Normalization", 2017).

    Args:
        size: side of the images in pixels, a multiple of 8.
        options: those of `AdaINOptions`.

    Raises:
        ValueError: for a size or an option that no network could be built with.
        CheckpointError: for VGG weights that cannot be read, or are others.
    """

    def __init__(self, size: int, **options: Any) -> None:
        super().__init__()
        self.options = config = AdaINOptions(**options)
        config.require_size(size)
        self.encoder = Encoder(config.width)
        self.decoder = Decoder(config.width)
        self.moment_transfer = MomentTransfer()
        if config.normalised_weights is not None:
            load_normalised_vgg(self.encoder, config.normalised_weights)
        elif config.vgg_weights is not None:
            load_vgg(self.encoder, config.vgg_weights)
        else:
            # As torch draws them, networks without norms hardly let an image through.
            init_he(self.encoder)
            init_he(self.decoder)
        self.stage_name = STYLE

    def stages(self) -> Sequence[Stage]:
        """The encoder's stage, unless its weights are given, and the decoder's."""
        options = self.options
        learned = 0 if options.has_encoder else round(options.encoder_share * options.iterations)
        spans = {ENCODER: (learned, ("encoder", "decoder")), STYLE: (options.iterations - learned, ("decoder",))}
        return tuple(
            Stage(
                name=name,
                iterations=iterations,
                batch_size=options.batch_size,
                ema=networks,
                ema_decay=options.ema_decay,
                schedulers=dict.fromkeys(networks, options.schedule(iterations)),
            )
            for name, (iterations, networks) in spans.items()
        )

    def begin_stage(self, stage: Stage) -> None:
        """Let gradients into the encoder in its own stage only."""
        self.stage_name = stage.name
        self.encoder.requires_grad_(stage.name == ENCODER)

    def optimizers(self, stage: Stage) -> OptimWrapperDict:
        """Adam for each network that the stage trains."""
        options = self.options
        betas = (options.beta1, options.beta2)
        return adam_for_each(self, dict.fromkeys(stage.ema, options.lr), betas)

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, Tensor]:
        """Give the faces back, or make each in the style of another of the batch."""
        content = (faces.image.float() + 1) / 2
        if self.stage_name == ENCODER:
            rebuilt = self.decoder(self.encoder.features(content)[-1]).float()
            loss = functional.mse_loss(rebuilt, content)
            optim["encoder"].backward(loss)
            for name in (ENCODER, "decoder"):
                optim[name].step()
                optim[name].zero_grad()
            return {"reconstruction": loss.detach()}
        other = torch.randperm(len(content), device=content.device)
        with torch.no_grad():
            of_style = self.encoder.features(content[other])
            label = one_hot(faces.mask)
            wanted = self.transferred(self.encoder.features(content)[-1], of_style[-1], label, label[other])
        of_made = self.encoder.features(self.decoder(wanted.to(content.dtype)))
        apart = [
            functional.mse_loss(mine, theirs)
            for made, style in zip(of_made, of_style, strict=True)
            for mine, theirs in zip(moments(made), moments(style), strict=True)
        ]
        losses = {
            "content": functional.mse_loss(of_made[-1].float(), wanted),
            "style": self.options.style_weight * torch.stack(apart).sum(),
        }
        optim["decoder"].update_params(torch.stack(list(losses.values())).sum())
        return {name: value.detach() for name, value in losses.items()}

    def transferred(self, content: Tensor, style: Tensor, label: Tensor, style_label: Tensor) -> Tensor:
        """Content's features (N, C, h, w) with the moments of the style's, in float32.

        Args:
            content: features of the faces that lend their geometry.
            style: features of those that lend their style.
            label: (N, 19, H, W) one-hot masks of the former.
            style_label: the same of the latter.
        """
        if not self.options.by_region:
            return self.moment_transfer(content, style)
        regions = (
            functional.interpolate(mask, features.shape[2:], mode="area")
            for mask, features in ((label, content), (style_label, style))
        )
        return transfer_by_region(content, style, *regions)

    def edit(self, tasks: EditBatch) -> Tensor:
        """The source's face in the target's style: (N, 3, H, W) in [-1, 1]."""
        content, style = (self.encoder.features((faces.image + 1) / 2)[-1] for faces in (tasks.source, tasks.target))
        wanted = self.transferred(content, style, one_hot(tasks.source.mask), one_hot(tasks.target.mask))
        mixed = torch.lerp(content.float(), wanted, self.options.strength)
        return (2 * self.decoder(mixed.to(content.dtype)).float() - 1).clamp(-1, 1)

    def published_networks(self) -> Mapping[str, nn.Module]:
        """The decoder, and the encoder up to where it is used."""
        return {"decoder": self.decoder, "encoder": self.encoder}

    def published_key(self, role: str, key: str) -> str:
        """The key itself.

        Raises:
            CheckpointError: for a decoder beside another encoder, whose features it would not know.
        """
        if role == "decoder" and self.options.normalised_weights is None:
            raise CheckpointError(
                "a published decoder needs the encoder that it learnt with: give its file by the option "
                "normalised_weights, such as --preset paper --weights vgg19-normalised=vgg_normalised.pth"
            )
        return key

    def provenance(self) -> Mapping[str, str]:
        """Where the encoder comes from."""
        return self.options.provenance()
