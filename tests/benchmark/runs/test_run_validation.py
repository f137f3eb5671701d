"""A run with a validation curve: on which faces, under which protocol, and with which networks in the end."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from benchmark.config.resolve import resolve
from benchmark.config.sources import COMMAND, ConfigSource
from benchmark.datasets.rendered_faces.dataset import RenderedFaces
from benchmark.datasets.validation_faces import as_tested, has_validation, held_out
from benchmark.results.schema import Result, read_result
from benchmark.results.validation_curve import ValidationCurve, edits_picture, given_picture, read_curve
from benchmark.runs.run_validation import RunValidation, training_faces
from methods.base import Stage
from registry.catalogue import METHOD_CARDS
from registry.errors import InputError
from tests.commands import TINY, TINY_METHOD, Outcome, bench, settings
from tests.loaded_plugins import forgotten_plugins

SMALL = (*TINY, *settings("dataset.size=32", "options.iterations=6"), "--protocol", "style-copy")


def score(runs: Path, *words: str) -> Outcome:
    with forgotten_plugins():
        return bench("score", "--plugin", TINY_METHOD, "--method", "tiny", *SMALL, "--runs", runs, *words)


def run_folder(runs: Path) -> Path:
    return runs / "rendered-faces" / "tiny" / "seed0"


def result_of(runs: Path) -> Result:
    return read_result(run_folder(runs) / "result.json")


@pytest.fixture(scope="module")
def plain(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Result:
    runs = tmp_path_factory.mktemp("plain")
    outcome = score(runs)
    assert outcome.code == 0, outcome.err
    assert read_curve(run_folder(runs)) == ValidationCurve(), "six iterations are too few for a curve of its own"
    return result_of(runs)


@pytest.fixture(scope="module")
def validated(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    runs = tmp_path_factory.mktemp("validated")
    outcome = score(runs, *settings("validate_every=2"))
    assert outcome.code == 0, outcome.err
    return runs


def test_the_curve_scores_edits_of_validation_faces_by_what_costs_little(validated: Path) -> None:
    run = run_folder(validated)
    curve = read_curve(run).stages["paint"]
    assert [point.iteration for point in curve.points] == [2, 4, 6]
    assert (curve.protocol, curve.num_tasks, curve.faces) == ("style-copy", 4, "the validation split")
    assert set(curve.names) == {"seg-miou", "attribute-accuracy", "psnr-oracle", "ssim-oracle"}
    figures = [point.figures["psnr-oracle"] for point in curve.points]
    assert all(figure is not None and 3 < figure < 40 for figure in figures)
    assert len(set(figures)) == 3
    assert given_picture(run).is_file()
    assert edits_picture(run, "paint", 4).is_file()


def test_weights_and_figures_are_those_of_a_run_without_one(plain: Result, validated: Path) -> None:
    result = result_of(validated)
    assert result.weights_sha256 == plain.weights_sha256
    assert result.experiment_sha256 == plain.experiment_sha256
    assert result.configuration_sha256 == plain.configuration_sha256
    assert result.notes == plain.notes
    figures = {name: cell.value for name, cell in result.protocols["style-copy"].metrics.items()}
    assert figures == {name: cell.value for name, cell in plain.protocols["style-copy"].metrics.items()}


def test_the_best_networks_are_kept_and_the_result_says_so(plain: Result, cache: Path, tmp_path: Path) -> None:
    outcome = score(tmp_path, *settings("validate_every=1", "keep=best:psnr-oracle"))
    assert outcome.code == 0, outcome.err
    curve = read_curve(run_folder(tmp_path)).stages["paint"]
    figures = [point.figures["psnr-oracle"] or 0.0 for point in curve.points]
    assert curve.kept == figures.index(max(figures)) + 1
    result = result_of(tmp_path)
    assert result.notes["kept"] == f"the best psnr-oracle on validation faces: paint iteration {curve.kept} of 6"
    assert result.configuration_sha256 != plain.configuration_sha256
    refused = score(tmp_path, *settings("validate_every=1", "keep=best:seg-miou"))
    assert refused.code == 2
    assert "holds weights trained with other code, keep; --fresh replaces them" in refused.sentence


def test_faces_that_learn_validate_and_test_are_others(tmp_path: Path) -> None:
    faces = RenderedFaces(None, 32, tmp_path, train=30, val=4, test=5)
    validation = as_tested(faces)
    assert list(validation.rows("test")) == list(faces.rows("val"))
    assert list(validation.rows("train")) == list(faces.rows("train"))
    assert not set(faces.rows("test")) & {*validation.rows("train"), *validation.rows("val"), *validation.rows("test")}
    assert list(faces.rows("test")) == list(range(34, 39)), "the faces themselves are as they were"


@pytest.fixture
def unsplit(tmp_path: Path) -> RenderedFaces:
    """Faces without a validation split, 34 to learn from."""
    faces = RenderedFaces(None, 32, tmp_path, train=30, val=4, test=5)
    faces.packed.splits = np.where(faces.packed.splits == "val", "train", faces.packed.splits)
    assert not has_validation(faces)
    return faces


def test_without_a_validation_split_a_tenth_of_the_training_faces_is_held_out(unsplit: RenderedFaces) -> None:
    faces, parted = unsplit, held_out(unsplit)
    assert (len(parted.rows("train")), len(parted.rows("val"))) == (31, 3)
    assert not set(parted.rows("train")) & set(parted.rows("val"))
    assert {*parted.rows("train"), *parted.rows("val")} == set(faces.rows("train"))
    assert list(parted.rows("test")) == list(faces.rows("test"))
    assert list(parted.rows("val")) == list(held_out(faces).rows("val"))


def run_validation(faces: RenderedFaces, said: list[str], **settings: object) -> RunValidation:
    experiment = resolve([ConfigSource({"method": "maskgan", **settings}, COMMAND)])
    context: Any = SimpleNamespace(dataset=faces, reporter=SimpleNamespace(say=said.append))
    parted = training_faces(experiment.method, faces)
    return RunValidation(experiment, METHOD_CARDS.find("maskgan").card, {"style-copy": {}}, parted, context)


def test_faces_are_held_out_only_where_a_curve_is_wanted_and_the_result_says_so(
    unsplit: RenderedFaces, tmp_path: Path
) -> None:
    said: list[str] = []
    by_default = run_validation(unsplit, said)
    assert by_default.of([Stage("long", 100, 8)], {}, tmp_path) is None
    assert said == [
        "maskgan: no validation curve: rendered-faces has no validation face; "
        "validate_every=N holds a tenth of the training faces out"
    ]
    assert (by_default.inputs, by_default.code, by_default.notes(tmp_path)) == ({}, [], {})
    wanted = run_validation(unsplit, said, validate_every=10)
    assert len(wanted.faces.rows("train")) == 31
    assert wanted.inputs == {"held out": "a tenth of the training faces"}
    assert wanted.notes(tmp_path) == {"held_out": "3 of 34 training faces, for validation"}


def test_no_curve_is_prepared_where_nothing_is_left_to_validate(unsplit: RenderedFaces, tmp_path: Path) -> None:
    said: list[str] = []
    assert run_validation(unsplit, said).of([Stage("short", 49, 8)], {}, tmp_path) is None
    assert run_validation(unsplit, said, validate_every=0).of([Stage("long", 100, 8)], {}, tmp_path) is None
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / "long.pth").touch()
    assert run_validation(unsplit, said).of([Stage("long", 100, 8)], {}, tmp_path) is None
    assert said == []


def test_a_metric_that_the_protocol_does_not_show_is_refused(tmp_path: Path) -> None:
    faces = RenderedFaces(None, 32, tmp_path, train=30, val=4, test=5)
    validation = run_validation(faces, [], keep="best:psnr-region")
    with pytest.raises(InputError, match="best:psnr-region is not shown under style-copy: name it by --metrics too"):
        validation.of([Stage("long", 100, 8)], {}, tmp_path)
