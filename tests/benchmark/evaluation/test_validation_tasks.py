"""Tasks on validation faces: what a model that is trained is given, and what its edits and its probe come to."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from benchmark.datasets.rendered_faces.dataset import RenderedFaces
from benchmark.evaluation.scoring_batches import Judges
from benchmark.evaluation.validation_tasks import CELL, SHOWN, ValidationTasks, in_rows
from benchmark.weights.resources import Resources
from methods.base import CannotEdit, EditBatch, FaceBatch, FaceEditor, Probe, Stage
from registry.catalogue import METHOD_CARDS
from registry.errors import PluginError
from tests.benchmark.training.toy import CPU

STAGE = Stage("paint", 100, 4)
BEFORE = Stage("before", 100, 4, edits=False)


class Copying(FaceEditor):
    """Gives the target back."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[EditBatch] = []

    def edit(self, tasks: EditBatch) -> Tensor:
        self.seen.append(tasks)
        return tasks.target.image


def unjudged() -> Any:
    raise AssertionError("no metric here needs a judge")


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> RenderedFaces:
    return RenderedFaces(None, 32, tmp_path_factory.mktemp("faces"), train=3, val=6, test=4)


@pytest.fixture
def tasks(faces: RenderedFaces, resources: Resources) -> ValidationTasks:
    context: Any = SimpleNamespace(
        compute=CPU,
        evaluation=SimpleNamespace(edit_batch_size=4),
        judges=Judges(unjudged, unjudged),
        resources=resources,
    )
    card = METHOD_CARDS.find("maskgan").card
    return ValidationTasks(card, "style-copy", {"count": 1000}, ["psnr-oracle"], faces, context, seed=0)


@pytest.mark.integration
def test_they_are_of_validation_faces_without_their_true_results(tasks: ValidationTasks, faces: RenderedFaces) -> None:
    editor = Copying()
    tasks.measure(editor, STAGE)
    assert [len(batch) for batch in editor.seen] == [4, 2]
    assert {face for batch in editor.seen for face in batch.target.ids} == set(faces.packed.ids[faces.rows("val")])
    assert all(batch.oracle is None for batch in editor.seen)
    assert list(tasks.given) == ["target", "source", "requested mask", "true edit"]
    assert in_rows(tasks.given).shape == (4 * CELL, SHOWN * CELL, 3)


@pytest.mark.integration
def test_figures_are_those_of_the_edits(tasks: ValidationTasks) -> None:
    found = tasks.measure(Copying(), STAGE)
    assert found is not None
    truth, copied = (tasks._parts[0].scored.oracle, tasks._parts[0].scored.target.image)
    assert truth is not None
    figure = found.figures["psnr-oracle"]
    assert figure is not None
    assert figure == pytest.approx(10 * np.log10(4 / ((truth - copied) ** 2).mean((1, 2, 3)).numpy()).mean(), abs=2)
    assert found.edits is not None
    assert found.edits.shape == (CELL, SHOWN * CELL, 3)
    assert found.probe is None


class Failing(Copying):
    """Cannot edit yet."""

    def __init__(self, error: Exception | None) -> None:
        super().__init__()
        self.error = error

    def edit(self, tasks: EditBatch) -> Tensor:
        if self.error is not None:
            raise self.error
        return torch.full_like(tasks.target.image, torch.nan)


@pytest.mark.parametrize("error", [None, CannotEdit("not yet"), ValueError("broken")], ids=repr)
def test_edits_that_fail_have_no_figure_and_stop_no_training(tasks: ValidationTasks, error: Exception | None) -> None:
    found = tasks.measure(Failing(error), STAGE)
    assert found is not None
    assert (found.figures, found.edits) == ({"psnr-oracle": None}, None)


class Probing(Copying):
    """Shows something beside its edits."""

    def __init__(self, given: object) -> None:
        super().__init__()
        self.given = given

    def probe(self, faces: FaceBatch) -> Any:
        return self.given


def test_a_probe_stands_beside_edits_and_alone_before_there_are_any(tasks: ValidationTasks) -> None:
    editor = Probing(Probe({"miou": 0.5}, {"mask": torch.zeros(6, 32, 32, dtype=torch.uint8)}))
    both, alone = tasks.measure(editor, STAGE), tasks.measure(editor, BEFORE)
    assert both is not None
    assert alone is not None
    assert list(both.figures) == ["miou", "psnr-oracle"]
    assert (alone.figures, alone.edits, alone.probe_rows) == ({"miou": 0.5}, None, ("mask",))
    assert alone.probe is not None
    assert alone.probe.shape == (CELL, SHOWN * CELL, 3)
    assert tasks.measure(Copying(), BEFORE) is None


def test_a_probe_that_is_none_is_the_methods_fault(tasks: ValidationTasks) -> None:
    with pytest.raises(PluginError, match=r"Probing\.probe gave dict, where a Probe or None was expected"):
        tasks.measure(Probing({"miou": 0.5}), STAGE)
