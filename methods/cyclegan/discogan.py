"""DiscoGAN under the harness: generators that invert each other, and are found out by features more than verdicts."""

from __future__ import annotations

from typing import Any

import torch
from mmengine.optim import OptimWrapperDict
from torch import Tensor, nn
from torch.nn import functional

from methods.base import FaceBatch, Stage
from methods.cyclegan.discogan_networks import Discriminator, Generator
from methods.cyclegan.model import WAYS
from methods.cyclegan.options import CycleGANOptions
from methods.layers.gan_losses import CrossEntropy, Features
from methods.layers.initialisation import init_normal
from methods.shared.conditional_gan import frozen
from methods.shared.domain_pair import OTHER, DomainPairEditor, total
from methods.shared.iteration_count import IterationCount


class DiscoGAN(DomainPairEditor, IterationCount):
    """DiscoGAN (Kim et al., "Learning to Discover Cross-Domain Relations with Generative Adversarial Networks", 2017).

    Its networks see images in [0, 1] whose channels are blue, green, red, as the published ones do.

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
        widths = config.ngf, config.n_downsampling, config.bottleneck
        self.generators = nn.ModuleDict({name: Generator(*widths) for name in WAYS.values()})
        self.discriminators = nn.ModuleDict({name: Discriminator(config.ndf, config.n_layers_d) for name in WAYS})
        init_normal(self.generators)
        init_normal(self.discriminators)
        if config.residual:
            for generator in self.generators.values():
                nn.init.zeros_(generator[-1][0].weight)
        self.adversarial = CrossEntropy()
        self.losses: dict[str, Tensor] = {}

    def begin_stage(self, stage: Stage) -> None:
        """Begin with the discriminators' turn."""
        super().begin_stage(stage)
        self.losses = {}

    def translate(self, domain: str, image: Tensor) -> Tensor:
        """(N, 3, H, W) faces in [-1, 1] made ones of the domain "with" or "without", in float32."""
        return shown(self._made(domain, seen(image)))

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, Tensor]:
        """The discriminators' update, or in `generator_turns` iterations of every so many and one, the generators'.

        The losses are those of either's last turn.
        """
        real = {domain: seen(image) for domain, image in self.domains(faces).items()}
        discriminators_turn = self.iteration % (1 + self.options.generator_turns) == 0
        cycle_share = self.options.cycle_share_at(self.iteration)
        self.iteration += 1
        if discriminators_turn:
            with torch.no_grad():
                made = {domain: self._made(domain, real[other]) for domain, other in OTHER.items()}
            told = [
                self.adversarial.discriminator(self._judged(domain, made[domain]), self._judged(domain, real[domain]))
                for domain in OTHER
            ]
            losses = {"discriminators": torch.stack(told).sum()}
            optim["discriminators"].update_params(total(losses))
        else:
            with frozen(self.discriminators):
                losses = self._generator_losses(real, cycle_share)
                optim["generators"].update_params(total(losses))
        self.losses |= {name: value.detach() for name, value in losses.items()}
        return dict(self.losses)

    def _made(self, domain: str, image: Tensor) -> Tensor:
        """Images of the other domain made ones of this, both as the networks see them, in float32."""
        output = self.generators[WAYS[domain]](image)
        return (image.float() + 2 * output - 1).clamp(0, 1) if self.options.residual else output

    def _judged(self, domain: str, image: Tensor) -> Features:
        """Features and verdicts of one kind of images: batch norm sees real and generated ones apart."""
        return self.discriminators[domain](image)

    def _generator_losses(self, real: dict[str, Tensor], cycle_share: float) -> dict[str, Tensor]:
        """Weighted terms by name."""
        feature_share = self.options.feature_share
        made = {domain: self._made(domain, real[other]) for domain, other in OTHER.items()}
        around = [
            functional.mse_loss(self._made(domain, made[other]), real[domain].float())
            for domain, other in OTHER.items()
        ]
        fooled, apart = [], []
        for domain in OTHER:
            of_made = self._judged(domain, made[domain])
            with torch.no_grad():
                of_real = self._judged(domain, real[domain])
            fooled.append(self.adversarial.generator(of_made))
            apart.append(distance_of_means(of_made, of_real))
        found_out = 1 - cycle_share
        return {
            "cycle": cycle_share * torch.stack(around).sum(),
            "adversarial": found_out * (1 - feature_share) * torch.stack(fooled).sum(),
            "features": found_out * feature_share * torch.stack(apart).sum(),
        }


def distance_of_means(fake: Features, real: Features) -> Tensor:
    """Mean squared distance between two batches' mean features, summed over layers, in float32.

    Args:
        fake: features of generated images by scale, verdicts, which are left out, last.
        real: the same of real images, not the ones that the others were made of.
    """
    distances = [
        functional.mse_loss(of_fake.float().mean(0), of_real.float().mean(0))
        for fake_scale, real_scale in zip(fake, real, strict=True)
        for of_fake, of_real in zip(fake_scale[:-1], real_scale[:-1], strict=True)
    ]
    return torch.stack(distances).sum()


def seen(image: Tensor) -> Tensor:
    """Images in [-1, 1], red, green, blue, as the networks see them: in [0, 1], blue, green, red."""
    return (image.flip(1) + 1) / 2


def shown(image: Tensor) -> Tensor:
    """The inverse of `seen`."""
    return 2 * image.flip(1) - 1
