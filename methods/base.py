"""The contract between a face-editing method and the harness: face batches, edit tasks, stages, and `FaceEditor`."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cache
from typing import Any, ClassVar, Self

import torch
from mmengine.model import BaseModel
from mmengine.optim import OptimWrapperDict
from torch import Tensor, nn

from methods.labels import ATTRIBUTES, NUM_LABELS, attribute_columns


class CannotEdit(ValueError):
    """A method cannot do these tasks, and says why; its cells in tables are "–" with that reason."""


@dataclass(frozen=True)
class FaceBatch:
    """N faces at one size.

    Attributes:
        image: (N, 3, H, W) float in [-1, 1], RGB.
        mask: (N, H, W) uint8 labels in 0..18 (`methods.labels.LABELS`).
        attributes: (N, A) float in {0, 1}: CelebA's 40 (`methods.labels.ATTRIBUTES`), and those that the dataset adds.
        ids: the dataset's name of each face.
        loaded_attributes: the attributes on the host, where the batch was moved from there.
        attribute_names: A names, of the attributes' columns.
    """

    image: Tensor
    mask: Tensor
    attributes: Tensor
    ids: tuple[str, ...]
    loaded_attributes: Tensor | None = None
    attribute_names: tuple[str, ...] = ATTRIBUTES

    def __len__(self) -> int:
        return len(self.ids)

    def values_of(self, names: Sequence[str]) -> Tensor:
        """The values of K attributes by name: (N, K), on the attributes' device, which is not waited for.

        Raises:
            InputError: if the dataset does not have one of them.
        """
        return self.attributes[:, _columns(tuple(names), self.attribute_names, self.attributes.device)]

    def to(self, device: torch.device | str, *, channels_last: bool = False) -> Self:
        """Move the tensors; `channels_last` also lays the image out as NHWC in memory."""
        layout = torch.channels_last if channels_last else torch.preserve_format
        return replace(
            self,
            image=self.image.to(device, memory_format=layout, non_blocking=True),
            mask=self.mask.to(device, non_blocking=True),
            attributes=self.attributes.to(device, non_blocking=True),
            loaded_attributes=self.attributes if self.attributes.is_cpu else self.loaded_attributes,
        )

    def pin_memory(self) -> Self:
        """The same in page-locked memory, from which a GPU copies while the host continues."""
        return replace(
            self,
            image=self.image.pin_memory(),
            mask=self.mask.pin_memory(),
            attributes=self.attributes.pin_memory(),
        )

    @property
    def attributes_on_host(self) -> Tensor:
        """The attributes in the host's memory, for choices made there; no device is waited for after `to`."""
        return self.attributes.cpu() if self.loaded_attributes is None else self.loaded_attributes


@dataclass(frozen=True)
class EditBatch:
    """N edit tasks, as a protocol gives them to every method.

    Attributes:
        target: the faces being edited; they give identity and style.
        source: the faces that lend an attribute or a geometry.
        mask: (N, H, W) uint8, the requested geometry: at another strength than 1, as far as that goes.
        attributes: (N, A) float in {0, 1}, the requested attributes; their columns are those of `target`.
        region: (N, H, W) bool, where change is allowed.
        oracle: (N, 3, H, W) float in [-1, 1], the true result, where the dataset knows it.
        instructions: N sentences that say in words what to do; empty where nobody said it.
        transferred: the attribute that each task transfers; empty where the tasks transfer none.
        lacks: inputs that the tasks could not be given, by the words of methods' cards, with the reason. A mask that is
            named here is the target's own.
        strength: (N,) float from 0, how far each edit is to go: 0 leaves the target, 1 is the whole edit; None is 1.
        sketch: (N, H, W) float in {0, 1}, lines that the result is to have within the region; 0 outside of it.
        colour: (N, 3, H, W) float in [-1, 1], colours that the result is to have within the region; 0 outside of it.
    """

    target: FaceBatch
    source: FaceBatch
    mask: Tensor
    attributes: Tensor
    region: Tensor
    oracle: Tensor | None = None
    instructions: tuple[str, ...] = ()
    transferred: tuple[str, ...] = ()
    lacks: Mapping[str, str] = field(default_factory=dict)
    strength: Tensor | None = None
    sketch: Tensor | None = None
    colour: Tensor | None = None

    def __len__(self) -> int:
        return len(self.target)

    def values_of(self, names: Sequence[str]) -> Tensor:
        """The requested values of K attributes by name: (N, K); as `FaceBatch.values_of`."""
        return self.attributes[:, _columns(tuple(names), self.target.attribute_names, self.attributes.device)]

    def to(self, device: torch.device | str) -> Self:
        """Move every tensor."""
        moved: dict[str, Any] = {}
        for each in fields(self):
            value = getattr(self, each.name)
            moved[each.name] = value.to(device) if isinstance(value, Tensor | FaceBatch) else value
        return replace(self, **moved)


@dataclass(frozen=True)
class SharedStage:
    """What a stage leaves, and what decides it: variants that agree in the latter train the stage once.

    A method declares this of a stage only where a test checks it to the bit.

    Attributes:
        networks: module names of the editor that the stage changes; it changes no other.
        decided_by: values by name that decide them, beside the stage's own fields, the images' size, the seed, the
            faces and the code. Whatever of other stages matters is among them, the networks' first weights included.
    """

    networks: tuple[str, ...]
    decided_by: Mapping[str, Any]


@dataclass(frozen=True)
class Stage:
    """One phase of a method's training, run as one mmengine `Runner`.

    Attributes:
        name: names the stage's checkpoints and log lines.
        iterations: optimiser iterations; 0 skips the stage.
        batch_size: faces per iteration.
        ema: module names of the editor whose exponential moving average replaces them at the stage's end.
        ema_decay: the average's decay an iteration; 0 keeps none.
    """

    name: str
    iterations: int
    batch_size: int
    ema: tuple[str, ...] = ()
    ema_decay: float = 0.999
    schedulers: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    """mmengine parameter-scheduler configs by optimiser name, e.g. a linear decay."""
    shared: SharedStage | None = None
    """What makes the stage the same in several variants; None trains it again in each."""
    balanced_by: str | None = None
    """Attribute that half of each batch's faces have, and the other half lack, however rare it is; None takes faces as
    they come."""
    edits: bool = True
    """Whether the model edits with what this stage trains, so that edits of validation faces show how far it is."""


@dataclass(frozen=True)
class Probe:
    """What a model has learned of faces that no edit shows, such as to reconstruct masks.

    Attributes:
        figures: by name.
        pictures: by name, what was made of the N faces: (N, 3, H, W) images in [-1, 1], or (N, H, W) uint8 labels.
    """

    figures: Mapping[str, float]
    pictures: Mapping[str, Tensor] = field(default_factory=dict)


class Trainable(BaseModel):
    """A model that learns from faces in stages, each under one mmengine `Runner`. Editors are, and judges too.

    Attributes:
        shares_batches: whether a step comes to the same where several processes have a share of its batch each: it
            draws, mixes and sums over faces by `methods.layers.whole_batch` alone, takes gradients of means over faces
            by its optimisers' steps, and keeps no state that depends on which faces it saw but what follows the whole
            batch. Nor does it matter then that a step is taken on one part of the batch after another, as gradients are
            accumulated: the model counts iterations at the last part alone (`whole_batch.is_last_part`). A model of
            which this is False trains in one process, on whole batches.
        compiled_networks: names of the modules that `torch.compile` takes where training is to be compiled. A network
            whose gradient has a gradient taken of it is none of them: compiled code has no second derivative.
    """

    shares_batches: ClassVar[bool] = False
    compiled_networks: ClassVar[tuple[str, ...]] = ()

    def stages(self) -> Sequence[Stage]:
        """Training phases in order; empty for a model that learns nothing."""
        return ()

    def begin_stage(self, stage: Stage) -> None:
        """Prepare the networks for `stage` (freeze, copy, reset). Called before `optimizers`, on resume too."""

    def optimizers(self, stage: Stage) -> OptimWrapperDict:
        """One optimiser a network that `stage` trains."""
        raise NotImplementedError(f"{type(self).__name__} declares stages and must give their optimisers")

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, Tensor]:
        """One iteration of the current stage: forward, backward, and optimiser steps. Returns scalar losses to log."""
        raise NotImplementedError(f"{type(self).__name__} declares stages and must define their step")

    def probe(self, faces: FaceBatch) -> Probe | None:
        """What the stage last begun has learned that no edit shows; None where edits show all there is.

        Called on validation faces in eval mode under `torch.inference_mode`; its figures stand beside those of edits.
        """
        return None


class FaceEditor(Trainable):
    """A face-editing method under the harness.

    A subclass is built with the options of its card (`method.yaml`) as keyword arguments, plus `size`, the side of the
    square images in pixels. Methods without learning keep the default empty `stages`.
    """

    @abstractmethod
    def edit(self, tasks: EditBatch) -> Tensor:
        """Edit N faces: (N, 3, H, W) in [-1, 1]. Called in eval mode under `torch.inference_mode`; deterministic.

        Raises:
            CannotEdit: if the tasks lack what the method needs.
        """

    def published_networks(self) -> Mapping[str, nn.Module]:
        """Networks that take a published `state_dict`, by role; the first is what `--checkpoint` alone loads."""
        return {}

    def published_key(self, role: str, key: str) -> str:
        """The key in the network `role` that a published checkpoint calls `key`."""
        return key

    def provenance(self) -> Mapping[str, str]:
        """Facts about this run's training that its result must state, such as where perceptual weights came from."""
        return {}

    def close(self) -> None:
        """Free what the method has outside of its tensors, such as a process; it may be asked to edit again."""

    def forward(self, *args: Any, **kwargs: Any) -> Tensor:
        """Edit the tasks given (mmengine's models must define `forward`)."""
        return self.edit(*args, **kwargs)


@cache
def _columns(names: tuple[str, ...], known: tuple[str, ...], device: torch.device) -> Tensor:
    """The numbers of columns, moved to a device once, so that later steps do not wait for it."""
    with torch.inference_mode(mode=False):
        return torch.tensor(attribute_columns(names, known), device=device)


def one_hot(mask: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
    """Label map (N, H, W) in 0..18 to one-hot (N, 19, H, W)."""
    planes = torch.zeros(*mask.shape, NUM_LABELS, dtype=dtype, device=mask.device)
    return planes.scatter_(3, mask.long()[..., None], 1).permute(0, 3, 1, 2)
