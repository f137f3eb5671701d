"""Methods that translate faces between two domains: without one attribute, and with it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Final

import torch
from mmengine.optim import OptimWrapperDict
from torch import Tensor, nn

from methods.base import EditBatch, FaceBatch, FaceEditor, Stage
from methods.labels import attribute_columns
from methods.layers.adam import adam_for_each
from methods.shared.attribute_pairs import draw_pairs
from methods.shared.domain_pair_options import DomainPairOptions
from methods.shared.one_stage import one_stage
from methods.shared.requested_attributes import requested_changes, where_changed
from methods.shared.working_size import shrunk, size_note, working_size

STAGE: Final = "translation"
OTHER: Final[Mapping[str, str]] = {"with": "without", "without": "with"}
"""The domains, each with the one that faces come from to be translated to it."""


class DomainPairEditor(FaceEditor):
    """A translation to each domain, and a discriminator for each.

    A subclass adds `generators` and `discriminators`, modules with whatever networks it has.

    Args:
        size: side of the images in pixels.
        options: of the method.
    """

    options: DomainPairOptions
    generators: nn.ModuleDict
    discriminators: nn.ModuleDict

    def __init__(self, size: int, options: DomainPairOptions) -> None:
        super().__init__()
        self.options = options
        self.full_size, self.size = size, working_size(size, options.max_size)

    @abstractmethod
    def translate(self, domain: str, image: Tensor) -> Tensor:
        """(N, 3, H, W) faces in [-1, 1] of the other domain made ones of the domain "with" or "without", in float32."""

    def stages(self) -> Sequence[Stage]:
        """One stage, half of whose faces have the attribute."""
        networks = "generators", "discriminators"
        return one_stage(STAGE, self.options, networks, ("generators",), balanced_by=self.options.attribute)

    def optimizers(self, stage: Stage) -> OptimWrapperDict:
        """Adam for all generators together, and for all discriminators together."""
        options = self.options
        rates = {"generators": options.lr, "discriminators": options.d_lr}
        return adam_for_each(self, rates, (options.beta1, options.beta2), options.weight_decay)

    def domains(self, faces: FaceBatch) -> dict[str, Tensor]:
        """The images of a batch by domain, as many in each: (N // 2, 3, H, W) in [-1, 1]."""
        image = shrunk(faces, self.size).image
        columns = attribute_columns((self.options.attribute,), faces.attribute_names)
        pairs = draw_pairs(faces.attributes_on_host[:, columns])
        having, lacking = (image[side.to(image.device, non_blocking=True)] for side in (pairs.first, pairs.second))
        return {"with": having, "without": lacking}

    def edit(self, tasks: EditBatch) -> Tensor:
        """The targets with the attribute added or removed: (N, 3, H, W) in [-1, 1]; other changes are passed over.

        Raises:
            CannotEdit: if a task asks for a change, and not for that of the attribute.
        """
        changes = requested_changes(tasks, (self.options.attribute,))
        image = shrunk(tasks.target, self.size).image
        wanted = tasks.values_of((self.options.attribute,))[:, 0] > 0
        made = torch.empty_like(image, dtype=torch.float32)
        for domain, chosen in (("with", wanted), ("without", ~wanted)):
            rows = chosen.nonzero().flatten()
            if len(rows):
                made[rows] = self.translate(domain, image[rows])
        return where_changed(changes, made, tasks.target.image)

    def published_networks(self) -> Mapping[str, nn.Module]:
        """The generators, and the discriminators to train on."""
        generators = {f"generator_{name}": network for name, network in self.generators.items()}
        return generators | {f"discriminator_{name}": network for name, network in self.discriminators.items()}

    def provenance(self) -> Mapping[str, str]:
        """At which size it works, where that is not the comparison's."""
        return size_note(self.full_size, self.size)


def distance(one: Tensor, other: Tensor) -> Tensor:
    """Mean absolute difference of two batches of images, in float32."""
    return (one.float() - other.float()).abs().mean()


def total(losses: Mapping[str, Tensor]) -> Tensor:
    """The sum of weighted losses."""
    return torch.stack(list(losses.values())).sum()
