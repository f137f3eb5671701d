"""Figures by group from run folders alone: facts of faces beside scores, from any run on the same tasks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import benchmark
from benchmark.results.face_facts import faces_path, write_face_facts
from benchmark.results.find_results import FinishedRun
from benchmark.results.task_scores import ScoreFiles
from benchmark.tables.build_tables import tabulate
from benchmark.tables.by_group import GroupedTable, group_table
from benchmark.tables.face_groups import POSES, check_groupings, group_tasks, known_groupings
from registry.errors import UnknownNameError
from tests.reports.synthetic import noise, scored_run

TASKS = 120
FACES = [f"face{number}" for number in range(TASKS // 2)]
MALE = np.arange(len(FACES)) % 2 == 0
PROTOCOL = "attribute-transfer"


def facts_of(faces: list[str] = FACES) -> pd.DataFrame:
    """Every second face is of a man; the yaw grows from -40 to 40 degrees, and is unknown of the first face."""
    yaw = np.linspace(-40, 40, len(faces))
    yaw[0] = np.nan
    return pd.DataFrame({"face": faces, "Male": MALE[: len(faces)], "yaw": yaw, "hair": ["", "a"] * (len(faces) // 2)})


def method(folder: Path, name: str, seed: int = 0, harm: float = 0.2) -> FinishedRun:
    """A run whose figures are lower by `harm` on faces of men."""
    of_men = np.repeat(MALE, 2)
    return scored_run(folder, name, {"seg-accuracy": noise(seed, 0.8, number=TASKS) - harm * of_men}, seed)


def grouped(runs: list[FinishedRun], *by: str) -> GroupedTable:
    files = ScoreFiles()
    (table,) = tabulate(runs, files=files)
    return group_table(table, by, files)


def test_groups_of_every_method_come_from_the_facts_of_one_run(tmp_path: Path) -> None:
    runs = [method(tmp_path, "alpha"), method(tmp_path, "beta", harm=0.0)]
    write_face_facts(runs[1].path.parent, PROTOCOL, facts_of().sample(frac=1, random_state=0))
    (metric,) = grouped(runs, "Male").metrics
    assert (metric.column.id, metric.groups.names) == ("seg-accuracy", ("Male", "not Male"))
    harmed, fair = metric.methods
    assert [one.num_tasks for one in harmed.figures] == [60, 60]
    assert harmed.figures[1].value - harmed.figures[0].value == pytest.approx(0.2, abs=0.03)
    assert harmed.gap is not None
    assert (harmed.gap.best, harmed.gap.worst, harmed.gap.low > 0.15) == (1, 0, True)
    assert fair.gap is not None
    assert fair.gap.low < 0 < fair.gap.high


def test_python_has_the_same_as_a_frame(tmp_path: Path) -> None:
    run = method(tmp_path, "alpha")
    write_face_facts(run.path.parent, PROTOCOL, facts_of())
    frame = benchmark.groups(tmp_path, by=["Male", "pose"], metrics="seg-accuracy")
    assert list(frame["group"]) == ["Male", "not Male", *POSES]
    of_men = frame.set_index("group").loc["Male"]
    assert (of_men["n"], bool(of_men["ranked"]), of_men["best"], of_men["worst"]) == (60, True, "not Male", "Male")
    (metric,) = grouped([run], "Male").metrics
    gap = metric.methods[0].gap
    assert gap is not None
    assert (of_men["gap"], of_men["gap_low"], of_men["gap_high"]) == (gap.value, gap.low, gap.high)
    with pytest.raises(UnknownNameError, match="unknown grouping of faces 'Mal'"):
        benchmark.groups(tmp_path, by="Mal")


def test_runs_of_an_older_version_say_what_adds_the_facts(tmp_path: Path) -> None:
    found = grouped([method(tmp_path, "alpha")], "Male")
    assert found.metrics == ()
    assert found.reason is not None
    assert "`bench score RUNS --metrics seg-accuracy` adds it" in found.reason


def test_facts_that_lack_a_face_or_are_damaged_count_as_none(tmp_path: Path) -> None:
    run = method(tmp_path, "alpha")
    write_face_facts(run.path.parent, PROTOCOL, facts_of(FACES[:-2]))
    assert grouped([run], "Male").reason is not None
    faces_path(run.path.parent, PROTOCOL).write_bytes(b"no parquet")
    assert grouped([run], "Male").reason is not None


def test_what_a_dataset_does_not_know_is_named_and_the_rest_is_shown(tmp_path: Path) -> None:
    run = method(tmp_path, "alpha")
    write_face_facts(run.path.parent, PROTOCOL, facts_of().drop(columns="yaw"))
    found = grouped([run], "pose", "Male", "Young")
    assert found.unknown == ("pose", "Young")
    assert [metric.groups.by for metric in found.metrics] == ["Male"]


def test_poses_are_binned_by_how_far_a_head_is_turned_to_either_side() -> None:
    facts = facts_of().set_index("face")
    groups = group_tasks(facts, "pose")
    assert groups.names == POSES
    assert groups.of_tasks[0] == -1
    for number, yaw in zip(groups.of_tasks[1:], facts["yaw"][1:], strict=True):
        assert number == (0 if abs(yaw) < 15 else 1 if abs(yaw) < 30 else 2)
    assert known_groupings(facts) == ["Male", "hair", "pose"]
    assert list(group_tasks(facts, "hair").of_tasks[:4]) == [-1, 0, -1, 0]


def test_a_misspelt_grouping_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="unknown grouping of faces 'Mal'; did you mean 'Male'"):
        check_groupings(["pose", "Mal"], [])
