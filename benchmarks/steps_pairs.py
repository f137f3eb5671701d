"""Times a training step of methods that learn from two faces against the published order of passes, on one thread."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from mmengine.optim import OptimWrapperDict
from torch import Tensor
from torch.nn import functional

from benchmarks.steps import SIZE, Case, compare_all, update
from methods.adain.model import AdaIN
from methods.base import FaceBatch, one_hot
from methods.elegant.model import Elegant
from methods.elegant.swap import add_residual
from methods.geogan.flow import landmark_loss, landmarks, total_variation
from methods.geogan.model import GeoGAN
from methods.shared.attribute_pairs import draw_pairs

ELEGANT: dict[str, Any] = {"widths": (16, 32, 64, 64, 64), "ndf": 16}
GEOGAN: dict[str, Any] = {
    "ngf": 8,
    "n_downsampling": 2,
    "n_blocks": 2,
    "outer_kernel": 3,
    "ndf": 24,
    "n_layers_d": 2,
    "num_d": 2,
    "iterations": 1,
    "refinement_from": 0.0,
}
"""Of the two steps that make one of the transcription, the second refines."""
ADAIN: dict[str, Any] = {"width": 16}


def published_elegant_step(model: Elegant, faces: FaceBatch, optim: OptimWrapperDict) -> None:
    """Each face encoded, each of four decoded, each of eight judged in a pass of its own."""
    bits = faces.values_of(model.options.attributes)
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
    update(optim, torch.stack(real + fake).sum() / 4, "discriminators")
    distance = torch.stack([functional.mse_loss(rebuilt[i], images[i]) for i in range(2)]).sum()
    fooled = torch.stack([verdict(edited[i], exchanged[i], 1.0) for i in range(2)]).sum()
    update(optim, model.options.reconstruction_weight * distance + fooled, "generator")


def published_geogan_step(model: GeoGAN, faces: FaceBatch, optim: OptimWrapperDict) -> None:
    """One step before refinement begins, and one with it."""
    for refinement in (0.0, model.options.refinement_weight):
        published_geogan_turn(model, faces, optim, refinement)


def published_geogan_turn(model: GeoGAN, faces: FaceBatch, optim: OptimWrapperDict, refinement: float) -> None:
    """The attribute is given, removed, and both again; each face is judged in a pass of its own."""
    generator, options = model.generator, model.options
    present = faces.values_of((options.attribute,))
    pairs = draw_pairs(present)
    having, lacking = faces.image[pairs.first], faces.image[pairs.second]
    given = generator.transfer(lacking, having, refinement)
    removed = generator.remove(having, given)
    back = generator.transfer(removed, given.image, refinement)
    freed = generator.remove(given.image, back)
    entropy = functional.binary_cross_entropy_with_logits

    def judged(face: Tensor, target: float) -> tuple[Tensor, Tensor]:
        scales, read = model.discriminator(face)
        return torch.stack([(scale[-1] - target).square().mean() for scale in scales]).sum(), read

    loss = options.cycle_weight * (functional.l1_loss(back.image, having) + functional.l1_loss(freed, lacking))
    for made, wanted in ((given.image, 1.0), (removed, 0.0)):
        fooled, read = judged(made, 1.0)
        loss = loss + (fooled + options.attribute_weight * entropy(read, torch.full_like(read, wanted))) / 2
    points, seen = landmarks(one_hot(faces.mask))
    both = seen[pairs.first] & seen[pairs.second]
    followed = landmark_loss(given.flow, points[pairs.second], points[pairs.first], both)
    loss = loss + options.landmark_weight * followed + options.mask_weight * given.mask.mean()
    update(optim, loss + options.smoothness_weight * total_variation(given.flow), "generator")

    told = torch.zeros(())
    for made, real, has in (
        (given.image, having, present[pairs.first, 0]),
        (removed, lacking, present[pairs.second, 0]),
    ):
        of_made, _ = judged(made.detach(), 0.0)
        of_real, read = judged(real, 1.0)
        told = told + ((of_made + of_real) / 2 + options.attribute_weight * entropy(read, has)) / 2
    update(optim, told, "discriminator")


def published_adain_step(model: AdaIN, faces: FaceBatch, optim: OptimWrapperDict) -> None:
    """Style and content are encoded, the content decoded with the style's moments, and that encoded again."""
    content = (faces.image + 1) / 2
    style = content[torch.randperm(len(content))]

    def moments(features: Tensor) -> tuple[Tensor, Tensor]:
        flat = features.flatten(2)
        return flat.mean(2)[:, :, None, None], (flat.var(2) + 1e-5).sqrt()[:, :, None, None]

    of_style = model.encoder.features(style)
    of_content = model.encoder.features(content)[-1]
    (mean, deviation), (wanted_mean, wanted_deviation) = moments(of_content), moments(of_style[-1])
    wanted = (of_content - mean) / deviation * wanted_deviation + wanted_mean
    of_made = model.encoder.features(model.decoder(wanted))
    loss = functional.mse_loss(of_made[-1], wanted)
    for mine, theirs in zip(of_made, of_style, strict=True):
        for one, other in zip(moments(mine), moments(theirs), strict=True):
            loss = loss + model.options.style_weight * functional.mse_loss(one, other)
    update(optim, loss, "decoder")


CASES = (
    Case("ELEGANT", partial(Elegant, SIZE, **ELEGANT), published_elegant_step, batch=16),
    Case("GeoGAN", partial(GeoGAN, SIZE, **GEOGAN), published_geogan_step, steps=2),
    Case("AdaIN", partial(AdaIN, SIZE, **ADAIN), published_adain_step),
)

if __name__ == "__main__":
    compare_all(CASES)
