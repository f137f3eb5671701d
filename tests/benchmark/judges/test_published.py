"""Judges with published weights, and judges of roles of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from benchmark.config.experiment import EvaluationSpec
from benchmark.config.resolve import ExperimentError, resolve_evaluation
from benchmark.config.sources import ConfigSource, read_assignments
from benchmark.evaluation.context import EvaluationContext
from benchmark.judges.base import PublishedJudge
from benchmark.judges.published_bisenet import SIDE, PublishedBiSeNet
from benchmark.metrics.base import ImageMetric, ScoringBatch
from benchmark.metrics.mean_metric import MeanMetric
from benchmark.runs.up_to_date import metric_stamps
from benchmark.runtime.progress import Reporter
from benchmark.weights.locate import Weights
from methods.labels import FACE_PARSING_LABELS, LABELS
from methods.layers.bisenet import BiSeNet
from registry import JUDGES, METRICS
from registry.catalogue import JUDGE_CARDS
from registry.errors import InputError

TINY = ("dataset.size=32", "dataset.options.train=4", "dataset.options.val=1", "dataset.options.test=2")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Generated weights in the layout that face-parsing.PyTorch publishes: a bare `state_dict`."""
    path = tmp_path_factory.mktemp("bisenet") / "79999_iter.pth"
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        torch.save(BiSeNet().state_dict(), path)
    return path


def evaluation(*assignments: str, **flags: Any) -> EvaluationSpec:
    return resolve_evaluation([read_assignments([*TINY, *assignments]), ConfigSource(flags, "the command line")])


def context(spec: EvaluationSpec, cache: Path, **named: Path) -> EvaluationContext:
    return EvaluationContext(spec, cache, Reporter(quiet=True), Weights(named=named))


@pytest.mark.integration
@torch.inference_mode()
def test_published_labels_are_those_of_the_network_at_its_own_size_in_our_order(file: Path) -> None:
    judge, network = PublishedBiSeNet(32).eval(), BiSeNet().eval()
    judge.load_published(file)
    network.load_state_dict(torch.load(file, weights_only=True))
    image = torch.rand(9, 3, 32, 32, generator=torch.Generator().manual_seed(0)) * 2 - 1
    labels, features = judge.parse(image)
    larger = functional.interpolate((image + 1) / 2, (SIDE, SIDE), mode="bilinear", antialias=True)
    mean, std = (torch.tensor(v).view(3, 1, 1) for v in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    for number in (0, 8):  # the last one is in another pass
        logits = network(((larger[number] - mean) / std)[None])[0]
        theirs = functional.interpolate(logits, (32, 32), mode="bilinear", antialias=True).argmax(dim=1)[0]
        ours = torch.tensor([LABELS.index(FACE_PARSING_LABELS[label]) for label in theirs.flatten()]).view(32, 32)
        assert (labels[number] == ours).float().mean() > 0.999
    assert len(labels.unique()) > 2
    assert features.shape == (9, 512)


@pytest.mark.integration
def test_the_file_takes_the_trained_judge_s_place_and_says_what_it_saw(file: Path, cache: Path) -> None:
    spec = evaluation("parser_judge=bisenet")
    found = context(spec, cache, bisenet=file)
    judge, facts = found.judge("parser")
    assert isinstance(judge, PublishedBiSeNet)
    assert facts.title == "BiSeNet, published weights"
    assert facts.recipe == "published weights 79999_iter.pth, not trained here"
    assert set(facts.scores) == {"pixel_accuracy", "mean_iou"}
    assert facts.caution is not None
    assert "trained on every face of CelebAMask-HQ" in facts.caution
    assert "not the published bisenet" in facts.caution
    kept = context(spec, cache, bisenet=file)
    kept.judge("parser")[0].evaluate = pytest.fail  # type: ignore[method-assign]
    assert context(spec, cache, bisenet=file).judge("parser")[1] == facts


@pytest.mark.integration
def test_where_faces_have_no_masks_it_has_no_scores_of_its_own(file: Path, cache: Path) -> None:
    found = context(evaluation("parser_judge=bisenet"), cache, bisenet=file)
    found.dataset.lacks = {"mask": "masks is not there"}
    assert found.judge("parser")[1].scores == {}


@pytest.mark.integration
def test_a_published_judge_without_its_file_says_what_to_do(
    file: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    spec = evaluation("parser_judge=bisenet-published")
    with pytest.raises(
        InputError, match=r"judge bisenet-published: parsing_bisenet\.pth is not here: run `bench weigh"
    ):
        context(spec, cache).judge("parser")
    torch.save({"weight": torch.zeros(1)}, tmp_path / "other.pth")
    with pytest.raises(InputError, match=r"other\.pth: checkpoint does not fit BiSeNet: missing"):
        context(spec, cache, bisenet=tmp_path / "other.pth").judge("parser")


CARD = {"title": "Test", "summary": "A test's."}


@pytest.fixture(scope="module")
def brightness(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A judge and a metric of a role of their own, in one module, as a plug-in registers them."""
    weights = tmp_path_factory.mktemp("light") / "light.pth"
    weights.write_bytes(b"gain")

    @JUDGES.register(card={**CARD, "name": "light-meter", "role": "light", "weights": str(weights)})
    class LightMeter(PublishedJudge):
        def load_published(self, path: Path) -> None:
            self.register_buffer("gain", torch.tensor(float(path.is_file())))

        def evaluate(self, dataset: Any, rows: np.ndarray) -> dict[str, float]:
            return {"gain": 1.0}

        def answer(self, image: Tensor) -> Tensor:
            return image.mean(dim=(1, 2, 3)) * self.get_buffer("gain")

    metric = {"name": "light-kept", "level": "image", "direction": "up", "decimals": 2, "citation": "none"}

    @METRICS.register(card={**CARD, **metric, "judge": "light"})
    class LightKept(MeanMetric):
        def measure(self, batch: ScoringBatch) -> dict[str, np.ndarray]:
            change = batch.judged["light"] - batch.judged_targets["light"]
            return {"value": change.abs().double().numpy()}

    assert issubclass(LightKept, ImageMetric)
    assert LightMeter
    return "light-meter"


def test_a_metric_brings_in_the_only_judge_of_its_role(brightness: str) -> None:
    spec = evaluation(metrics=["light-kept"], protocols={"reconstruction": {}})
    assert spec.judge == {"light": brightness}
    assert spec.roles == ["parser", "attributes", "light"]
    assert set(spec.judges) == {"parser", "attributes", brightness}
    assert EvaluationSpec.model_validate(spec.model_dump(mode="json")) == spec


def test_without_such_a_metric_nothing_of_it_is_loaded_or_hashed(brightness: str) -> None:
    assert "judge" not in evaluation().model_dump(mode="json")
    chosen = evaluation(f"judge.light={brightness}")
    assert chosen.roles == ["parser", "attributes"]


@pytest.mark.parametrize(
    ("assignment", "said"),
    [
        ("judge.light=light-metre", "unknown judge 'light-metre'; did you mean 'light-meter'"),
        ("judge.light=parser", "judge.light cannot be 'parser', which judges parser; those that can: light-meter"),
        ("judge.pose=light-meter", "judge.pose cannot be 'light-meter', which judges light; those that can: none"),
        ("judge.parser=bisenet", "the judge of role parser is named by the setting parser_judge"),
        ("judge=light-meter", "judge has the name of a judge by role, such as judge.landmarks=NAME"),
    ],
)
def test_a_judge_that_cannot_have_a_role(brightness: str, assignment: str, said: str) -> None:
    with pytest.raises((ExperimentError, InputError)) as error:
        evaluation(assignment)
    assert said in str(error.value)
    assert str(error.value).startswith("--set: ")


def test_scoring_asks_the_judge_of_outputs_and_targets(brightness: str, cache: Path) -> None:
    from benchmark.evaluation.outputs import RealOutputs
    from benchmark.evaluation.score_edits import score_edits
    from benchmark.evaluation.scoring_batches import Judges

    spec = evaluation(metrics=["light-kept"], protocols={"reconstruction": {}})
    found = context(spec, cache)
    (task_set,) = found.task_sets(spec.protocols)

    def brighter(rows: Any, batch: Any) -> Any:
        tasks, pixels = RealOutputs(task_set.protocol)(rows, batch)
        return tasks, np.minimum(pixels.astype(int) + 10, 255).astype(np.uint8)

    judges = Judges(pytest.fail, pytest.fail, {"light": lambda: found.judge("light")[0]})  # only this one looks
    scores = score_edits(
        brighter,
        task_set.protocol,
        ["light-kept"],
        found.dataset,
        task_set.tasks,
        judges,
        found,
        resources=found.resources,
        draws=100,
        reporter=Reporter(quiet=True),
        title="brighter",
    )
    value = scores.cells["light-kept"].value
    assert value == pytest.approx(10 / 127.5, rel=0.1)


def test_another_file_of_such_a_judge_has_its_metrics_measured_again_and_no_others(brightness: str) -> None:
    spec = evaluation(metrics=["light-kept"], protocols={"reconstruction": {}})
    before = dict(metric_stamps(spec, "reconstruction", Weights()))
    Path(str(JUDGE_CARDS.find(brightness).card.weights)).write_bytes(b"another gain")
    after = dict(metric_stamps(spec, "reconstruction", Weights()))
    assert {name for name in before if before[name] != after[name]} == {"light-kept"}
