"""The optimisers of a stage as training steps them: for all parts of a batch, by all processes, from scaled losses."""

from __future__ import annotations

from typing import Any

import torch
from mmengine.optim import OptimWrapper, OptimWrapperDict
from torch import Tensor

from benchmark.runtime.processes import ALONE, Processes
from benchmark.training.batch_parts import WHOLE, BatchParts
from benchmark.training.loss_scale import LossScale
from methods.layers.whole_batch import is_last_part
from registry.errors import PluginError


class StageOptimizers(OptimWrapperDict):
    """A model's optimisers, which it steps as if it had the whole batch in one process.

    Autocast keeps the casts of weights until its block ends; a step ends them too, so that a network which runs again
    in the same training step runs with the weights that it has by then.

    Args:
        optimizers: as the model gave them; each is left as it is where nothing is shared.
        parts: of each batch that the model takes its step on, one after another.
        processes: that share each batch.
        scale: of losses in float16; None in other precisions.

    Raises:
        PluginError: if one accumulates or scales by itself what is to be shared here.
    """

    def __init__(
        self,
        optimizers: OptimWrapperDict,
        *,
        parts: BatchParts = WHOLE,
        processes: Processes = ALONE,
        scale: LossScale | None = None,
    ) -> None:
        wrappers = dict(optimizers.items())
        for wrapper in wrappers.values():
            wrapper.optimizer.register_step_post_hook(_forget_casts)
        if parts.count > 1 or processes.several or scale is not None:
            wrappers = {
                name: StageOptimizer(name, wrapper, parts, processes, scale) for name, wrapper in wrappers.items()
            }
        super().__init__(**wrappers)
        self.parts = parts
        self.scale = scale

    def begin(self, part: int) -> None:
        """Begin the step on the part of this number, from 0."""
        for wrapper in self.values():
            if isinstance(wrapper, StageOptimizer):
                wrapper.begin(part)

    def finish(self) -> None:
        """End an iteration, whose steps move the scale."""
        if self.scale is not None:
            self.scale.update()


class StageOptimizer(OptimWrapper):
    """An optimiser that steps at a batch's last part, by the mean gradients over its parts and over processes.

    A step at another part keeps the gradients, which join those of the same step at the next part: the second of two
    steps that a model takes on the same network has gradients of its own. mmengine's `accumulative_counts` counts the
    backward passes of each wrapper, and would mix the gradients of such steps, and step a network whose gradients come
    from the pass of another's wrapper at every part.

    Processes average gradients before the step. Steps here run a network several times for one gradient, take gradients
    of gradients and switch networks off in between, which torch's DistributedDataParallel, wrapped around each network
    or not, does not allow. The gradients of a step are on all processes of the same parameters. They are averaged as
    the backward pass left them, so that all processes leave out a step whose scaled gradients are not finite on one.

    Args:
        name: of the optimiser.
        wrapper: of the model, which clips gradients and steps.
        parts: of each batch.
        processes: that share each batch.
        scale: of losses in float16, which stays through an iteration.

    Raises:
        PluginError: if the wrapper accumulates or scales by itself.
    """

    def __init__(
        self, name: str, wrapper: OptimWrapper, parts: BatchParts, processes: Processes, scale: LossScale | None
    ) -> None:
        kind = type(wrapper)
        plain = kind.update_params is OptimWrapper.update_params and kind.backward is OptimWrapper.backward
        if not plain or wrapper._accumulative_counts != 1:
            raise PluginError(
                f"the optimiser {name!r} accumulates or scales gradients in its own {kind.__name__}, as the "
                "harness does here; a plain OptimWrapper was expected"
            )
        super().__init__(wrapper.optimizer)
        self.wrapper = wrapper
        self.parts = parts
        self.processes = processes
        self.scale = scale
        self._steps = 0
        self._kept: dict[int, list[Tensor | None]] = {}

    @property
    def _parameters(self) -> list[torch.nn.Parameter]:
        return [parameter for group in self.optimizer.param_groups for parameter in group["params"]]

    def begin(self, part: int) -> None:
        """Begin the step on the part of this number, from 0."""
        self._steps = 0
        if part == 0:
            self._kept.clear()

    def update_params(
        self, loss: Tensor, step_kwargs: dict[str, Any] | None = None, zero_kwargs: dict[str, Any] | None = None
    ) -> None:
        """Add a loss's gradients to those of earlier parts, step once they are all there, and forget them."""
        self.backward(loss)
        self.step(**(step_kwargs or {}))
        self.zero_grad(**(zero_kwargs or {}))

    def backward(self, loss: Tensor, **kwargs: Any) -> None:
        """Add a part's gradients to those that earlier parts left for the next step."""
        self._take_up()
        if self.parts.count > 1:
            loss = loss / self.parts.count
        super().backward(loss if self.scale is None else self.scale.scale(loss), **kwargs)

    def step(self, **kwargs: Any) -> None:
        """Step by the gradients of all parts and processes; before the last part, keep them."""
        self._take_up()  # those of a pass that began at another network's wrapper
        number, self._steps = self._steps, self._steps + 1
        if is_last_part():
            gradients = [each.grad for each in self._parameters if each.grad is not None]
            self.processes.average(gradients)
            if self.scale is None:
                self.wrapper.step(**kwargs)
            elif gradients:
                self._step_unscaled(self.scale, **kwargs)
            return
        self._kept[number] = [parameter.grad for parameter in self._parameters]
        for parameter in self._parameters:
            parameter.grad = None

    def _step_unscaled(self, scale: LossScale, **kwargs: Any) -> None:
        """Clip and step as the model's wrapper does, by gradients of the loss as it was."""
        if self.wrapper.clip_grad_kwargs:
            scale.unscale_(self.optimizer)
            self.wrapper._clip_grad()
        scale.step(self.optimizer, **kwargs)

    def _take_up(self) -> None:
        """Put what earlier parts left for the next step where this part's gradients are added to it."""
        kept = self._kept.pop(self._steps, None)
        for parameter, gradient in zip(self._parameters, kept or (), strict=kept is not None):
            if gradient is not None:
                parameter.grad = gradient if parameter.grad is None else gradient.add_(parameter.grad)


def _forget_casts(*_: Any) -> None:
    torch.clear_autocast_cache()
