"""`bench calibrate` end to end at a tiny size: what it writes, refuses, resumes, and takes from plug-ins."""

import json
import shutil
import signal
from pathlib import Path

import pytest

from benchmark.calibration.degradations import DEGRADATIONS
from benchmark.calibration.schema import ProtocolCalibration, read_calibration
from registry.catalogue import METRIC_CARDS, PROTOCOL_CARDS
from tests.commands import TINY, Outcome, bench, bench_process, settings, signalled, tree
from tests.damaged_files import DAMAGES
from tests.loaded_plugins import forgotten_plugins
from tests.places import ROOT

pytestmark = pytest.mark.integration

CHOSEN = "psnr-oracle,seg-miou,style-color-unseen,kernel-judge"
SMALL = [*TINY, *settings("dataset.size=32", "protocols.style-copy.count=12")]
QUICK = [*SMALL, "--metrics", "psnr-oracle,style-color", "--limit", "10"]
NUM_LEVELS = 1 + sum(len(degradation.strengths) - 1 for degradation in DEGRADATIONS.values())
EXAMPLE = ROOT / "examples" / "calibration" / "calibration.json"
PLUGIN = """
import numpy as np

from benchmark.metrics.mean_metric import VALUE, MeanMetric
from registry import METRICS

SAID = {"summary": "", "direction": "up", "decimals": 1, "level": "image", "citation": "none"}


@METRICS.register(card={**SAID, "name": "brightness", "title": "<b>Brightness</b>"})
class Brightness(MeanMetric):
    def measure(self, batch):
        return {VALUE: batch.output.mean(dim=(1, 2, 3)).numpy().astype(np.float64)}


@METRICS.register(card={**SAID, "name": "absent", "title": "Absent"})
class Absent(MeanMetric):
    inapplicable = "nobody has it"

    def measure(self, batch):
        return {VALUE: np.full(len(batch.tasks), np.nan)}
"""

OF_SETS = """
import numpy as np

from benchmark.metrics.base import SetMetric, SetValue
from registry import METRICS

SAID = {"summary": "", "direction": "up", "decimals": 1, "level": "set", "citation": "none", "encoder": "parser"}


@METRICS.register(card={**SAID, "name": "mean-feature", "title": "Mean feature"})
class MeanFeature(SetMetric):
    def compute(self, pair):
        return SetValue(float(np.abs(pair.outputs.take(slice(None))).mean()))
"""


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("calibration")


@pytest.fixture(scope="module")
def finished(out: Path, cache: Path) -> Outcome:
    """A calibration of metrics of every kind, as JSON on stdout."""
    outcome = bench("calibrate", *SMALL, "--metrics", CHOSEN, "--out", out, "--json")
    assert outcome.code == 0, outcome.err
    return outcome


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> tuple[Outcome, Path]:
    """A calibration of two metrics by `QUICK`, and its folder."""
    folder = tmp_path_factory.mktemp("quick")
    outcome = bench("calibrate", *QUICK, "--seed", "1", "--out", folder, "--json")
    assert outcome.code == 0, outcome.err
    return outcome, folder


def test_it_writes_the_result_and_its_pages(finished: Outcome, out: Path) -> None:
    calibration = read_calibration(out / "calibration.json")
    assert json.loads(finished.out) == calibration.model_dump(mode="json")
    protocol = calibration.protocols["style-copy"]
    assert list(protocol.metrics) == CHOSEN.split(",")
    assert list(protocol.degradations) == list(DEGRADATIONS)
    assert protocol.num_tasks == 12
    assert {path.name for path in out.iterdir() if path.is_file()} == {
        "calibration.json",
        "calibration.html",
        "calibration.md",
        "curves-style-copy.svg",
        "samples-style-copy.png",
    }
    assert calibration.command.startswith(
        "bench calibrate --dataset rendered-faces --preset demo --protocol style-copy"
    )


def test_metrics_against_the_truth_see_every_degradation_of_pixels(finished: Outcome, out: Path) -> None:
    protocol = read_calibration(out / "calibration.json").protocols["style-copy"]
    for name in ("blur", "noise", "jpeg", "colour", "geometry"):
        curve = protocol.metrics["psnr-oracle"].curves[name]
        assert (curve.figures[0], curve.verdict, curve.correlation) == (60, "sees", 1)
        assert curve.hardest_n is not None
    for name, degradation in protocol.degradations.items():
        assert degradation.errors == sorted(degradation.errors), name
        curves = [metric.curves[name] for metric in protocol.metrics.values()]
        assert all(len(curve.figures) == len(degradation.strengths) for curve in curves)
        assert all(len(curve.least_n) == len(degradation.strengths) - 1 for curve in curves)


def test_it_takes_the_metrics_of_the_protocol_where_none_are_named(cache: Path, tmp_path: Path) -> None:
    outcome = bench("calibrate", *SMALL, "--limit", "8", "--out", tmp_path)
    assert outcome.code == 0, outcome.err
    protocol = read_calibration(tmp_path / "calibration.json").protocols["style-copy"]
    assert list(protocol.metrics) == PROTOCOL_CARDS.find("style-copy").card.metrics
    for name, metric in protocol.metrics.items():
        assert bool(metric.curves) == (metric.reason is None), name
    assert {name for name, metric in protocol.metrics.items() if metric.curves} >= {"seg-miou", "psnr-oracle"}
    assert protocol.metrics["density-judge"].reason == "half of the tasks are too few for it"


def test_the_same_command_reads_what_is_scored_and_says_the_same(finished: Outcome, out: Path) -> None:
    levels = tree(out / "rungs")
    assert len(levels) == NUM_LEVELS
    again = bench("calibrate", *SMALL, "--metrics", CHOSEN, "--out", out, "--json")
    assert (again.code, again.out) == (0, finished.out)
    assert tree(out / "rungs") == levels
    assert "score style-copy" not in again.err


def test_another_folder_gives_the_same_and_another_seed_does_not(
    quick: tuple[Outcome, Path], cache: Path, tmp_path: Path
) -> None:
    first, folder = quick
    again, other = (
        bench("calibrate", *QUICK, "--seed", str(seed), "--out", tmp_path / name, "--json")
        for seed, name in ((1, "again"), (2, "other"))
    )
    assert first.out == again.out
    assert json.loads(other.out)["protocols"] != json.loads(first.out)["protocols"]
    for name in ("calibration.html", "calibration.md", "curves-style-copy.svg", "samples-style-copy.png"):
        assert (folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_ctrl_c_keeps_the_levels_that_are_scored(finished: Outcome, cache: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = ("calibrate", *QUICK, "--out", out, "--seed", "5")
    process = bench_process(*arguments, BENCH_CACHE=str(cache))
    outcome = signalled(process, signal.SIGINT, lambda: len(list(out.glob("rungs/[!.]*"))) >= 2)
    assert outcome.code == 1
    assert outcome.sentence.startswith("stopped")
    kept = tree(out / "rungs")
    assert len(kept) >= 2
    assert not (out / "calibration.json").exists()
    again = bench(*arguments)
    assert again.code == 0, again.err
    assert kept.items() <= tree(out / "rungs").items()


def test_damaged_levels_are_said_and_scored_again(quick: tuple[Outcome, Path], cache: Path, tmp_path: Path) -> None:
    first, folder = quick
    out = Path(shutil.copytree(folder, tmp_path / "out"))
    levels = sorted((out / "rungs").iterdir())
    for damage, path in zip(DAMAGES, levels, strict=False):
        damage(path)
    again = bench("calibrate", *QUICK, "--seed", "1", "--out", out, "--json")
    assert again.out == first.out
    lines = again.err.splitlines()
    for path in levels[: len(DAMAGES)]:
        (said,) = [line for line in lines if line.startswith(str(path))]
        assert said.endswith("; the level is scored anew")


def test_metrics_of_a_plug_in_are_calibrated_and_one_without_values_says_why(cache: Path, tmp_path: Path) -> None:
    plugin = tmp_path / "brightness.py"
    plugin.write_text(PLUGIN)
    out = tmp_path / "out"
    arguments = ("calibrate", *SMALL, "--metrics", "brightness, absent", "--plugin", plugin, "--out", out)
    with forgotten_plugins():
        outcome = bench(*arguments)
    assert outcome.code == 0, outcome.err
    assert outcome.out.splitlines()[0] == str(out / "calibration.json")
    protocol = read_calibration(out / "calibration.json").protocols["style-copy"]
    assert protocol.metrics["brightness"].curves["blur"].verdict == "blind"
    assert (protocol.metrics["absent"].reason, protocol.metrics["absent"].curves) == ("nobody has it", {})
    page = (out / "calibration.html").read_text()
    assert "<b>Brightness</b>" not in page
    assert "nobody has it" in page


def test_several_protocols_share_a_page(cache: Path, tmp_path: Path) -> None:
    count = settings("protocols.attribute-transfer.count=8")
    arguments = ("--protocol", "style-copy", "--protocol", "attribute-transfer", "--metrics", "psnr-oracle")
    outcome = bench("calibrate", *SMALL, *count, *arguments, "--out", tmp_path)
    assert outcome.code == 0, outcome.err
    assert list(read_calibration(tmp_path / "calibration.json").protocols) == ["style-copy", "attribute-transfer"]
    assert (tmp_path / "curves-attribute-transfer.svg").exists()


def test_of_several_attributes_each_is_calibrated_as_if_it_were_alone(cache: Path, tmp_path: Path) -> None:
    plugin = tmp_path / "mean_feature.py"
    plugin.write_text(OF_SETS)

    def calibrated(attributes: str) -> ProtocolCalibration:
        out = tmp_path / attributes
        task_set = settings(
            "dataset.size=32",
            "dataset.options.test=60",
            "protocols.attribute-transfer.count=12",
            f"protocols.attribute-transfer.attribute={attributes}",
        )
        chosen = ("--protocol", "attribute-transfer", "--metrics", "psnr-oracle,mean-feature,fid", "--plugin", plugin)
        with forgotten_plugins():
            outcome = bench("calibrate", *TINY, *task_set, *chosen, "--out", out)
        assert outcome.code == 0, outcome.err
        return read_calibration(out / "calibration.json").protocols["attribute-transfer"]

    both, alone = calibrated("[Smiling, Eyeglasses]"), calibrated("Eyeglasses")
    assert (both.num_tasks, alone.num_tasks, alone.attributes) == (24, 12, {})
    part = both.attributes["Eyeglasses"]
    assert (part.num_tasks, part.sizes) == (12, alone.sizes)
    for metric in ("psnr-oracle", "mean-feature"):
        for name in ("blur", "jpeg"):  # these draw nothing that a task's number decides
            one, other = (found.metrics[metric].curves[name] for found in (part, alone))
            assert one.figures == pytest.approx(other.figures, rel=1e-5)
            assert one.margins == pytest.approx(other.margins, rel=1e-4)
            assert one.verdict == other.verdict
    by_attribute = [both.attributes[name].metrics["psnr-oracle"].curves["noise"].figures for name in both.attributes]
    whole = both.metrics["psnr-oracle"].curves["noise"]
    assert whole.figures == pytest.approx([sum(pair) / 2 for pair in zip(*by_attribute, strict=True)])
    assert whole.verdict == "sees"
    assert (part.metrics["fid"].curves, part.metrics["fid"].reason is None) == ({}, False)
    page = (tmp_path / "[Smiling, Eyeglasses]" / "calibration.html").read_text()
    assert "<summary>attribute-transfer, Eyeglasses</summary>" in page


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("--metrics psnr-orcle", "unknown metric 'psnr-orcle'; did you mean 'psnr-oracle'"),
        ("--metrics edit-ms", "metric 'edit-ms' is a cost, which does not depend on images"),
        ("--protocol style-cpy", "unknown protocol 'style-cpy'; did you mean 'style-copy'"),
        ("--dataset rendred-faces", "unknown dataset 'rendred-faces'; did you mean 'rendered-faces'"),
        ("--preset dmo", "unknown preset 'dmo'; did you mean 'demo'"),
        ("--limit 0", "limit: Input should be greater than or equal to 1, not 0"),
        ("--limit 5", "a calibration needs at least 8 tasks; style-copy has 5 here"),
    ],
)
def test_a_mistake_is_one_sentence(arguments: str, said: str, cache: Path, tmp_path: Path) -> None:
    outcome = bench("calibrate", *SMALL, *arguments.split(), "--out", tmp_path / "out")
    assert outcome.code == 2, outcome.err
    assert outcome.sentence.startswith(said)
    assert not list(tmp_path.rglob("*.*"))


def test_a_dataset_that_does_not_know_the_true_edits_is_refused(cache: Path, celeba: object, tmp_path: Path) -> None:
    root = celeba.root  # type: ignore[attr-defined]
    small = settings("dataset.size=32", "judges.parser.iterations=2", "judges.attributes.iterations=2")
    outcome = bench("calibrate", "--dataset", "celebamask-hq", "--data", root, *small, "--out", tmp_path / "out")
    assert outcome.code == 2, outcome.err
    assert outcome.sentence == (
        "the true results of these tasks of style-copy on celebamask-hq are not known, which a calibration degrades; "
        "those of whole edits on rendered-faces are"
    )


def test_cards_say_what_the_committed_calibration_found() -> None:
    example = read_calibration(EXAMPLE)
    for metric in example.metrics:
        assert METRIC_CARDS.find(metric).card.caveats == example.caveats.get(metric, []), metric
    known = {entry.card.name for entry in METRIC_CARDS if entry.card.caveats}
    assert known <= set(example.metrics)
