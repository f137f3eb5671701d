"""Times a training step of editors by attributes against the published order of passes, on one CPU thread."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from mmengine.optim import OptimWrapperDict
from torch import Tensor
from torch.nn import functional

from benchmarks.steps import SIZE, Case, compare_all, update
from methods.attgan.model import AttGAN
from methods.base import FaceBatch
from methods.fader.model import Fader
from methods.icgan.model import ENCODERS, GAN, IcGAN, mismatched
from methods.stargan.model import StarGAN

TURNS = 2
"""Of a critic, one of which is followed by the generator's."""
STARGAN: dict[str, Any] = {"ngf": 16, "n_blocks": 3, "ndf": 16, "d_downsampling": 5, "n_critic": TURNS}
ATTGAN: dict[str, Any] = {
    "attributes": ("Smiling",),
    "ngf": 16,
    "n_downsampling": 4,
    "ndf": 24,
    "hidden": 128,
    "n_critic": TURNS,
}
STGAN = ATTGAN | {"num_skips": 4, "num_injections": 4, "selective": True, "difference": True}
FADER: dict[str, Any] = {"width": 16, "latent_weight": 0.01, "latent_ramp": 0.0}
ICGAN: dict[str, Any] = {"ngf": 24, "ndf": 24, "nef": 16, "hidden": 512}


def published_stargan_step(model: StarGAN, faces: FaceBatch, optim: OptimWrapperDict) -> None:
    """The discriminator's turns, with the generator's after the first."""
    for turn in range(TURNS):
        published_stargan_turn(model, faces, optim, generators_turn=turn == 0)


def published_stargan_turn(model: StarGAN, faces: FaceBatch, optim: OptimWrapperDict, *, generators_turn: bool) -> None:
    """The discriminator on real, on fake and between them; then the generator, there and back.

    Every part is a pass of its own, faces are translated anew for the generator, and its gradients gather in the
    discriminator too.
    """
    generator, discriminator, weights = model.generator, model.discriminator, model.options
    image, own = faces.image, faces.values_of(model.options.attributes)
    requested = own[torch.randperm(len(own))]

    def classification(logits: Tensor, wanted: Tensor) -> Tensor:
        loss = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="sum") / len(logits)
        return weights.classification_weight * loss

    of_real, logits = discriminator(image)
    fake = generator(image, requested)
    of_fake, _ = discriminator(fake.detach())
    share = torch.rand(len(image), 1, 1, 1)
    between = (share * image + (1 - share) * fake.detach()).requires_grad_()
    verdicts, _ = discriminator(between)
    (slope,) = torch.autograd.grad(verdicts, between, torch.ones_like(verdicts), create_graph=True, retain_graph=True)
    penalty = (slope.flatten(1).square().sum(1).sqrt() - 1).square().mean()
    loss = of_fake.mean() - of_real.mean() + classification(logits, own) + weights.gradient_penalty_weight * penalty
    update(optim, loss, "discriminator")
    if generators_turn:
        fake = generator(image, requested)
        of_fake, logits = discriminator(fake)
        cycle = (generator(fake, own) - image).abs().mean()
        loss = classification(logits, requested) - of_fake.mean() + weights.reconstruction_weight * cycle
        update(optim, loss, "generator")


def published_attgan_step(model: AttGAN, faces: FaceBatch, optim: OptimWrapperDict) -> None:
    """The critic's turns, with the generator's after the first."""
    for turn in range(TURNS):
        published_attgan_turn(model, faces, optim, generators_turn=turn == 0)


def published_attgan_turn(model: AttGAN, faces: FaceBatch, optim: OptimWrapperDict, *, generators_turn: bool) -> None:
    """The critic on real, on fake and between them; then the generator, whose fake is made anew beside its own face."""
    generator, discriminator, options = model.generator, model.discriminator, model.options
    image, own = faces.image, faces.values_of(model.options.attributes)
    requested = own[torch.randperm(len(own))]
    entropy = functional.binary_cross_entropy_with_logits
    fake = generator(image, model.vector(requested, own)).detach()
    of_real, logits = discriminator(image)
    of_fake, _ = discriminator(fake)
    share = torch.rand(len(image), 1, 1, 1)
    between = (share * image + (1 - share) * fake).requires_grad_()
    verdicts, _ = discriminator(between)
    (slope,) = torch.autograd.grad(verdicts, between, torch.ones_like(verdicts), create_graph=True, retain_graph=True)
    penalty = (slope.flatten(1).norm(dim=1) - 1).square().mean()
    told = of_fake.mean() - of_real.mean() + options.gradient_penalty_weight * penalty
    update(optim, told + options.classification_weight * entropy(logits, own), "discriminator")
    if not generators_turn:
        return
    features = generator.encode(image)
    fake = generator.decode(features, model.vector(requested, own))
    rebuilt = generator.decode(features, model.vector(own, own))
    of_fake, logits = discriminator(fake)
    loss = options.fake_classification_weight * entropy(logits, requested) - of_fake.mean()
    update(optim, loss + options.reconstruction_weight * (rebuilt - image).abs().mean(), "generator")


def published_fader_step(model: Fader, faces: FaceBatch, optim: OptimWrapperDict) -> None:
    """The adversary on codes of the encoder in eval mode; then the autoencoder against the adversary in eval mode."""
    encoder, decoder, adversary, options = model.encoder, model.decoder, model.discriminator, model.options
    image, present = faces.image, faces.values_of((options.attribute,))[:, 0]
    encoder.eval()
    with torch.no_grad():
        code = encoder(image)
    encoder.train()
    told = functional.cross_entropy(adversary(code), present.long())
    update(optim, told, "discriminator", clip_norm=options.clip_norm)
    adversary.eval()
    code = encoder(image)
    rebuilt = decoder(code, torch.stack([1 - present, present], 1))
    hidden = functional.cross_entropy(adversary(code), 1 - present.long())
    loss = functional.mse_loss(rebuilt, image) + options.latent_weight * hidden
    update(optim, loss, "encoder", "decoder", clip_norm=options.clip_norm)
    adversary.train()


def published_icgan_step(model: IcGAN, faces: FaceBatch, optim: OptimWrapperDict) -> None:
    """The discriminator on real, on mismatched and on made faces; then the generator on the latter."""
    image, own = faces.image, 2 * faces.values_of(model.options.attributes) - 1
    latent = torch.randn(len(own), model.options.latent)
    made = model.generator(torch.cat([latent, own], 1)[:, :, None, None])

    def verdict(face: Tensor, claim: Tensor, target: float) -> Tensor:
        told = torch.sigmoid(model.discriminator(face, claim))
        return functional.binary_cross_entropy(told, torch.full_like(told, target))

    of_mismatched, of_made = verdict(image, mismatched(own), 0.0), verdict(made.detach(), own, 0.0)
    update(optim, verdict(image, own, 1.0) + of_mismatched / 2 + of_made / 2, "discriminator")
    update(optim, verdict(made, own, 1.0), "generator")


def published_latent_step(model: IcGAN, faces: FaceBatch, optim: OptimWrapperDict) -> None:
    """The first encoder on samples of the generator, which both sides draw in the step."""
    own = 2 * faces.values_of(model.options.attributes) - 1
    latent = torch.randn(len(own), model.options.latent)
    model.generator.eval()
    with torch.no_grad():
        image = model.generator(torch.cat([latent, own], 1)[:, :, None, None])
    model.generator.train()
    update(optim, functional.mse_loss(model.latent_encoder(image), latent), "latent_encoder")


def published_reading_step(model: IcGAN, faces: FaceBatch, optim: OptimWrapperDict) -> None:
    """The second encoder on faces."""
    own = 2 * faces.values_of(model.options.attributes) - 1
    update(optim, functional.mse_loss(model.attribute_encoder(faces.image), own), "attribute_encoder")


CASES = (
    Case("StarGAN", partial(StarGAN, SIZE, **STARGAN), published_stargan_step, steps=TURNS),
    Case("AttGAN", partial(AttGAN, SIZE, **ATTGAN), published_attgan_step, steps=TURNS),
    Case("STGAN", partial(AttGAN, SIZE, **STGAN), published_attgan_step, steps=TURNS),
    Case("Fader", partial(Fader, SIZE, **FADER), published_fader_step, batch=16),
    *(
        Case(f"IcGAN, {stage}", partial(IcGAN, SIZE, **ICGAN), step, batch=16, stage=stage)
        for stage, step in zip(
            (GAN, *ENCODERS), (published_icgan_step, published_latent_step, published_reading_step), strict=True
        )
    ),
)

if __name__ == "__main__":
    compare_all(CASES)
