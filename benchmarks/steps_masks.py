"""Times a training step of methods that paint faces of masks against the published order of passes, on one thread."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from mmengine.optim import OptimWrapperDict
from torch import Tensor
from torch.nn import functional

from benchmarks.random_vgg import random_vgg
from benchmarks.steps import SIZE, Case, compare_all, update
from methods.base import FaceBatch, one_hot
from methods.crn.losses import BEST_SHARE, LAYER_WEIGHTS
from methods.crn.model import CRN
from methods.layers.gaussian import gaussian_divergence
from methods.mask_guided.face_parts import background
from methods.mask_guided.losses import image_distance, part_distance
from methods.mask_guided.model import PAINTING, MaskGuided
from methods.mask_guided.painter import PartFeatures
from methods.pix2pix.model import Pix2Pix

PIX2PIX: dict[str, Any] = {"ngf": 32, "n_downsampling": 6, "ndf": 32, "n_layers_d": 2}
CRN_WIDTH, DIVERSE = 48, 9
MASK_GUIDED: dict[str, Any] = {
    "ngf": 16,
    "n_downsampling": 1,
    "n_blocks": 3,
    "outer_kernel": 3,
    "nef": 16,
    "latent": 128,
    "ndf": 24,
    "n_layers_d": 2,
    "parser_scale": 16,
}


def published_pix2pix_step(model: Pix2Pix, faces: FaceBatch, optim: OptimWrapperDict) -> None:
    """The discriminator on made and on real faces; then the generator, while the discriminator gathers no gradients."""
    label, real = one_hot(faces.mask), faces.image
    fake = model.generator(label)

    def verdict(image: Tensor, target: float) -> Tensor:
        ((logits,),) = model.discriminator(torch.cat([label, image], 1))
        return functional.binary_cross_entropy_with_logits(logits, torch.full_like(logits, target))

    update(optim, (verdict(fake.detach(), 0.0) + verdict(real, 1.0)) / 2, "discriminator")
    model.discriminator.requires_grad_(False)
    loss = verdict(fake, 1.0) + model.options.l1_weight * functional.l1_loss(fake, real)
    update(optim, loss, "generator")
    model.discriminator.requires_grad_(True)


def published_crn_step(model: CRN, faces: FaceBatch, optim: OptimWrapperDict) -> None:
    """Features of the face and of what is made of its mask, in a pass each; of several images errors by label."""
    label, vgg = one_hot(faces.mask), model.features
    assert vgg is not None
    made = model.generator(label).squeeze(0)
    layers = [(made, faces.image), *zip(vgg.features(made), vgg.features(faces.image), strict=True)]
    if len(made) == 1:
        apart = [
            weight * functional.l1_loss(mine, theirs)
            for weight, (mine, theirs) in zip(LAYER_WEIGHTS, layers, strict=True)
        ]
        update(optim, torch.stack(apart).sum(), "generator")
        return
    errors = torch.zeros(())
    for weight, (mine, theirs) in zip(LAYER_WEIGHTS, layers, strict=True):
        share = functional.interpolate(label, mine.shape[2:], mode="area")
        masked = share * (mine - theirs).abs().mean(1, keepdim=True)
        errors = errors + weight * masked.mean((2, 3))
    loss = BEST_SHARE * errors.amin(0).sum() + (1 - BEST_SHARE) * errors.mean(0).sum()
    update(optim, loss, "generator")


def published_mask_guided_step(model: MaskGuided, faces: FaceBatch, optim: OptimWrapperDict) -> None:
    """A face of its own parts, then one of another's."""
    for own in (True, False):
        published_mask_guided_turn(model, faces, optim, own=own)


def published_mask_guided_turn(model: MaskGuided, faces: FaceBatch, optim: OptimWrapperDict, *, own: bool) -> None:
    """Every part is encoded and decoded, the face painted and judged; generated and real ones in a pass each.

    The divergence of the latents is computed and not added, as published.
    """
    options, painter = model.options, model.painter
    label, image = one_hot(faces.mask), faces.image
    shown, present = painter.images_of_parts(image, label)
    features, rebuilt, divergences = {}, {}, []
    for name, network in painter.autoencoders.items():
        mean, log_variance = network.encode(shown[name])
        features[name] = network.decode(mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean))
        rebuilt[name] = network.paint(features[name])
        divergences.append(gaussian_divergence(mean, log_variance).sum())
    loss = options.autoencoding_weight * part_distance(rebuilt, shown, present)
    parts, seen = PartFeatures(features, present), background(label)
    if not own:
        order = torch.randperm(len(faces))
        parts, seen = parts.of_faces(order), seen * background(label[order])
    fake = painter.paint(parts, label, image, seen)

    discriminator = model.discriminators["own" if own else "others"]

    def judged(face: Tensor) -> list[list[Tensor]]:
        return discriminator(torch.cat([label, face], 1))

    def entropy(scales: list[list[Tensor]], target: float) -> Tensor:
        logits = [scale[-1] for scale in scales]
        return torch.stack(
            [functional.binary_cross_entropy_with_logits(each, torch.full_like(each, target)) for each in logits]
        ).sum()

    update(optim, (entropy(judged(fake.detach()), 0.0) + entropy(judged(image), 1.0)) / 2, "discriminators")
    of_fake = judged(fake)
    loss = loss + entropy(of_fake, 1.0)
    loss = loss + options.parsing_weight * functional.cross_entropy(model.parser(fake), faces.mask.long())
    if own:
        for mine, theirs in zip(of_fake, judged(image), strict=True):
            for one, other in zip(mine[:-1], theirs[:-1], strict=True):
                weight = options.feature_matching_weight * 4 / (len(mine) - 1) / len(of_fake)
                loss = loss + weight * functional.l1_loss(one, other.detach())
        painted, _ = painter.images_of_parts(fake, label)
        loss = loss + options.image_weight * image_distance(fake, image)
        loss = loss + options.part_weight * part_distance(painted, shown, present)
    update(optim, loss, "painter")


def refinement(num_images: int) -> CRN:
    """A cascade that learns by a VGG-19 with random weights."""
    return CRN(SIZE, width=CRN_WIDTH, num_images=num_images, vgg_weights=random_vgg())


CASES = (
    Case("pix2pix", partial(Pix2Pix, SIZE, **PIX2PIX), published_pix2pix_step),
    Case("CRN, VGG-19's features", partial(refinement, 1), published_crn_step, batch=1),
    Case("CRN of nine images", partial(refinement, DIVERSE), published_crn_step, batch=1),
    Case("Mask-Guided", partial(MaskGuided, SIZE, **MASK_GUIDED), published_mask_guided_step, stage=PAINTING, steps=2),
)

if __name__ == "__main__":
    compare_all(CASES)
