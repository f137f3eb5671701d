"""Times a training step of SPADE and SEAN against the step as published, at the same widths and batch, one thread."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from mmengine.optim import OptimWrapperDict
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.steps import SIZE, Case, compare_all, update
from methods.base import FaceBatch, one_hot
from methods.labels import NUM_LABELS
from methods.layers.gaussian import gaussian_divergence
from methods.layers.regions import fill_regions, resize_regions
from methods.layers.spade import SpatiallyAdaptiveNorm
from methods.sean.model import Sean
from methods.sean.region_norm import RegionAdaptiveNorm, RegionStyles
from methods.shared.mask_to_image_gan import MaskToImageGAN
from methods.spade.model import Spade

WIDTHS: dict[str, Any] = {"ngf": 16, "hidden": 64, "ndf": 32}


class PublishedSpadeNorm(SpatiallyAdaptiveNorm):
    """SPADE's norm as its paper draws it: gamma and beta by a convolution each."""

    def modulation(self, label: Tensor) -> tuple[Tensor, Tensor]:
        """Gamma and beta of a one-hot label map."""
        hidden = self.mlp_shared(label)
        return self.mlp_gamma(hidden), self.mlp_beta(hidden)


class PublishedSeanNorm(RegionAdaptiveNorm):
    """SEAN's norm as its paper draws it: a style map at each size, region by region, then a convolution of it."""

    def modulation(self, styles: RegionStyles, size: Any) -> tuple[Tensor, Tensor]:
        """Gamma and beta, blended from both maps'."""
        label = resize_regions(styles.label, size)
        gamma, beta = self.Spade.modulation(label)
        if not self.style_length:
            return gamma, beta
        layers = [self.get_submodule(f"fc_mu{index}") for index in range(NUM_LABELS)]
        mapped = [functional.relu(layer(code)) for layer, code in zip(layers, styles.codes.unbind(1), strict=True)]
        style_map = fill_regions(torch.stack(mapped, dim=1), label)
        share_gamma, share_beta = torch.sigmoid(self.blending_gamma), torch.sigmoid(self.blending_beta)
        return (
            share_gamma * self.conv_gamma(style_map) + (1 - share_gamma) * gamma,
            share_beta * self.conv_beta(style_map) + (1 - share_beta) * beta,
        )


def as_published(model: nn.Module) -> None:
    """Let the norms compute as published."""
    for module in model.modules():
        if isinstance(module, SpatiallyAdaptiveNorm):
            module.__class__ = PublishedSpadeNorm
        elif isinstance(module, RegionAdaptiveNorm):
            module.__class__ = PublishedSeanNorm


def published_step(model: MaskToImageGAN, faces: FaceBatch, optim: OptimWrapperDict) -> None:
    """The generator's update, then the discriminator's on images generated once more.

    Each turn judges generated and real images in one batch.
    """
    label, real = one_hot(faces.mask), faces.image
    fake, divergence = generate(model, label, real)
    of_fake, of_real = judge(model.discriminator, label, fake, real)
    loss = divergence - torch.stack([scale[-1].mean() for scale in of_fake]).mean()
    for fake_scale, real_scale in zip(of_fake, of_real, strict=True):
        for ours, theirs in zip(fake_scale[:-1], real_scale[:-1], strict=True):
            loss = loss + 10.0 / len(of_fake) * functional.l1_loss(ours, theirs.detach())
    update(optim, loss, *model.generators)

    with torch.no_grad():
        fake, _ = generate(model, label, real)
    of_fake, of_real = judge(model.discriminator, label, fake, real)
    margins = [
        functional.relu(1 + ours[-1]).mean() + functional.relu(1 - theirs[-1]).mean()
        for ours, theirs in zip(of_fake, of_real, strict=True)
    ]
    update(optim, torch.stack(margins).mean(), "discriminator")


def generate(model: MaskToImageGAN, label: Tensor, real: Tensor) -> tuple[Tensor, Tensor]:
    """Images, and what their making adds to the loss."""
    generator = model.get_submodule("generator")
    if isinstance(model, Sean):
        return generator(label, generator.get_submodule("Zencoder")(real, label)), torch.zeros(())
    mean, log_variance = model.get_submodule("encoder")(real)
    style = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
    return generator(label, style), 0.05 * gaussian_divergence(mean, log_variance).sum()


def judge(
    discriminator: nn.Module, label: Tensor, fake: Tensor, real: Tensor
) -> tuple[list[list[Tensor]], list[list[Tensor]]]:
    """Features of generated and of real images, from one pass."""
    both = discriminator(torch.cat([torch.cat([label, fake], 1), torch.cat([label, real], 1)]))
    count = len(fake)
    return [[each[:count] for each in scale] for scale in both], [[each[count:] for each in scale] for scale in both]


CASES = (
    Case(
        "SPADE",
        partial(Spade, SIZE, **WIDTHS, encoder_ngf=16, encoder_size=64),
        published_step,
        as_published=as_published,
        draws_apart=True,
    ),
    Case("SEAN", partial(Sean, SIZE, **WIDTHS, style_length=128), published_step, as_published=as_published),
)

if __name__ == "__main__":
    compare_all(CASES)
