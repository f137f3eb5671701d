"""Encoders: networks of timm, TorchScript and ONNX by a card alone, and the published ones in their own layouts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import onnx
import pytest
import timm
import torch
from onnx import TensorProto, helper, numpy_helper
from PIL import Image
from scipy.linalg import sqrtm
from torch import Tensor, nn
from torch.nn import functional

import benchmark
from benchmark.caching.plugin_source import plugin_code
from benchmark.features.build_encoder import build_encoder
from benchmark.features.clip_encoder import ClipEncoder
from benchmark.features.dinov2_encoder import DinoV2Encoder, interpolated_positions
from benchmark.features.encoder import Encoder
from benchmark.features.graph_encoders import OnnxEncoder, TorchScriptEncoder
from benchmark.features.timm_encoder import TimmEncoder
from benchmark.runtime.device import Compute
from benchmark.weights.locate import Weights, WeightsFile, manifest
from benchmark.weights.resources import MetricUnavailable, Resources
from benchmarks.faces import write_faces
from registry import ENCODERS, METRICS
from registry.catalogue import ENCODER_CARDS, METRIC_CARDS
from registry.errors import InputError, PluginError
from registry.plugins import load_named

HERE = Resources(Compute(torch.device("cpu"), "fp32", channels_last=False), Weights())
HALF = {"mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}
OF_SETS = "benchmark.metrics.frechet:FrechetMetric", "benchmark.metrics.kernel_distance:KernelInceptionDistance"


def random_images(count: int, *, side: int = 48) -> list[np.ndarray]:
    return list(np.random.default_rng(0).integers(0, 256, (count, side, side, 3), dtype=np.uint8))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with generated weights of timm's smallest network, with its classifier, and cards that lead to them."""
    folder = tmp_path_factory.mktemp("tiny")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        torch.save(timm.create_model("test_vit", pretrained=False, num_classes=7).state_dict(), folder / "tiny.pth")
    (folder / "tiny.encoder.yaml").write_text(
        "name: tiny\ntitle: Tiny\nsummary: A test's.\nentry: benchmark.features.timm_encoder:TimmEncoder\n"
        "options: {model: test_vit, weights: tiny.pth, size: 160, interpolation: bilinear, num_classes: 0, "
        "mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5]}\n"
    )
    for name, entry in zip(("fd", "kd"), OF_SETS, strict=True):
        (folder / f"{name}.metric.yaml").write_text(
            f"name: {name}-tiny\ntitle: {name}\nsummary: A test's.\nentry: {entry}\nlevel: set\nencoder: tiny\n"
            "direction: down\ndecimals: 3\ncitation: none\n"
        )
    return folder


def cards_of(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.yaml"))


@pytest.mark.integration
def test_distances_on_an_encoder_of_a_card_alone_are_those_of_its_features(tiny: Path, tmp_path: Path) -> None:
    write_faces(tmp_path / "outputs", 14, 64, seed=1)
    write_faces(tmp_path / "real", 11, 64, seed=2)
    scores = benchmark.score_images(
        tmp_path / "outputs", tmp_path / "real", metrics=["fd-tiny", "kd-tiny"], plugins=cards_of(tiny), quiet=True
    )
    network = timm.create_model("test_vit", pretrained=False, num_classes=7)
    network.load_state_dict(torch.load(tiny / "tiny.pth", weights_only=True))
    ours, theirs = (features_by_hand(network, tmp_path / name) for name in ("outputs", "real"))
    expected = {"fd-tiny": distance_by_hand(ours, theirs), "kd-tiny": kernel_by_hand(ours, theirs)}
    assert dict(zip(scores["metric"], scores["value"], strict=True)) == pytest.approx(expected, abs=1e-6, rel=1e-6)
    assert expected["fd-tiny"] > 1e-3


def features_by_hand(network: nn.Module, folder: Path) -> np.ndarray:
    """What the network's pooling gives, from pixels that Pillow resized; by timm's own way to features."""
    network.eval()
    rows = []
    for path in sorted(folder.iterdir()):
        pixels = np.asarray(Image.open(path).convert("RGB").resize((160, 160), Image.Resampling.BILINEAR)) / 255
        image = torch.from_numpy(((pixels - 0.5) / 0.5).astype(np.float32)).permute(2, 0, 1)[None]
        with torch.no_grad():
            rows.append(network.forward_head(network.forward_features(image), pre_logits=True)[0].double().numpy())
    return np.stack(rows)


def distance_by_hand(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Of Heusel et al. (2017), by the root of the product of the covariances."""
    one, other = (np.cov(rows, rowvar=False) for rows in (ours, theirs))
    values = np.linalg.eigvals(one @ other)
    root = np.sqrt(np.clip(values.real, 0, None)).sum()
    difference = ours.mean(axis=0) - theirs.mean(axis=0)
    assert np.isfinite(sqrtm(one + np.eye(len(one)))).all()
    return float(difference @ difference + np.trace(one) + np.trace(other) - 2 * root)


def kernel_by_hand(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Of Bińkowski et al. (2018): the mean over 100 subsets as torch-fidelity draws them, by loops."""
    size = min(len(ours), len(theirs))
    draw = np.random.RandomState(2020)
    found = []
    for _ in range(100):
        x = ours[draw.choice(len(ours), size, replace=False)]
        y = theirs[draw.choice(len(theirs), size, replace=False)]
        xx, yy, xy = (((a @ b.T) / a.shape[1] + 1) ** 3 for a, b in ((x, x), (y, y), (x, y)))
        within = (xx.sum() - np.trace(xx) + yy.sum() - np.trace(yy)) / (size * (size - 1))
        found.append(within - 2 * xy.mean())
    return float(np.mean(found))


def test_another_file_or_option_of_a_card_is_another_encoder(tiny: Path) -> None:
    load_named(str(tiny / "tiny.encoder.yaml"))
    load_named(str(tiny / "tiny.encoder.yaml"))  # once more does no harm
    entry = ENCODER_CARDS.find("tiny")
    assert plugin_code(entry)
    first = build_encoder("tiny", HERE)
    assert first.key == build_encoder("tiny", HERE).key
    options = {"model": "test_vit", "weights": str(tiny / "tiny.pth"), "size": 160, **HALF}
    other = TimmEncoder(HERE, **options, interpolation="bicubic")  # type: ignore[arg-type]
    other.source = first.source
    assert other.weights_sha256 == first.weights_sha256
    assert other.key != first.key


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"model": "test_vitt"}, "unknown model of timm 'test_vitt'; did you mean 'test_vit'"),
        ({"size": 8}, "for images of 8 pixels: they are smaller than a patch"),
        ({"interpolation": "cubic"}, "interpolation is one of nearest, bilinear, bicubic, lanczos, not 'cubic'"),
        ({"mean": [0.5]}, "mean has a number for each of the channels red, green and blue, not [0.5]"),
        ({"std": [1, 0, 1]}, "std has deviations above 0"),
        ({"weights": "nowhere.pth"}, "nowhere.pth is not here: no such file"),
        ({"weights": "dinov2-vit-l4"}, "did you mean 'dinov2-vit-l14'"),
        ({"colour": 1}, "unexpected keyword argument 'colour'"),
    ],
)
def test_a_card_that_cannot_be_built_is_one_sentence(tiny: Path, changes: dict[str, Any], said: str) -> None:
    options = {"model": "test_vit", "weights": str(tiny / "tiny.pth"), "size": 160, **HALF, **changes}
    with pytest.raises((MetricUnavailable, ValueError, TypeError), match=None) as error:
        TimmEncoder(HERE, **options)
    assert said in str(error.value)


def test_weights_of_another_network_do_not_fit(tmp_path: Path) -> None:
    torch.save({"weight": torch.zeros(2)}, tmp_path / "other.pth")
    with pytest.raises(MetricUnavailable, match=r"other\.pth: checkpoint does not fit VisionTransformer: missing"):
        TimmEncoder(HERE, model="test_vit", weights=str(tmp_path / "other.pth"), size=160, **HALF)


@pytest.mark.parametrize("package", ["timm", "onnxruntime"])
def test_what_is_not_installed_is_said(package: str, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made_by = {"timm": "timm_encoder", "onnxruntime": "onnx_graph"}[package]
    monkeypatch.setattr(f"benchmark.features.{made_by}.find_spec", lambda _: None)
    build: Callable[[], object] = lambda: build_encoder("dinov2", HERE)  # noqa: E731
    if package == "onnxruntime":
        build = lambda: OnnxEncoder(HERE, weights=str(tiny / "tiny.pth"), size=8, **HALF)  # noqa: E731
    with pytest.raises(MetricUnavailable, match=rf"{package} is not installed: pip install '.*\[encoders\]'"):
        build()


@pytest.mark.parametrize("name", ["dinov2", "clip"])
def test_without_its_file_a_published_encoder_says_what_to_fetch(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    monkeypatch.delenv("BENCH_WEIGHTS", raising=False)
    id = str(ENCODER_CARDS.find(name).card.options["weights"])
    with pytest.raises(MetricUnavailable, match=rf"is not here: run `bench weights fetch {id}`"):
        build_encoder(name, Resources(HERE.compute, Weights()))


def test_every_built_in_set_metric_names_an_encoder_and_its_file_names_the_metric() -> None:
    for entry in METRIC_CARDS.builtin():
        if entry.card.encoder is not None:
            encoder = ENCODER_CARDS.find(entry.card.encoder).card
            assert encoder.judge is not None or entry.card.name in manifest()[str(encoder.options["weights"])].needed_by
    assert {"dinov2", "clip", "inception", "inception-clean", "parser"} == {
        e.card.name for e in ENCODER_CARDS.builtin()
    }


@pytest.mark.integration
def test_dinov2_takes_the_published_layout_and_interpolates_positions_as_its_own_code(tmp_path: Path) -> None:
    model = "vit_small_patch14_dinov2"
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        published = timm.create_model(model, pretrained=False, num_classes=0, img_size=70).state_dict()
    positions = published["pos_embed"]  # of 5 x 5 patches, which 28 pixels have 2 x 2 of
    torch.save({**published, "mask_token": torch.zeros(1, 384)}, tmp_path / "published.pth")
    encoder = DinoV2Encoder(HERE, model=model, weights=str(tmp_path / "published.pth"), size=28, **HALF)
    grid = positions[:, 1:].reshape(1, 5, 5, -1).permute(0, 3, 1, 2)
    scaled = functional.interpolate(grid, scale_factor=(2.1 / 5, 2.1 / 5), mode="bicubic")
    expected = torch.cat([positions[:, :1], scaled.permute(0, 2, 3, 1).reshape(1, 4, -1)], dim=1)
    assert torch.equal(encoder.network.state_dict()["pos_embed"], expected)
    assert encoder.encode(random_images(2)).shape == (2, 384)
    assert torch.equal(interpolated_positions(positions, 5), positions)


class _Clip(nn.Module):
    """What OpenAI's archives have of the image side, by their names, and something of the other side."""

    def __init__(self) -> None:
        super().__init__()
        self.visual = nn.Module()
        self.visual.register_parameter("class_embedding", nn.Parameter(torch.randn(64)))
        self.visual.register_parameter("proj", nn.Parameter(torch.randn(64, 16)))
        self.logit_scale = nn.Parameter(torch.ones(1))

    def forward(self, image: Tensor) -> Tensor:
        return image * self.logit_scale


def test_clip_s_program_is_loaded_only_where_its_hash_is_the_published_one(tmp_path: Path) -> None:
    path = tmp_path / "clip.pt"
    torch.jit.script(_Clip()).save(str(path))
    encoder = ClipEncoder.__new__(ClipEncoder)
    found = encoder._read(WeightsFile("clip-vit-b32", path, "0" * 64, published=True))
    assert found["visual.proj"].shape == (64, 16)
    with pytest.raises(InputError, match="is a TorchScript program, which was not run"):
        encoder._read(WeightsFile("clip-vit-b32", path, "0" * 64, published=False))


def test_openai_s_names_become_those_of_timm_s_network() -> None:
    encoder, card = ClipEncoder.__new__(ClipEncoder), ENCODER_CARDS.find("clip").card
    with torch.device("meta"):
        network = timm.create_model(str(card.options["model"]), pretrained=False, num_classes=512)
        width, published = 768, {"visual.class_embedding": torch.empty(768), "visual.proj": torch.empty(768, 512)}
        published |= {"visual.positional_embedding": torch.empty(50, width), "logit_scale": torch.empty(())}
        published["visual.conv1.weight"] = torch.empty(width, 3, 32, 32)
        norms = ["visual.ln_pre", "visual.ln_post"]
        for layer in range(12):
            block = f"visual.transformer.resblocks.{layer}"
            norms += [f"{block}.ln_1", f"{block}.ln_2"]
            for name, shape in (("attn.in_proj_", (2304, 768)), ("attn.out_proj.", (768, 768))):
                published |= {f"{block}.{name}weight": torch.empty(shape), f"{block}.{name}bias": torch.empty(shape[0])}
            for name, shape in (("c_fc", (3072, 768)), ("c_proj", (768, 3072))):
                published |= {f"{block}.mlp.{name}.weight": torch.empty(shape)}
                published |= {f"{block}.mlp.{name}.bias": torch.empty(shape[0])}
        published |= {f"{norm}.{name}": torch.empty(width) for norm in norms for name in ("weight", "bias")}
        found = encoder._fitted(network, published)
    wanted = {name: value.shape for name, value in network.state_dict().items()}
    assert {name: value.shape for name, value in found.items()} == wanted


class _Two(nn.Module):
    """Two features of an image: the mean of its red, and the greatest of its blue."""

    def forward(self, image: Tensor) -> Tensor:
        return torch.stack([image[:, 0].mean(dim=(1, 2)), image[:, 2].amax(dim=(1, 2))], dim=1)


def write_means(path: Path, number: int | str) -> None:
    """An ONNX graph: the mean of every channel."""
    given = helper.make_tensor_value_info("image", TensorProto.FLOAT, [number, 3, 16, 16])
    made = helper.make_tensor_value_info("means", TensorProto.FLOAT, None)
    graph = helper.make_graph([helper.make_node("GlobalAveragePool", ["image"], ["means"])], "means", [given], [made])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


def test_a_torchscript_program_and_an_onnx_graph_are_encoders(tmp_path: Path) -> None:
    images = random_images(5, side=16)
    scaled = np.stack(images).astype(np.float64) / 255 * 2 - 1
    torch.jit.script(_Two()).save(str(tmp_path / "two.pt"))
    script = TorchScriptEncoder(HERE, weights=str(tmp_path / "two.pt"), size=16, **HALF)
    expected = np.stack([scaled[..., 0].mean(axis=(1, 2)), scaled[..., 2].max(axis=(1, 2))], axis=1)
    np.testing.assert_allclose(script.encode(images), expected, atol=1e-5)
    for number in ("N", 1, 4):  # of 5 images, a graph of 4 at once sees some twice
        write_means(tmp_path / "means.onnx", number)
        graph = OnnxEncoder(HERE, weights=str(tmp_path / "means.onnx"), size=16, **HALF)
        np.testing.assert_allclose(graph.encode(images), scaled.mean(axis=(1, 2)), atol=1e-5)


@pytest.mark.integration
def test_a_library_of_another_package_counts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    class OfYaml(TimmEncoder):
        libraries: ClassVar[tuple[str, ...]] = ("yaml",)  # the module of the package PyYAML

    encoder = OfYaml.__new__(OfYaml)
    encoder.weights_sha256, encoder.resize_policy, encoder.source, encoder.compute = "", "", "", HERE.compute
    before = encoder.key
    monkeypatch.setattr("benchmark.features.encoder.packages_distributions", lambda: {"yaml": ["torch"]})
    assert encoder.key != before


def test_files_that_are_no_graphs_are_refused(tmp_path: Path) -> None:
    (tmp_path / "no").write_bytes(b"nothing of the kind")
    with pytest.raises(MetricUnavailable, match="is no TorchScript program"):
        TorchScriptEncoder(HERE, weights=str(tmp_path / "no"), size=16, **HALF)
    with pytest.raises(MetricUnavailable, match="is no ONNX graph that onnxruntime runs"):
        OnnxEncoder(HERE, weights=str(tmp_path / "no"), size=16, **HALF)
    given = helper.make_tensor_value_info("x", TensorProto.FLOAT, [2])
    constant = numpy_helper.from_array(np.ones(2, np.float32), "one")
    graph = helper.make_graph([helper.make_node("Add", ["x", "one"], ["y"])], "g", [given], [given], [constant])
    graph.output[0].name = "y"
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), tmp_path / "add.onnx"
    )
    with pytest.raises(MetricUnavailable, match=r"takes x \[2\], where one input of images \(N, 3, H, W\)"):
        OnnxEncoder(HERE, weights=str(tmp_path / "add.onnx"), size=16, **HALF)
    write_means(tmp_path / "means.onnx", "N")
    other = OnnxEncoder(HERE, weights=str(tmp_path / "means.onnx"), size=32, **HALF)
    with pytest.raises(MetricUnavailable, match=r"means\.onnx fails on images \(2, 3, 32, 32\)"):
        other.encode(random_images(2))


def test_an_encoder_that_gives_no_rows_is_refused_and_its_card_without_a_class() -> None:
    class Flat(Encoder):
        resize_policy = "none"

        def resize(self, images: np.ndarray) -> Tensor:
            return torch.from_numpy(images)

        def features(self, inputs: Tensor) -> Tensor:
            return inputs.float().flatten()

    with pytest.raises(PluginError, match=r"Flat\.features gave \(13824,\), where \(2, D\) was expected"):
        Flat(HERE.compute, "").encode(random_images(2))

    class Other:
        def __init__(self, resources: Resources) -> None:
            pass

    ENCODERS.register(card={"name": "no-encoder", "title": "No", "summary": "None."})(Other)
    with pytest.raises(PluginError, match="Other of encoder 'no-encoder' is no Encoder"):
        build_encoder("no-encoder", HERE)


def test_a_metric_on_an_unknown_encoder_is_one_sentence(tmp_path: Path) -> None:
    card = {"name": "fd-dino", "title": "FD", "summary": "None.", "level": "set", "encoder": "dino"}
    card |= {"direction": "down", "decimals": 2, "citation": "none"}
    METRICS.register(card=card)(METRICS.get("fid"))
    write_faces(tmp_path / "faces", 2, 64, seed=1)
    with pytest.raises(InputError, match=r"encoder: unknown encoder 'dino'; did you mean 'dinov2'"):
        benchmark.score_images(tmp_path / "faces", tmp_path / "faces", metrics="fd-dino", quiet=True)
