"""What a method's `edit` may give, what it may see, and how a failure of its own code is told."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch

from benchmark.datasets.base import FaceDataset
from benchmark.datasets.rendered_faces.dataset import RenderedFaces
from benchmark.editing.edit_tasks import EditError, edit_tasks, read_edits
from benchmark.protocols.attribute_transfer import AttributeTransfer
from benchmark.protocols.base import Protocol, Rows
from benchmark.protocols.style_copy import StyleCopy
from benchmark.runtime.device import Compute
from benchmark.runtime.progress import Reporter
from methods.base import CannotEdit, EditBatch, FaceEditor
from registry.cards import MethodCard
from registry.catalogue import METHOD_CARDS
from registry.errors import PluginError

SIZE = 32
CARD = MethodCard(name="a", title="A", summary="", kind="learned", licence="", takes=["image"])
CPU = Compute(torch.device("cpu"), "fp32", channels_last=False)


class Given(FaceEditor):
    """Gives what a function of the tasks gives."""

    def __init__(self, give: Callable[[EditBatch], Any]) -> None:
        super().__init__()
        self.give = give

    def edit(self, tasks: EditBatch) -> Any:
        return self.give(tasks)


class Listener(Reporter):
    """Keeps what is said."""

    def __init__(self) -> None:
        super().__init__(quiet=True)
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)
        super().say(text)


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> RenderedFaces:
    return RenderedFaces(root=None, size=SIZE, cache=tmp_path_factory.mktemp("faces"), train=2, val=1, test=8)


def edit_all(
    give: Callable[[EditBatch], Any],
    protocol: Protocol,
    faces: RenderedFaces,
    folder: Path,
    card: MethodCard,
    reporter: Reporter,
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Edit every task of a protocol: the tasks, and why attributes are refused."""
    tasks = protocol.tasks(faces, 0)
    settings: dict[str, Any] = {"batch_size": 2, "seed": 0, "compute": CPU, "reporter": reporter, "title": "given"}
    return tasks, edit_tasks(Given(give), card, protocol, faces, tasks, folder, **settings)


def edited(give: Callable[[EditBatch], Any], faces: RenderedFaces, folder: Path, card: MethodCard = CARD) -> list[str]:
    """Edit four tasks, and give what was said."""
    reporter = Listener()
    with reporter.logging_to(folder / "log.txt"):
        tasks, _ = edit_all(give, StyleCopy(count=4), faces, folder, card, reporter)
    assert read_edits(folder, tasks, SIZE).shape == (4, SIZE, SIZE, 3)
    return [line for line in reporter.said if "edit style-copy: " not in line]


@pytest.mark.parametrize(
    ("give", "said"),
    [
        (lambda tasks: None, r"Given.edit gave None, where a tensor \(N, 3, H, W\) was expected"),
        (lambda tasks: tasks.target.image.numpy(), r"Given.edit gave numpy.ndarray, where a tensor"),
        (
            lambda tasks: tasks.target.image[:1],
            r"gave images of shape \(1, 3, 32, 32\) where \(2, 3, 32, 32\)",
        ),
        (lambda tasks: tasks.target.image * torch.nan, r"Given.edit gave images that hold values that are not finite"),
        (
            lambda tasks: (tasks.target.image + 1) * 127.5,
            r"Given.edit gave values from \d.* to \d+, where \[-1, 1\] was expected",
        ),
        (
            lambda tasks: (tasks.target.image * 100).to(torch.uint8),
            r"Given.edit gave torch.uint8 values, where floating-point ones",
        ),
    ],
)
def test_what_is_no_batch_of_images_is_refused(
    give: Callable[[EditBatch], Any], said: str, faces: RenderedFaces, tmp_path: Path
) -> None:
    with pytest.raises(EditError, match=said):
        edited(give, faces, tmp_path)
    assert not list(tmp_path.glob("*.png"))


def test_a_method_that_raises_is_told_in_a_sentence_and_its_traceback_logged(
    faces: RenderedFaces, tmp_path: Path
) -> None:
    def fail(tasks: EditBatch) -> Any:
        return {}["colour"]

    with pytest.raises(PluginError, match=r"^Given.edit raised KeyError: 'colour'$"):
        edited(fail, faces, tmp_path)
    log = (tmp_path / "log.txt").read_text()
    assert "Given.edit raised KeyError: 'colour'" in log
    assert 'return {}["colour"]' in log, "the author's line"


def test_a_method_may_say_that_it_cannot(faces: RenderedFaces, tmp_path: Path) -> None:
    def refuse(tasks: EditBatch) -> Any:
        raise CannotEdit("no text")

    with pytest.raises(CannotEdit, match="no text"):
        edited(refuse, faces, tmp_path)


def test_what_networks_overshoot_by_is_clipped_in_silence(faces: RenderedFaces, tmp_path: Path) -> None:
    assert edited(lambda tasks: tasks.target.image * 1.2, faces, tmp_path) == []


def test_edits_that_all_lie_in_0_to_1_are_warned_of(faces: RenderedFaces, tmp_path: Path) -> None:
    (warning,) = edited(lambda tasks: (tasks.target.image + 1) / 2, faces, tmp_path)
    assert "no edit of style-copy has a value below 0" in warning
    assert "return 2 * image - 1" in warning


@pytest.mark.parametrize(
    ("card", "sees"),
    [
        (CARD, False),
        (CARD.model_copy(update={"kind": "reference"}), False),
        (METHOD_CARDS.find("oracle").card, True),
    ],
)
def test_only_a_reference_that_says_so_sees_the_true_result(
    card: MethodCard, sees: bool, faces: RenderedFaces, tmp_path: Path
) -> None:
    seen = set()

    def look(tasks: EditBatch) -> Any:
        seen.add(tasks.oracle is not None)
        return replace(tasks, oracle=None).target.image

    edited(look, faces, tmp_path, card)
    assert seen == {sees}


def refusals(
    give: Callable[[EditBatch], Any], protocol: Protocol, faces: RenderedFaces, folder: Path, card: MethodCard = CARD
) -> tuple[dict[str, str], pd.DataFrame]:
    """What comes of editing a protocol's tasks: why attributes are refused, and the tasks that were edited."""
    _, refused = edit_all(give, protocol, faces, folder, card, Reporter(quiet=True))
    return refused, pd.read_parquet(folder / "tasks.parquet")


def test_a_method_edits_the_attributes_that_it_can_and_says_why_not_the_others(
    faces: RenderedFaces, tmp_path: Path
) -> None:
    def only_smiles(tasks: EditBatch) -> Any:
        assert len(set(tasks.transferred)) == 1, "a batch is of one attribute"
        if tasks.transferred[0] != "Smiling":
            raise CannotEdit("it learned to smile")
        return tasks.target.image

    protocol = AttributeTransfer(attribute=["Big_Nose", "Smiling", "No_Beard"], count=3)
    refused, edits = refusals(only_smiles, protocol, faces, tmp_path)
    assert refused == {"Big_Nose": "it learned to smile", "No_Beard": "it learned to smile"}
    assert set(edits["attribute"]) == {"Smiling"}
    assert sorted(path.name for path in tmp_path.glob("*.png")) == [f"{task:05d}.png" for task in edits["task"]]
    with pytest.raises(CannotEdit, match="it learned to smile"):
        refusals(only_smiles, AttributeTransfer(attribute="No_Beard", count=3), faces, tmp_path / "alone")


def test_a_method_of_masks_is_not_asked_where_there_is_none(faces: RenderedFaces, tmp_path: Path) -> None:
    class Unmasked(AttributeTransfer):
        """Has no mask of beards, as photographs have none."""

        def edits_of(self, dataset: FaceDataset, targets: Rows, sources: Rows, attribute: str) -> EditBatch:
            batch = super().edits_of(dataset, targets, sources, attribute)
            return replace(batch, lacks={"mask": "no mask of it"}) if attribute == "No_Beard" else batch

    protocol = Unmasked(attribute=["Smiling", "No_Beard"], count=2)
    of_masks = CARD.model_copy(update={"takes": ["image", "mask"]})
    refused, _ = refusals(lambda tasks: tasks.target.image, protocol, faces, tmp_path / "masks", of_masks)
    assert refused == {"No_Beard": "no mask of it"}
    refused, _ = refusals(lambda tasks: tasks.target.image, protocol, faces, tmp_path / "labels")
    assert refused == {}
