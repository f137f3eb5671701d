"""Several processes score as one does, to the last bit; what one of them lacks or fails in is everyone's."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pandas as pd
import pytest

from benchmark.results.run_folder import scores_path
from benchmark.results.schema import Result, read_result
from registry.catalogue import METRIC_CARDS
from tests.commands import TINY, bench, ended, settings
from tests.together import started_together, together

PROTOCOLS = ("attribute-transfer", "style-copy")
TASKS = settings(
    "dataset.size=32",
    "dataset.options.test=35",
    "protocols.attribute-transfer.attributes=[Smiling,Eyeglasses,Wearing_Hat]",  # a batch each
    "protocols.attribute-transfer.count=3",
    "protocols.style-copy.count=70",  # batches of 64 and 6
    "protocols.style-copy.styles=2",
)
WORDS = ("--method", "region-color", *TINY, *TASKS, *(word for name in PROTOCOLS for word in ("--protocol", name)))
METRICS = """
import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
import torch

from benchmark.features.encoder import Encoder
from benchmark.metrics.frechet import FrechetMetric
from benchmark.metrics.mean_metric import MeanMetric
from registry import ENCODERS, METRICS

RANK = int(os.environ.get("RANK", 0))


def register(name, measured, **more):
    METRICS.register(
        card={"name": name, "title": name, "summary": "One.", "direction": "up", "decimals": 1, "level": "image",
              "citation": "none", **more}
    )(measured)


@ENCODERS.register(card={"name": "many", "title": "Many", "summary": "Takes no few images."})
class Many(Encoder):
    resize_policy = "none"

    def __init__(self, resources):
        super().__init__(resources.compute, "")

    def resize(self, images):
        return torch.from_numpy(images).float()

    def features(self, inputs):
        if len(inputs) == 6:  # the second batch, which is the other process's
            raise KeyError("few")
        return inputs.mean(dim=(1, 2))


class Seen(MeanMetric):  # knows nothing of other processes: its columns are of all batches before
    seen = 0

    def measure(self, batch):
        self.seen += len(batch)
        return {"value": np.full(len(batch), float(self.seen))}


class Twice(MeanMetric):  # fails at the second of three batches, which is the other process's
    shares_batches = True

    def measure(self, batch):
        if batch.tasks.transferred and "Eyeglasses" in batch.tasks.transferred:
            raise KeyError("glasses")
        return {"value": np.zeros(len(batch))}


def measured_by(output, parsed):
    return RANK


def dies_elsewhere(output):
    if RANK:
        os._exit(3)
    return 0.0


def slow(output):
    Path(os.environ["SEEN"], str(RANK)).touch()
    time.sleep(0.3)
    return 0.0


register("seen", Seen)
register("many", type("ManyDistance", (FrechetMetric,), {}), level="set", encoder="many")
register("twice", Twice)
register("measured-by", measured_by)
register("dies-elsewhere", dies_elsewhere)
register("slow", slow)
"""
SETS = "frechet-judge,kernel-judge,precision-judge,recall-judge,density-judge,coverage-judge"


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plugin") / "metrics.py"
    path.write_text(METRICS)
    return path


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, cache: Path, plugin: Path) -> Path:
    """The run of two processes."""
    runs = tmp_path_factory.mktemp("two")
    first, second = together("score", *scored(plugin), "--runs", runs)
    assert (first.code, second.code) == (0, 0), first.err + second.err
    assert second.out + second.err == ""
    return run_of(runs)


def scored(plugin: Path) -> list[str | Path]:
    return [*WORDS, "--plugin", plugin, "--metrics", f"{SETS},diversity-judge,seen,twice,many"]


def run_of(runs: Path) -> Path:
    return runs / "rendered-faces" / "region-color" / "seed0"


def result_of(run: Path) -> Result:
    return read_result(run / "result.json")


def test_scores_are_those_of_one_process_to_the_byte(two: Path, plugin: Path, tmp_path: Path) -> None:
    alone = bench("score", *scored(plugin), "--runs", tmp_path)
    assert alone.code == 0, alone.err
    for protocol in PROTOCOLS:
        assert scores_path(two, protocol).read_bytes() == scores_path(run_of(tmp_path), protocol).read_bytes()
    assert result_of(two).protocols == result_of(run_of(tmp_path)).protocols
    assert result_of(two).judges == result_of(run_of(tmp_path)).judges
    cells = result_of(two).protocols["style-copy"].metrics
    assert all(cells[name].value is not None for name in (*SETS.split(","), "diversity-judge"))


def test_a_metric_that_knows_nothing_of_other_processes_sees_every_batch_in_order(two: Path) -> None:
    assert list(pd.read_parquet(scores_path(two, "style-copy"))["seen"]) == [64.0] * 64 + [70.0] * 6


def test_a_metric_that_fails_in_another_process_loses_its_figure_alone(two: Path) -> None:
    of_two = result_of(two).protocols["style-copy"].metrics
    assert of_two["many"].reason == "Many.features raised KeyError: 'few'"
    cells = result_of(two).protocols["attribute-transfer"].metrics
    assert cells["twice"].reason == "Twice.measure raised KeyError: 'glasses'"
    assert cells["attribute-accuracy"].value is not None
    log = (two / "log.txt").read_text()
    for failed in ("Many.features raised KeyError: 'few'", "Twice.measure raised KeyError: 'glasses'"):
        assert log.count(f"{failed}\nTraceback (most recent call last):") == 1


def test_finished_runs_are_scored_by_all_too(two: Path, plugin: Path) -> None:
    first, second = together("score", two, "--plugin", plugin, "--metrics", "measured-by")
    assert (first.code, second.code) == (0, 0), first.err + second.err
    of_three, of_two = (pd.read_parquet(scores_path(two, protocol)) for protocol in PROTOCOLS)
    assert list(of_two["measured-by"]) == [0.0] * 64 + [1.0] * 6
    by_attribute = of_three.groupby("attribute", sort=False)["measured-by"].unique()
    assert [list(ranks) for ranks in by_attribute] == [[0.0], [1.0], [0.0]]


def test_folders_of_images_are_scored_by_one_process(tmp_path: Path) -> None:
    first, second = together("score", "--images", tmp_path, "--metrics", "fid")
    assert first.code == 2
    assert first.sentence == "one process scores --images; start bench score --images without torchrun"
    assert (second.code, second.out + second.err) == (0, "")


def test_a_process_that_dies_ends_all(two: Path, plugin: Path) -> None:
    before = (two / "result.json").read_bytes()
    first, second = together("score", two, "--plugin", plugin, "--metrics", "dies-elsewhere")
    assert first.code == 1
    assert first.sentence.startswith("another process of this experiment ended, which says above or below why")
    assert second.code == 3
    assert (two / "result.json").read_bytes() == before


def test_a_stop_ends_all(two: Path, plugin: Path, tmp_path: Path) -> None:
    words = ("score", two, "--plugin", plugin, "--metrics", "slow")
    processes = started_together(*words, SEEN=str(tmp_path))
    while len(list(tmp_path.iterdir())) < 2:
        assert all(process.poll() is None for process in processes)
        time.sleep(0.02)
    for process in processes:
        os.kill(process.pid, signal.SIGTERM)
    first, second = map(ended, processes)
    assert first.code == 1
    assert first.sentence.startswith("stopped while scoring attribute-transfer")
    assert (second.code, second.out + second.err) == (0, "")


def test_what_a_process_lacks_that_the_first_one_has_is_one_sentence(two: Path, plugin: Path, tmp_path: Path) -> None:
    there = tmp_path / "metrics.py"
    there.write_text(
        METRICS
        + "\n\nclass Absent(Seen):\n    shares_batches = True\n\n    def prepare(self, resources):\n"
        + "        if RANK:\n            from benchmark.weights.resources import MetricUnavailable\n\n"
        + "            raise MetricUnavailable('no weights')\n\n\nregister('absent', Absent)\n"
    )
    first, second = together("score", two, "--plugin", there, "--metrics", "absent")
    assert first.code == 1
    assert "another process of this experiment ended" in first.sentence
    assert second.code == 2
    assert second.sentence == "process 1 lacks what the first one has for absent: no weights"


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_every_metric_is_that_of_one_process(
    cache: Path, tmp_path: Path, alexnet_file: Path, inception_file: Path
) -> None:
    words = settings(
        *TASKS[1::2],
        "dataset.size=64",
        "protocols.attribute-strengths.count=9",
        "protocols.reconstruction.count=35",
    )
    every = [entry.card.name for entry in METRIC_CARDS if entry.card.level != "cost"]
    options = ("--method", "region-color", *TINY, *words, "--metrics", ",".join(every))
    for protocol in (*PROTOCOLS, "attribute-strengths", "reconstruction"):
        options += ("--protocol", protocol)
    for id, file in (("alexnet", alexnet_file), ("inception-fid", inception_file)):
        options += ("--weights", f"{id}={file}")
    three = together("score", *options, "--runs", tmp_path / "three", size=3, timeout=600)
    assert [each.code for each in three] == [0, 0, 0], "".join(each.err for each in three)
    alone = bench("score", *options, "--runs", tmp_path / "one")
    assert alone.code == 0, alone.err
    of_three, of_one = run_of(tmp_path / "three"), run_of(tmp_path / "one")
    assert result_of(of_three).protocols == result_of(of_one).protocols
    for protocol in result_of(of_one).protocols:
        assert scores_path(of_three, protocol).read_bytes() == scores_path(of_one, protocol).read_bytes()
    measured = {
        name
        for protocol in result_of(of_one).protocols.values()
        for name, cell in protocol.metrics.items()
        if cell.value is not None
    }
    assert measured >= {"lpips-oracle", "fid", "kid", "precision", "diversity", "control-slope", "seg-miou"}
