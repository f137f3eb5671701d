"""Times a training step of methods that fill holes against the published order of passes, on one CPU thread."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from mmengine.optim import OptimWrapperDict
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.random_vgg import random_vgg
from benchmarks.steps import SIZE, Case, compare_all, update
from methods.base import FaceBatch
from methods.deepfill.model import DeepFill, build
from methods.deepfill.partial_model import TRAINING, PartialConvolution
from methods.layers.contextual_attention import LEAST_NORM, SOFTMAX_SCALE, Attended, ContextualAttention
from methods.layers.partial_conv import PartialConv2d
from methods.layers.perceptual import VGGFeatures
from methods.sc_fegan.model import ScFegan
from methods.shared.completion_options import ReconstructionOptions

DEEPFILL: dict[str, Any] = {"width": 12, "ndf": 16, "n_layers_d": 4}
PARTIAL: dict[str, Any] = {"convolution": "partial", "beta1": 0.9, "hole_weight": 6.0, "unet_width": 16}
SC_FEGAN: dict[str, Any] = {"width": 12, "ndf": 16, "n_layers_d": 4, "adversarial_weight": 0.01}
PERCEPTUAL_BATCH = 4
"""Faces of a step that VGG-16 looks at."""


class PublishedAttention(ContextualAttention):
    """Contextual attention as its paper draws it: a face's patches are the kernels of convolutions of it."""

    def forward(self, foreground: Tensor, background: Tensor, hole: Tensor | None = None) -> Attended:
        """Face by face, as each has its own kernels and its own hole."""
        assert hole is not None
        pasted, weights = zip(
            *(self.of_face(*face) for face in zip(foreground, background, hole, strict=True)), strict=True
        )
        return Attended(torch.stack(pasted), torch.stack(weights))

    def of_face(self, foreground: Tensor, background: Tensor, hole: Tensor) -> tuple[Tensor, Tensor]:
        """What one face's patches give, of (C, H, W) features and a (1, H, W) hole."""
        channels = len(background)
        wanted = foreground[None, :, ::2, ::2]
        rows, columns = wanted.shape[2:]
        places = rows * columns
        patches = functional.unfold(background[None, :, ::2, ::2], 3, padding=1)[0].T.view(places, channels, 3, 3)
        norm = patches.flatten(1).norm(dim=1).clamp(min=LEAST_NORM)
        alike = functional.conv2d(wanted, patches / norm[:, None, None, None], padding=1)
        fuse = torch.eye(3)[None, None]
        alike = functional.conv2d(alike.view(1, 1, places, places), fuse, padding=1)
        alike = alike.view(rows, columns, rows, columns).permute(1, 0, 3, 2).reshape(1, 1, places, places)
        alike = functional.conv2d(alike, fuse, padding=1)
        alike = alike.view(columns, rows, columns, rows).permute(1, 0, 3, 2).reshape(1, places, rows, columns)
        touched = functional.max_pool2d(hole[None, :, ::2, ::2], 3, stride=1, padding=1).flatten()
        masked = (SOFTMAX_SCALE * alike).masked_fill(touched[None, :, None, None] > 0, torch.finfo(alike.dtype).min)
        attention = masked.softmax(1)
        raw = functional.unfold(background[None], 4, stride=2, padding=1)[0].T.view(places, channels, 4, 4)
        pasted = functional.conv_transpose2d(attention, raw, stride=2, padding=1)
        overlaps = functional.conv_transpose2d(torch.ones(1, 1, rows, columns), torch.ones(1, 1, 4, 4), None, 2, 1)
        return (pasted / overlaps)[0], attention.view(rows, columns, rows, columns)


class PublishedPartialConv(PartialConv2d):
    """Partial convolution as its paper draws it: the mask passes a convolution of ones as large as the features'."""

    def forward(self, features: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Features and their mask."""
        assert mask is not None
        with torch.no_grad():
            ones = self.get_buffer("ones")
            count = functional.conv2d(mask, ones, stride=self.stride, padding=self.padding)
            known = count.clamp(0, 1)
            scale = ones[0].numel() / (count + self.EPSILON) * known
        made = functional.conv2d(features * mask, self.weight, self.bias, self.stride, self.padding)
        if self.bias is None:
            return made * scale, known
        bias = self.bias.view(1, -1, 1, 1)
        return ((made - bias) * scale + bias) * known, known


def as_published(model: nn.Module) -> None:
    """Let attention and partial convolutions compute as published."""
    for module in model.modules():
        if isinstance(module, ContextualAttention):
            module.__class__ = PublishedAttention
        elif isinstance(module, PartialConv2d):
            module.__class__ = PublishedPartialConv
            module.register_buffer("ones", torch.ones_like(module.weight), persistent=False)


def published_deepfill_step(model: DeepFill, faces: FaceBatch, optim: OptimWrapperDict) -> None:
    """A coarse filling and a refined one; the discriminator on completed and on real faces; then the generator."""
    hole, _ = model.holed(faces)
    real = faces.image
    coarse, refined = model.generator(real * (1 - hole), hole)
    completed = real * (1 - hole) + refined * hole

    def verdict(image: Tensor) -> Tensor:
        ((verdicts,),) = model.discriminator(torch.cat([hole, image], 1))
        return verdicts

    told = (1 + verdict(completed.detach())).relu().mean() + (1 - verdict(real)).relu().mean()
    update(optim, told, "discriminator")
    distance = functional.l1_loss(coarse, real) + functional.l1_loss(refined, real)
    model.discriminator.requires_grad_(False)
    update(optim, distance - model.options.adversarial_weight * verdict(completed).mean(), "generator")
    model.discriminator.requires_grad_(True)


def published_partial_step(model: PartialConvolution, faces: FaceBatch, optim: OptimWrapperDict) -> None:
    """What is made, what is completed by it and the face go through VGG-16 in a pass each."""
    hole, _ = model.holed(faces)
    made = model.generator(faces.image * (1 - hole), hole)
    update(optim, reconstruction(model.options, model.reconstruction.vgg, made, faces.image, hole), "generator")


def published_sc_fegan_step(model: ScFegan, faces: FaceBatch, optim: OptimWrapperDict) -> None:
    """A filling by hints; the discriminator on completed faces, on real ones and between them; then the generator."""
    hole, hints = model.holed(faces)
    real, options = faces.image, model.options
    noise = torch.randn_like(hole)
    made = model.generator(torch.cat([real * (1 - hole), hints, hole, noise * hole], 1))
    completed = real * (1 - hole) + made * hole

    def verdict(image: Tensor) -> Tensor:
        ((verdicts,),) = model.discriminator(torch.cat([hole, hints, image], 1))
        return verdicts

    told = (1 + verdict(completed.detach())).relu().mean() + (1 - verdict(real)).relu().mean()
    share = torch.rand(len(real), 1, 1, 1)
    between = (share * real + (1 - share) * completed.detach()).requires_grad_()
    judged = verdict(between).flatten(1).mean(1)
    (slope,) = torch.autograd.grad(judged, between, torch.ones_like(judged), create_graph=True)
    penalty = (slope.flatten(1).norm(dim=1) - 1).square().mean()
    update(optim, told + options.gradient_penalty_weight * penalty, "discriminator")
    loss = reconstruction(options, model.reconstruction.vgg, made, real, hole)
    model.discriminator.requires_grad_(False)
    update(optim, loss - options.adversarial_weight * verdict(completed).mean(), "generator")
    model.discriminator.requires_grad_(True)


def reconstruction(
    options: ReconstructionOptions, vgg: VGGFeatures | None, made: Tensor, real: Tensor, hole: Tensor
) -> Tensor:
    """Pixels in the hole and outside of it, smoothness, and VGG-16's features and their correlations."""
    assert vgg is not None
    known, completed = 1 - hole, real * (1 - hole) + made * hole
    loss = options.valid_weight * functional.l1_loss(made * known, real * known)
    loss = loss + options.hole_weight * functional.l1_loss(made * hole, real * hole)
    near = functional.max_pool2d(hole, 3, stride=1, padding=1)
    down = (completed[:, :, 1:] - completed[:, :, :-1]) * near[:, :, 1:] * near[:, :, :-1]
    right = (completed[..., 1:] - completed[..., :-1]) * near[..., 1:] * near[..., :-1]
    loss = loss + options.tv_weight * (down.abs().mean() + right.abs().mean())
    of_completed, of_made, of_real = vgg.features(completed), vgg.features(made), vgg.features(real)
    for level, wanted in enumerate(of_real):
        for found in (of_completed[level], of_made[level]):
            loss = loss + options.perceptual_weight * functional.l1_loss(found, wanted)
            loss = loss + options.style_weight * functional.l1_loss(correlations(found), correlations(wanted))
    return loss


def correlations(features: Tensor) -> Tensor:
    """Of channels, (N, C, C), over the features' number."""
    count, channels, height, width = features.shape
    flat = features.view(count, channels, height * width)
    return torch.bmm(flat, flat.transpose(1, 2)) / (channels * height * width)


def with_vgg(method: Callable[..., Any], options: dict[str, Any]) -> Any:
    """A method that learns by a VGG-16 with random weights."""
    return method(SIZE, **options, vgg16_weights=random_vgg(16))


CASES = (
    *(
        Case(
            f"DeepFill, {kind} convolutions",
            partial(build, SIZE, convolution=kind, **DEEPFILL),
            published_deepfill_step,
            as_published=as_published,
        )
        for kind in ("gated", "plain")
    ),
    Case(
        "Partial convolution",
        partial(with_vgg, build, PARTIAL),
        published_partial_step,
        batch=PERCEPTUAL_BATCH,
        stage=TRAINING,
        as_published=as_published,
    ),
    Case("SC-FEGAN", partial(with_vgg, ScFegan, SC_FEGAN), published_sc_fegan_step, batch=PERCEPTUAL_BATCH),
)

if __name__ == "__main__":
    compare_all(CASES)
