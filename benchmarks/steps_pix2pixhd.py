"""Times a training step of pix2pixHD and of MaskGAN's Dense Mapping Network against the step as pix2pixHD takes it."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.timing import compare, random_faces
from methods.base import FaceBatch, one_hot
from methods.maskgan.model import MaskGAN
from methods.pix2pixhd.model import Pix2PixHD

SIZE, BATCH = 64, 8
WIDTHS: dict[str, Any] = {"ngf": 16, "ndf": 32, "n_downsampling": 2, "n_blocks": 4}


class PublishedStep:
    """Images are judged three times (detached, real, to fool), each in a pass of its own; then both go backward.

    The generator's gradients gather in the discriminator too, which is cleared before its own.
    """

    def __init__(self, discriminator: nn.Module, generators: list[nn.Module]) -> None:
        self.discriminator = discriminator
        parameters = [parameter for network in generators for parameter in network.parameters()]
        self.of_generators = torch.optim.Adam(parameters, 2e-4, (0.5, 0.999))
        self.of_discriminator = torch.optim.Adam(discriminator.parameters(), 2e-4, (0.5, 0.999))

    def __call__(self, label: Tensor, fake: Tensor, real: Tensor) -> None:
        """One step of both, given images with the graph of their making."""
        of_detached = self.judge(label, fake.detach())
        of_real = self.judge(label, real)
        of_fake = self.judge(label, fake)
        loss = torch.stack([functional.mse_loss(each[-1], torch.ones_like(each[-1])) for each in of_fake]).sum()
        for fake_scale, real_scale in zip(of_fake, of_real, strict=True):
            for ours, theirs in zip(fake_scale[:-1], real_scale[:-1], strict=True):
                weight = 10.0 * 4.0 / (len(fake_scale) - 1) / len(of_fake)
                loss = loss + weight * functional.l1_loss(ours, theirs.detach())
        self.of_generators.zero_grad()
        loss.backward()
        self.of_generators.step()

        told = [functional.mse_loss(each[-1], torch.zeros_like(each[-1])) for each in of_detached]
        told += [functional.mse_loss(each[-1], torch.ones_like(each[-1])) for each in of_real]
        self.of_discriminator.zero_grad()
        (0.5 * torch.stack(told).sum()).backward()
        self.of_discriminator.step()

    def judge(self, label: Tensor, image: Tensor) -> list[list[Tensor]]:
        """Features of images with their masks."""
        return self.discriminator(torch.cat([label, image], 1))


def published_pix2pixhd_step(model: Pix2PixHD, step: PublishedStep, faces: FaceBatch) -> None:
    """Features read and filled by the encoder, the generator on both."""
    label = one_hot(faces.mask)
    step(label, model.generator(torch.cat([label, model.encoder(faces.image, label)], 1)), faces.image)


def published_maskgan_step(model: MaskGAN, step: PublishedStep, faces: FaceBatch) -> None:
    """The Dense Mapping Network on a face's own mask and image."""
    label = one_hot(faces.mask)
    step(label, model.generator(label, label, faces.image), faces.image)


def main() -> None:
    """Compare the steps at 64² and reduced widths, in float32, on one thread."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    faces = random_faces(BATCH, SIZE)

    ours, theirs = (Pix2PixHD(SIZE, **WIDTHS, n_downsampling_e=2).train() for _ in range(2))
    (stage,) = ours.stages()
    ours.begin_stage(stage)
    published = PublishedStep(theirs.discriminator, [theirs.generator, theirs.encoder])
    compare(
        "pix2pixHD",
        partial(ours.train_step, faces, ours.optimizers(stage)),
        partial(published_pix2pixhd_step, theirs, published, faces),
    )

    mine, other = (MaskGAN(SIZE, **WIDTHS, ebst=False).train() for _ in range(2))
    (stage,) = mine.stages()
    mine.begin_stage(stage)
    compare(
        "MaskGAN, Dense Mapping Network",
        partial(mine.train_step, faces, mine.optimizers(stage)),
        partial(published_maskgan_step, other, PublishedStep(other.discriminator, [other.generator]), faces),
    )


if __name__ == "__main__":
    main()
