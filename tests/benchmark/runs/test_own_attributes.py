"""Attributes that a user's folder adds to CelebA's: tasks, a method that learns them, the judge, and their figures."""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

import benchmark
from benchmark.datasets.rendered_faces.renderer.factors import sample_factors
from benchmark.datasets.rendered_faces.renderer.renderer import render
from benchmark.demo.base64_images import Order
from benchmark.demo.edit_face import edit_face
from benchmark.demo.live_scores import live_scores
from benchmark.demo.read_faces import JudgesOfRun, dataset_face, described_faces
from benchmark.images.write import write_png
from benchmark.judges.attribute_classifier import AttributeClassifier
from benchmark.photographs.load_methods import choose_methods
from benchmark.photographs.request import EditRequest
from benchmarks.photo_scenes import place_face
from registry.errors import InputError
from tests.commands import TINY_SCORING, Outcome, bench, settings
from tests.face_folder import FACES, SIDE, with_own_column, write_folder

pytestmark = pytest.mark.integration
TINY = (
    "methods.stargan={ngf: 4, ndf: 4, n_blocks: 1, d_downsampling: 3, iterations: 2, batch_size: 2}",
    "compute.precision=fp32",
    f"dataset.size={SIDE}",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_folder(tmp_path_factory.mktemp("own") / "faces")
    with_own_column(root)
    return root


@pytest.fixture(scope="module")
def runs(folder: Path) -> Path:
    outcome = run(folder, "protocols.attribute-transfer.attributes=[Freckles]", "options.attributes=[Smiling,Freckles]")
    assert outcome.code == 0, outcome.err
    return folder.parent / "runs"


def run(folder: Path, *assignments: str, method: str = "stargan", runs: str = "runs") -> Outcome:
    place = ("--runs", folder.parent / runs, "--dataset", "face-folder", "--data", folder)
    own = "dataset.options.attribute_names=[Freckles]"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_CACHE", str(folder.parent / "cache"))
        tiny = settings(own, *TINY_SCORING, *TINY, *assignments)
        return bench("run", "--method", method, *place, "--protocol", "attribute-transfer", *tiny)


def result_of(runs: Path, method: str) -> dict[str, Any]:
    result: dict[str, Any] = json.loads((runs / "face-folder" / method / "seed0" / "result.json").read_text())
    return result


def test_a_method_learns_the_attribute_and_is_judged_by_it(runs: Path) -> None:
    result = result_of(runs, "stargan")
    transfer = result["protocols"]["attribute-transfer"]
    assert transfer["reason"] is None
    assert transfer["rule"].startswith("up to 200 pairs of a test face without Freckles and one with it")
    assert transfer["metrics"]["attribute-accuracy"]["value"] in (0.0, 1.0)
    assert transfer["breakdown"]["attribute-accuracy"].keys() == {"Freckles"}
    assert transfer["breakdown"]["attribute-preservation"].keys() == {"Smiling", "Male"}
    scores = result["judges"]["attributes"]["scores"]
    assert scores.keys() == {"mean_accuracy", "Smiling", "Male", "Freckles"}
    assert "Freckles" in (runs / "face-folder" / "leaderboard.md").read_text()


def test_faces_are_grouped_by_it(runs: Path, tmp_path: Path) -> None:
    outcome = bench("leaderboard", "--runs", runs, "--out", tmp_path, "--by", "Freckles", "--format", "md")
    assert outcome.code == 0, outcome.err
    assert "Freckles" in (tmp_path / "groups.md").read_text()
    refused = bench("leaderboard", "--runs", runs, "--out", tmp_path, "--by", "Freckle", "--format", "md")
    assert refused.code == 2
    assert "unknown grouping of faces 'Freckle'; did you mean 'Freckles'" in refused.sentence


def test_images_are_edited_by_its_name(runs: Path) -> None:
    method = benchmark.load_method("stargan", checkpoint=runs / "face-folder" / "stargan" / "seed0")
    image = FACES["a"].image
    edited = method.edit(image, attributes={"Freckles": False}, requested_attributes={"Freckles": True})
    assert edited.shape == image.shape
    assert not np.array_equal(edited, image)
    with pytest.raises(InputError, match="unknown attribute 'Freckle'; did you mean 'Freckles'"):
        method.edit(image, attributes={}, requested_attributes={"Freckle": True})


def test_the_page_offers_it(runs: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(folder.parent / "cache"))
    judges = JudgesOfRun(runs / "face-folder" / "stargan" / "seed0", "cpu")
    said = described_faces(judges, 1)
    assert said["attributes"] == ["Male", "Smiling", "Freckles"]
    (method,) = choose_methods(["stargan"], runs, None)
    face = dataset_face(judges, said["faces"][0])
    order = Order(face, EditRequest({"Freckles": True}), None)
    edited = edit_face(method, SIDE, "cpu", order)
    assert edited.image is not None, edited.reason
    assert live_scores(judges, order, edited.image)["attributes"].keys() == {"Male", "Smiling", "Freckles"}
    unknown = edit_face(method, SIDE, "cpu", Order(face, EditRequest({"Freckels": True}), None))
    assert unknown.reason == "unknown attribute 'Freckels'; did you mean 'Freckles'?"


@pytest.mark.skipif(
    find_spec("dlib") is None or find_spec("face_recognition_models") is None, reason="needs the extra `identity`"
)
def test_a_photograph_is_edited_by_its_name(
    runs: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(folder.parent / "cache"))
    scene = place_face(render(sample_factors(5, 3), 384).image, 3, side=420, degrees=8).image
    write_png(tmp_path / "me.png", scene)
    words = ("photo", tmp_path / "me.png", "--method", "stargan", "--runs", runs, "--out", tmp_path / "out")
    outcome = bench(*words, "--attribute", "Freckles=1")
    assert outcome.code == 0, outcome.err
    assert (tmp_path / "out" / "stargan-photograph.png").is_file()
    assert (
        bench(*words, "--attribute", "Freckels=1").sentence == "unknown attribute 'Freckels'; did you mean 'Freckles'?"
    )


@pytest.mark.parametrize("setting", ["options.attributes", "protocols.attribute-transfer.attributes"])
def test_a_misspelt_attribute_is_one_sentence_before_anything_is_trained(setting: str, folder: Path) -> None:
    outcome = run(folder, f"{setting}=[Freckels]")
    assert outcome.code == 2
    assert outcome.sentence.endswith("unknown attribute 'Freckels'; did you mean 'Freckles'?")
    assert "judge" not in outcome.err


@pytest.mark.usefixtures("runs")  # by which the judge is trained
def test_a_judge_that_cannot_read_it_gives_no_figure_of_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def scores(judge: AttributeClassifier, image: Tensor) -> Tensor:
        return torch.full((len(image), 40), 0.75)

    monkeypatch.setattr(AttributeClassifier, "scores", scores)
    freckles = "protocols.attribute-transfer.attributes=[Freckles]"
    outcome = run(folder, freckles, method="copy-target", runs="narrow")
    assert outcome.code == 0, outcome.err
    metrics = result_of(folder.parent / "narrow", "copy-target")["protocols"]["attribute-transfer"]["metrics"]
    assert metrics["attribute-accuracy"]["value"] is None
    assert metrics["attribute-accuracy"]["reason"]
    assert metrics["attribute-preservation"]["value"] is not None
