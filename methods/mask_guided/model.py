"""Mask-Guided Portrait Editing under the harness: a parser learns first, then faces are painted part by part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import torch
from mmengine.optim import OptimWrapperDict
from torch import Tensor, nn
from torch.nn import functional

from methods.base import EditBatch, FaceBatch, Stage, one_hot
from methods.labels import NUM_LABELS
from methods.layers.adam import adam_for_each
from methods.layers.gan_losses import CrossEntropy
from methods.layers.gaussian import gaussian_divergence, gaussian_sample
from methods.layers.initialisation import init_he, init_normal
from methods.layers.parsing_unet import ParsingUNet
from methods.layers.patch_discriminator import MultiscaleDiscriminator
from methods.layers.perceptual import PerceptualLoss
from methods.mask_guided.face_parts import background, part_regions
from methods.mask_guided.losses import image_distance, over_present, part_distance, perceptual_distance
from methods.mask_guided.options import MaskGuidedOptions
from methods.mask_guided.painter import Painter, PartFeatures
from methods.shared.conditional_gan import GANTrainer, LossWeights, frozen
from methods.shared.iteration_count import IterationCount
from methods.shared.one_stage import one_stage
from methods.shared.working_size import enlarged, shrunk, shrunk_tasks, size_note, working_size

PARSING, PAINTING = "parsing", "painting"
LENDING = {"source image", "source mask", "region"}
"""What tasks must have for a source to lend parts."""


class MaskGuided(IterationCount):
    """Mask-Guided Portrait Editing (Gu et al., "Mask-Guided Portrait Editing with Conditional GANs", CVPR 2019).

    Args:
        size: side of the images in pixels, divisible by 16 and by every halving.
        options: those of `MaskGuidedOptions`.

    Raises:
        ValueError: for a size or an option that no network could be built with.
        CheckpointError: for VGG weights that cannot be read.
    """

    def __init__(self, size: int, **options: Any) -> None:
        super().__init__()
        self.options = config = MaskGuidedOptions(**options)
        self.full_size, self.size = size, working_size(size, config.max_size)
        config.require_size(self.size)
        self.parser = ParsingUNet(NUM_LABELS, config.parser_scale)
        init_he(self.parser)
        self.painter = Painter(self.size, config)
        self.discriminators = nn.ModuleDict(
            {
                name: MultiscaleDiscriminator(NUM_LABELS + 3, config.ndf, config.n_layers_d, config.num_d)
                for name in ("own", "others")
            }
        )
        init_normal(self.discriminators)
        matched = config.feature_matching_weight if config.feature_matching else 0.0
        weights = {
            "own": LossWeights(feature_matching=matched, l1=config.l1_weight),
            "others": LossWeights(feature_matching=0.0),
        }
        self.trainers = {
            name: GANTrainer(network, CrossEntropy(), weights[name]) for name, network in self.discriminators.items()
        }
        self.perceptual: PerceptualLoss | None = None
        if config.perceptual and config.vgg_weights is not None:
            self.perceptual = PerceptualLoss(config.vgg_weights, imagenet_input=config.vgg_imagenet_input)
        self.stage_name: str | None = None
        self.latest: dict[str, Tensor] = {}

    def stages(self) -> Sequence[Stage]:
        """The parser, then the painter by it."""
        options = self.options
        parsing = Stage(
            name=PARSING,
            iterations=options.parser_iterations,
            batch_size=options.parser_batch_size,
            ema=("parser",),
            ema_decay=options.ema_decay,
            schedulers={"parser": options.schedule(options.parser_iterations)},
            edits=False,
        )
        return (parsing, *one_stage(PAINTING, options, ("painter", "discriminators"), ("painter",)))

    def begin_stage(self, stage: Stage) -> None:
        """Let gradients into the parser in its own stage only."""
        super().begin_stage(stage)
        self.stage_name = stage.name
        self.latest = {}
        self.parser.requires_grad_(stage.name == PARSING)
        self.train(self.training)

    def train(self, mode: bool = True) -> Self:
        """Set the mode; once trained, the parser stays in eval mode."""
        super().train(mode)
        if self.stage_name == PAINTING:
            self.parser.eval()
        return self

    def optimizers(self, stage: Stage) -> OptimWrapperDict:
        """Adam for the parser, or for the painter and for both discriminators together."""
        options = self.options
        betas = (options.beta1, options.beta2)
        if stage.name == PARSING:
            return adam_for_each(self, {"parser": options.parser_lr}, betas)
        return adam_for_each(self, {"painter": options.lr, "discriminators": options.d_lr}, betas)

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, Tensor]:
        """One update of the parser, or of a discriminator and the painter.

        The painter's losses are those of its last turn with own parts and of its last turn with others'.
        """
        faces = shrunk(faces, self.size)
        if self.stage_name == PARSING:
            entropy = functional.cross_entropy(self.parser(faces.image).float(), faces.mask.long())
            optim["parser"].update_params(entropy)
            return {"cross_entropy": entropy.detach()}
        own = self.iteration % 2 == 0 or not self.options.unpaired
        self.iteration += 1
        self.latest = self.latest | self._painting_step(faces, optim, own=own)
        return dict(self.latest)

    def _painting_step(self, faces: FaceBatch, optim: OptimWrapperDict, *, own: bool) -> dict[str, Tensor]:
        """Paint faces of their own parts, or of those of another of the batch."""
        options, painter = self.options, self.painter
        label, image = one_hot(faces.mask), faces.image
        shown, present = painter.images_of_parts(image, label)
        features, divergences = {}, []
        for name, network in painter.autoencoders.items():
            mean, log_variance = network.encode(shown[name])
            features[name] = network.decode(gaussian_sample(mean, log_variance))
            divergences.append(gaussian_divergence(mean, log_variance).sum(dim=1))
        rebuilt = {name: network.paint(features[name]) for name, network in painter.autoencoders.items()}
        divergence = over_present(torch.stack(divergences, dim=1), present)
        extra = {"autoencoding": options.autoencoding_weight * part_distance(rebuilt, shown, present)}
        if options.kl_weight:
            extra["weighted_kl"] = options.kl_weight * divergence

        parts, seen = PartFeatures(features, present), background(label)
        if not own:
            order = torch.randperm(len(faces), device=image.device)
            parts = parts.of_faces(order)
            # As in edits, where the parts' own mask covers what is seen too.
            seen = seen * background(label[order])
        fake = painter.paint(parts, label, image, seen).float()
        if options.parsing_weight:
            entropy = functional.cross_entropy(self.parser(fake.to(image.dtype)).float(), faces.mask.long())
            extra["parsing"] = options.parsing_weight * entropy
        if own:
            extra |= self._distances(fake, image, label, shown, present)

        trainer = self.trainers["own" if own else "others"]
        told = trainer.discriminator_loss(label, fake, image)
        optim["discriminators"].update_params(told)
        with frozen(trainer.discriminator):
            losses = trainer.generator_losses(label, fake, image) | extra
            optim["painter"].update_params(torch.stack(list(losses.values())).sum())
        losses |= {"discriminator": told, "kl": divergence}
        return {name if own else f"others_{name}": value.detach() for name, value in losses.items()}

    def _distances(
        self, fake: Tensor, image: Tensor, label: Tensor, shown: Mapping[str, Tensor], present: Tensor
    ) -> dict[str, Tensor]:
        """Weighted distances to the faces, of those painted of their own parts."""
        options = self.options
        losses = {}
        if options.image_weight:
            losses["image"] = options.image_weight * image_distance(fake, image)
        if options.part_weight:
            painted, _ = self.painter.images_of_parts(fake, label)
            losses["parts"] = options.part_weight * part_distance(painted, shown, present)
        if self.perceptual is not None and options.perceptual_weight:
            apart = perceptual_distance(self.perceptual, fake, image, part_regions(label))
            losses["perceptual"] = options.perceptual_weight * apart
        return losses

    def edit(self, tasks: EditBatch) -> Tensor:
        """Faces of the target's parts, or the source's where it lends them, by the requested masks: (N, 3, H, W).

        The background is seen where neither the requested mask nor the target's own covers it.
        """
        lent = self._lent(tasks)
        small = shrunk_tasks(tasks, self.size)
        label, own = one_hot(small.mask), one_hot(small.target.mask)
        parts = self.painter.most_likely(small.target.image, own)
        if lent is not None:
            others = self.painter.most_likely(small.source.image, one_hot(small.source.mask))
            parts = others.where(lent, parts)
        seen = background(label) * background(own)
        painted = self.painter.paint(parts, label, small.target.image, seen)
        return enlarged(painted, tasks.target.image.shape[-1])

    def _lent(self, tasks: EditBatch) -> Tensor | None:
        """Which parts the source lends, (N, 5) bool: those at least half of whose requested pixels may change."""
        if not (self.options.lends_parts and tasks.transferred) or LENDING & tasks.lacks.keys():
            return None
        regions = part_regions(one_hot(tasks.mask))
        inside = (regions * tasks.region[:, None]).sum(dim=(2, 3))
        area = regions.sum(dim=(2, 3))
        return (area > 0) & (inside >= area / 2)

    def published_networks(self) -> Mapping[str, nn.Module]:
        """The painter, and the parser and the discriminators to train on; keys are those of this implementation."""
        discriminators = {f"discriminator_{name}": network for name, network in self.discriminators.items()}
        return {"painter": self.painter, "parser": self.parser, **discriminators}

    def provenance(self) -> Mapping[str, str]:
        """Which loss terms took part, who parsed, and at which size it works, where that is not the comparison's."""
        return {**self.options.provenance(), **size_note(self.full_size, self.size)}
