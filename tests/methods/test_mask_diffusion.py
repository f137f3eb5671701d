"""Mask diffusion under the contract: what is sampled, what is kept, what is dropped, and that it learns."""

import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.optim import OptimWrapperDict
from torch import Tensor

from benchmark.datasets.rendered_faces.dataset import RenderedFaces
from benchmark.runtime.interruption import Interrupted
from benchmark.runtime.progress import Reporter
from benchmark.training.train import train as train_stages
from methods.base import EditBatch, FaceBatch, one_hot
from methods.mask_diffusion.denoiser import Conditions
from methods.mask_diffusion.hidden_regions import hidden_areas, hidden_parts, hidden_regions
from methods.mask_diffusion.model import MaskDiffusion, shown_colours
from methods.mask_diffusion.sampling import noise_of, noise_schedule, sample
from methods.shared.working_size import enlarged, shrunk_tasks
from tests.benchmark.training.toy import CPU
from tests.methods.faces import random_faces, random_tasks
from tests.methods.steps import check_autocast_step, train

TINY: dict[str, Any] = {
    "width": 8,
    "width_factors": (1, 2),
    "num_blocks": 1,
    "style_length": 8,
    "style_widths": (4, 4, 8),
    "lr": 5e-3,
    "batch_size": 4,
    "sampling_steps": 4,
}


def _tiny(size: int = 32, **options: Any) -> MaskDiffusion:
    torch.manual_seed(0)
    return MaskDiffusion(size, **(TINY | options)).train()


def _tasks(count: int = 2, size: int = 32) -> EditBatch:
    """Tasks whose region is a part of the image."""
    tasks = random_tasks(count, size)
    tasks.region[:] = False
    tasks.region[:, 4:20, 8:30] = True
    return tasks


def _edit(model: MaskDiffusion, tasks: EditBatch) -> Tensor:
    with torch.inference_mode():
        return model.eval().edit(tasks)


def _row(tasks: EditBatch, number: int) -> EditBatch:
    """One of the tasks."""
    here = slice(number, number + 1)

    def face(faces: FaceBatch) -> FaceBatch:
        return FaceBatch(faces.image[here], faces.mask[here], faces.attributes[here], faces.ids[here])

    return EditBatch(
        face(tasks.target), face(tasks.source), tasks.mask[here], tasks.attributes[here], tasks.region[here]
    )


def test_the_schedule_ends_in_noise_alone_and_sampling_begins_there() -> None:
    scheduler = noise_schedule(50)
    left = scheduler.alphas_cumprod
    assert left[-1] == 0
    assert (left.diff() < 0).all()
    assert left[0] > 0.999
    cosine = torch.cos((torch.arange(1, 1001) / 1000 + 0.008) / 1.008 * torch.pi / 2).square()
    torch.testing.assert_close(left, cosine / cosine[0] * left[0], atol=2e-3, rtol=0)
    assert scheduler.timesteps.tolist() == list(range(999, 0, -20))


@pytest.mark.parametrize(("size", "parameters"), [(64, 18_118_627), (128, 19_105_507)])
def test_the_full_design_has_its_size(size: int, parameters: int) -> None:
    """Whatever the version of diffusers; attention is at another, wider level at 128 pixels."""
    with torch.device("meta"):
        model = MaskDiffusion(size)
    assert sum(parameter.numel() for parameter in model.parameters()) == parameters


@pytest.mark.parametrize("steps", [1, 10, 50])
def test_a_denoiser_that_knows_the_face_gives_it_back(steps: int) -> None:
    scheduler = noise_schedule(steps)
    face = random_faces(2, 16).image.clamp(-1, 1)
    region = torch.zeros(2, 1, 16, 16, dtype=torch.bool)
    region[:, :, 3:9] = True

    def oracle(noisy: Tensor, step: Tensor) -> Tensor:
        left = scheduler.alphas_cumprod[step]
        noise = (noisy - left.sqrt() * face) / (1 - left).sqrt()
        return left.sqrt() * noise - (1 - left).sqrt() * face

    holed = face.masked_fill(region, 0)
    made = sample(oracle, scheduler, holed, region, noise_of(("a", "b"), 16))
    torch.testing.assert_close(made, face, atol=1e-4, rtol=0)


def test_noise_is_decided_by_the_id_of_each_face_alone() -> None:
    torch.manual_seed(0)
    noise = noise_of(("a", "b", "c"), 16)
    torch.manual_seed(1)
    assert torch.equal(noise_of(("c", "a"), 16), noise[[2, 0]])
    assert not torch.equal(noise[0], noise[1])
    assert noise.mean().abs() < 0.1
    assert noise.std().item() == pytest.approx(1, abs=0.05)


def test_what_lies_outside_the_region_is_kept_to_the_bit_and_the_rest_is_made() -> None:
    tasks = _tasks()
    edited = _edit(_tiny(), tasks)
    kept = ~tasks.region[:, None].expand_as(edited)
    assert torch.equal(edited[kept], tasks.target.image[kept])
    assert (edited - tasks.target.image)[~kept].abs().mean() > 0.1
    assert edited.abs().max() <= 1


@pytest.mark.integration
def test_edits_repeat_to_the_bit_and_are_each_tasks_own() -> None:
    model, tasks = _tiny(), _tasks(3)
    edited = _edit(model, tasks)
    torch.manual_seed(5)
    assert torch.equal(_edit(model, tasks), edited)
    for number in range(3):
        alone = _edit(model, _row(tasks, number))
        torch.testing.assert_close(alone[0], edited[number], atol=1e-4, rtol=0)  # kernels may differ by batch size


@pytest.mark.integration
def test_edits_follow_mask_and_target_but_no_image_of_the_source() -> None:
    model, tasks = _tiny(), random_tasks(2, 32)
    edited = _edit(model, tasks)
    other_source = replace(tasks, source=replace(tasks.source, image=-tasks.source.image))
    assert torch.equal(_edit(model, other_source), edited)
    other_style = replace(tasks, target=replace(tasks.target, image=-tasks.target.image))
    assert not torch.equal(_edit(model, other_style), edited)
    assert not torch.equal(_edit(model, replace(tasks, mask=tasks.target.mask)), edited)


def test_guidance_moves_away_from_what_is_said_without_style_and_without_mask() -> None:
    model = _tiny(guidance=2.5).eval()
    faces = random_faces(2, 32)
    region = torch.ones(2, 1, 32, 32, dtype=torch.bool)
    with torch.inference_mode():
        style = model.denoiser.encode_style(faces.image)
        label, nothing = one_hot(faces.mask), torch.zeros(2, 3, 32, 32)
        noisy, step, colours = torch.randn(2, 3, 32, 32), torch.tensor(700), faces.image

        def said(label: Tensor, colours: Tensor, style: Tensor) -> Tensor:
            return model.denoiser(noisy, step, Conditions(label, region, nothing, colours, style))

        full = said(label, colours, style)
        no_style = said(label, nothing, torch.zeros_like(style))
        no_mask = said(torch.zeros_like(label), nothing, style)
        assert not torch.allclose(full, no_style)
        assert not torch.allclose(full, no_mask)
        guided = model.guided_velocity(noisy, step, Conditions(label, region, nothing, colours, style))
        torch.testing.assert_close(guided, full + 1.5 * (full - no_style) + 1.5 * (full - no_mask))


@pytest.mark.parametrize(("guidance", "evaluations"), [(1.0, 4), (1.5, 12)])
def test_guidance_costs_two_more_evaluations_a_step(guidance: float, evaluations: int) -> None:
    model, calls = _tiny(guidance=guidance), []
    model.denoiser.unet.register_forward_pre_hook(lambda *_: calls.append(1))
    _edit(model, _tasks())
    assert len(calls) == evaluations


@pytest.mark.integration
def test_training_drops_style_and_mask_apart() -> None:
    model, faces = _tiny(drop=0.5, style_length=64), random_faces(400, 32)
    seen: list[Conditions] = []
    model.denoiser.register_forward_pre_hook(lambda _module, inputs: seen.append(inputs[2]))
    train(model, faces, steps=1)
    no_mask = ~seen[0].label.flatten(1).any(1)
    no_style = ~seen[0].style.flatten(1).any(1)
    shares = [case.float().mean().item() for case in (no_mask, no_style, no_mask & no_style)]
    assert shares == pytest.approx([0.5, 0.5, 0.25], abs=0.1)
    coloured = seen[0].colours.flatten(1).any(1)
    assert not coloured[no_mask | no_style].any(), "colours of parts tell of both"
    assert torch.equal(coloured, seen[0].region.flatten(1).any(1) & ~no_mask & ~no_style)
    kept = one_hot(faces.mask)[~no_mask]
    assert torch.equal(seen[0].label[~no_mask], kept)


@pytest.mark.integration
def test_training_hides_all_of_a_face_or_a_part_and_knows_the_rest() -> None:
    model, faces = _tiny(whole_share=0.5, drop=0.0), random_faces(200, 32)
    seen: list[Conditions] = []
    styled: list[Tensor] = []
    model.denoiser.register_forward_pre_hook(lambda _module, inputs: seen.append(inputs[2]))
    model.denoiser.encoder.register_forward_pre_hook(lambda _module, inputs: styled.append(inputs[0]))
    train(model, faces, steps=1)
    region, image = seen[0].region, faces.image
    whole = region.flatten(1).all(1)
    assert whole.float().mean().item() == pytest.approx(0.5, abs=0.12)
    assert torch.equal(seen[0].known, torch.where(region, torch.zeros_like(image), image))
    assert torch.equal(styled[0][whole], image[whole]), "a style cannot be read off a face that is hidden whole"
    rest = (styled[0] == image).flatten(1).all(1)[~whole]
    assert 0.3 < rest.float().mean() < 0.7
    assert torch.equal(styled[0][~whole][~rest], seen[0].known[~whole][~rest])


def test_parts_have_the_colours_that_they_show_outside_the_region_first() -> None:
    mask = torch.tensor([[[1, 1, 2, 3]]], dtype=torch.uint8)
    region = torch.tensor([[[[False, True, True, True]]]])
    image = torch.tensor([0.1, 0.2, 0.3, -0.5]).expand(1, 3, 1, 4)
    colours = shown_colours(mask, region, image, torch.tensor([[[1, 1, 2, 2]]], dtype=torch.uint8))
    # of 1 outside; of 2 inside, since it lies there alone; 3 is nowhere, and has the image's
    torch.testing.assert_close(colours[0, 0, 0], torch.tensor([0.0, 0.1, -0.1, 0.15]))


def test_edits_and_training_are_told_the_colours_of_parts() -> None:
    model, faces, seen = _tiny(drop=0.0, whole_share=1.0, guidance=1.0), random_faces(4, 32), []
    model.denoiser.register_forward_pre_hook(lambda _module, inputs: seen.append(inputs[2]))
    train(model, faces, steps=1)
    torch.testing.assert_close(seen[0].colours, faces.image)  # a random face's parts are of one colour each
    tasks = _tasks()
    _edit(model, tasks)
    inside = tasks.region[:, None].expand_as(tasks.target.image)
    assert not seen[-1].colours[~inside].any()
    expected = shown_colours(tasks.mask, tasks.region[:, None], tasks.target.image, tasks.target.mask)
    assert torch.equal(seen[-1].colours, expected)


@pytest.mark.integration
def test_training_meets_every_step_or_those_that_are_sampled_alone() -> None:
    for sampled, number in ((False, 150), (True, 4)):
        model, seen = _tiny(train_sampled_steps=sampled), []
        model.denoiser.register_forward_pre_hook(lambda _module, inputs, seen=seen: seen.append(inputs[1]))
        train(model, random_faces(200, 32), steps=1)
        steps = set(seen[0].tolist())
        assert len(steps) >= number
        assert (steps == set(model.scheduler.timesteps.tolist())) == sampled


def test_hidden_regions_are_parts_with_a_margin_and_areas_of_many_sizes() -> None:
    torch.manual_seed(0)
    mask = random_faces(300, 32).mask
    parts = hidden_parts(mask)[:, 0]
    for region, labels in zip(parts, mask, strict=True):
        inside = {int(label) for label in labels.unique() if region[labels == label].all()}
        assert bool(inside) == bool(region.any())
    areas = hidden_areas(mask)
    shares = areas.flatten(1).float().mean(1)
    assert areas.shape == (300, 1, 32, 32)
    assert shares.quantile(0.1) < 0.1
    assert shares.quantile(0.9) > 0.4
    assert hidden_regions(mask, 1.0).all()
    assert hidden_regions(mask, 0.0).flatten(1).all(1).float().mean() < 0.02


def test_the_loss_is_of_what_is_hidden_and_of_velocities(monkeypatch: pytest.MonkeyPatch) -> None:
    model, faces = _tiny(drop=0.0), random_faces(2, 32)
    region = torch.zeros(2, 1, 32, 32, dtype=torch.bool)
    region[:, :, :, 10:] = True
    monkeypatch.setattr("methods.mask_diffusion.model.hidden_regions", lambda *_: region)
    seen: list[tuple[Tensor, Tensor, Tensor]] = []
    model.denoiser.register_forward_hook(lambda _module, inputs, output: seen.append((inputs[0], inputs[1], output)))
    (losses,) = train(model, faces, steps=1)
    noisy, step, predicted = seen[0]
    left = model.scheduler.alphas_cumprod[step].view(2, 1, 1, 1)
    noise = (noisy - left.sqrt() * faces.image) / (1 - left).sqrt()
    velocity = left.sqrt() * noise - (1 - left).sqrt() * faces.image
    expected = (predicted - velocity)[:, :, :, 10:].square().mean()
    assert losses["velocity"] == pytest.approx(expected.item(), rel=1e-3)


@pytest.mark.integration
def test_one_face_is_learned_by_heart() -> None:
    model = _tiny(width=16, width_factors=(1,), guidance=1.0, sampling_steps=10, drop=0.0, whole_share=1.0)
    face = random_faces(1, 32)
    four = FaceBatch(
        face.image.repeat(4, 1, 1, 1), face.mask.repeat(4, 1, 1), face.attributes.repeat(4, 1), face.ids * 4
    )
    train(model, four, steps=100)
    tasks = EditBatch(face, face, face.mask, face.attributes, torch.ones_like(face.mask, dtype=torch.bool))
    error = (_edit(model, tasks) - face.image).square().mean()
    assert error < 0.1 * face.image.var()


@pytest.mark.integration
def test_a_step_under_autocast_and_channels_last() -> None:
    check_autocast_step(_tiny(), random_faces(2, 32))


@pytest.mark.integration
def test_edits_under_autocast_are_in_float32_and_keep_the_rest() -> None:
    tasks = _tasks()
    with torch.autocast("cpu", torch.bfloat16):
        edited = _edit(_tiny().to(memory_format=torch.channels_last), tasks)
    assert edited.dtype == torch.float32
    kept = ~tasks.region[:, None].expand_as(edited)
    assert torch.equal(edited[kept], tasks.target.image[kept])


@pytest.mark.integration
def test_a_smaller_method_edits_as_it_would_at_its_size_and_keeps_pixels_at_theirs() -> None:
    large, small = _tiny(64, max_size=32), _tiny(32)
    tasks = random_tasks(2, 64)
    tasks.region[:] = False
    tasks.region[:, 11:40, 16:60] = True
    reached = torch.zeros(2, 32, 32, dtype=torch.bool)
    reached[:, 5:20, 8:30] = True
    edited = _edit(large, tasks)
    expected = enlarged(_edit(small, replace(shrunk_tasks(tasks, 32), region=reached)), 64)
    inside = tasks.region[:, None].expand_as(edited)
    torch.testing.assert_close(edited[inside], expected[inside])
    assert torch.equal(edited[~inside], tasks.target.image[~inside])
    assert large.provenance()["working_size"].startswith("trained and edits at 32 pixels")
    assert small.provenance() == {}


class _Stopping(MaskDiffusion):
    """Sends this process a Ctrl-C in its third step."""

    steps = 0

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, Tensor]:
        self.steps += 1
        if self.steps == 3:
            os.kill(os.getpid(), signal.SIGINT)
        return super().train_step(faces, optim)


@pytest.mark.integration
def test_interrupted_and_resumed_it_ends_in_the_same_bits(tmp_path: Path) -> None:
    faces = RenderedFaces(None, 32, tmp_path / "faces", train=8, val=1, test=1)
    options = TINY | {"iterations": 5, "batch_size": 2, "decay_from": 0.5}

    def trained(kind: type[MaskDiffusion], name: str) -> dict[str, Tensor]:
        torch.manual_seed(0)
        model = kind(32, **options)
        train_stages(model, faces, tmp_path / name, seed=0, compute=CPU, reporter=Reporter(quiet=True))
        return model.state_dict()

    whole = trained(MaskDiffusion, "whole")
    with pytest.raises(Interrupted):
        trained(_Stopping, "parts")
    resumed = trained(MaskDiffusion, "parts")
    assert whole
    assert all(torch.equal(value, resumed[key]) for key, value in whole.items())


def test_weights_decay_apart_from_gradients() -> None:
    model = _tiny()
    (stage,) = model.stages()
    optimizer = model.optimizers(stage)["denoiser"].optimizer
    assert optimizer.param_groups[0]["decoupled_weight_decay"]
    assert optimizer.param_groups[0]["weight_decay"] == 0.01


@pytest.mark.parametrize(
    ("said", "options"),
    [
        ("width must be even", {"width": 7}),
        ("width_factors", {"width_factors": ()}),
        ("patch_size", {"patch_size": 0}),
        ("not 32", {"patch_size": 32}),
        ("num_blocks", {"num_blocks": 0}),
        ("style_widths", {"style_widths": (4, 4)}),
        ("sampling_steps must divide 1000", {"sampling_steps": 30}),
        ("sampling_steps", {"sampling_steps": 0}),
        ("guidance", {"guidance": -1.0}),
        ("drop must be in", {"drop": 1.5}),
        ("whole_share", {"whole_share": -0.1}),
        ("not 48", {"size": 48}),
        ("not 16", {"size": 16}),
    ],
)
def test_options_and_sizes_that_do_not_fit_are_refused(said: str, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=said):
        _tiny(**options)
