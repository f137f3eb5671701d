"""What a result says of its training: the iterations that epochs came to, and the loss network that was not there."""

from pathlib import Path

import pytest
import yaml

from benchmark.results.schema import read_result
from tests.commands import TINY, bench, settings

SPADE = (
    *("--method", "spade", "--preset", "paper", *TINY, "--set", "dataset.size=64", "--protocol", "reconstruction"),
    *settings("options.ngf=2", "options.hidden=4", "options.latent=8", "options.encoder_ngf=4", "options.ndf=4"),
    *settings("options.encoder_size=32", "options.epochs=0.25", "options.batch_size=4"),
)


@pytest.fixture
def _no_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BENCH_WEIGHTS", raising=False)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))


@pytest.mark.usefixtures("_no_weights")
def test_a_published_training_says_what_it_was(tmp_path: Path) -> None:
    outcome = bench("score", *SPADE, "--runs", tmp_path / "runs")
    assert outcome.code == 0, outcome.err
    assert "spade: TRAINING WITHOUT vgg19 (option vgg_weights): vgg19-dcbb9e9d.pth is not here" in outcome.err
    folder = tmp_path / "runs" / "rendered-faces" / "spade" / "seed0"
    result = read_result(folder / "result.json")
    assert result.notes["iterations"] == "2: 0.25 epochs of 24 faces in batches of 4"
    assert result.notes["vgg_weights"].startswith("missing, trained without: ")
    assert result.notes["perceptual_term"].startswith("off: ")
    written = yaml.safe_load((folder / "experiment.yaml").read_text())["options"]
    assert (written["iterations"], written["epochs"], written["vgg_weights"]) == (2, 0, "vgg19")
    checkpoint = folder / "checkpoints" / "painting.pth"
    trained = checkpoint.stat().st_mtime_ns
    again = bench("score", "--config", folder / "experiment.yaml", "--runs", tmp_path / "runs")
    assert again.code == 0, again.err
    assert checkpoint.stat().st_mtime_ns == trained, "the file resolves to the same training"
    assert read_result(folder / "result.json").configuration_sha256 == result.configuration_sha256
