"""CycleGAN's variant DiscoGAN: the published sizes, colours, turns and shares of losses."""

from typing import Any

import pytest
import torch
from torch.nn import functional

from methods.cyclegan.designs import build_editor
from methods.cyclegan.discogan import DiscoGAN, distance_of_means
from methods.cyclegan.discogan_networks import Generator
from methods.cyclegan.options import CycleGANOptions
from registry.catalogue import METHOD_CARDS
from tests.methods.faces import half_smiling, random_faces
from tests.methods.steps import check_autocast_step, train

CARD = METHOD_CARDS.find("cyclegan").card
TINY = {"design": "discogan", "ngf": 4, "n_downsampling": 3, "ndf": 4, "n_layers_d": 3, "lr": 2e-3, "d_lr": 2e-3}


def _tiny(**options: Any) -> DiscoGAN:
    torch.manual_seed(0)
    return DiscoGAN(32, **(TINY | options)).train()


@pytest.mark.parametrize(("bottleneck", "expected"), [(0, 5_513_856), (100, 7_153_480)])
def test_the_variant_of_the_card_has_the_published_sizes(bottleneck: int, expected: int) -> None:
    options = {**CARD.presets["paper"], **CARD.variants["discogan"], **CARD.presets["paper+discogan"]}
    with torch.device("meta"):
        model = build_editor(256, **options, bottleneck=bottleneck)
    assert isinstance(model, DiscoGAN)
    assert model.size == 64

    def size(network: torch.nn.Module) -> int:
        return sum(parameter.numel() for parameter in network.parameters())

    assert {size(network) for network in model.generators.values()} == {expected}
    assert {size(network) for network in model.discriminators.values()} == {2_765_568}


def test_a_bottleneck_at_the_published_size_has_one_position() -> None:
    network = Generator(2, 4, bottleneck=5).eval()
    image = torch.rand(2, 3, 64, 64)
    seen = image
    for layer in list(network)[:5]:
        seen = layer(seen)
    assert seen.shape == (2, 5, 1, 1)
    assert network(image).shape == image.shape


def test_networks_see_blue_green_and_red_from_0_to_1() -> None:
    model, image = _tiny().eval(), random_faces(2, 32).image
    seen: list[torch.Tensor] = []
    network = model.generators["adding"]
    network.register_forward_hook(lambda _network, inputs, output: seen.extend([*inputs, output]))
    translated = model.translate("with", image)
    red, green, blue = ((image[:, channel] + 1) / 2 for channel in range(3))
    torch.testing.assert_close(seen[0], torch.stack([blue, green, red], 1))
    assert 0 <= seen[1].min() <= seen[1].max() <= 1
    torch.testing.assert_close(translated[:, 0], 2 * seen[1][:, 2] - 1)


def test_discriminators_learn_in_one_iteration_of_three_and_generators_in_the_others() -> None:
    model, faces = _tiny(), half_smiling()
    (stage,) = model.stages()
    model.begin_stage(stage)
    optim = model.optimizers(stage)
    turns = []
    for _ in range(6):
        before = [[value.clone() for value in part.parameters()] for part in (model.generators, model.discriminators)]
        model.train_step(faces, optim)
        after = [part.parameters() for part in (model.generators, model.discriminators)]
        turns.append(
            tuple(
                any(not torch.equal(one, other) for one, other in zip(*part, strict=True))
                for part in zip(before, after, strict=True)
            )
        )
    generators, discriminators = (True, False), (False, True)
    assert turns == [discriminators, generators, generators] * 2


@pytest.mark.parametrize(("iteration", "share"), [(1, 0.01), (2, 0.5)])
def test_losses_are_the_published_ones_before_and_after_the_change_of_shares(iteration: int, share: float) -> None:
    model, faces = _tiny(lr=0.0, d_lr=0.0, iterations=20), half_smiling()
    losses = train(model, faces, steps=3)[iteration]
    bgr = (faces.image.flip(1) + 1) / 2
    smiling, others = bgr[:2], bgr[2:]
    add, remove = model.generators["adding"], model.generators["removing"]
    expected = dict.fromkeys(("adversarial", "features", "discriminators", "cycle"), 0.0)
    entropy = functional.binary_cross_entropy
    pairs = [("with", add, remove, smiling, others), ("without", remove, add, others, smiling)]
    with torch.no_grad():
        for domain, way, back, real, source in pairs:
            fake = way(source)
            (of_fake,), (of_real,) = model.discriminators[domain](fake), model.discriminators[domain](real)
            told, truth = torch.sigmoid(of_fake[-1]), torch.sigmoid(of_real[-1])
            expected["cycle"] += share * (back(fake) - source).square().mean()
            expected["adversarial"] += (1 - share) * 0.1 * entropy(told, torch.ones_like(told))
            assert len(of_fake) - 1 == 2, "three layers at four halvings, two at three"
            for mine, theirs in zip(of_fake[:-1], of_real[:-1], strict=True):
                squared = (theirs.mean(0) - mine.mean(0)) ** 2
                expected["features"] += (1 - share) * 0.9 * squared.mean()
            expected["discriminators"] += 0.5 * entropy(truth, torch.ones_like(truth))
            expected["discriminators"] += 0.5 * entropy(told, torch.zeros_like(told))
    assert losses == pytest.approx({name: float(value) for name, value in expected.items()}, rel=1e-3)


def test_features_are_those_of_the_batch_not_of_its_faces() -> None:
    features = torch.randn(4, 3, 2, 2)
    assert distance_of_means([[features, features]], [[features.flip(0), features]]) < 1e-12


def test_ten_thousand_of_the_published_iterations_come_before_the_change() -> None:
    options = CycleGANOptions(**{**CARD.variants["discogan"], **CARD.presets["paper+discogan"]})
    assert [options.cycle_share_at(iteration) for iteration in (0, 9_999, 10_000)] == [0.01, 0.01, 0.5]
    assert options.schedule(options.iterations) == [], "rates stay"
    assert options.batch_size == 2 * 64


def test_a_resumed_training_takes_its_turns_up(tmp_path: Any) -> None:
    model = _tiny()
    train(model, half_smiling(), steps=2)
    torch.save(model.state_dict(), tmp_path / "model.pth")
    restored = _tiny()
    restored.load_state_dict(torch.load(tmp_path / "model.pth", weights_only=True))
    assert restored.iteration == 2


@pytest.mark.integration
def test_it_learns_to_get_back() -> None:
    losses = train(_tiny(early_part=0.0, cycle_share=1.0, lr=5e-3), half_smiling(), steps=45)
    assert losses[-1]["cycle"] < 0.8 * losses[1]["cycle"]


def test_a_short_training_begins_with_the_face_itself() -> None:
    image = random_faces(2, 32).image
    torch.testing.assert_close(_tiny(residual=True).eval().translate("with", image), image)


def test_a_short_training_changes_faces_as_finely_under_autocast() -> None:
    model, image = _tiny(residual=True), 0.5 * random_faces(2, 32).image
    torch.nn.init.normal_(model.generators["adding"][-1][0].weight, std=0.002)
    with torch.inference_mode():
        exact = model.translate("with", image)
        with torch.autocast("cpu", torch.bfloat16):
            near = model.translate("with", image)
    change = (exact - image).abs()
    assert near.dtype == torch.float32
    assert (near - exact).abs().max() < 0.1 * change.max()


def test_a_step_under_autocast_and_channels_last() -> None:
    check_autocast_step(_tiny(), half_smiling())


@pytest.mark.parametrize(
    ("said", "options"),
    [
        ("generator_turns", {"generator_turns": 0}),
        ("cycle_share", {"cycle_share": 1.5}),
        ("bottleneck", {"bottleneck": -1}),
        ("DiscoGAN with these options needs a size of at least 64", {"n_layers_d": 4}),
    ],
)
def test_options_that_do_not_fit_are_refused(said: str, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=said):
        _tiny(**options)
