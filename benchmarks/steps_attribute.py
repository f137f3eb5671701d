"""Times a training step of the attribute editors on one CPU thread against the published order of passes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.timing import compare, random_faces
from methods.attgan.model import AttGAN
from methods.base import FaceBatch
from methods.cyclegan.model import CycleGAN
from methods.elegant.model import Elegant
from methods.elegant.swap import add_residual
from methods.shared.attribute_pairs import draw_pairs
from methods.stargan.model import StarGAN

SIZE = 64
STARGAN = {"ngf": 16, "n_blocks": 3, "ndf": 16, "d_downsampling": 5, "batch_size": 8, "n_critic": 1}
ELEGANT = {"widths": (16, 32, 64, 64, 64), "ndf": 16, "batch_size": 16}
ATTGAN = {"attributes": ("Smiling",), "ngf": 16, "n_downsampling": 4, "ndf": 24, "hidden": 128, "n_critic": 1}
STGAN = ATTGAN | {"num_skips": 4, "num_injections": 4, "selective": True, "difference": True}
CYCLEGAN = {"ngf": 16, "n_downsampling": 1, "n_blocks": 2, "outer_kernel": 3, "ndf": 16, "n_layers_d": 2}
BATCH = 8


def published_stargan_step(
    model: StarGAN, faces: FaceBatch, adams: dict[str, torch.optim.Optimizer], *, generators_turn: bool
) -> None:
    """The discriminator on real, on fake and between them; then the generator, there and back.

    Every part is a pass of its own, faces are translated anew for the generator, and its gradients gather in the
    discriminator too.
    """
    generator, discriminator, weights = model.generator, model.discriminator, model.options
    image, own = faces.image, faces.attributes[:, model.columns]
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
    update(adams, loss, "discriminator")
    if generators_turn:
        fake = generator(image, requested)
        of_fake, logits = discriminator(fake)
        cycle = (generator(fake, own) - image).abs().mean()
        loss = classification(logits, requested) - of_fake.mean() + weights.reconstruction_weight * cycle
        update(adams, loss, "generator")


def published_attgan_step(model: AttGAN, faces: FaceBatch, adams: dict[str, torch.optim.Optimizer]) -> None:
    """The critic on real, on fake and between them; then the generator, whose fake is made anew beside its own face."""
    generator, discriminator, options = model.generator, model.discriminator, model.options
    image, own = faces.image, faces.attributes[:, model.columns]
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
    update(adams, told + options.classification_weight * entropy(logits, own), "discriminator")
    features = generator.encode(image)
    fake = generator.decode(features, model.vector(requested, own))
    rebuilt = generator.decode(features, model.vector(own, own))
    of_fake, logits = discriminator(fake)
    loss = options.fake_classification_weight * entropy(logits, requested) - of_fake.mean()
    update(adams, loss + options.reconstruction_weight * (rebuilt - image).abs().mean(), "generator")


def published_cyclegan_step(model: CycleGAN, faces: FaceBatch, adams: dict[str, torch.optim.Optimizer]) -> None:
    """Six translations and six verdicts, each in a pass of its own."""
    pairs = draw_pairs(faces.attributes[:, [model.column]])
    having, lacking = faces.image[pairs.first], faces.image[pairs.second]
    add, remove = model.generators["adding"], model.generators["removing"]
    options = model.options

    def verdict(domain: str, image: Tensor, target: float) -> Tensor:
        return (model.discriminators[domain](image)[0][0] - target).square().mean()

    made, unmade = add(lacking), remove(having)
    cycle = (remove(made) - lacking).abs().mean() + (add(unmade) - having).abs().mean()
    kept = (add(having) - having).abs().mean() + (remove(lacking) - lacking).abs().mean()
    fooled = verdict("with", made, 1.0) + verdict("without", unmade, 1.0)
    update(adams, fooled + options.cycle_weight * (cycle + options.identity_share * kept), "generators")
    told = verdict("with", having, 1.0) + verdict("without", lacking, 1.0)
    told = (
        told + verdict("with", model.pools["with"](made), 0.0) + verdict("without", model.pools["without"](unmade), 0.0)
    )
    update(adams, told / 2, "discriminators")


def published_elegant_step(model: Elegant, faces: FaceBatch, adams: dict[str, torch.optim.Optimizer]) -> None:
    """Each face encoded, each of four decoded, each of eight judged in a pass of its own."""
    bits = faces.attributes[:, model.columns]
    pairs = draw_pairs(bits)
    images, labels = [faces.image[pairs.first], faces.image[pairs.second]], [bits[pairs.first], bits[pairs.second]]
    exchanged = [each.clone() for each in labels]
    for mine, theirs in zip(exchanged, reversed(labels), strict=True):
        mine[:, pairs.attribute] = theirs[:, pairs.attribute]
    network, discriminators = model.generator, list(model.discriminators)

    codes, skips = zip(*(network.encoder(each) for each in images), strict=True)
    swapped = network.exchange(codes[0], codes[1], pairs.attribute)
    rebuilt = [add_residual(images[i], network.decoder(codes[i], codes[i], skips[i])) for i in range(2)]
    edited = [add_residual(images[i], network.decoder(swapped[i], codes[i], skips[i])) for i in range(2)]

    def verdict(image: Tensor, label: Tensor, target: float) -> Tensor:
        total = torch.zeros(())
        for discriminator, weight in zip(discriminators, model.verdict_weights, strict=True):
            score = discriminator(image, label)
            total = total + weight * functional.binary_cross_entropy(score, torch.full_like(score, target))
        return total

    real = [verdict(images[i], labels[i], 1.0) for i in range(2)]
    fake = [verdict(edited[i].detach(), exchanged[i], 0.0) for i in range(2)]
    update(adams, torch.stack(real + fake).sum() / 4, "discriminators")
    distance = torch.stack([functional.mse_loss(rebuilt[i], images[i]) for i in range(2)]).sum()
    fooled = torch.stack([verdict(edited[i], exchanged[i], 1.0) for i in range(2)]).sum()
    update(adams, model.options.reconstruction_weight * distance + fooled, "generator")


def update(adams: dict[str, torch.optim.Optimizer], loss: Tensor, name: str) -> None:
    """One optimiser's step down a loss, whose gradients gather wherever they reach."""
    for adam in adams.values():
        adam.zero_grad()
    loss.backward()
    adams[name].step()


def against_published(name: str, model: nn.Module, published: Callable[..., None], faces: FaceBatch) -> None:
    """Compare our step of a model's last stage with the published one of the same model and optimisers."""
    *_, stage = model.stages()
    model.train().begin_stage(stage)
    optim = model.optimizers(stage)
    adams = {key: optim[key].optimizer for key in optim.keys()}  # noqa: SIM118 - not a mapping
    compare(name, partial(model.train_step, faces, optim), partial(published, model, faces, adams))


def main() -> None:
    """Compare the steps at 64² and reduced widths, in float32."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    stargan = StarGAN(SIZE, **STARGAN)
    both = partial(published_stargan_step, generators_turn=True)
    against_published("StarGAN, both turns", stargan, both, random_faces(STARGAN["batch_size"], SIZE))
    critic = StarGAN(SIZE, **(STARGAN | {"n_critic": 10**9}))
    alone = partial(published_stargan_step, generators_turn=False)
    against_published("StarGAN, discriminator's turn", critic, alone, random_faces(STARGAN["batch_size"], SIZE))
    against_published(
        "ELEGANT", Elegant(SIZE, **ELEGANT), published_elegant_step, random_faces(ELEGANT["batch_size"], SIZE)
    )
    for name, options in (("AttGAN", ATTGAN), ("STGAN", STGAN)):
        against_published(name, AttGAN(SIZE, **options), published_attgan_step, random_faces(BATCH, SIZE))
    against_published("CycleGAN", CycleGAN(SIZE, **CYCLEGAN), published_cyclegan_step, random_faces(BATCH, SIZE))


if __name__ == "__main__":
    main()
