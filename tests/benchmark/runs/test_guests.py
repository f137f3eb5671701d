"""Plug-ins that are loaded change nothing for runs that do not name them, and where they fail, a sentence says so."""

from pathlib import Path

import pytest

from benchmark.config.presets import all_protocols
from benchmark.config.references import default_references
from benchmark.config.resolve import resolve, resolve_evaluation
from benchmark.config.sources import COMMAND, ConfigSource, read_assignments
from benchmark.evaluation.context import faces_folder
from benchmark.results.schema import read_result
from benchmark.runs.reference_runs import reference_runs
from benchmark.runs.up_to_date import finished_result
from benchmark.sweep.shared_setup import shared_experiments
from benchmark.weights.locate import Weights
from registry.plugins import load_named
from tests.commands import TINY_DATASET, TINY_SCORING, Outcome, bench, settings
from tests.places import PLUGINS

GUESTS = """
import torch
from torch import nn

from benchmark.protocols.reconstruction import Reconstruction
from methods.base import FaceEditor, Stage
from mmengine.optim import OptimWrapper, OptimWrapperDict
from registry import METHODS, PROTOCOLS

SAID = {"title": "A guest", "summary": "Of a plug-in."}
METHOD = {**SAID, "licence": "free", "takes": ["image"]}


@METHODS.register(card={**METHOD, "name": "a-reference", "kind": "reference", "options": {"shade": 0.5}})
class Reference(FaceEditor):
    def __init__(self, size, shade):
        raise ValueError("this guest was not invited")

    def edit(self, tasks):
        return tasks.target.image


@PROTOCOLS.register(card={**SAID, "name": "a-protocol", "options": {"count": 3}, "metrics": ["psnr"]})
class Refusing(Reconstruction):
    name = "a-protocol"

    def draw(self, dataset, seed):
        raise ValueError("these faces have no hair")


@PROTOCOLS.register(card={**SAID, "name": "own-tasks", "options": {"count": 3}, "metrics": ["psnr-oracle"]})
class Own(Reconstruction):
    name = "own-tasks"


@METHODS.register(card={**METHOD, "name": "wrapper", "kind": "learned"})
class Wrapper(FaceEditor):
    def __init__(self, size):
        super().__init__()
        self.network = nn.Conv2d(3, 3, 1)

    def edit(self, tasks):
        return tasks.target.image if tasks.oracle is None else tasks.oracle

    def provenance(self):
        return {"network": "from the hub"}


@METHODS.register(card={**METHOD, "name": "wrong-step", "kind": "learned", "options": {"gives": "none"}})
class WrongStep(Wrapper):
    def __init__(self, size, gives):
        super().__init__(size)
        self.gives = gives

    def stages(self):
        return [Stage("only", 20, 4)]

    def optimizers(self, stage):
        return OptimWrapperDict(network=OptimWrapper(torch.optim.Adam(self.network.parameters())))

    def train_step(self, faces, optim):
        loss = self.network(faces.image).mean()
        return {"none": None, "rows": {"l1": faces.image}, "no-number": {"l1": loss * torch.nan, "of": 1.0}}[self.gives]
"""
SMALL = [*settings(*TINY_DATASET, *TINY_SCORING), *settings("compute.precision=fp32", "dataset.size=32", "limit=3")]


@pytest.fixture(scope="module")
def guests(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("guests") / "guests.py"
    file.write_text(GUESTS)
    load_named(str(file))
    return file


def command(guests: Path, runs: Path, *words: str) -> Outcome:
    return bench(*words, "--plugin", guests, "--runs", runs, *SMALL)


def test_what_no_one_named_is_in_no_evaluation(guests: Path) -> None:
    (method,) = [resolve([ConfigSource({"method": "copy-target"}, COMMAND)])]
    shared = resolve_evaluation([ConfigSource({}, COMMAND)])
    assert set(method.evaluation.protocols) == set(shared.protocols)
    assert set(shared.protocols) == {"attribute-transfer", "style-copy", "reconstruction"}
    everywhere = ["copy-source", "copy-target", "oracle", "region-color"]
    assert [card.name for card in default_references(shared)] == everywhere


def test_fillings_of_holes_run_beside_methods_where_there_are_holes(guests: Path) -> None:
    holes = resolve_evaluation([ConfigSource({"protocols": {"completion": {}}}, COMMAND)])
    names = [card.name for card in default_references(holes)]
    assert names == ["copy-source", "copy-target", "mean-fill", "oracle", "region-color", "telea"]
    fills = resolve([ConfigSource({"method": "telea"}, COMMAND)]).evaluation
    assert set(fills.protocols) == {"attribute-transfer", "style-copy", "reconstruction", "completion"}


def test_a_sweeps_shared_job_can_be_resolved_whatever_its_experiments_take_part_in(guests: Path) -> None:
    named = resolve([ConfigSource({"method": "wrapper", "protocols": {"own-tasks": {}}}, COMMAND)])
    (shared,) = shared_experiments([named])
    assert "own-tasks" in shared.evaluation.protocols
    assert "a-protocol" not in shared.evaluation.protocols
    again = resolve([ConfigSource(shared.settings(), "shared.yaml")])
    assert again == shared


@pytest.fixture(scope="module")
def compared(guests: Path, tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Path:
    """The runs folder of a learned guest under its own protocol."""
    runs = tmp_path_factory.mktemp("compared")
    outcome = command(guests, runs, "run", "--method", "wrapper", "--protocol", "own-tasks")
    assert outcome.code == 0, outcome.err
    return runs


def test_a_guest_of_kind_reference_does_not_run_uninvited(compared: Path) -> None:
    methods = {path.name for path in (compared / "rendered-faces").iterdir() if (path / "seed0").is_dir()}
    assert methods == {"wrapper", "copy-target", "copy-source", "oracle", "region-color", "real"}


def test_reference_rows_keep_their_protocols_in_runs_that_do_not_name_them(compared: Path) -> None:
    result = read_result(compared / "rendered-faces" / "oracle" / "seed0" / "result.json")
    assert set(result.protocols) == {"attribute-transfer", "style-copy", "reconstruction", "own-tasks"}
    small = read_assignments(SMALL[1::2])
    unaware = all_protocols(resolve([ConfigSource({"method": "copy-target"}, COMMAND), small]).evaluation)
    assert "own-tasks" not in unaware.protocols
    for experiment in reference_runs(unaware, "copy-target", compared):
        assert finished_result(experiment, compared, Weights()) is not None, experiment.label


def test_weights_that_were_neither_trained_nor_published_are_called_pretrained(compared: Path) -> None:
    result = read_result(compared / "rendered-faces" / "wrapper" / "seed0" / "result.json")
    assert result.weights_origin == "pretrained"
    assert result.weights_sha256 is not None
    assert result.notes == {"network": "from the hub"}
    page = (compared / "rendered-faces" / "leaderboard.md").read_text()
    assert "pretrained" in page


def test_a_guest_that_is_named_and_refuses_the_faces_says_so(guests: Path, tmp_path: Path, cache: Path) -> None:
    outcome = command(guests, tmp_path, "score", "--method", "copy-target", "--protocol", "a-protocol")
    assert outcome.code == 2
    assert outcome.sentence == "protocol a-protocol: these faces have no hair"


def test_a_guest_that_cannot_be_built_says_so(guests: Path, tmp_path: Path, cache: Path) -> None:
    outcome = command(guests, tmp_path, "score", "--method", "a-reference")
    assert outcome.code == 2
    assert outcome.sentence == "a-reference cannot be built: this guest was not invited"


@pytest.mark.parametrize(
    ("gives", "said"),
    [
        ("none", "WrongStep.train_step gave None, where losses by name were expected, {} where there is none"),
        ("rows", "WrongStep.train_step gave a tensor (4, 3, 32, 32) as loss 'l1', where a single number was expected"),
        (
            "no-number",
            "stage only diverged: l1 is nan at iteration 1; no checkpoint of the stage is written yet; begin anew with "
            "another option, such as a lower rate",
        ),
    ],
)
def test_a_step_that_gives_no_numbers_ends_at_once(
    guests: Path, tmp_path: Path, cache: Path, gives: str, said: str
) -> None:
    outcome = command(guests, tmp_path, "train", "--method", "wrong-step", *settings(f"options.gives={gives}"))
    assert outcome.code == 1
    assert outcome.sentence == said


def test_debug_shows_the_authors_traceback(guests: Path, tmp_path: Path, cache: Path) -> None:
    outcome = bench(
        *("--debug", "train", "--method", "wrong-step", "--plugin", guests, "--runs", tmp_path, *SMALL),
        *settings("options.gives=other"),
    )
    assert outcome.code == 1
    assert "WrongStep.train_step raised KeyError: 'other'; `bench --debug` shows the traceback" in outcome.err
    assert "return {" in outcome.err
    assert 'File "' in (tmp_path / "rendered-faces" / "wrong-step" / "seed0" / "log.txt").read_text()


def test_a_repeated_run_has_nothing_to_do(compared: Path, guests: Path) -> None:
    outcome = command(guests, compared, "run", "--method", "wrapper", "--protocol", "own-tasks")
    assert outcome.code == 0, outcome.err
    assert "nothing to do, everything is finished" in outcome.err


def test_faces_of_a_guest_are_packed_where_its_runs_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    file = PLUGINS / "parts" / "everything.py"
    outcome = bench("data", "pack", "--dataset", "plugged-faces", "--size", "32", "--plugin", file)
    assert outcome.code == 0, outcome.err
    packed = faces_folder(tmp_path, "plugged-faces")
    assert outcome.out.startswith(str(packed))
    assert "24 train, 4 val, 12 test at 32×32" in outcome.out
