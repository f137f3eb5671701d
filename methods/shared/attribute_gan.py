"""Methods whose one generator gives a face attributes, against a Wasserstein critic that also reads them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import torch
from mmengine.optim import OptimWrapperDict
from torch import Tensor, nn

from methods.base import EditBatch, FaceBatch, Stage
from methods.layers import whole_batch
from methods.layers.adam import adam_for_each
from methods.layers.attribute_critic import classification_loss, discriminator_losses
from methods.shared.attribute_gan_options import AttributeGANOptions
from methods.shared.conditional_gan import frozen
from methods.shared.iteration_count import IterationCount
from methods.shared.one_stage import one_stage
from methods.shared.requested_attributes import requested_changes, strength_of, where_changed
from methods.shared.working_size import shrunk, size_note

STAGE = "translation"


class ClassificationWeights(NamedTuple):
    """Weights of the cross-entropy, summed over attributes, of what the critic reads off real and off made faces."""

    real: float
    fake: float


class AttributeGAN(IterationCount):
    """A generator of faces with requested attributes, and its critic.

    Args:
        size: side of the images in pixels.
        work: side at which the networks work (`methods.shared.working_size`).
        options: of the method.
        generator: makes faces.
        discriminator: gives (N, ...) verdicts and (N, K) logits of attributes, a face's from that face alone.
        classification: weights of reading attributes.
    """

    options: AttributeGANOptions

    def __init__(
        self,
        size: int,
        work: int,
        options: AttributeGANOptions,
        generator: nn.Module,
        discriminator: nn.Module,
        classification: ClassificationWeights,
    ) -> None:
        super().__init__()
        self.options = options
        self.full_size, self.size = size, work
        self.generator = generator
        self.discriminator = discriminator
        self.classification = classification
        self.generator_losses: dict[int, dict[str, Tensor]] = {}

    @abstractmethod
    def translate_and_rebuild(
        self, image: Tensor, requested: Tensor, own: Tensor
    ) -> tuple[Tensor, Callable[[], Tensor]]:
        """Faces with the requested attributes, and what makes the given faces anew, to be compared with them.

        Args:
            image: (N, 3, H, W) faces in [-1, 1].
            requested: (N, K) in {0, 1}.
            own: (N, K), the faces' attributes.
        """

    @abstractmethod
    def edited(self, image: Tensor, requested: Tensor, own: Tensor, strength: Tensor) -> Tensor:
        """What an edit shows: (N, 3, H, W) in [-1, 1] and float32.

        Args:
            image: as for `translate_and_rebuild`, and so are `requested` and `own`.
            requested: what it is to have.
            own: what it has.
            strength: (N, 1), how far from `own` to `requested` it is to go; 1 is all the way.
        """

    def stages(self) -> Sequence[Stage]:
        """One stage; both rates fall over its last part."""
        return one_stage(STAGE, self.options, ("generator", "discriminator"), ("generator",))

    def begin_stage(self, stage: Stage) -> None:
        """Begin with the generator's turn."""
        super().begin_stage(stage)
        self.generator_losses = {}

    def optimizers(self, stage: Stage) -> OptimWrapperDict:
        """Adam for each network."""
        options = self.options
        betas = (options.beta1, options.beta2)
        rates = {"generator": options.generator_lr, "discriminator": options.discriminator_lr}
        return adam_for_each(self, rates, betas)

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, Tensor]:
        """The discriminator's update, and every `n_critic`-th time the generator's, on the same translated faces.

        Each face gets the attributes of another of the batch: inverted ones would be mixes that no face has. The
        generator's losses are those of its last turn, a part's where gradients are accumulated.
        """
        image, own = shrunk(faces, self.size).image, faces.values_of(self.options.attributes)
        of_others = torch.randperm(whole_batch.whole(len(own)), device=own.device)
        requested = whole_batch.gathered(own)[whole_batch.own(of_others)]
        generators_turn = self.iteration % self.options.n_critic == 0
        self.iteration += whole_batch.is_last_part()
        with torch.set_grad_enabled(generators_turn):
            fake, rebuild = self.translate_and_rebuild(image, requested, own)
        weights = self.classification.real, self.options.gradient_penalty_weight
        losses = discriminator_losses(self.discriminator, image, fake, own, *weights)
        optim["discriminator"].update_params(torch.stack(list(losses.values())).sum())
        if generators_turn:
            self.generator_losses[whole_batch.part()] = self._generator_step(image, fake, requested, rebuild, optim)
        shown = self.generator_losses.get(whole_batch.part(), {})
        return {name: value.detach() for name, value in losses.items()} | shown

    def _generator_step(
        self,
        image: Tensor,
        fake: Tensor,
        requested: Tensor,
        rebuild: Callable[[], Tensor],
        optim: OptimWrapperDict,
    ) -> dict[str, Tensor]:
        with frozen(self.discriminator):
            verdicts, logits = self.discriminator(fake)
            losses = {
                "adversarial": -verdicts.float().mean(),
                "classification_fake": self.classification.fake * classification_loss(logits, requested),
            }
            if self.options.reconstruction_weight:
                distance = (rebuild() - image.float()).abs().mean()
                losses["reconstruction"] = self.options.reconstruction_weight * distance
            optim["generator"].update_params(torch.stack(list(losses.values())).sum())
        return {name: value.detach() for name, value in losses.items()}

    def edit(self, tasks: EditBatch) -> Tensor:
        """The targets with the requested attributes, as far as the tasks' strength says: (N, 3, H, W) in [-1, 1].

        A task without any keeps its target.

        Raises:
            CannotEdit: if a task asks for nothing that the networks know.
        """
        names = self.options.attributes
        changes = requested_changes(tasks, names)
        image = shrunk(tasks.target, self.size).image
        made = self.edited(image, tasks.values_of(names), tasks.target.values_of(names), strength_of(tasks))
        return where_changed(changes, made, tasks.target.image)

    def published_networks(self) -> Mapping[str, nn.Module]:
        """The generator, and the discriminator to train on."""
        return {"generator": self.generator, "discriminator": self.discriminator}

    def provenance(self) -> Mapping[str, str]:
        """At which size it works, where that is not the comparison's."""
        return size_note(self.full_size, self.size)
