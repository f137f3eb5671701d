"""Any network of timm as an encoder, by its name and a weights file; nothing is downloaded."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any, ClassVar

from torch import Tensor, nn

from benchmark.features.normalized_encoder import NormalizedEncoder
from benchmark.features.threaded_inference import in_streams
from benchmark.weights.locate import WeightsFile, WeightsMissing
from benchmark.weights.resources import MetricUnavailable, Resources
from methods.checkpoint import CheckpointError, load_strictly, read_state_dict
from registry.errors import unknown


class TimmEncoder(NormalizedEncoder):
    """The pooled features of a network of timm (Wightman, 2019), or what its last layer makes of them.

    Weights may be timm's own, or of any other form that timm turns into it, such as the original ones of DINOv2. What
    a file has beyond the features, its classifier, is left out.

    Args:
        resources: where the network runs, and its weights.
        model: timm's name of the architecture, without a tag of weights.
        weights: the weights file, by id or path.
        size: side of the square images that the network takes, in pixels.
        mean: of each channel, of images in [0, 1].
        std: deviation of each channel.
        interpolation: how images are resized: nearest, bilinear, bicubic or lanczos, as Pillow has them.
        num_classes: outputs of a last layer whose outputs are the features; 0 takes what is pooled before it.

    Raises:
        MetricUnavailable: if timm or the weights are not here, or do not fit.
        ValueError: if timm has no such model, or does not build it so.
    """

    libraries: ClassVar[tuple[str, ...]] = ("torch", "torchvision", "timm", "pillow")

    def __init__(
        self,
        resources: Resources,
        *,
        model: str,
        weights: str,
        size: int,
        mean: Sequence[float],
        std: Sequence[float],
        interpolation: str = "bicubic",
        num_classes: int = 0,
    ) -> None:
        if find_spec("timm") is None:
            raise MetricUnavailable("timm is not installed: pip install 'face-editing-benchmark[encoders]'")
        try:
            file = resources.weights.find_named(weights)
            super().__init__(resources, file.sha256, size=size, mean=mean, std=std, interpolation=interpolation)
            network = timm_network(model, size, num_classes)
            self._load(network, file)
        except (WeightsMissing, CheckpointError) as error:
            raise MetricUnavailable(str(error)) from error
        self.network = network.eval().requires_grad_(False).to(resources.compute.device)

    def _load(self, network: nn.Module, file: WeightsFile) -> None:
        try:
            load_strictly(network, self._fitted(network, self._read(file)))
        except CheckpointError as error:
            raise CheckpointError(f"{file.path}: {error}") from error

    def _read(self, file: WeightsFile) -> Mapping[str, Tensor]:
        return read_state_dict(file.path)

    def _fitted(self, network: nn.Module, state_dict: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """The tensors as timm's network has them: its own conversion of those of other code, and no classifier."""
        convert = getattr(sys.modules[type(network).__module__], "checkpoint_filter_fn", None)
        try:
            found: dict[str, Tensor] = dict(state_dict) if convert is None else convert(dict(state_dict), network)
        except (AttributeError, IndexError, KeyError, RuntimeError, TypeError, ValueError) as error:
            raise CheckpointError(f"checkpoint does not fit {type(network).__name__}: {error}") from error
        wanted, classifier = network.state_dict(), _classifier(network)
        return {
            name: value for name, value in found.items() if name in wanted or name.partition(".")[0] not in classifier
        }

    def features(self, inputs: Tensor) -> Tensor:
        """Features (N, D)."""
        return in_streams(self.network, inputs)


def timm_network(model: str, size: int, num_classes: int) -> nn.Module:
    """A network of timm with random weights, for square images of a side.

    Raises:
        ValueError: if timm has no such model, or does not build it so.
    """
    import timm  # of the extra `encoders`

    if model not in timm.list_models():
        raise ValueError(unknown("model of timm", model, timm.list_models()))
    options: dict[str, Any] = {}
    if timm.get_pretrained_cfg(model).fixed_input_size:
        options["img_size"] = size
    try:
        network: nn.Module = timm.create_model(model, pretrained=False, num_classes=num_classes, **options)
    except (AssertionError, RuntimeError, TypeError) as error:
        raise ValueError(f"timm does not build {model} for images of {size} pixels: {error}") from error
    if getattr(getattr(network, "patch_embed", None), "num_patches", 1) == 0:
        raise ValueError(f"timm does not build {model} for images of {size} pixels: they are smaller than a patch")
    return network


def _classifier(network: nn.Module) -> set[str]:
    """What the first parts of the names of timm's last layers are."""
    name = getattr(network, "pretrained_cfg", {}).get("classifier") or ()
    return {layer.partition(".")[0] for layer in ((name,) if isinstance(name, str) else name)}
