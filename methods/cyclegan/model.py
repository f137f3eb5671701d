"""CycleGAN under the harness: faces without an attribute get it, faces with it lose it, and each gets back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from mmengine.optim import OptimWrapperDict
from torch import Tensor, nn

from methods.base import EditBatch, FaceBatch, FaceEditor, Stage
from methods.cyclegan.generator import Generator
from methods.cyclegan.options import CycleGANOptions
from methods.labels import attribute_columns
from methods.layers.adam import adam_for_each
from methods.layers.gan_losses import LeastSquares
from methods.layers.initialisation import init_normal
from methods.layers.patch_discriminator import PatchDiscriminator
from methods.layers.residual import published_block_key
from methods.shared.attribute_pairs import draw_pairs
from methods.shared.conditional_gan import frozen
from methods.shared.image_pool import ImagePool
from methods.shared.one_stage import one_stage
from methods.shared.requested_attributes import requested_changes, where_changed
from methods.shared.working_size import shrunk, size_note, working_size

STAGE = "translation"


class CycleGAN(FaceEditor):
    """CycleGAN (Zhu et al., "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks", 2017).

    Args:
        size: side of the images in pixels, divisible by every halving of the generators.
        options: those of `CycleGANOptions`.

    Raises:
        ValueError: for a size or an option that no network could be built with.
    """

    def __init__(self, size: int, **options: Any) -> None:
        super().__init__()
        self.options = config = CycleGANOptions(**options)
        self.full_size, self.size = size, working_size(size, config.max_size)
        config.require_size(self.size)
        widths = config.ngf, config.n_downsampling, config.n_blocks, config.outer_kernel
        self.generators = nn.ModuleDict({name: Generator(*widths) for name in ("adding", "removing")})
        self.discriminators = nn.ModuleDict(
            {name: PatchDiscriminator(3, config.ndf, config.n_layers_d) for name in ("with", "without")}
        )
        init_normal(self.generators)
        init_normal(self.discriminators)
        if config.residual:
            for generator in self.generators.values():
                nn.init.zeros_(generator.model[-2].weight)
        self.pools = nn.ModuleDict({name: ImagePool(config.pool_size, self.size) for name in self.discriminators})
        self.adversarial = LeastSquares()
        (self.column,) = attribute_columns((config.attribute,))

    def translate(self, name: str, image: Tensor) -> Tensor:
        """(N, 3, H, W) faces in [-1, 1] by the generator "adding" or "removing", in float32."""
        output = self.generators[name](image).float()
        return (image.float() + output).clamp(-1, 1) if self.options.residual else output

    def stages(self) -> Sequence[Stage]:
        """One stage, half of whose faces have the attribute; both rates fall over its last part."""
        return one_stage(
            STAGE, self.options, ("generators", "discriminators"), ("generators",), balanced_by=self.options.attribute
        )

    def optimizers(self, stage: Stage) -> OptimWrapperDict:
        """Adam for both generators together, and for both discriminators together."""
        options = self.options
        betas = (options.beta1, options.beta2)
        return adam_for_each(self, {"generators": options.lr, "discriminators": options.d_lr}, betas)

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, Tensor]:
        """The generators' update, then that of the discriminators, which see some of the images made earlier."""
        image = shrunk(faces, self.size).image
        pairs = draw_pairs(faces.attributes_on_host[:, [self.column]])
        having, lacking = (image[side.to(image.device, non_blocking=True)] for side in (pairs.first, pairs.second))
        real = {"with": having, "without": lacking}
        with frozen(self.discriminators):
            losses, made = self._generator_losses(real)
            optim["generators"].update_params(torch.stack(list(losses.values())).sum())
        to_tell = torch.stack([self._told(name, made[name], real[name]) for name in real]).sum()
        optim["discriminators"].update_params(to_tell)
        return {name: value.detach() for name, value in losses.items()} | {"discriminators": to_tell.detach()}

    def _generator_losses(self, real: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Weighted terms by name, and the images made for each domain."""
        options, ways = self.options, {"with": "adding", "without": "removing"}
        others = {"with": real["without"], "without": real["with"]}
        made, kept = {}, []
        for domain, way in ways.items():
            # One pass for what is translated and for what is in the domain already: every norm is a sample's own.
            shown = torch.cat([others[domain], real[domain]]) if options.identity_share else others[domain]
            made[domain], *rest = self.translate(way, shown).split(len(others[domain]))
            kept += [distance(rebuilt, real[domain]) for rebuilt in rest]
        back = [
            distance(self.translate(ways[domain], made[other]), real[domain])
            for domain, other in (("with", "without"), ("without", "with"))
        ]
        fooled = [self.adversarial.generator(self.discriminators[domain](made[domain])) for domain in ways]
        losses = {
            "adversarial": torch.stack(fooled).sum(),
            "cycle": options.cycle_weight * torch.stack(back).sum(),
        }
        if kept:
            losses["identity"] = options.identity_share * options.cycle_weight * torch.stack(kept).sum()
        return losses, made

    def _told(self, domain: str, fake: Tensor, real: Tensor) -> Tensor:
        """Loss of telling faces of a domain from those made for it."""
        pooled = self.pools[domain](fake).to(real.dtype)
        ((verdicts,),) = self.discriminators[domain](torch.cat([pooled, real]))
        of_fake, of_real = verdicts.split([len(pooled), len(real)])
        return self.adversarial.discriminator([[of_fake]], [[of_real]])

    def edit(self, tasks: EditBatch) -> Tensor:
        """The targets with the attribute added or removed: (N, 3, H, W) in [-1, 1]; other changes are passed over.

        Raises:
            CannotEdit: if a task asks for a change, and not for that of the attribute.
        """
        changes = requested_changes(tasks, (self.options.attribute,))
        image = shrunk(tasks.target, self.size).image
        wanted = tasks.attributes[:, self.column] > 0
        made = torch.empty_like(image, dtype=torch.float32)
        for way, chosen in (("adding", wanted), ("removing", ~wanted)):
            rows = chosen.nonzero().flatten()
            if len(rows):
                made[rows] = self.translate(way, image[rows])
        return where_changed(changes, made, tasks.target.image)

    def published_networks(self) -> Mapping[str, nn.Module]:
        """The generators, and the discriminators to train on."""
        generators = {f"generator_{name}": network for name, network in self.generators.items()}
        return generators | {f"discriminator_{name}": network for name, network in self.discriminators.items()}

    def published_key(self, role: str, key: str) -> str:
        """Published residual blocks count their layers otherwise."""
        return published_block_key(key)

    def provenance(self) -> Mapping[str, str]:
        """At which size it works, where that is not the comparison's."""
        return size_note(self.full_size, self.size)


def distance(one: Tensor, other: Tensor) -> Tensor:
    """Mean absolute difference of two batches of images, in float32."""
    return (one.float() - other.float()).abs().mean()
