"""CycleGAN under the harness: faces without an attribute get it, faces with it lose it, and each gets back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import torch
from mmengine.optim import OptimWrapperDict
from torch import Tensor, nn

from methods.base import FaceBatch
from methods.cyclegan.generator import Generator
from methods.cyclegan.options import CycleGANOptions
from methods.layers.gan_losses import LeastSquares
from methods.layers.initialisation import init_normal
from methods.layers.patch_discriminator import PatchDiscriminator
from methods.layers.residual import published_block_key
from methods.shared.conditional_gan import frozen
from methods.shared.domain_pair import OTHER, DomainPairEditor, distance, total
from methods.shared.image_pool import ImagePool

WAYS: Final = {"with": "adding", "without": "removing"}
"""The generator that leads to each domain."""


class CycleGAN(DomainPairEditor):
    """CycleGAN (Zhu et al., "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks", 2017).

    Args:
        size: side of the images in pixels, divisible by every halving of the generators.
        options: those of `CycleGANOptions`.

    Raises:
        ValueError: for a size or an option that no network could be built with.
    """

    options: CycleGANOptions

    def __init__(self, size: int, **options: Any) -> None:
        config = CycleGANOptions(**options)
        super().__init__(size, config)
        config.require_size(self.size)
        widths = config.ngf, config.n_downsampling, config.n_blocks, config.outer_kernel
        self.generators = nn.ModuleDict({name: Generator(*widths) for name in WAYS.values()})
        self.discriminators = nn.ModuleDict(
            {name: PatchDiscriminator(3, config.ndf, config.n_layers_d) for name in WAYS}
        )
        init_normal(self.generators)
        init_normal(self.discriminators)
        if config.residual:
            for generator in self.generators.values():
                nn.init.zeros_(generator.model[-2].weight)
        self.pools = nn.ModuleDict({name: ImagePool(config.pool_size, self.size) for name in WAYS})
        self.adversarial = LeastSquares()

    def translate(self, domain: str, image: Tensor) -> Tensor:
        """(N, 3, H, W) faces in [-1, 1] made ones of the domain "with" or "without", in float32."""
        output = self.generators[WAYS[domain]](image).float()
        return (image.float() + output).clamp(-1, 1) if self.options.residual else output

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, Tensor]:
        """The generators' update, then that of the discriminators, which see some of the images made earlier."""
        real = self.domains(faces)
        with frozen(self.discriminators):
            losses, made = self._generator_losses(real)
            optim["generators"].update_params(total(losses))
        to_tell = torch.stack([self._told(domain, made[domain], real[domain]) for domain in real]).sum()
        optim["discriminators"].update_params(to_tell)
        return {name: value.detach() for name, value in losses.items()} | {"discriminators": to_tell.detach()}

    def _generator_losses(self, real: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Weighted terms by name, and the images made for each domain."""
        options = self.options
        made, kept = {}, []
        for domain, other in OTHER.items():
            # One pass for what is translated and for what is in the domain already: every norm is a sample's own.
            shown = torch.cat([real[other], real[domain]]) if options.identity_share else real[other]
            made[domain], *rest = self.translate(domain, shown).split(len(real[other]))
            kept += [distance(rebuilt, real[domain]) for rebuilt in rest]
        back = [distance(self.translate(domain, made[other]), real[domain]) for domain, other in OTHER.items()]
        fooled = [self.adversarial.generator(self.discriminators[domain](made[domain])) for domain in OTHER]
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

    def published_key(self, role: str, key: str) -> str:
        """Published residual blocks count their layers otherwise."""
        return published_block_key(key)
