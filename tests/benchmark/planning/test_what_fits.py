"""What does not fit into memory, disk or a budget is said before it is tried."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.cli.print_planned import print_planned
from benchmark.planning.machine import Machine, left_in_group
from benchmark.planning.other_presets import Fit
from benchmark.planning.plan import Plan
from benchmark.planning.plan_parts import Group, Part
from tests.benchmark.training.toy import CPU

GIB = 2**30
HOUR = 3600.0


def machine(*, device_memory: int | None = None) -> Machine:
    return Machine(CPU, GIB, 4 * GIB, device_memory, 10 * GIB, 1e-10)


def plan_of(part: Part, on: Machine) -> Plan:
    return Plan("small", "rendered-faces", 128, {"train": 9}, "a machine", on, [Group("method", 2, [part])])


@pytest.mark.parametrize(
    ("files", "left"),
    [
        ({"memory.max": "800", "memory.current": "600", "memory.stat": "anon 400\ninactive_file 150"}, 350),
        ({"memory.max": "max", "memory.current": "600", "memory.stat": "anon 400\ninactive_file 150"}, None),
        (
            {
                "memory.limit_in_bytes": "800",
                "memory.usage_in_bytes": "600",
                "memory.stat": "inactive_file 1\ntotal_inactive_file 50",
            },
            250,
        ),
        ({}, None),
    ],
)
def test_a_containers_memory_is_what_its_limit_leaves(files: dict[str, str], left: int | None, tmp_path: Path) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(f"{text}\n")
    assert left_in_group(tmp_path) == left


@pytest.mark.parametrize(
    ("part", "on", "sentences"),
    [
        (Part("stage", memory=4 * GIB), machine(), []),
        (Part("stage", memory=5 * GIB), machine(), ["out of memory: method, stage needs 5,120 MiB, and this machine"]),
        (Part("stage", device_memory=5 * GIB), machine(), []),
        (
            Part("stage", device_memory=9 * GIB),
            machine(device_memory=8 * GIB),
            ["out of memory: method, stage needs 9,216 MiB, and the GPU has free 8,192 MiB"],
        ),
        (Part("stage", disk=5 * GIB), machine(), []),
        (Part("stage", disk=5 * GIB, spare_disk=1), machine(), ["disk full: 10,240 MiB are needed, and 10,240 MiB"]),
    ],
)
def test_a_sentence_names_what_needs_more_than_there_is(part: Part, on: Machine, sentences: list[str]) -> None:
    warnings = plan_of(part, on).warnings
    assert len(warnings) == len(sentences)
    for warning, sentence in zip(warnings, sentences, strict=True):
        assert warning.startswith(sentence)


@pytest.mark.parametrize(
    ("whole", "fits", "reason"),
    [
        (Part("all", seconds=HOUR, memory=GIB), True, ""),
        (Part("all", seconds=3 * HOUR, memory=GIB), False, "takes 1.50 times the budget"),
        (Part("all", seconds=2.1 * HOUR, memory=GIB), False, "takes 1.05 times the budget"),
        (Part("all", seconds=9000 * HOUR, memory=GIB), False, "takes 4,500 times the budget"),
        (Part("all", seconds=HOUR, memory=5 * GIB), False, "needs more memory than is free"),
        (Part("all", memory=GIB), None, "has a part that could not be measured"),
    ],
)
def test_a_preset_fits_into_hours_and_memory(whole: Part, fits: bool | None, reason: str) -> None:
    found = Fit.of("small", whole, 2 * HOUR, machine())
    assert (found.fits, found.reason) == (fits, reason)


def test_the_table_is_80_columns_wide_and_warnings_follow(capsys: pytest.CaptureFixture[str]) -> None:
    stages = [
        Part("mask_vae", 50_000, 1_600_000, 4000.0, 8000.0, memory=900 * 2**20, disk=99 * 2**20),
        Part(
            "editing_behavior", 1_200_000, 19_200_000, 400_000.0, 800_000.0, memory=5 * GIB, disk=GIB, notes=("rough",)
        ),
    ]
    fits = [Fit.of("small", Part("all", seconds=9 * HOUR, memory=5 * GIB), 2 * HOUR, machine(), by_operations=True)]
    groups = [Group("shared", 1, [Part("faces", images=24_000, seconds=20.0)]), Group("a-method+variant", 3, stages)]
    print_planned(Plan("small", "celebamask-hq", 128, {}, "a machine", machine(), groups, fits), "2h")
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines[: lines.index("within 2h")])) <= 80
    cells = {row[1].strip(): [cell.strip() for cell in row[2:-1]] for line in lines if len(row := line.split("│")) > 2}
    assert cells["mask_vae"] == ["50,000", "1,600,000", "67 min", "900 MiB", "99 MiB"]
    assert cells["a-method+variant ×3"] == ["3,750,000", "62,400,000", "337 h", "5.0 GiB", "3.3 GiB"]
    assert cells["small"] == ["~9.0 h", "5.0 GiB", "no", "needs more memory than is free"]
    assert "a-method+variant, editing_behavior: rough" in lines
    assert lines[-1].startswith("out of memory: a-method+variant, editing_behavior needs 5,120 MiB")
