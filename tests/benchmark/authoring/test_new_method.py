"""A method's skeleton keeps the contract, and a method that breaks any rule of it is told which."""

import re
from pathlib import Path

import pytest

from registry.catalogue import METHOD_CARDS
from tests.commands import Outcome, bench, settings

EDIT = "return self._paint(tasks.mask, tasks.target.image).float()"
SMALL = settings("dataset.size=32", "options.width=8")


def skeleton(folder: Path, name: str, *changes: tuple[str, str]) -> Path:
    """A new method with changes of its model."""
    outcome = bench("new-method", name, "--out", folder)
    assert outcome.code == 0, outcome.err
    model = Path(outcome.out.splitlines()[-1])
    text = model.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    model.write_text(text)
    return model


def check(name: str, model: Path, *words: str) -> Outcome:
    return bench("check-method", name, "--plugin", model, *SMALL, *words)


def failures(outcome: Outcome) -> list[str]:
    lines = outcome.out.splitlines()
    assert all(re.match(r"(ok    |FAILED)  [^:]+: .", line) for line in lines), outcome.out
    return [line.removeprefix("FAILED").strip() for line in lines if line.startswith("FAILED")]


def test_the_skeleton_keeps_every_rule_and_runs(tmp_path: Path, cache: Path) -> None:
    model = skeleton(tmp_path, "my-new-method")
    outcome = check("my-new-method", model)
    assert outcome.code == 0, outcome.out + outcome.err
    checks = [line.removeprefix("ok").strip().partition(":")[0] for line in outcome.out.splitlines()]
    assert checks == [
        "builds",
        "learns in stage paint",
        *(f"takes part in {each}" for each in ("attribute-transfer", "style-copy", "reconstruction")),
        "gives images of the requested shape",
        "gives values in [-1, 1]",
        "leaves its inputs as they are",
        "edits a face alike whatever is beside it",
        "gives the same images again",
        "gives the same images saved and loaded",
    ]
    words = ("train", "--method", "my-new-method+narrow", "--plugin", model, "--runs", tmp_path / "runs")
    tiny = settings("dataset.size=32", "options.iterations=2", "dataset.options.train=24")
    trained = bench(*words, *tiny, *settings("dataset.options.val=4", "dataset.options.test=12"))
    assert trained.code == 0, trained.err
    assert METHOD_CARDS.find("my-new-method").card.title == "My new method"


STATEFUL = "self.calls = getattr(self, 'calls', 0) + 1\n        " + EDIT + " / self.calls"
BROKEN = {
    "shape": (
        [(EDIT, EDIT + "[:, :, 1:]")],
        r"requested shape: \(2, 3, 31, 32\) in attribute-transfer, where \(2, 3, 32",
    ),
    "range": ([(EDIT, EDIT + " * 3 + 1")], r"values in \[-1, 1\]: values from .* to "),
    "finite": ([(EDIT, EDIT + " * float('nan')")], r"values in \[-1, 1\]: values that are not finite"),
    "state": ([(EDIT, STATEFUL)], "the same images again: other images in attribute-transfer"),
    "unsaved": (
        [
            ("super().__init__()", "super().__init__()\n        self.shade = torch.rand(1)"),
            (EDIT, EDIT + " * self.shade"),
        ],
        "saved and loaded: other images in attribute-transfer",
    ),
    "unlearnt": ([('optim["network"].update_params(loss)', "pass")], "learns in stage paint: no loss falls: l1 from"),
    "constant": ([('"l1": loss.detach()', '"l1": 0.5')], "learns in stage paint: no loss falls: l1 from 0.5 to 0.5"),
    "losses": (
        [('"l1": loss.detach()', '"l1": loss.detach().expand(2)')],
        r"learns in stage paint: BreaksLosses.train_step gave a tensor \(2,\) as loss 'l1', where a single number was",
    ),
    "none": (
        [('return {"l1": loss.detach()}', "return None")],
        "learns in stage paint: BreaksNone.train_step gave None, where losses by name were expected",
    ),
    "silent": ([('return {"l1": loss.detach()}', "return {}")], "learns in stage paint: train_step gives no loss"),
    "crash": (
        [(EDIT, "raise KeyError('no such key')")],
        "takes part in attribute-transfer: BreaksCrash.edit raised KeyError: 'no such key'",
    ),
    "array": ([(EDIT, "return [1]")], "takes part in attribute-transfer: edit gives list, not a tensor"),
    "unbuilt": (
        [("super().__init__()", "raise AttributeError('too early')")],
        "builds: BreaksUnbuilt.__init__ raised AttributeError: too early",
    ),
    "overwriting": (
        [(EDIT, EDIT.replace("tasks.target.image", "tasks.target.image.mul_(0.5)"))],
        r"leaves its inputs as they are: edit overwrites tasks.target.image in attribute-transfer",
    ),
    "batch": (
        [(EDIT, EDIT + " * tasks.target.image.std()")],
        "alike whatever is beside it: in attribute-transfer an image differs by",
    ),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_method_that_breaks_a_rule_is_told_which(tmp_path: Path, rule: str) -> None:
    changes, said = BROKEN[rule]
    name = f"breaks-{rule}"
    outcome = check(name, skeleton(tmp_path, name, *changes))
    assert outcome.code == 1
    found = failures(outcome)
    assert any(re.search(said, line) for line in found), outcome.out
    assert len(found) <= 3, "a broken rule does not fail the others"


def test_a_method_that_learns_nothing_is_told_what_results_will_call_it(tmp_path: Path) -> None:
    changes = [('[Stage("paint", self.iterations, self.batch_size)]', "[]"), ('{"network": self.network}', "{}")]
    outcome = check("learns-nothing", skeleton(tmp_path, "learns-nothing", *changes))
    assert outcome.code == 0, outcome.out
    said = "ok      learns: nothing to train: results call its weights pretrained, and no provenance() says where they"
    assert said in outcome.out


def test_a_method_may_say_that_it_cannot_edit(tmp_path: Path) -> None:
    changes = [
        ("import EditBatch", "import CannotEdit, EditBatch"),
        (EDIT, f"if tasks.oracle is None:\n            raise CannotEdit('no truth')\n        {EDIT}"),
        ("tasks.oracle is None", "not tasks.attributes.equal(tasks.target.attributes)"),
    ]
    outcome = check("cannot-everything", skeleton(tmp_path, "cannot-everything", *changes))
    assert outcome.code == 0, outcome.out
    assert "ok      takes part in attribute-transfer: cannot: no truth" in outcome.out
    assert "ok      takes part in reconstruction: 2 tasks" in outcome.out


@pytest.mark.parametrize("name", ["My-Method", "my method", "../up", "3d", "-x-", "a--b", ""])
def test_a_name_that_is_no_name_is_refused(tmp_path: Path, name: str) -> None:
    outcome = bench("new-method", "--out", tmp_path, "--", name)
    assert outcome.code == 2
    assert f"{name!r} is no name of a method" in outcome.sentence
    assert not list(tmp_path.iterdir())


def test_what_is_there_is_never_overwritten(tmp_path: Path) -> None:
    taken = bench("new-method", "copy-target", "--out", tmp_path)
    assert taken.code == 2
    assert "method 'copy-target' is declared in" in taken.sentence
    (tmp_path / "mine-too").mkdir()
    there = bench("new-method", "mine-too", "--out", tmp_path)
    assert there.code == 2
    assert f"{tmp_path / 'mine-too'} is there already" in there.sentence
    assert list((tmp_path / "mine-too").iterdir()) == []


def test_an_unknown_method_is_the_users_mistake() -> None:
    outcome = bench("check-method", "copy-tarkget")
    assert outcome.code == 2
    assert "unknown method 'copy-tarkget'; did you mean 'copy-target'" in outcome.sentence


@pytest.mark.parametrize("name", ["copy-target", "region-color", "oracle"])
def test_reference_methods_keep_the_contract(name: str) -> None:
    outcome = bench("check-method", name, *settings("dataset.size=32"))
    assert outcome.code == 0, outcome.out
    assert "ok      learns: nothing to train" in outcome.out
