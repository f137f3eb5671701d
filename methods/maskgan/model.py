"""MaskGAN under the harness: its three training stages, and editing by the Dense Mapping Network alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import torch
from mmengine.optim import OptimWrapperDict
from torch import Tensor, nn

from methods.base import EditBatch, FaceBatch, FaceEditor, Probe, SharedStage, Stage, one_hot
from methods.labels import NUM_LABELS
from methods.layers import whole_batch
from methods.layers.adam import adam
from methods.layers.gan_losses import LeastSquares
from methods.layers.initialisation import init_normal
from methods.layers.patch_discriminator import MultiscaleDiscriminator
from methods.maskgan.blender import AlphaBlender
from methods.maskgan.dense_mapping import DenseMappingNetwork, init_dense_mapping
from methods.maskgan.editing_behavior import mask_vae_losses, next_faces, other_faces, simulated_edits
from methods.maskgan.mask_vae import MaskVAE, init_mask_vae, mean_iou, stage_widths
from methods.maskgan.options import MaskGANOptions
from methods.shared.conditional_gan import GANTrainer

TRAINED = {
    "mask_vae": ("mask_vae",),
    "dense_mapping": ("generator", "discriminator"),
    "editing_behavior": ("generator", "discriminator", "blender"),
}
"""Networks that each stage trains, each with an optimiser of its own."""


class MaskGAN(FaceEditor):
    """MaskGAN (Lee et al., CVPR 2020).

    Args:
        size: side of the images in pixels, a power of two of at least 64.
        options: those of `MaskGANOptions`.

    Raises:
        ValueError: for a size or an option that no network could be built with.
        CheckpointError: for VGG weights that cannot be read.
    """

    shares_batches = True

    def __init__(self, size: int, **options: Any) -> None:
        super().__init__()
        if size < 64 or size & (size - 1):
            raise ValueError(f"MaskGAN needs a size that is a power of two of at least 64, not {size}")
        self.options = config = MaskGANOptions(**options)
        self.generator = DenseMappingNetwork(
            config.ngf,
            config.n_downsampling,
            config.n_blocks,
            config.style_widths,
            config.outer_kernel,
            style_mask_branch=config.style_mask_branch,
            sft=config.sft,
        )
        (init_dense_mapping if config.pointwise_init else init_normal)(self.generator)
        self.discriminator = MultiscaleDiscriminator(NUM_LABELS + 3, config.ndf, config.n_layers_d, config.num_d)
        init_normal(self.discriminator)
        if config.simulates_edits:
            self.mask_vae = MaskVAE(stage_widths(size, config.vae_width, config.vae_max_width), config.latent)
        if config.simulates_edits and config.blender:
            self.blender = AlphaBlender(
                config.blender_ngf, config.blender_n_downsampling, config.blender_n_blocks, config.outer_kernel
            )
            init_normal(self.blender)
        self.gan_trainer = GANTrainer.from_options(config, self.discriminator, LeastSquares())
        self.perceptual = self.gan_trainer.perceptual
        self.stage_name: str | None = None

    def stages(self) -> Sequence[Stage]:
        """MaskVAE, Dense Mapping Network, then both under simulated editing; without EBST the second alone.

        Without simulated edits the last stage goes on with what the second did, and needs no MaskVAE.
        """
        options = self.options
        names = ["mask_vae"] if options.simulates_edits else []
        names += ["dense_mapping", "editing_behavior"] if options.ebst else ["dense_mapping"]
        return tuple(self._stage(name) for name in names)

    def _stage(self, name: str) -> Stage:
        options = self.options
        iterations = getattr(options, f"{name}_iterations")
        deciding = options.deciding(name)
        return Stage(
            name=name,
            iterations=iterations,
            batch_size=getattr(options, f"{name}_batch_size"),
            ema=() if name == "mask_vae" else ("generator",),
            ema_decay=options.ema_decay,
            schedulers=dict.fromkeys(self._trained(name), options.schedule(iterations)),
            shared=None if deciding is None else SharedStage(tuple(self._trained(name)), deciding),
            edits=name != "mask_vae",
        )

    def _trained(self, stage: str) -> dict[str, nn.Module]:
        """Networks that exist and that `stage` trains, by name."""
        modules = dict(self.named_children())
        return {name: modules[name] for name in TRAINED[stage] if name in modules}

    def begin_stage(self, stage: Stage) -> None:
        """Let gradients into the networks of this stage only.

        The MaskVAE starts from weights drawn here, not when it was built: those depend on the networks built before
        it, and one MaskVAE is to serve every variant.
        """
        self.stage_name = stage.name
        if stage.name == "mask_vae":
            init_mask_vae(self.mask_vae)
        trained = self._trained(stage.name)
        for name, module in self.named_children():
            module.requires_grad_(name in trained)
        self.train(self.training)

    def train(self, mode: bool = True) -> Self:
        """Set the mode; once trained, the MaskVAE stays in eval mode (its batch statistics are fixed too)."""
        super().train(mode)
        if self.options.simulates_edits and self.stage_name not in (None, "mask_vae"):
            self.mask_vae.eval()
        return self

    def optimizers(self, stage: Stage) -> OptimWrapperDict:
        """Adam for each network of the stage."""
        rate = getattr(self.options, f"{stage.name}_lr")
        betas = (self.options.beta1, self.options.beta2)
        return OptimWrapperDict(
            **{name: adam(module, rate, betas) for name, module in self._trained(stage.name).items()}
        )

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, Tensor]:
        """One iteration of the stage last begun."""
        label = one_hot(faces.mask)
        if self.stage_name == "mask_vae":
            return self._mask_vae_step(faces.mask, label, optim)
        losses = self._dense_mapping_step(label, faces.image, optim)
        if self.stage_name == "editing_behavior" and self.options.simulated_edits:
            losses |= self._editing_behavior_step(label, faces.image, optim)
        return losses

    def _mask_vae_step(self, mask: Tensor, label: Tensor, optim: OptimWrapperDict) -> dict[str, Tensor]:
        logits, mean, log_variance = self.mask_vae(label)
        entropy, divergence = mask_vae_losses(logits, mask, mean, log_variance)
        optim["mask_vae"].update_params(entropy + self.options.kl_weight * divergence)
        return {"cross_entropy": entropy.detach(), "kl": divergence.detach()}

    def _dense_mapping_step(self, label: Tensor, image: Tensor, optim: OptimWrapperDict) -> dict[str, Tensor]:
        """Reconstruct the faces from their own masks and styles (Stage I of EBST is the same)."""
        return self.gan_trainer.step(self.generator(label, label, image), label, image, optim, ("generator",))

    def _editing_behavior_step(self, label: Tensor, image: Tensor, optim: OptimWrapperDict) -> dict[str, Tensor]:
        """Stage II: faces generated on two opposite edits of their masks must blend back into the faces."""
        distinct, device = self.options.distinct_references, label.device
        count = whole_batch.whole(len(label))
        reference = whole_batch.own(other_faces(count, device) if distinct else torch.randperm(count, device=device))
        edits = torch.cat(simulated_edits(self.mask_vae, label, reference, self.options.lambda_inter))
        style_code = self.generator.encode_style(label, image)
        inter, outer = self.generator.generate(edits, style_code.repeat(2, 1)).chunk(2)
        if self.options.blender:
            blended, _ = self.blender(inter, outer)
            losses = self.gan_trainer.step(blended, label, image, optim, ("generator", "blender"))
        else:
            losses = self.gan_trainer.step((inter + outer) / 2, label, image, optim, ("generator",))
        return {f"blended_{name}": value for name, value in losses.items()}

    def probe(self, faces: FaceBatch) -> Probe | None:
        """How well the MaskVAE gives masks back, and the edits by which it teaches; None where none is trained on."""
        if not self.options.simulates_edits or self.stage_name == "dense_mapping":
            return None
        label = one_hot(faces.mask)
        latent, _ = self.mask_vae.encode(label)
        given = self.mask_vae.decode(latent).argmax(dim=1).to(torch.uint8)
        edits = simulated_edits(self.mask_vae, label, next_faces(len(label), label.device), self.options.lambda_inter)
        inter, outer = (edit.argmax(dim=1).to(torch.uint8) for edit in edits)
        return Probe(
            {"mask_vae_miou": mean_iou(given, faces.mask)},
            {"mask": faces.mask, "reconstruction": given, "towards the next": inter, "away from it": outer},
        )

    def edit(self, tasks: EditBatch) -> Tensor:
        """The target's style on the requested geometry: (N, 3, H, W) in [-1, 1]."""
        return self.generator(one_hot(tasks.mask), one_hot(tasks.target.mask), tasks.target.image).float()

    def published_networks(self) -> Mapping[str, nn.Module]:
        """Networks that published checkpoints exist for or are named after, of this variant."""
        modules = dict(self.named_children())
        return {
            role: modules[role] for role in ("generator", "blender", "mask_vae", "discriminator") if role in modules
        }

    def provenance(self) -> Mapping[str, str]:
        """Which loss terms took part."""
        return self.options.provenance()
