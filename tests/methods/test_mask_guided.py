"""Mask-Guided under the contract: the published size, parts cut out and placed by their centres, and its losses."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from torch.distributions import Normal, kl_divergence
from torch.nn import functional
from torchvision.models import vgg19

from methods.base import EditBatch, one_hot
from methods.labels import LABELS
from methods.layers.gaussian import gaussian_divergence
from methods.layers.part_centres import region_centres
from methods.layers.perceptual import PerceptualLoss
from methods.mask_guided.face_parts import BACKGROUND, PARTS, background, cut_out, part_regions, placed
from methods.mask_guided.generator import PortraitGenerator
from methods.mask_guided.losses import image_distance, part_distance, perceptual_distance
from methods.mask_guided.model import PAINTING, PARSING, MaskGuided
from methods.mask_guided.part_autoencoder import PartAutoencoder
from tests.methods.faces import random_faces, random_tasks
from tests.methods.steps import check_autocast_step, train
from tests.methods.vgg_files import write_vgg
from tests.places import ROOT

TINY = {
    "ngf": 4,
    "n_downsampling": 1,
    "n_blocks": 1,
    "outer_kernel": 3,
    "nef": 4,
    "latent": 8,
    "ndf": 4,
    "n_layers_d": 1,
    "lr": 2e-3,
    "d_lr": 2e-3,
    "parser_scale": 16,
}
CARD = yaml.safe_load((ROOT / "methods" / "mask_guided" / "method.yaml").read_text())
VARIANTS = CARD["variants"] | {"published": {}}
MOUTH = list(PARTS).index("mouth")


def _tiny(size: int = 32, **options: Any) -> MaskGuided:
    torch.manual_seed(0)
    return MaskGuided(size, **(TINY | options)).train()


def _painting(model: MaskGuided, steps: int, count: int = 4) -> list[dict[str, float]]:
    _, stage = model.stages()
    return train(model, random_faces(count, 32), steps, stage)


def _transfer(**fields: Any) -> EditBatch:
    """Two faces with mouths in every mask, the source's of which is transferred inside the left half."""
    tasks = random_tasks(2, 32)
    masks = [tasks.target.mask, tasks.source.mask, tasks.mask]
    for mask in masks:
        mask[:, 16:24, 8:16] = LABELS.index("mouth")
    region = torch.zeros_like(tasks.region)
    region[:, :, :16] = True
    return replace(tasks, region=region, transferred=("Smiling", "Smiling"), **fields)


def test_the_generator_has_the_published_size() -> None:
    with torch.device("meta"):
        network = PortraitGenerator()
    assert sum(parameter.numel() for parameter in network.parameters()) == 12_111_811


def test_parts_have_the_published_boxes_and_every_label_a_place() -> None:
    sides = {name: part.sides(256) for name, part in PARTS.items()}
    assert sides == {
        "left_eye": (32, 48),
        "right_eye": (32, 48),
        "mouth": (80, 144),
        "skin": (256, 256),
        "hair": (256, 256),
    }
    named = [name for part in PARTS.values() for name in part.labels]
    assert sorted([*named, *BACKGROUND]) == sorted(LABELS)


@pytest.mark.parametrize(("sides", "stride"), [((32, 48), 4), ((80, 144), 4), ((20, 36), 2), ((8, 12), 2), ((4, 6), 2)])
def test_autoencoders_give_features_at_the_stride_and_images_at_their_size(sides: tuple[int, int], stride: int) -> None:
    network = PartAutoencoder(sides, latent=8, stride=stride, features=16, width=4)
    mean, log_variance = network.encode(torch.randn(2, 3, *sides))
    assert mean.shape == log_variance.shape == (2, 8)
    features = network.decode(mean)
    assert features.shape == (2, 16, sides[0] // stride, sides[1] // stride)
    assert network.paint(features).shape == (2, 3, *sides)


def test_centres_are_means_of_pixels_and_absent_regions_are_said_to_be() -> None:
    regions = torch.zeros(2, 2, 8, 10)
    regions[0, 0, 2:4, 5:9] = 1
    regions[1, 1, 7, 0] = 1
    centres, present = region_centres(regions)
    assert centres.tolist() == [[[3.0, 7.0], [4.0, 5.0]], [[4.0, 5.0], [7.5, 0.5]]]
    assert present.tolist() == [[True, False], [False, True]]


def test_boxes_lie_around_centres_and_go_back_to_where_they_were_cut_out() -> None:
    image = torch.arange(2 * 3 * 8 * 8.0).reshape(2, 3, 8, 8)
    centres = torch.tensor([[3.0, 5.0], [7.5, 0.5]])
    boxes = cut_out(image, centres, (4, 2))
    assert torch.equal(boxes[0], image[0, :, 1:5, 4:6])
    assert torch.equal(boxes[1], image[1, :, 4:8, 0:2]), "moved inside the borders"
    canvas = placed(boxes, centres, 8)
    assert torch.equal(canvas[0, :, 1:5, 4:6], image[0, :, 1:5, 4:6])
    assert torch.equal(canvas[1, :, 4:8, 0:2], image[1, :, 4:8, 0:2])
    assert canvas.count_nonzero() == boxes.count_nonzero()


def test_parts_are_read_at_the_faces_centres_and_painted_at_those_of_the_mask() -> None:
    model = _tiny().eval()
    tasks = random_tasks(2, 32)
    mask = torch.zeros(1, 32, 32, dtype=torch.uint8)
    mask[:, 20:24, 10:20] = LABELS.index("u_lip")
    seen, present = model.painter.images_of_parts(tasks.target.image[:1], one_hot(mask))
    torch.testing.assert_close(seen["mouth"][0], tasks.target.image[0, :, 17:27, 6:24])
    assert present[0].tolist() == [name == "mouth" for name in PARTS]

    parts = model.painter.most_likely(tasks.target.image[:1], one_hot(mask))
    moved = torch.zeros_like(mask)
    moved[:, 8:12, 14:24] = LABELS.index("l_lip")
    given = []
    model.painter.generator.register_forward_pre_hook(lambda _module, inputs: given.append(inputs[0]))
    model.painter.paint(parts, one_hot(moved), tasks.target.image[:1], torch.ones(1, 1, 32, 32))
    by_part = given[0].unflatten(1, (len(PARTS), -1))
    torch.testing.assert_close(by_part[0, MOUTH, :, 2:7, 5:14], parts.features["mouth"][0])
    torch.testing.assert_close(by_part[0, MOUTH].abs().sum(), parts.features["mouth"].abs().sum())
    others = [number for number in range(len(PARTS)) if number != MOUTH]
    assert not by_part[0, others].any(), "neither face nor mask has other parts"


def test_the_divergence_is_that_of_gaussians() -> None:
    mean, log_variance = torch.randn(3, 5), torch.randn(3, 5)
    expected = kl_divergence(Normal(mean, (0.5 * log_variance).exp()), Normal(0.0, 1.0))
    torch.testing.assert_close(gaussian_divergence(mean, log_variance), expected)


@pytest.mark.integration
def test_the_divergence_is_measured_and_added_only_with_a_weight() -> None:
    published, added = (_painting(_tiny(kl_weight=weight), steps=2) for weight in (0.0, 0.5))
    assert "weighted_kl" not in published[0]
    assert added[0]["weighted_kl"] == pytest.approx(0.5 * added[0]["kl"])
    assert published[0]["kl"] == added[0]["kl"] > 0
    assert published[1]["others_kl"] != added[1]["others_kl"], "the weight moved the encoders"


@pytest.mark.integration
def test_distances_to_faces_are_taken_every_second_iteration() -> None:
    model = _tiny(unpaired=True)
    first, second, third = _painting(model, steps=3)
    own = {"image", "parts", "feature_matching"}
    assert own <= first.keys()
    assert not any(name.startswith("others_") for name in first)
    added = second.keys() - first.keys()
    assert added == {f"others_{name}" for name in ("adversarial", "autoencoding", "parsing", "discriminator", "kl")}
    assert all(second[name] == first[name] for name in first), "nothing of a face's own parts in the second"
    assert all(third[name] == second[name] for name in added)
    assert third["image"] != first["image"]
    assert all("others_parsing" not in losses for losses in _painting(_tiny(unpaired=False), steps=2))


def test_each_discriminator_learns_in_its_own_iterations() -> None:
    model = _tiny()
    _, stage = model.stages()
    model.begin_stage(stage)
    optim = model.optimizers(stage)
    for learning, resting in (("own", "others"), ("others", "own")):
        before = {name: network.scale0_layer0[0].weight.clone() for name, network in model.discriminators.items()}
        model.train_step(random_faces(4, 32), optim)
        after = {name: network.scale0_layer0[0].weight for name, network in model.discriminators.items()}
        assert not torch.equal(after[learning], before[learning])
        assert torch.equal(after[resting], before[resting])


def test_faces_are_compared_by_sums_over_faces_and_parts_by_those_that_have_them() -> None:
    fake, real = torch.randn(3, 3, 8, 8), torch.randn(3, 3, 8, 8)
    torch.testing.assert_close(image_distance(fake, real), 3 * functional.mse_loss(fake, real))
    boxes = {"one": (torch.randn(3, 3, 4, 6), torch.randn(3, 3, 4, 6)), "other": (fake, real)}
    present = torch.tensor([[True, False], [False, False], [True, False]])
    made, true = ({name: pair[which] for name, pair in boxes.items()} for which in (0, 1))
    distance = part_distance(made, true, present)
    shown = [functional.mse_loss(boxes["one"][0][face], boxes["one"][1][face]) for face in (0, 2)]
    torch.testing.assert_close(distance, torch.stack(shown).mean())


@pytest.mark.integration
def test_the_perceptual_term_sees_a_part_at_a_time(tmp_path: Path) -> None:
    write_vgg(tmp_path / "vgg19.pth", vgg19)
    perceptual = PerceptualLoss(tmp_path / "vgg19.pth")
    fake, real = torch.rand(1, 3, 32, 32) * 2 - 1, torch.rand(1, 3, 32, 32) * 2 - 1
    regions = torch.zeros(1, 2, 32, 32)
    regions[:, 0, :16] = 1
    regions[:, 1, 20:, 20:] = 1
    expected = sum(perceptual(fake * mask, real * mask) for mask in (regions[:, :1], regions[:, 1:]))
    torch.testing.assert_close(perceptual_distance(perceptual, fake, real, regions), expected)
    losses = _painting(_tiny(vgg_weights=str(tmp_path / "vgg19.pth")), steps=1, count=2)
    assert losses[0]["perceptual"] > 0


@pytest.mark.integration
def test_the_parser_learns_first_and_then_stays_as_it_is() -> None:
    model = _tiny(parser_lr=1e-2)
    parsing, painting = model.stages()
    assert (parsing.name, painting.name) == (PARSING, PAINTING)
    losses = train(model, random_faces(4, 32), 12, parsing)
    assert losses[-1]["cross_entropy"] < 0.9 * losses[0]["cross_entropy"]
    learnt = {name: value.clone() for name, value in model.parser.state_dict().items()}
    _painting(model, steps=2)
    assert all(torch.equal(value, learnt[name]) for name, value in model.parser.state_dict().items())


@pytest.mark.integration
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_trains_and_comes_nearer_to_the_faces(variant: str) -> None:
    losses = _painting(_tiny(**VARIANTS[variant]), steps=14)
    assert losses[-1]["image"] < 0.8 * losses[0]["image"]
    assert losses[-1]["autoencoding"] < 0.8 * losses[0]["autoencoding"]


def test_a_source_lends_the_parts_inside_the_region_of_a_transfer() -> None:
    tasks = _transfer()
    model = _tiny().eval()
    regions = part_regions(one_hot(tasks.mask))
    inside, area = (regions * tasks.region[:, None]).sum((2, 3)), regions.sum((2, 3))
    lent = model._lent(tasks)
    assert lent is not None
    assert torch.equal(lent, (area > 0) & (2 * inside >= area))
    assert lent[:, MOUTH].any()
    assert model._lent(replace(tasks, transferred=())) is None
    assert model._lent(replace(tasks, lacks={"source image": "none was given"})) is None
    assert _tiny(lends_parts=False)._lent(tasks) is None
    other = replace(tasks, source=replace(tasks.source, image=-tasks.source.image))
    with torch.inference_mode():
        edited = model.edit(tasks)
        assert not torch.equal(model.edit(other), edited)
        alone = model.edit(replace(tasks, transferred=()))
        assert torch.equal(model.edit(replace(other, transferred=())), alone)


def test_the_background_is_seen_where_no_mask_covers_it() -> None:
    model, tasks = _tiny().eval(), random_tasks(2, 32)
    covered = 1 - background(one_hot(tasks.mask)) * background(one_hot(tasks.target.mask))
    assert covered.any()
    given = []
    model.painter.generator.register_forward_pre_hook(lambda _module, inputs: given.append(inputs))
    with torch.inference_mode():
        model.edit(tasks)
    assert torch.equal(given[0][3], 1 - covered)
    names = [LABELS[number] for number in tasks.mask[given[0][3][:, 0] > 0].unique().tolist()]
    assert set(names) <= set(BACKGROUND)


def test_training_on_others_parts_sees_the_background_that_edits_see(monkeypatch: pytest.MonkeyPatch) -> None:
    model, faces = _tiny(), random_faces(4, 32)
    order = torch.tensor([1, 2, 3, 0])
    monkeypatch.setattr(torch, "randperm", lambda *_args, **_kwargs: order)
    shown: list[torch.Tensor] = []
    model.painter.generator.register_forward_pre_hook(lambda _module, inputs: shown.append(inputs[3]))
    _painting(model, steps=2)
    own = background(one_hot(faces.mask))
    assert torch.equal(shown[0], own)
    assert torch.equal(shown[1], own * own[order])
    assert not torch.equal(shown[1], own)


@pytest.mark.integration
def test_edits_survive_saving_and_larger_images(tmp_path: Path) -> None:
    model, tasks = _tiny(), random_tasks(2, 32)
    _painting(model, steps=2)
    torch.save(model.state_dict(), tmp_path / "model.pth")
    restored = MaskGuided(64, max_size=32, **TINY)
    restored.load_state_dict(torch.load(tmp_path / "model.pth", weights_only=True))
    restored.eval()
    model.eval()
    with torch.inference_mode():
        edited = model.edit(tasks)
        assert torch.equal(restored.edit(tasks), edited)
        assert restored.edit(random_tasks(2, 64)).shape == (2, 3, 64, 64)
    assert edited.shape == (2, 3, 32, 32)
    assert edited.abs().max() <= 1
    assert "working_size" in restored.provenance()


@pytest.mark.integration
def test_steps_of_both_kinds_under_autocast_and_channels_last() -> None:
    model = _tiny()
    check_autocast_step(model, random_faces(4, 32))
    model.iteration = 1
    _, stage = model.stages()
    optim = model.optimizers(stage)
    with torch.autocast("cpu", torch.bfloat16):
        losses = model.train_step(random_faces(4, 32), optim)
    assert "others_parsing" in losses
    assert all(value.dtype == torch.float32 and value.isfinite() for value in losses.values())


@pytest.mark.parametrize(
    ("said", "options"),
    [
        ("outer_kernel", {"outer_kernel": 4}),
        ("batch_size", {"batch_size": 1}),
        ("kl_weight", {"kl_weight": -1}),
        ("parser_scale", {"parser_scale": 32}),
        ("not 32", {"n_downsampling": 2}),
        ("not 16", {"size": 16, "n_downsampling": 0}),
    ],
)
def test_options_and_sizes_that_do_not_fit_are_refused(said: str, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=said):
        _tiny(**options)
