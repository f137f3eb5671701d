"""AdaIN style transfer under the contract: moments follow the style, by region too, and geometry follows the source."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional
from torchvision.models import vgg19
from torchvision.models.vgg import cfgs

from benchmark.config.experiment import Experiment
from benchmark.config.resolve import resolve
from benchmark.config.sources import COMMAND, ConfigSource
from benchmark.editing.build_method import build_editor
from methods.adain.model import AdaIN
from methods.adain.moments import moments, region_moments, transfer_by_region
from methods.adain.networks import Decoder, Encoder, load_vgg
from methods.base import one_hot
from methods.checkpoint import CheckpointError
from methods.published import build
from registry.errors import InputError
from tests.methods.faces import random_faces, random_tasks
from tests.methods.steps import check_autocast_step, train
from tests.methods.vgg_files import write_vgg

TINY = {"width": 4, "lr": 2e-3}


def _tiny(size: int = 32, **options: Any) -> AdaIN:
    torch.manual_seed(0)
    return AdaIN(size, **(TINY | options)).train()


def test_networks_have_the_published_sizes_and_mirror_each_other() -> None:
    with torch.device("meta"):
        sizes = [sum(parameter.numel() for parameter in network.parameters()) for network in (Encoder(), Decoder())]
    assert sizes == [3_505_740, 3_505_219]
    image = torch.rand(1, 3, 32, 48)
    assert Decoder(4)(Encoder(4).features(image)[-1]).shape == image.shape


@pytest.mark.integration
def test_the_encoder_is_torchvisions_network_inside_its_borders(tmp_path: Path) -> None:
    features = write_vgg(tmp_path / "vgg19.pth", vgg19)
    encoder = Encoder()
    load_vgg(encoder, tmp_path / "vgg19.pth")
    image = torch.rand(1, 3, 96, 96)
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    with torch.no_grad():
        ours = encoder.features(image)
        theirs = features[:21]((image - mean) / std)
    inside = slice(5, -5)
    torch.testing.assert_close(ours[-1][:, :, inside, inside], theirs[:, :, inside, inside], rtol=1e-3, atol=1e-5)


def _normalised_vgg(folder: Path) -> Path:
    """A file like the published one, with random weights: VGG-19 to relu5_4 by positions in one sequence."""
    torch.manual_seed(0)
    network, channels = [nn.Conv2d(3, 3, 1)], 3
    for layer in cfgs["E"][:-1]:
        if layer == "M":
            network.append(nn.MaxPool2d(2, ceil_mode=True))
            continue
        network += [nn.ReflectionPad2d(1), nn.Conv2d(channels, int(layer), 3), nn.ReLU()]
        channels = int(layer)
    torch.save(nn.Sequential(*network).state_dict(), folder / "vgg_normalised.pth")
    return folder / "vgg_normalised.pth"


@pytest.mark.integration
def test_the_published_encoder_loads_up_to_the_layer_that_is_used(tmp_path: Path) -> None:
    path = _normalised_vgg(tmp_path)
    tensors = torch.load(path, weights_only=True)
    assert max(int(key.partition(".")[0]) for key in tensors) > 31
    model = AdaIN(32, iterations=10, normalised_weights=str(path), vgg_weights="no file is looked for")
    assert all(torch.equal(value, tensors[key]) for key, value in model.encoder.state_dict().items())
    assert [stage.iterations for stage in model.stages()] == [0, 10]
    assert model.provenance()["encoder"] == "the published one, VGG-19 rescaled"


@pytest.mark.integration
@pytest.mark.parametrize("changed", ["29.weight", "0.bias"])
def test_a_file_that_is_not_the_published_encoders_is_refused(changed: str, tmp_path: Path) -> None:
    path = _normalised_vgg(tmp_path)
    tensors = torch.load(path, weights_only=True)
    torch.save({key: value for key, value in tensors.items() if key != changed}, path)
    with pytest.raises(CheckpointError, match=rf"vgg_normalised.pth: not the normalised VGG-19 of AdaIN: .*{changed}"):
        AdaIN(32, normalised_weights=str(path))


def _with_decoder(folder: Path, **options: Any) -> Experiment:
    """AdaIN with a published decoder's file, at the published sizes."""
    torch.save(build("adain_decoder").network.state_dict(), folder / "decoder.pth")
    written = {
        "method": "adain",
        "dataset": {"size": 32},
        "checkpoint": str(folder / "decoder.pth"),
        "options": {"width": 64, **options},
    }
    return resolve([ConfigSource(written, COMMAND)])


@pytest.mark.integration
def test_a_published_decoder_loads_strictly_beside_the_published_encoder(tmp_path: Path) -> None:
    experiment = _with_decoder(tmp_path, normalised_weights=str(_normalised_vgg(tmp_path)))
    editor = build_editor(experiment)
    assert editor.checkpoint is not None
    assert editor.checkpoint.origin == "published"
    decoder = torch.load(tmp_path / "decoder.pth", weights_only=True)
    assert all(torch.equal(value, decoder[key]) for key, value in editor.model.decoder.state_dict().items())


def test_a_published_decoder_without_an_encoder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"decoder.pth, network decoder: a published decoder needs the encoder"):
        build_editor(_with_decoder(tmp_path))


def test_a_published_decoder_is_refused_beside_torchvisions_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("methods.adain.model.load_vgg", lambda *_: None)
    model = AdaIN(32, vgg_weights="vgg19.pth")
    assert model.published_key("encoder", "0.weight") == "0.weight"
    with pytest.raises(CheckpointError, match="needs the encoder that it learnt with"):
        model.published_key("decoder", "0.weight")


def test_each_region_takes_the_moments_of_the_styles_same_region() -> None:
    torch.manual_seed(0)
    content, style = torch.randn(2, 3, 16, 16) * 3 + 1, torch.randn(2, 3, 16, 16) - 2
    label, style_label = (one_hot(random_faces(2, 16, seed=seed).mask) for seed in (1, 2))
    result = transfer_by_region(content, style, label, style_label)
    whole = moments(style)
    for face in range(2):
        for number in label[face].flatten(1).any(1).nonzero().flatten():
            here, there = label[face, number].bool(), style_label[face, number].bool()
            made = result[face][:, here]
            if there.any():
                wanted = style[face][:, there]
                mean, deviation = wanted.mean(1), wanted.std(1)
            else:
                mean, deviation = (value[face, :, 0, 0] for value in whole)
            torch.testing.assert_close(made.mean(1), mean, rtol=1e-3, atol=1e-3)
            torch.testing.assert_close(made.std(1), deviation, rtol=1e-2, atol=1e-3)


def test_a_region_that_is_everything_has_the_moments_of_everything() -> None:
    features = torch.randn(2, 3, 8, 8) * 2 + 1
    mean, deviation = region_moments(features, torch.ones(2, 1, 8, 8))
    expected = moments(features)
    torch.testing.assert_close(mean[:, 0], expected[0][:, :, 0, 0])
    torch.testing.assert_close(deviation[:, 0], expected[1][:, :, 0, 0], rtol=1e-4, atol=1e-5)


@pytest.mark.integration
def test_stages_share_the_iterations_unless_the_encoder_is_given(tmp_path: Path) -> None:
    assert [stage.iterations for stage in _tiny(iterations=10, encoder_share=0.3).stages()] == [3, 7]
    write_vgg(tmp_path / "vgg19.pth", vgg19)
    given = AdaIN(32, iterations=10, vgg_weights=str(tmp_path / "vgg19.pth"))
    assert [stage.iterations for stage in given.stages()] == [0, 10]


@pytest.mark.integration
@pytest.mark.parametrize("by_region", [False, True])
def test_an_encoder_learns_to_give_back_and_then_stays(by_region: bool) -> None:
    model = _tiny(by_region=by_region)
    first, second = model.stages()
    losses = train(model, random_faces(4, 32), steps=25, stage=first)
    assert losses[-1]["reconstruction"] < 0.8 * losses[0]["reconstruction"]
    before = {name: value.clone() for name, value in model.state_dict().items()}
    losses = train(model, random_faces(4, 32), steps=8, stage=second)
    assert sum(losses[-1].values()) < sum(losses[0].values())
    changed = {
        name.partition(".")[0] for name, value in model.state_dict().items() if not torch.equal(value, before[name])
    }
    assert changed == {"decoder"}


def test_losses_are_the_published_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    model = _tiny(lr=0.0, style_weight=3.0)
    order = torch.tensor([1, 2, 3, 0])
    monkeypatch.setattr(torch, "randperm", lambda *_args, **_kwargs: order)
    (losses,) = train(model, random_faces(4, 32), steps=1, stage=model.stages()[1])
    images = (random_faces(4, 32).image + 1) / 2
    content, style = model.encoder.features(images), model.encoder.features(images[order])
    wanted = model.moment_transfer(content[-1], style[-1])
    made = model.encoder.features(model.decoder(wanted))
    squares = functional.mse_loss
    of_style = sum(
        squares(mine.mean((2, 3)), theirs.mean((2, 3)))
        + squares((mine.var((2, 3)) + 1e-5).sqrt(), (theirs.var((2, 3)) + 1e-5).sqrt())
        for mine, theirs in zip(made, style, strict=True)
    )
    assert losses["content"] == pytest.approx(squares(made[-1], wanted).item(), rel=1e-4)
    assert losses["style"] == pytest.approx(3 * of_style.item(), rel=1e-4)


def test_edits_have_the_sources_content_and_the_targets_moments_and_survive_saving(tmp_path: Path) -> None:
    model, tasks = _tiny(), random_tasks(2, 32)
    torch.save(model.state_dict(), tmp_path / "model.pth")
    restored = AdaIN(32, **TINY).eval()
    restored.load_state_dict(torch.load(tmp_path / "model.pth", weights_only=True))
    model.eval()
    with torch.inference_mode():
        edited = model.edit(tasks)
        assert torch.equal(restored.edit(tasks), edited)
        content, style = (model.encoder.features((faces.image + 1) / 2)[-1] for faces in (tasks.source, tasks.target))
        expected = (2 * model.decoder(model.moment_transfer(content, style)) - 1).clamp(-1, 1)
        torch.testing.assert_close(edited, expected)
        own = replace(tasks, target=tasks.source)
        alone = (2 * model.decoder(content) - 1).clamp(-1, 1)
        torch.testing.assert_close(model.edit(own), alone, rtol=1e-3, atol=1e-3)
        unstyled = AdaIN(32, strength=0.0, **TINY).eval()
        unstyled.load_state_dict(model.state_dict())
        torch.testing.assert_close(unstyled.edit(tasks), alone)
    assert edited.abs().max() <= 1


def test_published_weights_load() -> None:
    for role, network in AdaIN(32).published_networks().items():
        network.load_state_dict(build(f"adain_{role}").network.state_dict())


def test_a_step_of_each_stage_under_autocast_and_channels_last() -> None:
    check_autocast_step(_tiny(by_region=True), random_faces(2, 32))


@pytest.mark.parametrize(
    ("said", "options"),
    [
        ("width", {"width": 0}),
        ("width must be 64 with vgg_weights", {"vgg_weights": "vgg19"}),
        ("width must be 64 with normalised_weights", {"normalised_weights": "vgg19-normalised"}),
        ("strength", {"strength": 1.5}),
        ("encoder_share", {"encoder_share": -0.1}),
        ("batch_size", {"batch_size": 1}),
        ("not 36", {"size": 36}),
    ],
)
def test_options_and_sizes_that_do_not_fit_are_refused(said: str, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=said):
        _tiny(**options)
