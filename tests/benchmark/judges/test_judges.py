"""Judges: they learn, say how well, describe images as documented, and are trained once for the same content."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.optim import OptimWrapperDict
from torchvision.models import resnet18

from benchmark.datasets.base import FaceDataset
from benchmark.datasets.rendered_faces.dataset import RenderedFaces
from benchmark.images.convert import image_tensor
from benchmark.judges.attribute_classifier import AttributeClassifier
from benchmark.judges.augmentation import LightAugmentation
from benchmark.judges.base import Judge, judge_code
from benchmark.judges.bisenet_parser import BiSeNetParser, hard_cross_entropy
from benchmark.judges.cache import JudgeRecord, judge_key, load_judge
from benchmark.judges.resnet import ResNet18
from benchmark.judges.unet_parser import FaceParser
from benchmark.runtime.atomic_files import sha256_of
from benchmark.runtime.checked_files import read_checked_json, write_checked_json
from benchmark.runtime.device import Compute
from benchmark.runtime.progress import Reporter
from benchmark.training.train import train
from methods.base import FaceBatch
from methods.labels import ATTRIBUTES, FACE_PARSING_LABELS, LABELS, NUM_ATTRIBUTES
from registry.catalogue import JUDGE_CARDS
from tests.damaged_files import DAMAGES
from tests.warm_processes import FORKS

pytestmark = pytest.mark.integration

CPU = Compute(torch.device("cpu"), "fp32", channels_last=False)


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> RenderedFaces:
    return RenderedFaces(None, 32, tmp_path_factory.mktemp("packs"), train=16, val=1, test=4)


def trained(judge: Judge, faces: FaceDataset, folder: Path) -> Judge:
    train(judge, faces, folder, seed=0, compute=CPU, reporter=Reporter(quiet=True))
    return judge


def test_the_parser_learns_sixteen_faces(faces: RenderedFaces, tmp_path: Path) -> None:
    torch.manual_seed(0)
    parser = FaceParser(32, feature_scale=8, iterations=80, batch_size=8, lr=0.02)
    untrained = parser.eval().evaluate(faces, faces.rows("train"))
    scores = trained(parser, faces, tmp_path).evaluate(faces, faces.rows("train"))
    assert untrained["pixel_accuracy"] < 0.3
    assert scores["pixel_accuracy"] > 0.8
    assert scores["mean_iou"] > untrained["mean_iou"] + 0.2


def test_the_classifier_learns_sixteen_faces(faces: RenderedFaces, tmp_path: Path) -> None:
    torch.manual_seed(0)
    classifier = AttributeClassifier(32, width=8, iterations=80, batch_size=16, lr=0.01)
    scores = trained(classifier, faces, tmp_path).evaluate(faces, faces.rows("train"))
    assert scores["mean_accuracy"] > 0.95
    assert set(scores) == {"mean_accuracy", *faces.known_attributes}


def test_bisenet_learns_sixteen_faces(faces: RenderedFaces, tmp_path: Path) -> None:
    torch.manual_seed(0)
    judge = BiSeNetParser(32, iterations=60, batch_size=8, warm_up=5, lr=0.03)
    untrained = judge.eval().evaluate(faces, faces.rows("train"))
    scores = trained(judge, faces, tmp_path).evaluate(faces, faces.rows("train"))
    assert untrained["pixel_accuracy"] < 0.3
    assert scores["pixel_accuracy"] > 0.6
    assert scores["mean_iou"] > untrained["mean_iou"] + 0.05


def test_bisenet_answers_in_the_datasets_labels_whatever_its_channels_are(faces: RenderedFaces) -> None:
    judge = BiSeNetParser(32).eval()
    image = faces.batch(faces.rows("test")).image
    statistics = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    mean, deviation = (each.view(3, 1, 1) for each in statistics)
    finest, *_ = judge.network((image / 2 + 0.5 - mean) / deviation)
    labels, features = judge.parse(image)
    names = [FACE_PARSING_LABELS[channel] for channel in finest.argmax(1).flatten()]
    assert [LABELS[label] for label in labels.flatten()] == names
    assert (labels.dtype, features.shape, features.dtype) == (torch.uint8, (4, 512), torch.float32)
    assert not any(key.startswith(("mean", "std", "channels")) for key in judge.state_dict())


def test_hard_cross_entropy_leaves_out_what_is_known_but_never_too_much() -> None:
    probability = torch.tensor([0.9] * 24 + [0.5] * 8)
    logits = torch.stack([probability.log(), (1 - probability).log()]).view(1, 2, 4, 8)
    labels = torch.zeros(1, 4, 8, dtype=torch.long)
    assert hard_cross_entropy(logits, labels, 0.7).item() == pytest.approx(np.log(2), rel=1e-4)
    everything = hard_cross_entropy(logits, labels, 0.95).item()
    assert everything == pytest.approx(-probability.log().mean().item(), rel=1e-4)
    known = torch.full((64,), 0.9)
    known[:2] = 0.8
    logits = torch.stack([known.log(), (1 - known).log()]).view(1, 2, 8, 8)
    labels = torch.zeros(1, 8, 8, dtype=torch.long)
    hardest = -(2 * np.log(0.8) + 2 * np.log(0.9)) / 4
    assert hard_cross_entropy(logits, labels, 0.7).item() == pytest.approx(hardest, rel=1e-4)


def test_bisenets_rate_rises_and_then_falls_to_nothing(faces: RenderedFaces, tmp_path: Path) -> None:
    rates: list[float] = []

    class Watched(BiSeNetParser):
        def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, torch.Tensor]:
            rates.append(optim["judge"].get_lr()["lr"][0])
            return super().train_step(faces, optim)

    trained(Watched(32, iterations=12, batch_size=2, warm_up=4, lr=0.02, power=1.0), faces, tmp_path)
    assert rates[0] == pytest.approx(2e-5)
    assert np.diff(rates[:5]) == pytest.approx(0.02 * (1 - 1e-3) / 4)
    assert max(rates) == rates[4] == pytest.approx(0.02)
    assert np.diff(rates[4:]) == pytest.approx(-0.02 / 8)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"batch_size": 1}, "2 faces a batch or more, not 1"),
        ({"iterations": 5, "warm_up": 5}, "warm_up must be shorter than the 5 iterations, not 5"),
        ({"threshold": 1.0}, "threshold must be a probability between 0 and 1"),
    ],
)
def test_bisenet_refuses_what_it_cannot_learn_with(options: dict[str, float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        BiSeNetParser(32, **options)


class TrueParser(FaceParser):
    """Knows the labels of the faces it was given."""

    def __init__(self, faces: FaceBatch, wrong: torch.Tensor) -> None:
        super().__init__(32, feature_scale=16)
        self.labels = faces.mask.masked_fill(wrong, 18)

    def parse(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.labels, torch.zeros(len(image), 1)


def test_parser_scores_are_the_textbook_ones(faces: RenderedFaces) -> None:
    rows = faces.rows("test")
    batch = faces.batch(rows)
    nothing, upper = torch.zeros_like(batch.mask, dtype=torch.bool), torch.zeros_like(batch.mask, dtype=torch.bool)
    upper[:, :8] = True
    assert TrueParser(batch, nothing).evaluate(faces, rows) == {"pixel_accuracy": 1.0, "mean_iou": 1.0}
    judged = TrueParser(batch, upper)
    ious = []
    for label in batch.mask.unique():
        true, found = batch.mask == label, judged.labels == label
        ious.append(((true & found).sum() / (true | found).sum()).item())
    assert judged.evaluate(faces, rows)["mean_iou"] == pytest.approx(np.mean(ious))
    assert judged.evaluate(faces, rows)["pixel_accuracy"] == pytest.approx((judged.labels == batch.mask).float().mean())


def test_parsing_gives_labels_and_pooled_features(faces: RenderedFaces) -> None:
    parser = FaceParser(32).eval()
    image = faces.batch(faces.rows("test")).image
    labels, features = parser.parse(image)
    assert labels.shape == (4, 32, 32)
    assert labels.dtype == torch.uint8
    assert features.shape == (4, 256)
    assert features.dtype == torch.float32
    assert torch.equal(labels, parser.network(image).argmax(1).to(torch.uint8))
    network = parser.network
    skips = image
    for block in (network.conv1, network.conv2, network.conv3, network.conv4):
        skips = network.pool(block(skips))
    torch.testing.assert_close(features, network.center(skips).mean((2, 3)))
    for half in (torch.bfloat16, torch.float16):
        with torch.autocast("cpu", dtype=half):
            assert parser.parse(image)[1].dtype == torch.float32
    with pytest.raises(ValueError, match="multiples of 16, not 40"):
        FaceParser(40)


def test_classifier_scores_are_probabilities(faces: RenderedFaces) -> None:
    scores = AttributeClassifier(32, width=8).eval().scores(faces.batch(faces.rows("test")).image)
    assert scores.shape == (4, NUM_ATTRIBUTES)
    assert ((scores >= 0) & (scores <= 1)).all()


def test_classifier_accuracy_counts_each_known_attribute(faces: RenderedFaces) -> None:
    class AlwaysSmiling(AttributeClassifier):
        def scores(self, image: torch.Tensor) -> torch.Tensor:
            answer = torch.zeros(len(image), NUM_ATTRIBUTES)
            answer[:, ATTRIBUTES.index("Smiling")] = 0.5
            return answer

    rows = faces.rows("train")
    scores = AlwaysSmiling(32, width=8).evaluate(faces, rows)
    truth = faces.packed.attributes[rows]
    assert scores["Smiling"] == pytest.approx(truth[:, ATTRIBUTES.index("Smiling")].mean())
    assert scores["Bald"] == pytest.approx(1 - truth[:, ATTRIBUTES.index("Bald")].mean())


def test_the_published_resnet_is_torchvisions() -> None:
    ours, theirs = ResNet18(NUM_ATTRIBUTES, size=256), resnet18(num_classes=NUM_ATTRIBUTES)
    ours.load_state_dict(theirs.state_dict())
    image = torch.randn(2, 3, 64, 64)
    torch.testing.assert_close(ours.eval()(image), theirs.eval()(image))


def test_small_images_keep_four_by_four_positions() -> None:
    network = ResNet18(NUM_ATTRIBUTES, size=64, width=8)
    positions = []
    network.layer4.register_forward_hook(lambda _, __, output: positions.append(output.shape[-2:]))
    network(torch.zeros(2, 3, 64, 64))
    assert positions == [(4, 4)]


def test_augmentation_is_light(faces: RenderedFaces) -> None:
    batch = faces.batch(faces.rows("train"))
    augment = LightAugmentation(32)
    torch.manual_seed(1)
    changed = augment(batch)
    assert torch.equal(changed.mask, batch.mask)
    assert torch.equal(changed.attributes, batch.attributes)
    assert changed.image.shape == batch.image.shape
    assert changed.image.abs().max() <= 1
    for before, after in zip(batch.image, changed.image, strict=True):
        assert not torch.equal(before, after)
        assert np.corrcoef(before.flatten(), after.flatten())[0, 1] > 0.97
    torch.manual_seed(1)
    assert torch.equal(augment(batch).image, changed.image)


class Teacher:
    """Trains, and counts how often."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, judge: Judge, dataset: FaceDataset, folder: Path) -> None:
        self.calls += 1
        trained(judge, dataset, folder)


def small_classifier(**options: float) -> AttributeClassifier:
    return AttributeClassifier(32, **{"width": 8, "iterations": 2, "batch_size": 4, "lr": 0.01, **options})


@pytest.fixture
def cached(faces: RenderedFaces, tmp_path: Path) -> tuple[JudgeRecord, AttributeClassifier, Teacher, Path]:
    judge, teacher = small_classifier(), Teacher()
    record = load_judge("attributes", judge, faces, tmp_path, teacher, pytest.fail)
    assert teacher.calls == 1
    return record, judge, teacher, tmp_path


Cached = tuple[JudgeRecord, AttributeClassifier, Teacher, Path]


def test_a_judge_is_trained_once(cached: Cached, faces: RenderedFaces) -> None:
    record, judge, teacher, cache = cached
    again = small_classifier()
    assert load_judge("attributes", again, faces, cache, teacher, pytest.fail) == record
    assert teacher.calls == 1
    assert not again.training
    image = faces.batch(faces.rows("test")).image
    assert torch.equal(again.scores(image), judge.scores(image))
    assert record.scores == judge.evaluate(faces, faces.rows("test"))
    assert not list(cache.rglob("*unfinished*"))


def test_another_recipe_or_other_faces_are_another_judge(cached: Cached, faces: RenderedFaces, tmp_path: Path) -> None:
    *_, teacher, cache = cached
    load_judge("attributes", small_classifier(iterations=1), faces, cache, teacher, pytest.fail)
    assert teacher.calls == 2
    others = RenderedFaces(None, 32, tmp_path / "packs", train=2, val=1, test=1, seed=1)
    load_judge("attributes", small_classifier(), others, cache, teacher, pytest.fail)
    assert teacher.calls == 3
    keys = {judge_key(small_classifier(), faces), judge_key(AttributeClassifier(64), faces)}
    assert len(keys | {judge_key(FaceParser(32), faces)}) == 3


@pytest.mark.parametrize("name", ["weights.pth", "card.json"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_files_are_said_and_trained_again(
    cached: Cached, faces: RenderedFaces, name: str, damage: Callable[[Path], None]
) -> None:
    record, _, teacher, cache = cached
    said: list[str] = []
    (path,) = cache.rglob(name)
    damage(path)
    again = load_judge("attributes", small_classifier(), faces, cache, teacher, said.append)
    assert again.recipe == record.recipe
    assert teacher.calls == 2
    (sentence,) = said
    assert sentence.startswith(str(path))
    assert sentence.endswith("; the judge is trained again")
    assert load_judge("attributes", small_classifier(), faces, cache, teacher, pytest.fail) == again


class _Touches:
    """Makes a file where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, (str(self._path),)


def test_a_swapped_pickle_is_never_run(cached: Cached, faces: RenderedFaces) -> None:
    *_, teacher, cache = cached
    said: list[str] = []
    (weights,), (card,) = cache.rglob("weights.pth"), cache.rglob("card.json")
    torch.save(_Touches(cache / "executed"), weights)
    facts = read_checked_json(card) | {"weights_sha256": sha256_of(weights)}
    write_checked_json(card, facts)
    load_judge("attributes", small_classifier(), faces, cache, teacher, said.append)
    assert teacher.calls == 2
    assert "the judge is trained again" in said[0]
    assert not (cache / "executed").exists()


def _train_and_report(cache: Path, packs: Path, answers: multiprocessing.Queue[tuple[str, int]]) -> None:
    teacher = Teacher()
    faces = RenderedFaces(None, 32, packs, train=2, val=1, test=1)
    record = load_judge("attributes", small_classifier(), faces, cache, teacher, print)
    answers.put((record.weights_sha256, teacher.calls))


def test_of_two_processes_at_once_one_trains_and_both_have_the_judge(tmp_path: Path) -> None:
    RenderedFaces(None, 32, tmp_path / "packs", train=2, val=1, test=1)
    answers: multiprocessing.Queue[tuple[str, int]] = FORKS.Queue()
    arguments = (tmp_path / "judges", tmp_path / "packs", answers)
    processes = [FORKS.Process(target=_train_and_report, args=arguments) for _ in range(2)]
    for process in processes:
        process.start()
    found = [answers.get(timeout=120) for _ in processes]
    for process in processes:
        process.join(30)
    assert len({weights for weights, _ in found}) == 1
    assert sorted(calls for _, calls in found) == [0, 1]


def test_the_code_version_covers_networks_and_augmentation_but_no_library() -> None:
    parser, classifier = FaceParser(32), small_classifier()
    assert judge_code(parser) != judge_code(classifier)
    assert judge_code(parser) == judge_code(FaceParser(64))


@pytest.mark.parametrize("name", ["parser", "attributes", "bisenet"])
def test_every_preset_of_the_card_builds_the_judge(name: str) -> None:
    card = JUDGE_CARDS.find(name).card
    build = {"parser": FaceParser, "attributes": AttributeClassifier, "bisenet": BiSeNetParser}[name]
    for preset in ("demo", "small", "paper"):
        judge = build(64, **{**card.options, **card.presets[preset]})
        assert dict(judge.recipe) == {**card.options, **card.presets[preset]}
    assert dict(build(64).recipe) == card.options


def test_images_of_files_are_judged_as_tensors_are(faces: RenderedFaces) -> None:
    parser = FaceParser(32, feature_scale=8).eval()
    rows = faces.rows("test")
    from_files = image_tensor(np.array(faces.packed.images[rows]))
    assert torch.equal(parser.parse(from_files)[0], parser.parse(faces.batch(rows).image)[0])
