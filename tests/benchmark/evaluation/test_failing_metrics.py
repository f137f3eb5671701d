"""A plug-in's metric that fails has no figure and says why; all others are as they would be without it."""

from pathlib import Path

import pytest

from benchmark.results.schema import ProtocolResult, read_result
from tests.commands import TINY, bench, settings

METRICS = """
import numpy as np

from benchmark.features.encoder import Encoder
from benchmark.metrics.base import SetMetric
from benchmark.metrics.frechet import FrechetMetric
from benchmark.metrics.mean_metric import MeanMetric
from registry import ENCODERS, METRICS


def card(name, **more):
    shared = {"title": name, "summary": "A metric.", "direction": "up", "decimals": 1, "citation": "none"}
    return {"name": name, "level": "image", **shared, **more}


def of_images(name, measure, **members):
    members |= {"__module__": __name__, "measure": measure}
    METRICS.register(card=card(name))(type("Failing", (MeanMetric,), members))


def fails(*given):
    raise KeyError("nose")


of_images("sound", lambda self, batch: {"value": np.arange(len(batch), dtype=float)})
of_images("raises", lambda self, batch: fails())
of_images("single", lambda self, batch: {"value": 0.5})
of_images("longer", lambda self, batch: {"value": np.zeros(len(batch) + 1)})
of_images("shorter", lambda self, batch: {"value": np.zeros(len(batch) - 1)})
of_images("unnamed", lambda self, batch: {"valeu": np.zeros(len(batch))})
of_images("nothing", lambda self, batch: None)
of_images("unprepared", lambda self, batch: {}, prepare=lambda self, resources: __import__("no_such_module"))
of_images("unbuilt", lambda self, batch: {}, __init__=fails)
of_images("unbroken", lambda self, batch: {"value": np.zeros(len(batch))}, breakdown=fails)


@METRICS.register(card=card("set-raises", level="set", encoder="parser"))
class FailingSet(SetMetric):
    compute = fails


@METRICS.register(card=card("set-number", level="set", encoder="parser"))
class NumberSet(SetMetric):
    def compute(self, pair):
        return 1.0


@ENCODERS.register(card={"name": "failing", "title": "Failing", "summary": "An encoder."})
class FailingEncoder(Encoder):
    resize_policy = "none"
    features = fails

    def __init__(self, resources):
        super().__init__(resources.compute, "")

    def resize(self, images):
        return images


METRICS.register(card=card("set-unseen", level="set", encoder="failing"))(type("Frechet", (FrechetMetric,), {}))
of_judge = {"__module__": __name__, "measure": lambda self, batch: {"value": batch.judged["pose"]}}
METRICS.register(card=card("judgeless", judge="pose"))(type("Judgeless", (MeanMetric,), of_judge))


@METRICS.register(card=card("mistaken", level="set", encoder="parser"))
class Mistaken(MeanMetric):
    def measure(self, batch):
        return {}
"""
REASONS = {
    "raises": "Failing.measure raised KeyError: 'nose'",
    "single": "Failing.measure gave float 0.5 for column 'value', where an array (3,) was expected",
    "longer": "Failing.measure gave an array (4,) for column 'value', where (3,) was expected",
    "shorter": "Failing.measure gave an array (2,) for column 'value', where (3,) was expected",
    "unnamed": "Failing.measure gave the columns 'valeu', but not 'value', which the value needs",
    "nothing": "Failing.measure gave None, where columns by name were expected",
    "unprepared": "Failing.prepare raised ModuleNotFoundError: No module named 'no_such_module'",
    "unbuilt": "Failing.__init__ raised KeyError: 'nose'",
    "unbroken": "Failing raised KeyError: 'nose'",
    "set-raises": "FailingSet.compute raised KeyError: 'nose'",
    "set-number": "NumberSet.compute gave float, where a SetValue was expected",
    "set-unseen": "FailingEncoder.features raised KeyError: 'nose'",
    "judgeless": "no judge of role 'pose' was chosen: --set judge.pose=NAME (registered: none)",
    "mistaken": "Mistaken is no SetMetric, which its card's level calls for",
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("failing")


@pytest.fixture(scope="module")
def scored(place: Path, cache: Path) -> ProtocolResult:
    (place / "metrics.py").write_text(METRICS)
    names = ",".join(["sound", *REASONS])
    outcome = bench(
        *("score", "--method", "copy-target", "--protocol", "reconstruction", "--metrics", names),
        *("--plugin", place / "metrics.py", "--runs", place / "runs", *TINY, *settings("dataset.size=32")),
    )
    assert outcome.code == 0, outcome.err
    assert "Traceback" not in outcome.err
    return read_result(run(place) / "result.json").protocols["reconstruction"]


def run(place: Path) -> Path:
    return place / "runs" / "rendered-faces" / "copy-target" / "seed0"


@pytest.mark.parametrize("name", REASONS)
def test_a_metric_that_fails_is_its_own_empty_cell(scored: ProtocolResult, name: str) -> None:
    assert (scored.metrics[name].value, scored.metrics[name].reason) == (None, REASONS[name])


def test_everything_else_goes_on(scored: ProtocolResult) -> None:
    assert scored.metrics["sound"].value == 1.0
    assert scored.metrics["seg-miou"].value is not None


def test_the_log_has_the_authors_traceback(scored: ProtocolResult, place: Path) -> None:
    log = (run(place) / "log.txt").read_text()
    assert 'raise KeyError("nose")' in log
    assert "Traceback" in log
