"""A method in a process of its own: its edits come back to the bit, and what goes wrong there is one sentence."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmark.config.resolve import resolve
from benchmark.config.sources import ConfigSource
from benchmark.editing.build_method import build_editor
from benchmark.editing.process.process_method import ProcessMethod
from benchmark.images.convert import image_array
from benchmark.images.write import write_png
from methods.base import CannotEdit, EditBatch, FaceBatch
from methods.labels import ATTRIBUTES
from registry.errors import InputError, PluginError
from registry.plugins import load_named
from tests.benchmark.editing.process.programs import write_method
from tests.commands import TINY, bench, bench_process, settings, signalled
from tests.places import ROOT

SIZE = 32
Build = Callable[..., ProcessMethod]


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Build]:
    """Builds a method whose program does what its words say; all of them end with the test."""
    built: list[ProcessMethod] = []
    numbers = count()

    def make(**words: object) -> ProcessMethod:
        name = f"apart-{tmp_path.name.replace('_', '-').lower()}-{next(numbers)}"
        load_named(str(write_method(tmp_path / name, name, **words)))
        settings = {"method": name, "dataset": {"size": SIZE}}
        editor = build_editor(resolve([ConfigSource(settings, "the test")])).model
        assert isinstance(editor, ProcessMethod)
        built.append(editor)
        return editor

    yield make
    for editor in built:
        editor.close()


def tasks(number: int = 2) -> EditBatch:
    generator = torch.Generator().manual_seed(number)
    levels = torch.randint(0, 256, (2, number, 3, SIZE, SIZE), generator=generator)
    target, source = (
        FaceBatch(
            image=images / 127.5 - 1,
            mask=torch.randint(0, 19, (number, SIZE, SIZE), generator=generator, dtype=torch.uint8),
            attributes=torch.zeros(number, len(ATTRIBUTES)),
            ids=tuple(f"{role}-{face}" for face in range(number)),
        )
        for role, images in zip(("target", "source"), levels, strict=True)
    )
    region = torch.ones(number, SIZE, SIZE, dtype=torch.bool)
    return EditBatch(target, source, source.mask, source.attributes, region, oracle=-target.image)


def test_edits_come_back_to_the_bit(build: Build) -> None:
    editor = build()
    for number in (2, 3):
        batch = tasks(number)
        assert (image_array(editor.edit(batch)) == image_array(batch.target.image)).all()
    assert editor.seconds == 0.25
    assert editor.provenance() == {"process": f"{sys.executable} edit.py"}


def test_a_program_is_told_what_it_needs_and_never_the_true_result(build: Build, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    there = "sorted(os.listdir(os.path.dirname(tasks[0]['target'])))"
    keep = f"json.dump([hello, message, {there}], open({str(seen)!r}, 'w'))"
    editor = build(during=keep, options={"strength": 0.5})
    torch.manual_seed(11)
    editor.edit(tasks())
    hello, message, files = json.loads(seen.read_text())
    assert hello == {"hello": 1, "method": hello["method"], "size": SIZE, "options": {"strength": 0.5}}
    assert message["seed"] == 11
    assert [task["target_id"] for task in message["edit"]] == ["target-0", "target-1"]
    assert files == [
        "mask.png",
        "mask_color.png",
        "region.png",
        "source.png",
        "source_mask.png",
        "target.png",
        "target_mask.png",
    ]


def test_a_program_is_started_once_and_again_after_it_has_ended(build: Build, tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    fragile = f"open({str(starts)!r}, 'a').write('x'); served = []"
    editor = build(before=fragile, during="served.append(1); len(served) > 2 and os._exit(3)")
    for _ in range(5):
        editor.edit(tasks(1))
    assert starts.read_text() == "xxx"  # two batches by each of two, and one by the third


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"during": "sys.exit('no memory left')"}, r"ended with exit code 1, its last words: no memory left; .*again"),
        ({"before": "sys.exit(7)"}, "ended with exit code 7"),
        ({"before": "sys.exit('10 %\\r20 %\\r')"}, "its last words: 20 %; started again"),
        ({"during": "print('50 % done')"}, r"wrote '50 % done' to its standard output, where .*standard error"),
        ({"before": "print('Loading')"}, "wrote 'Loading' to its standard output"),
        ({"during": "time.sleep(60)", "timeout": 0.5}, "took more than 0.5 s for 2 tasks; `timeout` on its card"),
        ({"during": "tasks = tasks[:1]"}, "left out task 1"),
        (
            {"during": "tasks = [dict(task, task=9) for task in tasks]"},
            "answered for task 9, which it was not asked for",
        ),
        ({"during": "tasks = [tasks[0], tasks[0]]"}, "answered for a task twice"),
        ({"during": "edit = lambda tasks: {'error': 'no such\\nlayer'}"}, "says: no such layer"),
        ({"during": "edit = lambda tasks: {'done': 'all'}"}, "where done was expected"),
        ({"during": "edit = lambda tasks: dict(done=[0, 1], seconds='soon')"}, "says that its edits took 'soon'"),
        ({"during": "edit = lambda tasks: {'done': [task['task'] for task in tasks]}"}, "wrote no output of it"),
        ({"during": "shutil.copyfile = lambda a, b: open(b, 'wb').write(open(a, 'rb').read()[:-20])"}, "was cut short"),
        ({"during": "shutil.copyfile = lambda a, b: os.mkfifo(b)"}, "task 0 cannot be read: is a pipe or a device"),
        ({"during": "shutil.copyfile = lambda a, b: os.mkdir(b)"}, "output of task 0 cannot be read: Is a directory"),
        (
            {"during": "answer = lambda **message: print(json.dumps({'ready': 1}), flush=True)"},
            "where done was expected",
        ),
        ({"before": "answer(ready=2)"}, r'where \{"ready": 1\} was expected'),
        ({"before": "answer(error='no\\nGPU')"}, r"cannot start: no\\nGPU"),
    ],
)
def test_what_goes_wrong_is_one_sentence_with_the_method(build: Build, words: dict[str, object], sentence: str) -> None:
    editor = build(**words)
    with pytest.raises(PluginError, match=rf"apart-\S+ .*{sentence}"):
        editor.edit(tasks())


def test_an_output_of_another_size_is_refused(build: Build, tmp_path: Path) -> None:
    other = str(tmp_path / "other.png")
    write_png(Path(other), np.zeros((8, 8, 3), np.uint8))
    editor = build(during=f"shutil.copyfile = lambda a, b, copy=shutil.copyfile: copy({other!r}, b)")
    with pytest.raises(PluginError, match="output of task 0 is 8×8, where 32×32 was expected"):
        editor.edit(tasks())


def test_a_method_may_be_unable_to_do_tasks(build: Build) -> None:
    editor = build(during="edit = lambda tasks: {'cannot_edit': 'needs poses'}")
    with pytest.raises(CannotEdit, match="needs poses"):
        editor.edit(tasks())


def test_a_program_ends_with_all_that_it_started(build: Build, tmp_path: Path) -> None:
    numbers = tmp_path / "numbers"
    sleeper = "import subprocess; child = subprocess.Popen(['sleep', '600'])"
    editor = build(before=f"{sleeper}; open({str(numbers)!r}, 'w').write('%d %d' % (os.getpid(), child.pid))")
    editor.edit(tasks(1))
    running = [int(number) for number in numbers.read_text().split()]
    assert all(map(_runs, running))
    editor.close()
    deadline = time.monotonic() + 5
    while any(map(_runs, running)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(map(_runs, running))


def test_a_program_has_ended_though_what_it_started_keeps_its_output_open(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmark.editing.process.child._GRACE", 0.3)
    editor = build(before="import subprocess; subprocess.Popen(['sleep', '600'])", during="os._exit(3)")
    started = time.monotonic()
    with pytest.raises(PluginError, match="ended with exit code 3"):
        editor.edit(tasks())
    assert time.monotonic() - started < 20


def _runs(number: int) -> bool:
    try:
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_program_ends_with_the_command_that_is_stopped_or_killed(
    number: signal.Signals, cache: Path, tmp_path: Path
) -> None:
    started = tmp_path / "started"
    keep = f"open({str(started)!r}, 'w').write(str(os.getpid()))"
    card = write_method(tmp_path / "slow", "slow", before="import time", during=f"{keep}; time.sleep(0.3)")
    words = ("edit", "--method", "slow", "--plugin", card, *TINY, *settings("dataset.size=32", "edit_batch_size=1"))
    process = bench_process(*words, "--runs", tmp_path / "runs", BENCH_CACHE=str(cache))
    stopped = signalled(process, number, started.exists)
    assert number == signal.SIGKILL or "stopped while editing" in stopped.err
    deadline = time.monotonic() + 10
    while _runs(int(started.read_text())) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _runs(int(started.read_text()))


def test_a_program_that_is_not_there_is_named(build: Build) -> None:
    with pytest.raises(InputError, match=r"there is no program 'python0\.0', neither in"):
        build(command=["python0.0", "edit.py"])
    with pytest.raises(InputError, match=r"there is no program '\./infer'"):
        build(command=["./infer"])


def test_a_program_that_cannot_be_started_is_named_with_the_key(build: Build) -> None:
    with pytest.raises(InputError, match=r"its program \S+/edit\.py cannot be started: Permission denied; `command`"):
        build(command=["edit.py"]).edit(tasks())


def test_a_card_has_code_or_a_command(tmp_path: Path) -> None:
    both = write_method(tmp_path / "both", "both", entry="package.module:Class")
    with pytest.raises(InputError, match="by entry or by command, not by both"):
        load_named(str(both))
    neither = write_method(tmp_path / "neither", "neither", command=[])
    with pytest.raises(InputError, match=r"write the class that the card is of, .* or the command"):
        load_named(str(neither))
    oracle = write_method(tmp_path / "oracle", "sees", kind="reference", takes=["oracle"])
    with pytest.raises(InputError, match="a process is never given the true result"):
        load_named(str(oracle))


def test_it_scores_as_the_same_method_in_this_process_from_an_environment_without_packages(
    cache: Path, tmp_path: Path
) -> None:
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    python = environment / "bin" / "python"
    bare = subprocess.run([python, "-I", "-c", "import torch"], capture_output=True, text=True)
    assert "No module named 'torch'" in bare.stderr
    folder = Path(shutil.copytree(ROOT / "docs" / "examples" / "elsewhere", tmp_path / "elsewhere"))
    card = folder / "method.yaml"
    card.write_text(card.read_text().replace("python3,", f"{python}, -I,"))
    small = [*TINY, *settings("dataset.size=32"), "--protocol", "attribute-transfer", "--runs", tmp_path / "runs"]
    for words in (("copied-elsewhere", "--plugin", card), ("copy-target",)):
        outcome = bench("score", "--method", *words, *small)
        assert outcome.code == 0, outcome.err
    ours, theirs = (
        tmp_path / "runs" / "rendered-faces" / name / "seed0" for name in ("copied-elsewhere", "copy-target")
    )
    pictures = sorted(path.name for path in (theirs / "edits" / "attribute-transfer").glob("*.png"))
    assert len(pictures) == 4
    for name in [f"edits/attribute-transfer/{picture}" for picture in pictures] + ["scores/attribute-transfer.parquet"]:
        assert (ours / name).read_bytes() == (theirs / name).read_bytes(), name
    assert "copied-elsewhere: ready for 32 pixels" in (ours / "log.txt").read_text()
    picture = ours / "edits" / "attribute-transfer" / "00000.png"
    before = picture.stat().st_mtime_ns
    again = ("edit", "--method", "copied-elsewhere", "--plugin", card, *small)
    assert bench(*again).code == 0
    assert picture.stat().st_mtime_ns == before
    (folder / "weights.txt").write_text("a file that decides what comes out")
    assert bench(*again).code == 0
    assert picture.stat().st_mtime_ns > before
    checked = bench("check-method", "copied-elsewhere", "--plugin", card, *settings("dataset.size=32"))
    assert checked.code == 0, checked.out
