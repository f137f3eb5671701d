"""What a training step has to do and to hold, counted without a device: operations, and bytes of tensors at once."""

from __future__ import annotations

import warnings
import weakref
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import flop_registry

from benchmark.runtime.device import Compute, seed_everything
from benchmark.training.hooks import moving_averages
from methods.base import FaceBatch, Stage, Trainable
from methods.labels import NUM_LABELS

FEW: Final = 3
"""Steps that are counted of a stage whose steps are all alike."""
MANY: Final = 6
"""Of one whose steps take turns: critics are trained up to five times as often as what they judge."""
SMALL_BATCH: Final = 4
"""Faces of a batch where steps are run to be counted."""


class WorkCounter(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts what is computed within it, and how many bytes of tensors are alive at once.

    Operations are those of `torch.utils.flop_counter`, matrix multiplications and convolutions, a multiply-add as two.
    Its own mode does not bear gradients of gradients. Bytes are those of tensors' storages, each once: what the graph
    keeps for the backward pass is among them.

    Attributes:
        flops: so far.
        peak_bytes: the most at once so far.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.flops = 0
        self.peak_bytes = 0
        self._bytes = 0
        self._alive: dict[int, weakref.ref[torch.UntypedStorage]] = {}

    def hold(self, tensors: Iterable[Tensor]) -> None:
        """Count tensors that are there, until they are no more."""
        for tensor in tensors:
            storage = tensor.untyped_storage()
            key, size = id(storage), storage.nbytes()
            if key in self._alive:
                continue

            def forget(_: object, key: int = key, size: int = size) -> None:
                del self._alive[key]
                self._bytes -= size

            self._alive[key] = weakref.ref(storage, forget)
            self._bytes += size
            self.peak_bytes = max(self.peak_bytes, self._bytes)

    def __torch_dispatch__(
        self, function: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Do what was asked for, and count it."""
        given = kwargs or {}
        out = function(*args, **given)
        count = flop_registry.get(function._overloadpacket)
        if count is not None:
            self.flops += count(*args, **given, out_val=out)
        self.hold(leaf for leaf in tree_leaves(out) if isinstance(leaf, Tensor))
        return out


@dataclass(frozen=True)
class StepWork:
    """What the steps of a stage do and hold.

    Attributes:
        flops: of each step of one turn, after which steps repeat themselves: a single one where all are alike.
        peak_bytes: of tensors at once: networks, gradients, optimiser state, averages, a batch and its activations.
        fixed_bytes: those of them that do not depend on the batch.
        trained: names of the model's parts that have a parameter in one of the stage's optimisers.
        optimizer_bytes: of the optimisers' state and the moving averages, which an unfinished checkpoint holds.
    """

    flops: tuple[int, ...]
    peak_bytes: int
    fixed_bytes: int
    trained: frozenset[str]
    optimizer_bytes: int

    @property
    def mean_flops(self) -> float:
        """Of a step."""
        return sum(self.flops) / len(self.flops)

    def peak_at(self, share: float) -> int:
        """Bytes at once of a batch that is such a share of the stage's."""
        return round(self.fixed_bytes + share * (self.peak_bytes - self.fixed_bytes))

    def in_parts(self, count: int) -> StepWork:
        """The same work on one after another of so many parts of the batch."""
        return replace(self, peak_bytes=self.peak_at(1 / count))

    def grown(self, share: float) -> StepWork:
        """The work on batches that are so many times as large."""
        flops = tuple(round(share * each) for each in self.flops)
        return replace(self, flops=flops, peak_bytes=self.peak_at(share))

    def flops_of(self, step: int) -> int:
        """Of a step by its number from the stage's beginning."""
        return self.flops[step % len(self.flops)]


def imagine(model: nn.Module, mode: FakeTensorMode) -> None:
    """Give a model parameters and buffers that have shapes and no memory, and so all that is computed of them."""
    made: dict[int, nn.Parameter] = {}
    for module in model.modules():
        for name, parameter in module._parameters.items():
            if parameter is not None:
                if id(parameter) not in made:
                    shaped = nn.Parameter(mode.from_tensor(parameter.detach()), parameter.requires_grad)
                    made[id(parameter)] = shaped
                module._parameters[name] = made[id(parameter)]
        for name, buffer in module._buffers.items():
            if buffer is not None:
                module._buffers[name] = mode.from_tensor(buffer)


def works(
    model: Trainable, size: int, compute: Compute, attribute_names: Sequence[str], *, seed: int = 0
) -> dict[str, StepWork]:
    """The work of a step of every stage that trains, by stage; nothing is computed, and no memory taken.

    Args:
        model: on the CPU, in the compute's layout; of no use afterwards.
        size: side of the square images in pixels.
        compute: precision and layout.
        attribute_names: of the columns of faces' attributes.
        seed: of what the host draws.

    Raises:
        Exception: torch's own, if a step decides by a tensor's values what it does next.
    """
    # the mode is not entered: what the host draws has values, by which it goes on
    mode = FakeTensorMode(allow_non_fake_inputs=True)
    imagine(model, mode)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Accessing the data pointer of FakeTensor")
        return _works(model, size, compute, attribute_names, seed, mode)


def works_of_small_batches(
    model: Trainable, size: int, compute: Compute, attribute_names: Sequence[str], *, seed: int = 0
) -> dict[str, StepWork]:
    """The same by running a few steps on the CPU on small batches of noise, from which whole ones are reckoned."""
    return _works(model, size, compute, attribute_names, seed, None)


def _works(
    model: Trainable,
    size: int,
    compute: Compute,
    attribute_names: Sequence[str],
    seed: int,
    mode: FakeTensorMode | None,
) -> dict[str, StepWork]:
    model.train()
    found = {}
    for stage in model.stages():
        if stage.iterations > 0:
            seed_everything(seed)
            count = stage.batch_size if mode is not None else min(stage.batch_size, SMALL_BATCH)
            faces = _faces(count, size, attribute_names, compute, mode)
            found[stage.name] = _work(model, stage, faces, compute).grown(stage.batch_size / count)
    return found


def _work(model: Trainable, stage: Stage, faces: FaceBatch, compute: Compute) -> StepWork:
    counter = WorkCounter()
    model.begin_stage(stage)
    averages = moving_averages(model, stage)
    optimizers = model.optimizers(stage)
    counter.hold((*model.parameters(), *model.buffers()))
    for average in averages.values():
        counter.hold(average.state_dict().values())
    counter.hold((faces.image, faces.mask, faces.attributes))
    flops: list[int] = []
    while len(flops) < FEW or (len(flops) < MANY and len(set(flops)) > 1):
        before = counter.flops
        with counter, replace(compute, device=torch.device("cpu")).autocast():
            model.train_step(faces, optimizers)
        flops.append(counter.flops - before)
    groups = (group for wrapper in optimizers.values() for group in wrapper.param_groups)
    trained = {id(parameter) for group in groups for parameter in group["params"]}
    parts = {name.partition(".")[0] for name, parameter in model.named_parameters() if id(parameter) in trained}
    states = (state for wrapper in optimizers.values() for state in wrapper.optimizer.state.values())
    kept = [each for state in states for each in state.values() if isinstance(each, Tensor)]
    kept += [each for average in averages.values() for each in average.state_dict().values()]
    gradients = [each for each in model.parameters() if id(each) in trained]
    fixed = bytes_of([*model.parameters(), *model.buffers(), *kept, *gradients])
    model.zero_grad(set_to_none=True)
    return StepWork(_turn(flops), counter.peak_bytes, fixed, frozenset(parts), bytes_of(kept))


def _faces(
    count: int, size: int, attribute_names: Sequence[str], compute: Compute, mode: FakeTensorMode | None
) -> FaceBatch:
    """A batch, without memory in the mode; the host's copy of its attributes has values, by which methods may draw."""
    layout = torch.channels_last if compute.channels_last else torch.contiguous_format
    with nullcontext() if mode is None else mode:
        image, attributes = torch.zeros(count, 3, size, size), torch.zeros(count, len(attribute_names))
        mask = torch.zeros(count, size, size, dtype=torch.uint8)
        if mode is None:
            image, mask = image.uniform_(-1, 1), mask.random_(0, NUM_LABELS)
        image = image.contiguous(memory_format=layout)
    return FaceBatch(
        image=image,
        mask=mask,
        attributes=attributes,
        ids=tuple(map(str, range(count))),
        loaded_attributes=(torch.arange(count)[:, None] + torch.arange(len(attribute_names))) % 2.0,
        attribute_names=tuple(attribute_names),
    )


def _turn(flops: Sequence[int]) -> tuple[int, ...]:
    """The fewest steps after which steps repeat themselves; all where they do not."""
    for length in range(1, len(flops)):
        if all(flops[number] == flops[number + length] for number in range(len(flops) - length)):
            return tuple(flops[:length])
    return tuple(flops)


def bytes_of(tensors: Iterable[Tensor]) -> int:
    """Of the elements of tensors."""
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)
