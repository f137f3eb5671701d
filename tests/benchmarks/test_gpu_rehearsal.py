"""The GPU rehearsal at its tiny scale: it measures, keeps its rows, goes on where it stopped, and renders tables."""

import json
import traceback
from dataclasses import replace
from pathlib import Path

import pytest
import torch

import registry
from benchmarks.gpu.command import edit_and_score_speed, loop_speed
from benchmarks.gpu.machine import machine_of
from benchmarks.gpu.published import CASES, at_published_widths, time_published_steps
from benchmarks.gpu.records import Records
from benchmarks.gpu.scale import FULL, METHODS, TINY
from benchmarks.gpu.steps import USUAL, plan, time_steps_in
from benchmarks.gpu.table import table
from benchmarks.gpu.throughput import smiles
from benchmarks.gpu.waits import origin
from methods.base import Stage
from methods.labels import ATTRIBUTES
from tests.places import ROOT

CPU = torch.device("cpu")


def records(folder: Path) -> Records:
    return Records(folder / "steps.json", machine_of(CPU), "the test")


@pytest.mark.integration
def test_steps_are_measured_once_and_failures_are_rows(tmp_path: Path) -> None:
    scale = replace(TINY, sizes={"demo": {"elegant": 64, "stargan": 24}})
    for _ in range(2):
        time_steps_in(USUAL, records(tmp_path), scale, CPU, 1.0, ("elegant", "stargan"))
    rows = {row["method"]: row for row in records(tmp_path).rows}
    assert rows["elegant"]["images_per_second"] > 0
    assert rows["elegant"]["stage"] == "exchange"
    assert rows["stargan"]["failed"].startswith("ValueError: d_downsampling 4 needs a size")
    assert len(records(tmp_path).rows) == 2
    page = table(tmp_path)
    assert "| elegant 64² | " in page
    assert "ValueError" in page


@pytest.mark.integration
def test_steps_meet_the_published_ones_at_the_published_widths(tmp_path: Path) -> None:
    kept = Records(tmp_path / "published.json", machine_of(CPU), "the test")
    for _ in range(2):
        time_published_steps(kept, TINY, CPU, 1.0, ("stargan",))
    (row,) = kept.rows
    assert row["ratio"] == pytest.approx(row["published"]["ms"] / row["ours"]["ms"], rel=0.02)
    assert "| demo: stargan 64² | 2 | " in table(tmp_path)
    assert set(CASES) == set(METHODS)


@pytest.mark.integration
@pytest.mark.parametrize("method", METHODS)
def test_published_widths_are_those_of_a_method_without_options(method: str) -> None:
    with torch.device("meta"):
        wide, plain = at_published_widths(CASES[method], 128).build(), registry.METHODS.get(method)(size=128)
    numbers = [sum(weights.numel() for weights in model.parameters()) for model in (wide, plain)]
    if method == "maskgan":  # the step is that of its Dense Mapping Network
        numbers[1] -= sum(
            weights.numel() for part in ("mask_vae", "blender") for weights in plain.get_submodule(part).parameters()
        )
    assert numbers[0] == numbers[1]


def test_nothing_is_begun_after_the_time(tmp_path: Path) -> None:
    time_steps_in(USUAL, records(tmp_path), TINY, CPU, 0.0, METHODS)
    assert records(tmp_path).rows == []


def test_figures_of_another_machine_are_not_mixed_in(tmp_path: Path) -> None:
    records(tmp_path).add({"ms": 1.0})
    with pytest.raises(SystemExit, match="choose another --out"):
        Records(tmp_path / "steps.json", machine_of(CPU) | {"device": "another"}, "the test")


def test_every_method_is_measured_in_every_precision_and_layout() -> None:
    for scale in (FULL, TINY):
        assert all(set(sizes) == set(METHODS) for sizes in scale.sizes.values())
    assert {size for _, sizes in plan(FULL) for size in sizes} == {1, 2, 4, 8, 16}
    assert {(way.precision, way.channels_last) for way, _ in plan(FULL)} >= {
        (precision, layout) for precision in ("bf16", "fp32") for layout in (True, False)
    }


def test_speeds_are_read_from_a_runs_files(tmp_path: Path) -> None:
    lines = [
        {"stage": "painting", "iteration": number, "seconds": number / 4, "losses": {"l1": 1 / number}}
        for number in range(10, 210, 10)
    ]
    (tmp_path / "progress.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (tmp_path / "log.txt").write_text(
        "2026-01-01 10:00:00 spade: painting: 200 of 200 in 50.0 s  l1 0.005\n"
        "2026-01-01 10:00:02 spade: edit style-copy: 320 of 320 in 2.0 s  99 images/s\n"
        "2026-01-01 10:00:06 spade: score style-copy: 320 of 320 in 4.0 s\n"
    )
    (stage,) = loop_speed(tmp_path, [Stage(name="painting", iterations=200, batch_size=8)])
    assert stage["images_per_second"] == 32
    assert list(stage["losses"]) == [10, 30, 60, 110, 150, 200]
    speeds = {row["what"]: row["images_per_second"] for row in edit_and_score_speed(tmp_path)}
    assert speeds == {"edit": 160, "score": 80}


def test_a_wait_is_traced_to_the_line_that_asks_for_it() -> None:
    assert origin(traceback.extract_stack()).startswith("tests/benchmarks/test_gpu_rehearsal.py:")


def test_random_edits_ask_every_face_for_another_smile() -> None:
    tasks = smiles(3, 64)
    smiling = ATTRIBUTES.index("Smiling")
    assert torch.equal((tasks.attributes != tasks.target.attributes).nonzero()[:, 1], torch.full((3,), smiling))
    assert torch.equal(tasks.source.attributes[:, smiling], tasks.attributes[:, smiling])


def test_the_page_shows_the_committed_figures() -> None:
    tables = table(ROOT / "benchmarks" / "results" / "gpu").partition("## Training steps")[2]
    assert tables
    assert tables in (ROOT / "docs" / "gpu.md").read_text(encoding="utf-8")
