"""UNIT under the harness: both domains' faces have codes in one latent space, which either domain decodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from mmengine.optim import OptimWrapperDict
from torch import Tensor, nn
from torch.nn import functional

from methods.base import FaceBatch
from methods.cyclegan.options import CycleGANOptions
from methods.cyclegan.unit_networks import AutoEncoder, Discriminator
from methods.layers.gan_losses import LeastSquares
from methods.layers.initialisation import init_he
from methods.layers.perceptual import Slices, VGGFeatures
from methods.shared.conditional_gan import frozen
from methods.shared.domain_pair import OTHER, DomainPairEditor, distance, total

VGG_SLICES: Slices = ((64, 64, "pool", 128, 128, "pool", 256, 256, 256, "pool", 512, 512, 512, "pool", 512, 512, 512),)
"""VGG-16 up to relu5_3."""


class UNIT(DomainPairEditor):
    """UNIT (Liu et al., "Unsupervised Image-to-Image Translation Networks", NeurIPS 2017), as its later code has it.

    Args:
        size: side of the images in pixels, divisible by every halving of the generators.
        options: those of `CycleGANOptions`.

    Raises:
        ValueError: for a size or an option that no network could be built with.
        CheckpointError: for VGG weights that cannot be read.
    """

    options: CycleGANOptions

    def __init__(self, size: int, **options: Any) -> None:
        config = CycleGANOptions(**options)
        super().__init__(size, config)
        config.require_size(self.size)
        widths = config.ngf, config.n_downsampling, config.n_blocks, config.outer_kernel
        first = AutoEncoder(*widths)
        second = AutoEncoder(*widths, shared_with=first, shared_blocks=config.shared_blocks)
        self.generators = nn.ModuleDict({"with": first, "without": second})
        self.discriminators = nn.ModuleDict(
            {domain: Discriminator(config.ndf, config.n_layers_d, config.num_d) for domain in OTHER}
        )
        # Small weights would be long in growing: the discriminators have no norms.
        init_he(self.generators)
        init_he(self.discriminators, 0.2)
        if config.residual:
            for generator in self.generators.values():
                nn.init.zeros_(generator.up[-2].weight)
        self.adversarial = LeastSquares()
        self.vgg = None
        if config.perceptual_weight and config.vgg16_weights is not None:
            self.vgg = VGGFeatures(config.vgg16_weights, slices=VGG_SLICES, network="VGG-16")

    def translate(self, domain: str, image: Tensor) -> Tensor:
        """(N, 3, H, W) faces in [-1, 1] of the other domain, decoded by this one from codes without noise."""
        return self._decoded(domain, self.generators[OTHER[domain]].encode(image), image)

    def _decoded(self, domain: str, code: Tensor, image: Tensor) -> Tensor:
        """What a domain makes of the codes of images, in float32."""
        output = self.generators[domain].decode(code).float()
        return (image.float() + output).clamp(-1, 1) if self.options.residual else output

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, Tensor]:
        """The discriminators' update, then that of the autoencoders, on the same translated faces."""
        real = self.domains(faces)
        codes = {domain: self.generators[domain].encode(image) for domain, image in real.items()}
        noisy = {domain: with_noise(code) for domain, code in codes.items()}
        made, rebuilt = {}, {}
        for domain, other in OTHER.items():
            if self.options.residual:
                # Nothing is rebuilt: of its own faces' codes, which are to be like the other's, a decoder that gives
                # the change would have to give nothing.
                made[domain] = self._decoded(domain, noisy[other], real[other])
            else:
                # One pass for what is translated and for the domain's own: every norm is a sample's own.
                both = torch.cat([noisy[other], noisy[domain]]), torch.cat([real[other], real[domain]])
                made[domain], rebuilt[domain] = self._decoded(domain, *both).chunk(2)
        to_tell = torch.stack([self._told(domain, made[domain], real[domain]) for domain in OTHER]).sum()
        optim["discriminators"].update_params(to_tell)
        with frozen(self.discriminators):
            losses = self._generator_losses(real, codes, made, rebuilt)
            optim["generators"].update_params(total(losses))
        return {name: value.detach() for name, value in losses.items()} | {"discriminators": to_tell.detach()}

    def _told(self, domain: str, fake: Tensor, real: Tensor) -> Tensor:
        """Loss of telling faces of a domain from those made for it; the published one is not halved."""
        verdicts = self.discriminators[domain](torch.cat([fake.detach().to(real.dtype), real]))
        of_fake, of_real = ([[scale[-1].chunk(2)[side]] for scale in verdicts] for side in (0, 1))
        return 2 * self.adversarial.discriminator(of_fake, of_real)

    def _generator_losses(
        self,
        real: Mapping[str, Tensor],
        codes: Mapping[str, Tensor],
        made: Mapping[str, Tensor],
        rebuilt: Mapping[str, Tensor],
    ) -> dict[str, Tensor]:
        """Weighted terms by name."""
        options = self.options
        returned = {domain: self.generators[domain].encode(made[domain].to(real[domain].dtype)) for domain in OTHER}
        back = {
            domain: self._decoded(domain, with_noise(returned[other]), made[other]) for domain, other in OTHER.items()
        }
        fooled = [self.adversarial.generator(self.discriminators[domain](made[domain])) for domain in OTHER]
        kept = [distance(image, real[domain]) for domain, image in rebuilt.items()]
        around = [distance(back[domain], real[domain]) for domain in OTHER]
        spread = [code.float().square().mean() for code in (*codes.values(), *returned.values())]
        losses = {"adversarial": torch.stack(fooled).sum()}
        if kept:
            losses["reconstruction"] = options.reconstruction_weight * torch.stack(kept).sum()
        losses |= {
            "cycle": options.cycle_weight * torch.stack(around).sum(),
            "kl": options.kl_weight * torch.stack(spread).sum(),
        }
        if self.vgg is not None:
            apart = [perceptual_distance(self.vgg, made[domain], real[other]) for domain, other in OTHER.items()]
            losses["perceptual"] = options.perceptual_weight * torch.stack(apart).sum()
        return losses

    def provenance(self) -> Mapping[str, str]:
        """Whether the perceptual term took part, and at which size it works."""
        return {**self.options.provenance(), **super().provenance()}


def perceptual_distance(vgg: VGGFeatures, made: Tensor, image: Tensor) -> Tensor:
    """Mean squared distance of instance-normalised features, in float32: what a translation keeps of a face."""
    with torch.no_grad():
        (wanted,) = vgg.features(image)
    (found,) = vgg.features(made)
    return functional.mse_loss(functional.instance_norm(found.float()), functional.instance_norm(wanted.float()))


def with_noise(code: Tensor) -> Tensor:
    """Codes plus N(0, 1), a draw of the latent distributions of which they are the means."""
    return code + torch.randn_like(code)
