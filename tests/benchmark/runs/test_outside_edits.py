"""Edits made elsewhere: tasks go out as files, and what comes back is scored, compared and shown as any method's."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from benchmark.config.evaluation_spec import EvaluationSpec
from benchmark.config.resolve import resolve_evaluation
from benchmark.config.sources import read_config
from benchmark.evaluation.context import EvaluationContext
from benchmark.human_study.design.candidates import find_candidates
from benchmark.human_study.design.target_masks import target_masks
from benchmark.results.find_results import FinishedRun, read_results
from benchmark.results.schema import Result, read_result
from benchmark.runs.verify import verify_run
from benchmark.runtime.progress import Reporter
from benchmark.tables.build_tables import tabulate
from methods.labels import PALETTE
from registry.errors import InputError
from reports.leaderboard import wording
from reports.leaderboard.method_cards import known_methods
from tests.commands import TINY, Outcome, bench, half_written, settings, tree

PROTOCOL = "attribute-transfer"
NUM_TASKS = 4


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("outside")


@pytest.fixture(scope="module")
def export(place: Path, cache: Path) -> Path:
    """The tasks as files."""
    small = settings("dataset.size=32", "protocols.style-copy.count=2", "protocols.reconstruction.count=2")
    outcome = bench("tasks", "export", "--protocol", PROTOCOL, *TINY, *small, "--out", place / "tasks")
    assert outcome.code == 0, outcome.err
    return place / "tasks"


@pytest.fixture(scope="module")
def edits(export: Path, place: Path) -> Path:
    """A folder of edits: the targets as they are."""
    folder = place / "edits"
    folder.mkdir()
    for task in sorted((export / "tasks").iterdir()):
        shutil.copy(task / "target.png", folder / f"{task.name}.png")
    return folder


@pytest.fixture(scope="module")
def card(place: Path) -> Path:
    path = place / "card.yaml"
    path.write_text("title: Mine & co\nlicence: CC-BY-4.0\nsummary: Targets, untouched.\n")
    return path


@pytest.fixture(scope="module")
def runs(edits: Path, export: Path, place: Path, card: Path) -> Path:
    """Runs of the edits and of copy-target."""
    folder = place / "runs"
    outcome = take_in("mine", edits, export, folder, "--card", card)
    assert outcome.code == 0, outcome.err
    outcome = bench("score", "--method", "copy-target", "--config", export / "evaluation.yaml", "--runs", folder)
    assert outcome.code == 0, outcome.err
    return folder


@pytest.fixture
def copied(edits: Path, tmp_path: Path) -> Path:
    """Edits of one's own to damage."""
    return Path(shutil.copytree(edits, tmp_path / "edits"))


def take_in(name: str, edits: Path, export: Path, runs: Path, *words: str | Path) -> Outcome:
    return bench("edits", "import", name, edits, "--tasks", export, "--runs", runs, *words)


def run_of(runs: Path, method: str) -> Path:
    return runs / "rendered-faces" / method / "seed0"


def result_of(runs: Path, method: str) -> Result:
    return read_result(run_of(runs, method) / "result.json")


def scores_of(runs: Path, method: str) -> pd.DataFrame:
    return pd.read_parquet(run_of(runs, method) / "scores" / f"{PROTOCOL}.parquet")


def lines_of(export: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (export / "tasks.jsonl").read_text().splitlines()]


def context_of(export: Path, cache: Path) -> EvaluationContext:
    evaluation: EvaluationSpec = resolve_evaluation([read_config(export / "evaluation.yaml")])
    return EvaluationContext(evaluation, cache, Reporter(quiet=True))


def test_an_export_has_every_task_and_never_its_true_result(export: Path, cache: Path) -> None:
    context = context_of(export, cache)
    (task_set,) = context.task_sets(context.evaluation.protocols)
    batch = task_set.protocol.batch(context.dataset, task_set.tasks)
    assert batch.oracle is not None
    rows = lines_of(export)
    assert [row["task"] for row in rows] == list(range(NUM_TASKS))
    for number, row in enumerate(rows):
        read = {key: cv2.imread(str(export / str(row[key])), cv2.IMREAD_UNCHANGED) for key in ("mask", "region")}
        assert np.array_equal(read["mask"], batch.mask[number].numpy())
        assert np.array_equal(read["region"] > 0, batch.region[number].numpy())
        pixels = {
            key: np.asarray(Image.open(export / str(row[key]))).astype(int)
            for key in ("target", "source", "mask_color")
        }
        levels = (batch.target.image[number].permute(1, 2, 0).numpy() + 1) * 127.5
        assert np.array_equal(pixels["target"], levels.round())
        assert np.array_equal(pixels["mask_color"], np.asarray(PALETTE)[read["mask"]])
        truth = (batch.oracle[number].permute(1, 2, 0).numpy() + 1) * 127.5
        for file in sorted((export / "tasks" / f"{number:05d}").iterdir()):
            shown = cv2.cvtColor(cv2.imread(str(file)), cv2.COLOR_BGR2RGB)
            assert not np.array_equal(shown, truth.round()), file
        assert "Smiling" in row["attributes_requested"]
        assert "Smiling" not in row["attributes_before"]
        assert (row["instruction"], row["strength"]) == ("Make the person smile.", 1.0)


def test_both_lists_of_an_export_say_the_same(export: Path, runs: Path) -> None:
    with (export / "tasks.csv").open(newline="") as file:
        sheet = list(csv.DictReader(file))
    rows = lines_of(export)
    assert [row["target"] for row in sheet] == [row["target"] for row in rows]
    assert sheet[0]["attributes_before"].split() == rows[0]["attributes_before"]
    sha256 = result_of(runs, "mine").protocols[PROTOCOL].tasks_sha256
    assert {row["tasks_sha256"] for row in [*sheet, *rows]} == {sha256}


def test_an_export_replaces_nothing(export: Path) -> None:
    before = tree(export)
    again = bench("tasks", "export", "--protocol", PROTOCOL, *TINY, "--out", export)
    assert again.code == 2
    assert "is there already" in again.sentence
    assert tree(export) == before
    assert half_written(path.name for path in export.parent.iterdir()) == []


def test_copies_of_the_targets_score_as_copy_target_does(runs: Path) -> None:
    pd.testing.assert_frame_equal(scores_of(runs, "mine"), scores_of(runs, "copy-target"), check_exact=True)
    mine, theirs = (result_of(runs, method).protocols[PROTOCOL] for method in ("mine", "copy-target"))
    assert mine.metrics == theirs.metrics
    assert mine.breakdown == theirs.breakdown
    assert mine.num_scored is None


def test_a_result_says_that_it_was_edited_outside(runs: Path) -> None:
    result = result_of(runs, "mine")
    assert (result.kind, result.weights_origin, result.title) == ("learned", "external", "Mine & co")
    assert result.notes["licence"] == "CC-BY-4.0"
    assert result.notes[f"edits of {PROTOCOL}"].startswith("4 png, SHA-256 ")
    assert result.cost.parameters is None
    page = (run_of(runs, "mine") / "report.html").read_text()
    assert "edited outside" in page
    assert "knows nothing of its training" in page
    table, *_ = tabulate(found(runs, "mine", "copy-target"))
    assert wording.row_facts(next(row for row in table.rows if row.label == "mine")) == "edited outside · demo"
    known = known_methods(found(runs, "mine"))["mine"]
    assert known.card is not None
    assert known.card.summary == "Targets, untouched."


def found(runs: Path, *methods: str) -> list[FinishedRun]:
    results, errors = read_results([run_of(runs, method) / "result.json" for method in methods])
    assert errors == []
    return results


def test_it_is_scored_anew_by_its_name_from_the_edits_that_are_kept(runs: Path) -> None:
    edits = tree(run_of(runs, "mine") / "edits")
    before = result_of(runs, "mine").protocols[PROTOCOL].metrics
    outcome = bench("score", "--method", "mine", "--metrics", "style-color", "--runs", runs)
    assert outcome.code == 0, outcome.err
    metrics = result_of(runs, "mine").protocols[PROTOCOL].metrics
    assert metrics["style-color"].value is not None
    assert {name: metrics[name] for name in before} == before
    assert tree(run_of(runs, "mine") / "edits") == edits
    made = tree(run_of(runs, "mine"))
    assert bench("score", "--method", "mine", "--metrics", "style-color", "--runs", runs).code == 0
    assert {
        name: time for name, time in tree(run_of(runs, "mine")).items() if name in ("result.json", "samples.png")
    } == {name: made[name] for name in ("result.json", "samples.png")}
    assert not verify_run(run_of(runs, "mine")).problems


def test_it_runs_and_stands_on_the_leaderboard(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmark.runs.reference_runs.default_references", lambda _: [])  # the real images are enough
    few = ("run", "--method", "mine", "--limit", str(NUM_TASKS), "--runs", runs)
    outcome = bench(*few)
    assert outcome.code == 0, outcome.err
    with (runs / "rendered-faces" / "leaderboard.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["method"] == "mine"]
    assert {row["weights_origin"] for row in rows} == {"external"}
    compared = bench("compare", "mine", "copy-target", "--runs", runs, "--json")
    assert compared.code == 0, compared.err
    assert "nothing to do" in bench(*few).err


def test_what_was_imported_is_never_thrown_away(runs: Path) -> None:
    before = tree(run_of(runs, "mine") / "edits")
    assert "made elsewhere" in bench("run", "--method", "mine", "--fresh", "--runs", runs).sentence
    assert tree(run_of(runs, "mine") / "edits") == before


def test_settings_that_draw_other_tasks_are_refused(runs: Path) -> None:
    refused = bench("score", "--method", "mine", "--limit", "2", "--runs", runs)
    assert refused.code == 2
    assert "other tasks than these settings draw" in refused.sentence
    refused = bench("score", "--method", "mine", "--protocol", "style-copy", "--runs", runs)
    assert "has no edits under style-copy; those imported are of: attribute-transfer" in refused.sentence
    refused = bench("score", "--method", "mine", "--set", "options.lr=1", "--runs", runs)
    assert "options: mine was edited outside, and has none" in refused.sentence


@pytest.fixture(scope="module")
def partial(edits: Path, export: Path, runs: Path, place: Path) -> Path:
    """A run of the edits of three tasks, as JSON lines with times; and the runs beside it."""
    lines = place / "some.jsonl"
    rows = [{"task": task, "image_path": f"edits/{task:05d}.png", "seconds": 0.1 * task} for task in (3, 1, 2)]
    lines.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    refused = take_in("some", lines, export, runs)
    assert refused.code == 2
    assert "1 task (00000) without an edit; --partial scores" in refused.sentence
    assert not (run_of(runs, "some") / "edits" / PROTOCOL).exists()
    outcome = take_in("some", lines, export, runs, "--partial")
    assert outcome.code == 0, outcome.err
    assert "3 of 4 tasks are scored" in outcome.err
    return runs


def test_edits_of_some_tasks_stand_with_their_number_and_a_caution(partial: Path) -> None:
    result = result_of(partial, "some")
    scored = result.protocols[PROTOCOL]
    assert (scored.num_scored, scored.num_tasks) == (3, 4)
    assert scored.metrics["psnr-oracle"].n == scored.metrics["frechet-judge"].n == 3
    assert all("3 of 4 tasks have an edit" in (cell.reason or "") for cell in scored.metrics.values())
    assert result.cost.edit_ms == pytest.approx(200)
    whole, some = scores_of(partial, "copy-target").set_index("task"), scores_of(partial, "some").set_index("task")
    pd.testing.assert_series_equal(some["psnr-oracle"][1:], whole["psnr-oracle"][1:])
    assert np.isnan(some["psnr-oracle"][0])
    assert scored.metrics["psnr-oracle"].value == pytest.approx(whole["psnr-oracle"][1:].mean())


def test_edits_of_some_tasks_are_compared_on_shared_tasks_and_not_ranked(partial: Path) -> None:
    compared = json.loads(bench("compare", "some", "mine", "--runs", partial, "--metrics", "psnr-oracle", "--json").out)
    (match,) = compared["matches"]
    assert (match["n"], match["gain"]) == (3, 0)
    table, *_ = tabulate(found(partial, "some", "mine", "copy-target"))
    assert table.protocol == PROTOCOL
    assert any("Mine" not in line and "some, 3 of 4" in line for line in wording.remarks(table))
    with pytest.raises(InputError, match="has edits of 3 of the 4 tasks"):
        find_candidates(found(partial, "some", "mine"), [PROTOCOL], ["some", "mine"])
    candidates = find_candidates(found(partial, "some", "mine"), [PROTOCOL])
    assert candidates.labels == ["mine"]
    assert list(target_masks(candidates, [(PROTOCOL, 0)])) == [(PROTOCOL, 0)]


def test_other_sizes_are_taken_by_a_stated_policy_alone(copied: Path, export: Path, tmp_path: Path) -> None:
    for path in copied.iterdir():
        Image.open(path).resize((64, 64), Image.Resampling.NEAREST).save(path)
    refused = take_in("large", copied, export, tmp_path / "runs")
    assert "00000.png: is 64×64, where 32×32 was expected; --resize takes it" in refused.sentence
    path = copied / "00000.png"
    Image.open(path).convert("RGB").save(path.with_suffix(".jpg"))
    path.unlink()
    (copied / "notes.txt").touch()
    (copied / "00009.png").write_bytes((copied / "00001.png").read_bytes())
    outcome = take_in("large", copied, export, tmp_path / "runs", "--resize", "--partial")
    assert outcome.code == 0, outcome.err
    assert "1 with another ending (such as notes.txt)" in outcome.err
    said = result_of(tmp_path / "runs", "large").notes[f"edits of {PROTOCOL}"]
    assert "left out: 1 with another ending, 1 of no task; 1 compressed with loss" in said
    assert "4 resized from another size: area down, bilinear up" in said
    kept = cv2.imread(str(run_of(tmp_path / "runs", "large") / "edits" / PROTOCOL / "00001.png"))
    assert np.array_equal(kept, cv2.imread(str(export / "tasks" / "00001" / "target.png")))


def _truncated(folder: Path) -> None:
    path = folder / "00002.png"
    path.write_bytes(path.read_bytes()[:-30])


def _twice(folder: Path) -> None:
    shutil.copy(folder / "00002.png", folder / "2.png")


def _in_two_formats(folder: Path) -> None:
    Image.open(folder / "00002.png").convert("RGB").save(folder / "00002.webp")


def _oblong(folder: Path) -> None:
    Image.new("RGB", (32, 31)).save(folder / "00002.png")


def _surplus(folder: Path) -> None:
    shutil.copy(folder / "00002.png", folder / "00009.png")
    shutil.copy(folder / "00002.png", folder / "cover.png")


def _renamed(folder: Path) -> None:
    for path in folder.iterdir():
        path.rename(path.with_name(f"face-{path.name}"))


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (_truncated, "00002.png: cannot be read as an image: it is a PNG that was cut short"),
        (_twice, "00002.png and 2.png are both of task 2"),
        (_in_two_formats, "00002.png and 00002.webp have one name"),
        (_oblong, "00002.png: is 32×31, where a square was expected, 32×32"),
        (_surplus, "2 edits (cover.png, 00009) of no task; --partial scores"),
        (_renamed, "has an edit of none of the 4 tasks, which are named by their numbers, such as 00000.png"),
    ],
)
def test_edits_that_cannot_be_used_are_one_sentence_and_leave_nothing(
    damage: Callable[[Path], None], sentence: str, copied: Path, export: Path, tmp_path: Path
) -> None:
    damage(copied)
    refused = take_in("bad", copied, export, tmp_path / "runs")
    assert refused.code == 2
    assert sentence in refused.sentence
    left = [path for path in (tmp_path / "runs").rglob("*") if path.is_file() and path.name != "log.txt"]
    assert [path for path in left if not path.name.endswith(".lock")] == []


def test_edits_that_were_there_stay_where_new_ones_cannot_be_used(
    copied: Path, export: Path, runs: Path, edits: Path
) -> None:
    before = tree(run_of(runs, "mine") / "edits")
    _truncated(copied)
    assert take_in("mine", copied, export, runs).code == 2
    assert tree(run_of(runs, "mine") / "edits") == before
    assert half_written(tree(run_of(runs, "mine"))) == []


def test_edits_of_two_protocols_make_one_run(edits: Path, export: Path, runs: Path, tmp_path: Path) -> None:
    moved = Path(shutil.copytree(runs, tmp_path / "runs"))
    words = ("--protocol", "reconstruction", "--config", export / "evaluation.yaml", "--set")
    few = [*words, "protocols.reconstruction.count=4"]
    assert bench("tasks", "export", *few, "--out", tmp_path / "tasks").code == 0
    for task in sorted((tmp_path / "tasks" / "tasks").iterdir()):
        (tmp_path / "edits").mkdir(exist_ok=True)
        shutil.copy(task / "target.png", tmp_path / "edits" / f"{task.name}.png")
    outcome = take_in("mine", tmp_path / "edits", tmp_path / "tasks", moved)
    assert outcome.code == 0, outcome.err
    result = result_of(moved, "mine")
    assert {name: found.num_tasks for name, found in result.protocols.items()} == {PROTOCOL: 4, "reconstruction": 4}
    assert result.protocols["reconstruction"].metrics["psnr-oracle"].value == 60
    assert bench("score", "--method", "mine", "--protocol", PROTOCOL, "--runs", moved).code == 0
    assert bench("score", "--method", "mine", "--runs", moved).code == 0
    assert set(result_of(moved, "mine").protocols) == {PROTOCOL, "reconstruction"}
    other = bench("edits", "import", "mine", edits, "--tasks", export, "--limit", "3", "--partial", "--runs", moved)
    assert other.code == 2
    assert "is of other tasks than are drawn here" in other.sentence


def test_edits_replaced_in_the_run_folder_are_noticed(runs: Path, tmp_path: Path) -> None:
    moved = Path(shutil.copytree(runs, tmp_path / "runs"))
    path = run_of(moved, "mine") / "edits" / PROTOCOL / "00001.png"
    shutil.copy(path.with_name("00000.png"), path)
    refused = bench("score", "--method", "mine", "--metrics", "diversity-judge", "--runs", moved)
    assert refused.code == 2
    assert f"are not those that were imported, the first {path}" in refused.sentence


def test_an_import_needs_a_name_a_protocol_and_an_export_of_its_own(edits: Path, export: Path, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    assert "is a method of this program" in take_in("maskgan", edits, export, runs).sentence
    assert "name" in take_in("No_Name", edits, export, runs).sentence
    several = bench("edits", "import", "mine", edits, "--runs", runs)
    assert "edits are of one protocol: name it by --protocol" in several.sentence
    other = Path(shutil.copytree(export, tmp_path / "tasks"))
    lines = (other / "tasks.jsonl").read_text().replace(str(lines_of(export)[0]["tasks_sha256"]), "0" * 64)
    (other / "tasks.jsonl").write_text(lines)
    assert "is of other tasks than are drawn here" in take_in("mine", edits, other, runs).sentence
    assert "no evaluation.yaml is there" in take_in("mine", edits, edits, runs).sentence
    card = tmp_path / "card.yaml"
    card.write_text("entry: os:system\n")
    assert (
        "entry: a card of edits made elsewhere has name, title"
        in take_in("mine", edits, export, runs, "--card", card).sentence
    )
    assert not runs.exists()
