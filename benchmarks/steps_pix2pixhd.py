"""Times a training step of pix2pixHD and of MaskGAN's Dense Mapping Network against the step as pix2pixHD takes it."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from mmengine.optim import OptimWrapperDict
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.steps import SIZE, Case, compare_all, update
from methods.base import FaceBatch, one_hot
from methods.maskgan.model import MaskGAN
from methods.pix2pixhd.model import Pix2PixHD

WIDTHS: dict[str, Any] = {"ngf": 16, "ndf": 32, "n_downsampling": 2, "n_blocks": 4}


def published_step(
    discriminator: nn.Module, optim: OptimWrapperDict, shown: tuple[Tensor, Tensor, Tensor], *generators: str
) -> None:
    """Images are judged three times (detached, real, to fool), each in a pass of its own; then both go backward.

    Args:
        discriminator: its gradients gather in the generators' turn too, and are cleared before its own.
        optim: of all networks.
        shown: one-hot masks, images with the graph of their making, and faces.
        generators: the optimisers of what made the images.
    """
    label, fake, real = shown
    of_detached, of_real, of_fake = (
        discriminator(torch.cat([label, image], 1)) for image in (fake.detach(), real, fake)
    )
    loss = torch.stack([functional.mse_loss(each[-1], torch.ones_like(each[-1])) for each in of_fake]).sum()
    for fake_scale, real_scale in zip(of_fake, of_real, strict=True):
        for ours, theirs in zip(fake_scale[:-1], real_scale[:-1], strict=True):
            weight = 10.0 * 4.0 / (len(fake_scale) - 1) / len(of_fake)
            loss = loss + weight * functional.l1_loss(ours, theirs.detach())
    told = [functional.mse_loss(each[-1], torch.zeros_like(each[-1])) for each in of_detached]
    told += [functional.mse_loss(each[-1], torch.ones_like(each[-1])) for each in of_real]
    update(optim, loss, *generators)
    update(optim, 0.5 * torch.stack(told).sum(), "discriminator")


def published_pix2pixhd_step(model: Pix2PixHD, faces: FaceBatch, optim: OptimWrapperDict) -> None:
    """Features read and filled by the encoder, the generator on both."""
    label = one_hot(faces.mask)
    fake = model.generator(torch.cat([label, model.encoder(faces.image, label)], 1))
    published_step(model.discriminator, optim, (label, fake, faces.image), *model.generators)


def published_maskgan_step(model: MaskGAN, faces: FaceBatch, optim: OptimWrapperDict) -> None:
    """The Dense Mapping Network on a face's own mask and image."""
    label = one_hot(faces.mask)
    fake = model.generator(label, label, faces.image)
    published_step(model.discriminator, optim, (label, fake, faces.image), "generator")


CASES = (
    Case("pix2pixHD", partial(Pix2PixHD, SIZE, **WIDTHS, n_downsampling_e=2), published_pix2pixhd_step),
    Case("MaskGAN, Dense Mapping Network", partial(MaskGAN, SIZE, **WIDTHS, ebst=False), published_maskgan_step),
)

if __name__ == "__main__":
    compare_all(CASES)
