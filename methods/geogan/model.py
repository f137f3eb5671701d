"""GeoGAN under the harness: one face's attribute is warped onto another, which then gives it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from mmengine.optim import OptimWrapperDict
from torch import Tensor, nn
from torch.nn import functional

from methods.base import EditBatch, FaceBatch, Stage, one_hot
from methods.geogan.discriminator import Discriminator
from methods.geogan.flow import landmark_loss, landmarks, total_variation
from methods.geogan.generator import Generator, Transfer
from methods.geogan.options import GeoGANOptions
from methods.labels import attribute_columns
from methods.layers.adam import adam_for_each
from methods.layers.gan_losses import LeastSquares
from methods.shared.attribute_pairs import draw_pairs
from methods.shared.conditional_gan import frozen
from methods.shared.iteration_count import IterationCount
from methods.shared.one_stage import one_stage
from methods.shared.requested_attributes import requested_changes, where_changed
from methods.shared.working_size import shrunk, size_note, working_size

STAGE = "transfer"


class GeoGAN(IterationCount):
    """GeoGAN (Yin et al., "Instance-level Facial Attributes Transfer with Geometry-Aware Flow", AAAI 2019).

    Args:
        size: side of the images in pixels, divisible by every halving of the networks.
        options: those of `GeoGANOptions`.

    Raises:
        ValueError: for a size or an option that no network could be built with.
    """

    def __init__(self, size: int, **options: Any) -> None:
        super().__init__()
        self.options = config = GeoGANOptions(**options)
        self.full_size, self.size = size, working_size(size, config.max_size)
        config.require_size(self.size)
        self.generator = Generator(config.ngf, config.n_downsampling, config.n_blocks, config.outer_kernel)
        self.discriminator = Discriminator(self.size, config.ndf, config.n_layers_d, config.num_d)
        self.adversarial = LeastSquares()

    def stages(self) -> Sequence[Stage]:
        """One stage, half of whose faces have the attribute."""
        return one_stage(
            STAGE, self.options, ("generator", "discriminator"), ("generator",), balanced_by=self.options.attribute
        )

    def optimizers(self, stage: Stage) -> OptimWrapperDict:
        """Adam for the networks that edit together, and for the discriminator."""
        options = self.options
        betas = (options.beta1, options.beta2)
        return adam_for_each(self, {"generator": options.lr, "discriminator": options.d_lr}, betas)

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, Tensor]:
        """The networks' update, then that of the discriminator on the same edits."""
        faces = shrunk(faces, self.size)
        columns = attribute_columns((self.options.attribute,), faces.attribute_names)
        pairs = draw_pairs(faces.attributes_on_host[:, columns])
        having, lacking = (side.to(faces.image.device, non_blocking=True) for side in (pairs.first, pairs.second))
        refinement = self.options.refinement(self.iteration)
        self.iteration += 1
        given = self.generator.transfer(faces.image[lacking], faces.image[having], refinement)
        removed = self.generator.remove(faces.image[having], given)
        made = torch.cat([given.image, removed])
        wanted = torch.cat([torch.ones(len(having), device=made.device), torch.zeros(len(lacking), device=made.device)])
        shown = torch.cat([having, lacking])
        real, has = faces.image[shown], faces.values_of((self.options.attribute,))[shown, 0]
        with frozen(self.discriminator):
            verdicts, read = self.discriminator(made.to(real.dtype))
            losses = {
                "adversarial": self.adversarial.generator(verdicts),
                "attribute": self.options.attribute_weight * functional.binary_cross_entropy_with_logits(read, wanted),
                **self._distances(faces.image, given, removed, (having, lacking), refinement),
                **self._of_flow(one_hot(faces.mask), given, (having, lacking)),
            }
            optim["generator"].update_params(torch.stack(list(losses.values())).sum())
        told, classified = self._told(made.detach(), real, has)
        optim["discriminator"].update_params(told + classified)
        losses |= {"discriminator": told, "attribute_real": classified}
        return {name: value.detach() for name, value in losses.items()}

    def _distances(
        self, image: Tensor, given: Transfer, removed: Tensor, sides: tuple[Tensor, Tensor], refinement: float
    ) -> dict[str, Tensor]:
        """The way back: the face that lost the attribute takes it from the one that got it, which loses it."""
        if not self.options.cycle_weight:
            return {}
        having, lacking = sides
        back = self.generator.transfer(removed, given.image, refinement)
        freed = self.generator.remove(given.image, back)
        apart = functional.l1_loss(back.image, image[having].float()) + functional.l1_loss(
            freed, image[lacking].float()
        )
        return {"cycle": self.options.cycle_weight * apart}

    def _of_flow(self, label: Tensor, given: Transfer, sides: tuple[Tensor, Tensor]) -> dict[str, Tensor]:
        """Weighted terms of the flow and the mask with which the attribute is given."""
        options = self.options
        losses = {
            "smoothness": options.smoothness_weight * total_variation(given.flow),
            "mask": options.mask_weight * given.mask.mean(),
        }
        if options.landmark_weight:
            points, present = landmarks(label)
            having, lacking = sides
            both = present[having] & present[lacking]
            apart = landmark_loss(given.flow, points[lacking], points[having], both)
            losses["landmarks"] = options.landmark_weight * apart
        return losses

    def _told(self, made: Tensor, real: Tensor, has: Tensor) -> tuple[Tensor, Tensor]:
        """Losses of telling faces from edits, and of reading the attribute off faces."""
        verdicts, read = self.discriminator(torch.cat([made.to(real.dtype), real]))
        of_made = [[scale[-1][: len(made)]] for scale in verdicts]
        of_real = [[scale[-1][len(made) :]] for scale in verdicts]
        classified = functional.binary_cross_entropy_with_logits(read[len(made) :], has)
        return self.adversarial.discriminator(of_made, of_real), self.options.attribute_weight * classified

    def edit(self, tasks: EditBatch) -> Tensor:
        """The targets with the source's attribute, or without their own: (N, 3, H, W) in [-1, 1].

        Raises:
            CannotEdit: if a task asks for a change, and not for that of the attribute.
        """
        changes = requested_changes(tasks, (self.options.attribute,))
        image, other = (shrunk(faces, self.size).image for faces in (tasks.target, tasks.source))
        wanted = tasks.values_of((self.options.attribute,))[:, 0] > 0
        refinement = self.options.refinement_weight
        made = torch.empty_like(image, dtype=torch.float32)
        for adds, chosen in ((True, wanted), (False, ~wanted)):
            rows = chosen.nonzero().flatten()
            if not len(rows):
                continue
            if adds:
                made[rows] = self.generator.transfer(image[rows], other[rows], refinement).image
            else:
                made[rows] = self.generator.remove(
                    image[rows], self.generator.transfer(other[rows], image[rows], refinement)
                )
        return where_changed(changes, made, tasks.target.image)

    def published_networks(self) -> Mapping[str, nn.Module]:
        """The networks that edit, and the discriminator to train on; keys are those of this implementation."""
        return {"generator": self.generator, "discriminator": self.discriminator}

    def provenance(self) -> Mapping[str, str]:
        """What stands for landmarks, and at which size it works, where that is not the comparison's."""
        points = "off" if not self.options.landmark_weight else "centres of the masks' parts in place of 68 points"
        return {"landmarks": points, **size_note(self.full_size, self.size)}
