"""Conditional adversarial training (Wang et al., CVPR 2018): images judged together with their masks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

import torch
from mmengine.optim import OptimWrapperDict
from torch import Tensor, nn

from methods.layers.feature_matching import feature_matching_loss
from methods.layers.gan_losses import AdversarialLoss
from methods.layers.gradient_penalty import gradient_penalty
from methods.layers.perceptual import PerceptualLoss
from methods.shared.adversarial_options import AdversarialOptions


@dataclass(frozen=True)
class LossWeights:
    """Weights of the generator's terms, and of the penalty on the discriminator's slope; 0 leaves a term out."""

    adversarial: float = 1.0
    feature_matching: float = 10.0
    perceptual: float = 10.0
    l1: float = 0.0
    gradient_penalty: float = 0.0


class GANTrainer:
    """Trains one discriminator against whatever makes images from masks.

    Args:
        discriminator: of one-hot masks and images, concatenated: a `MultiscaleDiscriminator` or a `PatchDiscriminator`.
            What else an image is judged with may take the masks' place, here and below, such as the hole that it fills.
        adversarial: how its verdicts count.
        weights: of the terms.
        perceptual: the perceptual term, if any.
        simultaneous: whether the images are judged once for both updates, by the discriminator as it was before either;
            else the generators meet the discriminator that has just learnt from their images.
        separate: whether generated and real images are judged in a pass each, as a discriminator with batch norm needs.
    """

    def __init__(
        self,
        discriminator: nn.Module,
        adversarial: AdversarialLoss,
        weights: LossWeights,
        perceptual: PerceptualLoss | None = None,
        *,
        simultaneous: bool = False,
        separate: bool = False,
    ) -> None:
        self.discriminator = discriminator
        self.adversarial = adversarial
        self.weights = weights
        self.perceptual = perceptual
        self.simultaneous = simultaneous
        self.separate = separate

    @classmethod
    def from_options(
        cls,
        options: AdversarialOptions,
        discriminator: nn.Module,
        adversarial: AdversarialLoss,
        *,
        simultaneous: bool = False,
    ) -> Self:
        """With the weights of a method's options, and the perceptual term where it is on and has weights.

        Raises:
            CheckpointError: for VGG weights that cannot be read.
        """
        weights = LossWeights(
            feature_matching=options.feature_matching_weight if options.feature_matching else 0.0,
            perceptual=options.perceptual_weight,
            l1=options.l1_weight,
        )
        perceptual = None
        if options.perceptual and options.vgg_weights is not None:
            perceptual = PerceptualLoss(options.vgg_weights, imagenet_input=options.vgg_imagenet_input)
        return cls(discriminator, adversarial, weights, perceptual, simultaneous=simultaneous)

    def discriminator_loss(self, label: Tensor, fake: Tensor, real: Tensor) -> Tensor:
        """Loss of telling `real` from `fake`, with the penalty on the slope; no gradient reaches what made `fake`.

        Args:
            label: (N, 19, H, W) one-hot masks.
            fake: (N, 3, H, W) generated images.
            real: (N, 3, H, W) real images.
        """
        shown = torch.cat([label, fake.detach().to(real.dtype)], 1), torch.cat([label, real], 1)
        if self.separate:
            of_fake, of_real = (self.discriminator(pairs) for pairs in shown)
        else:
            # Two passes would give the same verdicts (every norm is a sample's own) at twice the calls.
            verdicts = self.discriminator(torch.cat(shown))
            of_fake = [[scale[-1][: len(fake)]] for scale in verdicts]
            of_real = [[scale[-1][len(fake) :]] for scale in verdicts]
        told = self.adversarial.discriminator(of_fake, of_real)
        if self.weights.gradient_penalty:
            penalty = gradient_penalty(lambda images: self._mean_verdict(label, images), real, fake)
            told = told + self.weights.gradient_penalty * penalty
        return told

    def _mean_verdict(self, label: Tensor, images: Tensor) -> Tensor:
        """Verdicts (N,): means over patches, as in the losses; the slope of a sum would be as many times as large."""
        return self.discriminator(torch.cat([label, images], 1))[0][-1].flatten(1).mean(dim=1)

    def generator_losses(self, label: Tensor, fake: Tensor, real: Tensor) -> dict[str, Tensor]:
        """Weighted terms of the generator's loss by name, whose sum is to be minimised.

        Call it under `frozen(discriminator)`, or the discriminator gathers gradients that it must not follow.
        """
        weights = self.weights
        of_fake = self.discriminator(torch.cat([label, fake.to(real.dtype)], 1))
        losses = {"adversarial": weights.adversarial * self.adversarial.generator(of_fake)}
        if weights.feature_matching:
            with torch.no_grad():
                of_real = self.discriminator(torch.cat([label, real], 1))
            layer_weight = self.adversarial.layer_weight(len(of_fake[0]) - 1)
            losses["feature_matching"] = weights.feature_matching * feature_matching_loss(
                of_fake, of_real, layer_weight
            )
        if self.perceptual is not None and weights.perceptual:
            losses["perceptual"] = weights.perceptual * self.perceptual(fake, real)
        if weights.l1:
            losses["l1"] = weights.l1 * (fake.float() - real.float()).abs().mean()
        return losses

    def step(
        self,
        fake: Tensor,
        label: Tensor,
        real: Tensor,
        optim: OptimWrapperDict,
        generators: Sequence[str],
        extra: Mapping[str, Tensor] | None = None,
    ) -> dict[str, Tensor]:
        """The update of the discriminator and that of the networks which made `fake`.

        Args:
            fake: (N, 3, H, W), with the graph of its making.
            label: (N, 19, H, W) one-hot masks.
            real: (N, 3, H, W).
            optim: an optimiser "discriminator" and one by the name of each generator.
            generators: names of the networks that made `fake`.
            extra: further weighted losses of the generators by name.

        Returns:
            Every loss by name, detached.
        """
        to_tell = self.discriminator_loss(label, fake, real)
        if not self.simultaneous:
            optim["discriminator"].update_params(to_tell)
        with frozen(self.discriminator):
            losses = self.generator_losses(label, fake, real) | dict(extra or {})
            optim[generators[0]].backward(torch.stack(list(losses.values())).sum())
        for name in generators:
            optim[name].step()
            optim[name].zero_grad()
        if self.simultaneous:
            optim["discriminator"].update_params(to_tell)
        return {name: value.detach() for name, value in losses.items()} | {"discriminator": to_tell.detach()}


@contextmanager
def frozen(module: nn.Module) -> Iterator[None]:
    """Let gradients pass through `module` without gathering in its parameters."""
    before = [(parameter, parameter.requires_grad) for parameter in module.parameters()]
    module.requires_grad_(False)
    try:
        yield
    finally:
        for parameter, required in before:
            parameter.requires_grad_(required)
