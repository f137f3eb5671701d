"""Presets `small` and `paper`: every learned method trains at them, and `paper` is what was published."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from benchmark.config.experiment import Experiment
from benchmark.config.resolve import resolve
from benchmark.config.sources import COMMAND, ConfigSource
from benchmark.config.training_length import counts_epochs, over_faces
from benchmark.datasets.rendered_faces.dataset import RenderedFaces
from benchmark.editing.build_method import build_editor
from benchmark.editing.option_weights import OptionWeights
from benchmark.runtime.progress import Reporter
from benchmark.training.train import train
from registry.catalogue import METHOD_CARDS
from tests.benchmark.training.toy import CPU

OWN_PRESETS = ["cyclegan+unit", "cyclegan+discogan", "deepfill+partial-conv"]
"""Variants that a preset changes further."""
LEARNED = [entry.card.name for entry in METHOD_CARDS if entry.card.kind == "learned" and entry.card.presets]
TINY: dict[str, Any] = {
    "ngf": 4,
    "ndf": 4,
    "n_blocks": 1,
    "style_widths": [4, 4, 8],
    "blender_ngf": 4,
    "blender_n_blocks": 1,
    "vae_width": 4,
    "vae_max_width": 8,
    "latent": 8,
    "nef": 4,
    "hidden": 8,
    "style_length": 8,
    "encoder_width": 4,
    "encoder_ngf": 4,
    "encoder_size": 32,
    "widths": [4, 6, 8, 8, 8],
    "width": 8,
    "unet_width": 4,
}
"""Widths of whichever method has them."""
FACES, BATCH, EPOCHS = 6, 4, 0.5


def _experiment(method: str, preset: str, **options: Any) -> Experiment:
    words = {"method": method, "preset": preset, "dataset": {"size": 64}, "options": options}
    return resolve([ConfigSource(words, COMMAND)])


def _no_weights(experiment: Experiment) -> dict[str, OptionWeights]:
    """None of the weights files that the options name."""
    return {
        name: OptionWeights(value, missing=f"{value} is not here")
        for name, value in experiment.method.options.items()
        if name.endswith("_weights") and isinstance(value, str)
    }


def _tiny(method: str) -> dict[str, Any]:
    known = METHOD_CARDS.find(method.partition("+")[0]).card.options
    widths = {name: value for name, value in TINY.items() if name in known}
    if method == "pix2pix":
        widths["n_downsampling"] = 6  # to one pixel, as at the published size
    if method == "adain":
        del widths["width"]  # VGG-19's is given
    batches = {name: BATCH for name in known if name.endswith("batch_size")}
    return widths | batches | {name: EPOCHS for name in known if name.endswith("epochs")}


@pytest.mark.integration
@pytest.mark.parametrize("preset", ["small", "paper"])
@pytest.mark.parametrize("method", LEARNED + OWN_PRESETS)
def test_every_method_trains_at_every_preset(method: str, preset: str, tmp_path: Path) -> None:
    experiment = over_faces(_experiment(method, preset, **_tiny(method)), FACES)
    model = build_editor(experiment, _no_weights(experiment)).model
    stages = [stage for stage in model.stages() if stage.iterations]
    assert {stage.iterations for stage in stages} == {1}, "half an epoch of six faces is one batch of four"
    if preset == "paper" and METHOD_CARDS.find(method.partition("+")[0]).card.paper is not None:
        assert {stage.ema_decay for stage in stages} == {0}, "no paper has an average of weights"
    faces = RenderedFaces(None, 64, tmp_path / "cache", train=FACES, val=1, test=1)
    train(model, faces, tmp_path / "run", seed=0, compute=CPU, reporter=Reporter(quiet=True))
    lines = [json.loads(line) for line in (tmp_path / "run" / "progress.jsonl").read_text().splitlines()]
    assert {line["stage"] for line in lines} == {stage.name for stage in stages}
    assert all(value is not None for line in lines for value in line["losses"].values())


@pytest.mark.parametrize(
    ("method", "epochs"),
    [
        ("maskgan", {"mask_vae_epochs": 50, "dense_mapping_epochs": 100, "editing_behavior_epochs": 50}),
        ("pix2pixhd", {"epochs": 200}),
        ("spade", {"epochs": 50}),
        ("sean", {"epochs": 100}),
        ("pix2pix", {"epochs": 200}),
        ("attgan", {"epochs": 200}),
        ("cyclegan", {"epochs": 200}),
        ("crn", {"epochs": 200}),
        ("icgan", {"gan_epochs": 25, "encoder_epochs": 15}),
        ("mask-guided", {"parser_epochs": 10, "epochs": 55}),
        ("geogan", {"epochs": 20}),
    ],
)
def test_published_epochs_follow_the_faces_and_the_batch(method: str, epochs: dict[str, int]) -> None:
    requested = _experiment(method, "paper")
    assert {name: requested.method.options[name] for name in epochs} == epochs
    for faces in (24_183, 573):
        options = over_faces(requested, faces).method.options
        for name, number in epochs.items():
            batch_size = options[name.replace("epochs", "batch_size")]
            assert options[name.replace("epochs", "iterations")] == -(-number * faces // batch_size)
            assert options[name] == 0


@pytest.mark.parametrize(
    ("method", "iterations"), [("stargan", 200_000), ("elegant", 200_000), ("cyclegan+unit", 1_000_000)]
)
def test_published_iterations_stay_iterations(method: str, iterations: int) -> None:
    experiment = _experiment(method, "paper")
    assert experiment.method.options["iterations"] == iterations
    assert not counts_epochs(experiment.method.options)


@pytest.mark.parametrize("method", LEARNED + OWN_PRESETS)
def test_the_small_preset_is_as_long_as_it_was_on_its_rendered_faces(method: str) -> None:
    options = over_faces(_experiment(method, "small"), 20_000).method.options
    lengths = {name: value for name, value in options.items() if name.endswith("iterations")}
    expected = {
        "maskgan": {
            "mask_vae_iterations": 10_000,
            "dense_mapping_iterations": 30_000,
            "editing_behavior_iterations": 10_000,
        },
        "stargan": {"iterations": 40_000},
        "elegant": {"iterations": 40_000},
        "attgan": {"iterations": 40_000},
        "fader": {"iterations": 40_000},
        "diat": {"denoiser_iterations": 2_500, "iterations": 30_000},
        "icgan": {"gan_iterations": 15_625, "encoder_iterations": 9_375},
        "mask-guided": {"parser_iterations": 2_500, "iterations": 30_000},
    }
    assert lengths == expected.get(method, {"iterations": 30_000})


@pytest.mark.parametrize("method", LEARNED + OWN_PRESETS)
def test_the_demo_preset_counts_iterations(method: str) -> None:
    experiment = _experiment(method, "demo")
    assert not counts_epochs(experiment.method.options)
    assert over_faces(experiment, 7) == experiment


@pytest.mark.parametrize("method", LEARNED)
def test_the_paper_preset_sees_images_as_published(method: str) -> None:
    options = _experiment(method, "paper").method.options
    if "vgg_weights" in options:
        assert options["vgg_weights"] == "vgg19"
        assert not options.get("vgg_imagenet_input", False), "only CRN's are normalised, and have no such option"
        demo = _experiment(method, "demo").method.options
        assert demo["vgg_weights"] is None, "the demo's figures are those without a perceptual term"
    if method == "sc-fegan":
        assert options["vgg16_weights"] == "vgg16"
    if method == "deepfill":
        published = _experiment("deepfill+partial-conv", "paper").method.options
        assert (published["vgg16_weights"], options["vgg16_weights"]) == ("vgg16", None)
        weights = [name for name in published if name.endswith("_weight") and published[name] != options[name]]
        assert (weights, published["hole_weight"]) == (["hole_weight"], 6)


@pytest.mark.parametrize("method", LEARNED)
def test_the_paper_preset_trains_as_published(method: str) -> None:
    options = _experiment(method, "paper").method.options
    if method != "mask-diffusion":  # which no paper states
        assert options["ema_decay"] == 0, "no paper averages its weights"
    if method == "pix2pixhd":
        assert options["simultaneous_updates"]
    if method == "maskgan":
        assert options["distinct_references"]


def test_a_published_start_is_torchs_own() -> None:
    """ELEGANT's norms of scale 1; StarGAN's discriminator within torch's uniform bound."""
    built = {}
    for method in ("elegant", "stargan"):
        experiment = _experiment(method, "paper", **_tiny(method))
        built[method] = build_editor(experiment, {}).model
    norms = [value for name, value in built["elegant"].named_parameters() if name.endswith("alpha")]
    assert norms
    assert all(torch.equal(value, torch.ones(1)) for value in norms)
    last = built["elegant"].generator.decoder.main[-1][0].weight
    assert last.std() > 0.01, "no residual near 0"
    for layer in built["stargan"].discriminator.main:
        if isinstance(layer, torch.nn.Conv2d):
            bound = (layer.in_channels * 16) ** -0.5
            assert 0.9 * bound < layer.weight.abs().max() <= bound
            assert layer.bias is not None
            assert layer.bias.abs().max() > 0


def test_spade_m_starts_its_style_encoder_as_pix2pixhd_m_does() -> None:
    changes = {name: value for name, value in _tiny("spade").items() if name != "style_widths"}
    experiment = _experiment("spade+m", "paper", **changes)
    model = build_editor(experiment, _no_weights(experiment)).model
    weights = [value for name, value in model.encoder.named_parameters() if value.ndim == 4 and value.numel() > 10_000]
    assert weights
    assert all(abs(value.std().item() - 0.02) < 0.002 for value in weights)
