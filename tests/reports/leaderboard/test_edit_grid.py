"""The grid of first edits: which methods, which pixels, and nothing outside its folder."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread, imsave

from benchmark.results.find_results import FinishedRun
from benchmark.results.task_scores import tasks_sha256, write_task_scores
from reports.leaderboard.edit_grid import COLUMNS, TASKS, write_edit_grids
from reports.leaderboard.write import write_leaderboard
from tests.reports.synthetic import protocol, result

COLORS = {"alpha": (200, 40, 40), "beta": (40, 60, 200)}
TASK_TABLE = "attribute-transfer"


def run(tmp_path, made, color=None, tasks=TASKS):
    folder = tmp_path / "runs" / made.label / f"seed{made.seed}"
    edits = folder / "edits" / TASK_TABLE
    if color is not None:
        edits.mkdir(parents=True, exist_ok=True)
        for task in range(tasks):
            imsave(edits / f"{task:05d}.png", np.full((64, 64, 3), color, np.uint8))
    return FinishedRun(folder / "result.json", made)


def colors_of(path):
    image = (imread(path)[..., :3] * 255).round().astype(np.uint8)
    return [tuple(int(value) for value in color) for color in np.unique(image.reshape(-1, 3), axis=0)]


def pixels_of(path, color):
    return int(((imread(path)[..., :3] * 255).round() == color).all(axis=-1).sum())


def test_a_method_has_one_column_of_the_first_tasks(tmp_path):
    runs = [run(tmp_path, result(name), color, tasks=TASKS + 3) for name, color in COLORS.items()]
    (pictures,) = write_edit_grids(runs, tmp_path / "out").values()
    for color in COLORS.values():
        assert pixels_of(pictures[0], color) == TASKS * 128 * 128


def test_rows_are_named_where_tasks_transfer_several_attributes(tmp_path):
    widths = []
    for attributes in (["Smiling"] * TASKS, ["Smiling", "Eyeglasses"] * (TASKS // 2)):
        tasks = pd.DataFrame({"task": range(TASKS), "target": "a", "source": "b", "attribute": attributes})
        made = result("alpha", protocols={TASK_TABLE: protocol({}, tasks_sha256=tasks_sha256(tasks))})
        finished = run(tmp_path, made, COLORS["alpha"])
        write_task_scores(finished.path.parent, TASK_TABLE, tasks, {}, "")
        (pictures,) = write_edit_grids([finished], tmp_path / "out").values()
        assert pixels_of(pictures[0], COLORS["alpha"]) == TASKS * 128 * 128
        picture = imread(pictures[0])
        widths.append(picture.shape[1])
    assert widths[1] > widths[0]
    names = picture[44:, : widths[1] - widths[0], :3]
    assert (names < 0.5).any(axis=(1, 2)).sum() > 100, "the names stand beside the rows"
    write_task_scores(finished.path.parent, TASK_TABLE, tasks.drop(columns="attribute"), {}, "")
    (pictures,) = write_edit_grids([finished], tmp_path / "out").values()
    assert imread(pictures[0]).shape[1] == widths[0], "scores that lack what they must have name no row"


def test_of_several_seeds_the_lowest_is_shown(tmp_path):
    runs = [run(tmp_path, result("alpha", seed=seed), (10 * seed, 0, 90)) for seed in (2, 1)]
    (pictures,) = write_edit_grids(runs, tmp_path / "out").values()
    assert pixels_of(pictures[0], (10, 0, 90))
    assert not pixels_of(pictures[0], (20, 0, 90))


def test_seeds_with_other_options_have_a_column_each(tmp_path):
    made = [result("alpha", seed=seed, configuration_sha256=str(seed) * 64) for seed in (1, 2)]
    runs = [run(tmp_path, each, (10 * each.seed, 0, 90)) for each in made]
    (pictures,) = write_edit_grids(runs, tmp_path / "out").values()
    assert pixels_of(pictures[0], (10, 0, 90))
    assert pixels_of(pictures[0], (20, 0, 90))


def test_a_method_that_could_not_edit_has_no_column(tmp_path):
    runs = [run(tmp_path, result(name), color) for name, color in COLORS.items()]
    (pictures,) = write_edit_grids(runs, tmp_path / "out").values()
    width = imread(pictures[0]).shape[1]
    refused = run(tmp_path, result("refused"))
    (refused.path.parent / "edits" / TASK_TABLE).mkdir(parents=True)
    (pictures,) = write_edit_grids([*runs, refused], tmp_path / "out").values()
    assert imread(pictures[0]).shape[1] == width


def test_runs_without_edits_leave_no_picture(tmp_path):
    assert write_edit_grids([run(tmp_path, result("alpha"))], tmp_path / "out") == {}
    assert not (tmp_path / "out").exists()


@pytest.mark.integration
def test_different_task_tables_never_share_a_picture(tmp_path):
    other = result("beta", protocols={TASK_TABLE: protocol({}, tasks_sha256="c" * 64)})
    runs = [run(tmp_path, result("alpha"), COLORS["alpha"]), run(tmp_path, other, COLORS["beta"])]
    (pictures,) = write_edit_grids(runs, tmp_path / "out").values()
    assert [COLORS["alpha"] in colors_of(each) for each in pictures] == [True, False]
    assert [COLORS["beta"] in colors_of(each) for each in pictures] == [False, True]


@pytest.mark.integration
def test_many_methods_are_split_over_pictures(tmp_path):
    names = [f"method-{number:03d}" for number in range(COLUMNS + 1)]
    runs = [run(tmp_path, result(name), COLORS["beta"], tasks=1) for name in names]
    (pictures,) = write_edit_grids(runs, tmp_path / "out").values()
    assert len({path.name for path in pictures}) == len(pictures) == 2
    assert sum(pixels_of(path, COLORS["beta"]) for path in pictures) == len(names) * 128 * 128


def test_a_damaged_edit_leaves_its_place_empty(tmp_path):
    made = run(tmp_path, result("alpha"), COLORS["alpha"])
    (made.path.parent / "edits" / TASK_TABLE / "00000.png").write_bytes(b"not a picture")
    (pictures,) = write_edit_grids([made], tmp_path / "out").values()
    assert pixels_of(pictures[0], COLORS["alpha"]) == (TASKS - 1) * 128 * 128


def test_a_hostile_name_stays_within_the_folder_and_is_drawn_as_text(tmp_path):
    made = result("alpha", dataset="../../elsewhere", title="$\\frac{1}{ <img src=x>")
    (pictures,) = write_edit_grids([run(tmp_path, made, COLORS["alpha"])], tmp_path / "out").values()
    assert pictures[0].resolve().parent == (tmp_path / "out").resolve()
    assert pictures[0].is_file()


def test_the_markdown_page_shows_the_picture_beside_it(tmp_path):
    out = tmp_path / "out"
    written = write_leaderboard([run(tmp_path, result("alpha"), COLORS["alpha"])], out)
    assert out / "edits-rendered-faces-attribute-transfer.png" in written
    page = (out / "leaderboard.md").read_text(encoding="utf-8")
    assert "![](edits-rendered-faces-attribute-transfer.png)" in page
