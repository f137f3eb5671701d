"""The contract of a metric: what it sees of each task, the columns it keeps, and how columns become one number."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, ClassVar, TypeVar, cast

import numpy as np
from mmengine.evaluator import BaseMetric
from numpy.typing import NDArray
from torch import Tensor

from benchmark.features.feature_set import FeaturePair
from benchmark.images.convert import Pixels, image_array, image_tensor
from benchmark.statistics.ratios import Columns, Ratio, mean_of_ratios, ratio, ratio_terms
from benchmark.weights.resources import MetricUnavailable, Resources
from methods.base import EditBatch
from registry.errors import PluginError

Computed = TypeVar("Computed")


class Answers(Mapping[str, Tensor]):
    """What judges of other roles than "parser" and "attributes" see in N images, (N, ...) on the CPU, by role.

    Args:
        roles: of those that there are.
        answer: gives what the judge of a role sees; called once for each.
    """

    def __init__(self, roles: Sequence[str], answer: Callable[[str], Tensor]) -> None:
        self._roles, self._answer = tuple(roles), answer
        self._known: dict[str, Tensor] = {}

    def __getitem__(self, role: str) -> Tensor:
        if role not in self._roles:
            raise KeyError(role)
        if role not in self._known:
            self._known[role] = self._answer(role)
        return self._known[role]

    def __iter__(self) -> Iterator[str]:
        return iter(self._roles)

    def __len__(self) -> int:
        return len(self._roles)


class Judged:
    """What the judges see in N images; each looks when a metric first asks for it, and not at all where none does.

    `judged[ROLE]` is what a judge of another role sees.

    Args:
        parse: gives (N, H, W) uint8 labels and (N, D) float32 features, on the CPU.
        read_attributes: gives (N, A) float32 probabilities, on the CPU.
        answers: what judges of other roles see, by role.
    """

    def __init__(
        self,
        parse: Callable[[], tuple[Tensor, Tensor]],
        read_attributes: Callable[[], Tensor],
        answers: Mapping[str, Tensor] = MappingProxyType({}),
    ) -> None:
        self._parse, self._read_attributes, self._answers = parse, read_attributes, answers

    @classmethod
    def of(
        cls,
        parsed: Tensor,
        attribute_scores: Tensor,
        features: Tensor,
        answers: Mapping[str, Tensor] = MappingProxyType({}),
    ) -> Judged:
        """What they have seen already."""
        return cls(lambda: (parsed, features), lambda: attribute_scores, answers)

    def __getitem__(self, role: str) -> Tensor:
        return self._answers[role]

    @cached_property
    def parser(self) -> tuple[Tensor, Tensor]:
        """The parser's labels and features."""
        return self._parse()

    @cached_property
    def attributes(self) -> Tensor:
        """The attribute judge's probabilities."""
        return self._read_attributes()


@dataclass(frozen=True)
class ScoringBatch:
    """N tasks, the images that a method made of them, and what the judges see in those images.

    Names that end in `_pixels` are the 8-bit levels that PNG files hold: (N, H, W, 3) uint8 RGB in 0..255. Metrics of
    pixels compare these; networks take the tensors, float32 on the CPU at the same levels.

    Attributes:
        tasks: what the protocol asks for, with images as tensors (N, 3, H, W) in [-1, 1].
        output_pixels: the method's edits as read back from their PNG files.
        judged: what the judges see in them; `judged[ROLE]` of a judge of the role that the metric's card names.
        requested_attributes: columns of the attributes that an edit must carry.
        kept_attributes: columns of the attributes that must not change and that mean something in this dataset.
        judged_targets: what they see in the targets, likewise.
    """

    tasks: EditBatch
    output_pixels: Pixels
    judged: Judged
    requested_attributes: tuple[int, ...]
    kept_attributes: tuple[int, ...]
    judged_targets: Judged
    _computed: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.tasks)

    @property
    def parsed(self) -> Tensor:
        """(N, H, W) uint8, the parser judge's labels of the outputs."""
        return self.judged.parser[0]

    @property
    def features(self) -> Tensor:
        """(N, D) float32, the parser judge's features of the outputs."""
        return self.judged.parser[1]

    @property
    def attribute_scores(self) -> Tensor:
        """(N, A) float32 in [0, 1], the attribute judge's probabilities for the outputs."""
        return self.judged.attributes

    @cached_property
    def output(self) -> Tensor:
        """The outputs as a tensor (N, 3, H, W) float32 in [-1, 1]."""
        return image_tensor(self.output_pixels)

    @cached_property
    def target_pixels(self) -> Pixels:
        """The faces being edited."""
        return image_array(self.tasks.target.image)

    @cached_property
    def source_pixels(self) -> Pixels:
        """The faces that lend an attribute or a geometry."""
        return image_array(self.tasks.source.image)

    @cached_property
    def oracle_pixels(self) -> Pixels | None:
        """The true results; None where the dataset does not know them."""
        return None if self.tasks.oracle is None else image_array(self.tasks.oracle)

    def cached(self, compute: Callable[[ScoringBatch], Computed]) -> Computed:
        """`compute(self)`, kept for the next metric of this batch that asks for it."""
        if compute not in self._computed:
            self._computed[compute] = compute(self)
        return cast(Computed, self._computed[compute])


class ImageMetric(BaseMetric):
    """A metric with one value (or several columns) per task, and a value over tasks: a mean of ratios of column sums.

    A plain mean is the ratio of a sum to a count; a mean IoU is the mean over labels of such ratios. Whatever resamples
    or swaps tasks needs their sums alone, so that thousands of resamples are one product of matrices; and whatever
    reads the columns later needs the names of the ratios alone, which stand beside them.

    Attributes:
        inapplicable: why the cell is empty where no task has a value.
        spans_strengths: whether a task's value is of all strengths at which its edit is requested, so that a single
            strength has none.
        shares_batches: whether several processes may measure a batch each: `process` then adds to `results` what
            follows from its batch alone, in arrays, lists, tuples, mappings and plain values. Otherwise the first
            process measures all batches. A class that measures by code of its own in another module than this is
            declared in must declare it again.
    """

    inapplicable: ClassVar[str] = "it applies to none of these tasks"
    spans_strengths: ClassVar[bool] = False
    shares_batches: ClassVar[bool] = False
    default_prefix = ""  # mmengine warns of a metric without one

    def __init__(self) -> None:
        super().__init__(collect_device="cpu")

    @classmethod
    def is_shared(cls) -> bool:
        """Whether several processes measure a batch each: `shares_batches`, where it speaks of the code that does."""
        declares = next(each for each in cls.__mro__ if "shares_batches" in vars(each))
        below = cls.__mro__[: cls.__mro__.index(declares)]
        own = [each for each in below if each.__module__ != declares.__module__]
        return cls.shares_batches and not any(vars(each).keys() & {"measure", "process"} for each in own)

    def prepare(self, resources: Resources) -> None:
        """Load what the metric needs; called once, before any task is scored.

        Raises:
            MetricUnavailable: if something it needs is not here.
        """

    @abstractmethod
    def measure(self, batch: ScoringBatch) -> dict[str, NDArray[np.float64]]:
        """Columns for the N tasks of `batch`, each (N,); NaN where the metric does not apply to a task.

        Raises:
            MetricUnavailable: if the metric does not take images such as these.
        """

    @abstractmethod
    def ratios(self, names: Iterable[str]) -> list[Ratio]:
        """The ratios of column sums whose mean is the value.

        Args:
            names: the columns that `measure` gave; at least one.
        """

    def summarise(self, columns: Columns, weights: NDArray[np.float64]) -> float:
        """One number from T tasks under non-negative `weights` (T,); NaN where nothing applies."""
        if not columns:
            return float("nan")
        return float(mean_of_ratios(np.tensordot(weights, ratio_terms(columns, self.ratios(columns)), axes=1)))

    def breakdown(self, columns: Columns) -> dict[str, float]:
        """Values by class or attribute, for the pages; empty where there is nothing to break down."""
        return {}

    def process(self, data_batch: Any, data_samples: Sequence[dict[str, Any]]) -> None:
        """Keep the columns of a batch: `data_batch` is its task numbers, `data_samples` holds one `ScoringBatch`."""
        (sample,) = data_samples
        columns = self.measure(sample["batch"])
        self._check(columns, len(data_batch))
        for position, task in enumerate(data_batch):
            self.results.append((int(task), {name: float(values[position]) for name, values in columns.items()}))

    def _check(self, columns: Any, number: int) -> None:
        """Refuse what `measure` gave where it is no columns of `number` values, or the value needs others."""
        function = f"{type(self).__name__}.measure"
        if not isinstance(columns, Mapping):
            raise PluginError(f"{function} gave {columns!r}, where columns by name were expected")
        for name, values in columns.items():
            if np.ndim(values) == 0:
                given = f"{type(values).__name__} {values!r}"
                raise PluginError(
                    f"{function} gave {given} for column {name!r}, where an array ({number},) was expected"
                )
            if np.shape(values) != (number,):
                raise PluginError(
                    f"{function} gave an array {np.shape(values)} for column {name!r}, where ({number},) was expected"
                )
        for needed in self.ratios(columns) if columns else ():
            for name in filter(None, needed):
                if name not in columns:
                    given = ", ".join(map(repr, columns))
                    raise PluginError(f"{function} gave the columns {given}, but not {name!r}, which the value needs")

    def compute_metrics(self, results: list[Any]) -> dict[str, Any]:
        """Columns of all processes, in task order; NaN where a batch had no such column."""
        ordered = sorted(results, key=lambda result: result[0])
        names = dict.fromkeys(name for _, row in ordered for name in row)
        return {name: np.array([row.get(name, np.nan) for _, row in ordered], dtype=np.float64) for name in names}


@dataclass(frozen=True)
class SetValue:
    """What a metric of a whole set comes to.

    Attributes:
        value: the metric's value.
        breakdown: further values by name, such as its spread.
        caution: what it must be read with; None where there is nothing.
    """

    value: float
    breakdown: Mapping[str, float] = field(default_factory=dict)
    caution: str | None = None


class SetMetric:
    """A metric of a whole set of images against real images, on the features of the encoder that its card names.

    Attributes:
        min_images: images that either set must hold for the value to be defined.
    """

    min_images: ClassVar[int] = 2

    def prepare(self, resources: Resources) -> None:
        """Load what the metric needs beside its encoder; called once, before any image is scored.

        Raises:
            MetricUnavailable: if something it needs is not here.
        """

    @abstractmethod
    def compute(self, pair: FeaturePair) -> SetValue:
        """The value of two sets that `measure` found fit for it."""

    def measure(self, pair: FeaturePair) -> SetValue:
        """The value of the outputs against the real images.

        Raises:
            MetricUnavailable: if a set is too small, or a feature is not finite.
            ValueError: if the two sets have features of different encoders.
        """
        if pair.outputs.dimensions != pair.real.dimensions:
            raise ValueError(
                f"features of {pair.outputs.dimensions} and of {pair.real.dimensions} dimensions cannot be compared"
            )
        for name, features in (("outputs", pair.outputs), ("real images", pair.real)):
            if len(features) < self.min_images:
                raise MetricUnavailable(f"it needs {self.min_images} {name} at least, not {len(features)}")
            if not features.statistics.finite:
                raise MetricUnavailable(f"features of the {name} are not finite")
        return self.compute(pair)


def weighted_mean(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """Mean of the finite values under weights; NaN if none carries weight."""
    finite = np.isfinite(values)
    return float(ratio(weights[finite] @ values[finite], weights[finite].sum()))
