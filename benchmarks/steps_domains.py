"""Times a training step of UNIT, DiscoGAN and DIAT on one CPU thread against a direct transcription of its losses."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.steps_attribute import against_published, update
from benchmarks.timing import random_faces
from methods.base import FaceBatch
from methods.cyclegan.discogan import DiscoGAN
from methods.cyclegan.unit import UNIT
from methods.diat.model import DIAT

SIZE, BATCH = 64, 8
WIDTHS = {"ngf": 16, "n_downsampling": 1, "n_blocks": 2, "outer_kernel": 3, "ndf": 16}
UNIT_OPTIONS = WIDTHS | {"n_layers_d": 3, "num_d": 2}
DISCOGAN_OPTIONS = WIDTHS | {"n_downsampling": 4, "n_layers_d": 4, "generator_turns": 10**6}
DIAT_OPTIONS = WIDTHS | {"mask_width": 8, "d_downsampling": 4, "n_critic": 1, "denoiser_iterations": 0}

Adams = dict[str, torch.optim.Optimizer]


def published_unit_step(model: UNIT, faces: FaceBatch, adams: Adams) -> None:
    """The discriminators on faces translated for them; then the autoencoders, each code decoded in its own pass."""
    real = model.domains(faces)
    one, other, options = model.generators["with"], model.generators["without"], model.options
    having, lacking = real["with"], real["without"]

    def noisy(code: Tensor) -> Tensor:
        return code + torch.randn_like(code)

    def verdict(domain: str, image: Tensor, target: float) -> Tensor:
        return torch.stack([(scale[0] - target).square().mean() for scale in model.discriminators[domain](image)]).sum()

    made, unmade = one.decode(noisy(other.encode(lacking))), other.decode(noisy(one.encode(having)))
    told = verdict("with", made.detach(), 0.0) + verdict("with", having, 1.0)
    told = told + verdict("without", unmade.detach(), 0.0) + verdict("without", lacking, 1.0)
    update(adams, told, "discriminators")
    codes = [one.encode(having), other.encode(lacking)]
    kept = (one.decode(noisy(codes[0])) - having).abs().mean() + (other.decode(noisy(codes[1])) - lacking).abs().mean()
    made, unmade = one.decode(noisy(codes[1])), other.decode(noisy(codes[0]))
    codes += [one.encode(made), other.encode(unmade)]
    around = (one.decode(noisy(codes[3])) - having).abs().mean() + (
        other.decode(noisy(codes[2])) - lacking
    ).abs().mean()
    spread = torch.stack([code.square().mean() for code in codes]).sum()
    loss = verdict("with", made, 1.0) + verdict("without", unmade, 1.0) + options.kl_weight * spread
    update(adams, loss + options.reconstruction_weight * kept + options.cycle_weight * around, "generators")


def published_discogan_step(model: DiscoGAN, faces: FaceBatch, adams: Adams) -> None:
    """The generators' turn: each face translated, translated back and judged in a pass of its own."""
    real = {domain: (image.flip(1) + 1) / 2 for domain, image in model.domains(faces).items()}
    add, remove, options = model.generators["adding"], model.generators["removing"], model.options
    share = options.early_cycle_share
    made, unmade = add(real["without"]), remove(real["with"])
    around = functional.mse_loss(remove(made), real["without"]) + functional.mse_loss(add(unmade), real["with"])
    loss = share * around
    for domain, fake in (("with", made), ("without", unmade)):
        (of_fake,), (of_real,) = model.discriminators[domain](fake), model.discriminators[domain](real[domain])
        told = torch.sigmoid(of_fake[-1])
        entropy = functional.binary_cross_entropy(told, torch.ones_like(told))
        apart = torch.stack(
            [
                (mine.mean(0) - theirs.mean(0)).square().mean()
                for mine, theirs in zip(of_fake[:-1], of_real[:-1], strict=True)
            ]
        ).sum()
        loss = loss + (1 - share) * ((1 - options.feature_share) * entropy + options.feature_share * apart)
    update(adams, loss, "generators")


def published_diat_step(model: DIAT, faces: FaceBatch, adams: Adams) -> None:
    """The critics on real, on made and between them; then the generators, whose faces are made anew."""
    real, options = model.domains(faces), model.options
    pairs = (("with", "without"), ("without", "with"))
    told = torch.zeros(())
    for domain, other in pairs:
        critic = model.discriminators[domain]
        fake = model.generators[domain](real[other])[0].detach()
        share = torch.rand(len(fake), 1, 1, 1)
        between = (share * real[domain] + (1 - share) * fake).requires_grad_()
        (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
        penalty = (slope.flatten(1).norm(dim=1) - 1).square().mean()
        told = told + critic(fake).mean() - critic(real[domain]).mean() + options.gradient_penalty_weight * penalty
    update(adams, told, "discriminators")
    loss = torch.zeros(())
    for domain, other in pairs:
        critic = model.discriminators[domain]
        fake, mask = model.generators[domain](real[other])
        for mine, theirs in zip(critic.features(fake)[-2:], critic.features(real[other])[-2:], strict=True):
            loss = loss + options.perceptual_weight * functional.mse_loss(mine, theirs)
        noise = functional.mse_loss(fake, model.denoiser(fake))
        loss = loss - critic(fake).mean() + options.denoiser_weight * noise + options.mask_weight * mask.mean()
    update(adams, loss, "generators")


def main() -> None:
    """Compare the steps at 64² and reduced widths, in float32."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    faces = random_faces(BATCH, SIZE)
    against_published("UNIT", UNIT(SIZE, **UNIT_OPTIONS), published_unit_step, faces)
    discogan = DiscoGAN(SIZE, **DISCOGAN_OPTIONS)
    against_published("DiscoGAN, generators' turn", discogan, published_discogan_step, faces)
    against_published("DIAT", DIAT(SIZE, **DIAT_OPTIONS), published_diat_step, faces)


if __name__ == "__main__":
    main()
