"""What makes a published network and calls it by the names of its golden forward's inputs and outputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from methods.checkpoint import load_strictly


@dataclass(frozen=True)
class Published:
    """How to make one published network and how to call it.

    Attributes:
        make: builds it at its published options.
        call: runs it on inputs given by name; its result, a tensor or nested sequences of them, is named by `outputs`.
        outputs: names of the results; a nested sequence appends its positions ("out.0.1").
        rename: published key to ours, where they differ.
    """

    make: Callable[[], nn.Module]
    call: Callable[..., Any]
    outputs: tuple[str, ...] = ("out",)
    rename: Callable[[str], str] | None = None


class PublishedNetwork(nn.Module):
    """One network, called with inputs by name, answering with outputs by name."""

    def __init__(self, recipe: Published) -> None:
        super().__init__()
        self.recipe = recipe
        self.network = recipe.make()

    def load_published(self, state_dict: Mapping[str, Tensor]) -> None:
        """Load a published `state_dict` whole.

        Raises:
            CheckpointError: if any key is missing, left over or of another shape; nothing is loaded then.
        """
        load_strictly(self.network, state_dict, self.recipe.rename)

    def forward(self, **inputs: Tensor) -> dict[str, Tensor]:
        """Run on inputs by name; tensors by output name."""
        result = self.recipe.call(self.network, **inputs)
        parts = (result,) if len(self.recipe.outputs) == 1 else result
        named: dict[str, Tensor] = {}
        for name, part in zip(self.recipe.outputs, parts, strict=True):
            named |= _flatten(name, part)
        return named


def _flatten(name: str, value: Tensor | list[Any] | tuple[Any, ...]) -> dict[str, Tensor]:
    """Tensors of nested sequences, each named by its path."""
    if isinstance(value, Tensor):
        return {name: value}
    return {key: leaf for i, part in enumerate(value) for key, leaf in _flatten(f"{name}.{i}", part).items()}


def call_image_network(network: nn.Module, image: Tensor) -> Any:
    """What a network makes of images alone."""
    return network(image)
