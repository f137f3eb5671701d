"""Times a training step of translations between domains against the published order of passes, on one CPU thread."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import torch
from mmengine.optim import OptimWrapperDict
from torch import Tensor
from torch.nn import functional

from benchmarks.steps import SIZE, Case, compare_all, update
from methods.base import FaceBatch
from methods.cyclegan.discogan import DiscoGAN
from methods.cyclegan.model import CycleGAN
from methods.cyclegan.unit import UNIT
from methods.diat.model import DIAT

TURNS = 2
"""Of DIAT's critics, one of which is followed by the generators'."""
WIDTHS: dict[str, Any] = {"ngf": 16, "n_downsampling": 1, "n_blocks": 2, "outer_kernel": 3, "ndf": 16}
CYCLEGAN = WIDTHS | {"n_layers_d": 2}
UNIT_OPTIONS = WIDTHS | {"n_layers_d": 3, "num_d": 2}
DISCOGAN = WIDTHS | {"n_downsampling": 4, "n_layers_d": 4, "generator_turns": 2}
DIAT_OPTIONS = WIDTHS | {"mask_width": 8, "d_downsampling": 4, "n_critic": TURNS}


def published_cyclegan_step(model: CycleGAN, faces: FaceBatch, optim: OptimWrapperDict) -> None:
    """Six translations and six verdicts, each in a pass of its own."""
    having, lacking = model.domains(faces).values()
    add, remove = model.generators["adding"], model.generators["removing"]
    options = model.options

    def verdict(domain: str, image: Tensor, target: float) -> Tensor:
        return (model.discriminators[domain](image)[0][0] - target).square().mean()

    model.discriminators.requires_grad_(False)
    made, unmade = add(lacking), remove(having)
    cycle = (remove(made) - lacking).abs().mean() + (add(unmade) - having).abs().mean()
    kept = (add(having) - having).abs().mean() + (remove(lacking) - lacking).abs().mean()
    fooled = verdict("with", made, 1.0) + verdict("without", unmade, 1.0)
    update(optim, fooled + options.cycle_weight * (cycle + options.identity_share * kept), "generators")
    model.discriminators.requires_grad_(True)
    told = verdict("with", having, 1.0) + verdict("without", lacking, 1.0)
    told = (
        told + verdict("with", model.pools["with"](made), 0.0) + verdict("without", model.pools["without"](unmade), 0.0)
    )
    update(optim, told / 2, "discriminators")


def published_unit_step(model: UNIT, faces: FaceBatch, optim: OptimWrapperDict) -> None:
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
    update(optim, told, "discriminators")
    codes = [one.encode(having), other.encode(lacking)]
    kept = (one.decode(noisy(codes[0])) - having).abs().mean() + (other.decode(noisy(codes[1])) - lacking).abs().mean()
    made, unmade = one.decode(noisy(codes[1])), other.decode(noisy(codes[0]))
    codes += [one.encode(made), other.encode(unmade)]
    around = (one.decode(noisy(codes[3])) - having).abs().mean() + (
        other.decode(noisy(codes[2])) - lacking
    ).abs().mean()
    spread = torch.stack([code.square().mean() for code in codes]).sum()
    loss = verdict("with", made, 1.0) + verdict("without", unmade, 1.0) + options.kl_weight * spread
    update(optim, loss + options.reconstruction_weight * kept + options.cycle_weight * around, "generators")


def published_discogan_step(model: DiscoGAN, faces: FaceBatch, optim: OptimWrapperDict) -> None:
    """A turn of the discriminators and two of the generators."""
    for turn in (published_telling, published_translation, published_translation):
        real = {domain: (image.flip(1) + 1) / 2 for domain, image in model.domains(faces).items()}
        turn(model, real, optim)


def published_telling(model: DiscoGAN, real: Mapping[str, Tensor], optim: OptimWrapperDict) -> None:
    """Faces are translated for the discriminators, which see real and made ones apart."""
    made = {
        "with": model.generators["adding"](real["without"]).detach(),
        "without": model.generators["removing"](real["with"]).detach(),
    }
    told = torch.zeros(())
    for domain, image in real.items():
        for face, target in ((image, 1.0), (made[domain], 0.0)):
            verdict = torch.sigmoid(model.discriminators[domain](face)[0][-1])
            told = told + functional.binary_cross_entropy(verdict, torch.full_like(verdict, target)) / 2
    update(optim, told, "discriminators")


def published_translation(model: DiscoGAN, real: Mapping[str, Tensor], optim: OptimWrapperDict) -> None:
    """Each face is translated, translated back and judged in a pass of its own."""
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
    update(optim, loss, "generators")


def published_diat_step(model: DIAT, faces: FaceBatch, optim: OptimWrapperDict) -> None:
    """The critics' turns, with the generators' after the first."""
    for turn in range(TURNS):
        published_diat_turn(model, model.domains(faces), optim, generators_turn=turn == 0)


def published_diat_turn(
    model: DIAT, real: Mapping[str, Tensor], optim: OptimWrapperDict, *, generators_turn: bool
) -> None:
    """The critics on real, on made and between them; then the generators, whose faces are made anew."""
    options = model.options
    pairs = (("with", "without"), ("without", "with"))
    told = torch.zeros(())
    for domain, other in pairs:
        critic = model.discriminators[domain]
        fake = model.generators[domain](real[other])[0].detach()
        share = torch.rand(len(fake), 1, 1, 1)
        between = (share * real[domain] + (1 - share) * fake).requires_grad_()
        (slope,) = torch.autograd.grad(critic(between).flatten(1).mean(1).sum(), between, create_graph=True)
        penalty = (slope.flatten(1).norm(dim=1) - 1).square().mean()
        told = told + critic(fake).mean() - critic(real[domain]).mean() + options.gradient_penalty_weight * penalty
    update(optim, told, "discriminators")
    if not generators_turn:
        return
    loss = torch.zeros(())
    for domain, other in pairs:
        critic = model.discriminators[domain]
        fake, mask = model.generators[domain](real[other])
        for mine, theirs in zip(critic.features(fake)[-2:], critic.features(real[other])[-2:], strict=True):
            loss = loss + options.perceptual_weight * functional.mse_loss(mine, theirs)
        noise = functional.mse_loss(fake, model.denoiser(fake))
        loss = loss - critic(fake).mean() + options.denoiser_weight * noise + options.mask_weight * mask.mean()
    update(optim, loss, "generators")


CASES = (
    Case("CycleGAN", partial(CycleGAN, SIZE, **CYCLEGAN), published_cyclegan_step),
    Case("UNIT", partial(UNIT, SIZE, **UNIT_OPTIONS), published_unit_step, draws_apart=True),
    Case("DiscoGAN", partial(DiscoGAN, SIZE, **DISCOGAN), published_discogan_step, steps=3),
    Case("DIAT", partial(DIAT, SIZE, **DIAT_OPTIONS), published_diat_step, steps=TURNS),
)

if __name__ == "__main__":
    compare_all(CASES)
