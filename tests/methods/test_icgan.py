"""IcGAN under the contract: published sizes, what each stage trains, and edits that keep what is not asked for."""

from pathlib import Path
from typing import Any

import pytest
import torch

from methods.base import CannotEdit, FaceBatch
from methods.icgan.model import ENCODERS, GAN, IcGAN, mismatched
from methods.icgan.networks import Discriminator, Encoder, Generator
from methods.labels import ATTRIBUTES
from methods.layers.gan_losses import verdict_loss
from tests.methods.faces import SMILING, half_smiling, one_task_asks_for, random_tasks
from tests.methods.steps import check_autocast_step, train

TINY = {
    "attributes": ("Bangs", "Smiling"),
    "latent": 8,
    "ngf": 4,
    "ndf": 4,
    "nef": 4,
    "hidden": 32,
    "lr": 2e-3,
    "encoder_lr": 2e-3,
}
BANGS, BALD = ATTRIBUTES.index("Bangs"), ATTRIBUTES.index("Bald")


def _tiny(size: int = 32, **options: Any) -> IcGAN:
    torch.manual_seed(0)
    return IcGAN(size, **(TINY | options)).train()


def test_networks_have_the_published_sizes() -> None:
    with torch.device("meta"):
        networks = (Generator(), Discriminator(), Encoder(), Encoder(18, 512))
        sizes = [sum(parameter.numel() for parameter in network.parameters()) for network in networks]
        model = IcGAN(64)
    assert sizes == [3_725_123, 2_803_393, 18_278_244, 3_186_962]
    assert [
        sum(parameter.numel() for parameter in network.parameters())
        for network in (model.generator, model.discriminator, model.latent_encoder, model.attribute_encoder)
    ] == sizes


def test_claims_are_wrong_of_every_face() -> None:
    attributes = torch.tensor([[1.0, -1.0], [1.0, -1.0], [-1.0, -1.0]])
    assert mismatched(attributes).tolist() == [[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0]]


def test_the_discriminator_also_refuses_real_faces_that_claim_anothers_attributes() -> None:
    model, faces = _tiny(lr=0.0), half_smiling(4)
    (losses,) = _train_gan(model, faces)
    torch.manual_seed(1)
    claimed = 2 * faces.attributes[:, [BANGS, SMILING]] - 1
    latent = torch.randn(4, 8)
    made = model.generator.generate(latent, claimed)
    real = verdict_loss(model.discriminator(faces.image, claimed), 1.0)
    refused = verdict_loss(model.discriminator(faces.image, mismatched(claimed)), 0.0)
    fake = verdict_loss(model.discriminator(made, claimed), 0.0)
    assert losses["discriminator"].item() == pytest.approx((real + 0.5 * refused + 0.5 * fake).item(), rel=1e-4)
    fooled = verdict_loss(model.discriminator(made, claimed), 1.0)
    assert losses["adversarial"].item() == pytest.approx(fooled.item(), rel=1e-4)


def _train_gan(model: IcGAN, faces: FaceBatch) -> list[dict[str, torch.Tensor]]:
    stage = model.stages()[0]
    model.begin_stage(stage)
    optim = model.optimizers(stage)
    torch.manual_seed(1)
    return [model.train_step(faces, optim)]


def test_each_stage_changes_its_own_networks_only() -> None:
    model = _tiny()
    trained = {GAN: {"generator", "discriminator"}, **{name: {name} for name in ENCODERS}}
    assert [stage.name for stage in model.stages()] == list(trained)
    for stage in model.stages():
        before = {name: value.clone() for name, value in model.state_dict().items()}
        train(model, half_smiling(8), steps=2, stage=stage)
        changed = {
            name.partition(".")[0] for name, value in model.state_dict().items() if not torch.equal(value, before[name])
        }
        assert changed == trained[stage.name]


@pytest.mark.integration
def test_encoders_learn_to_find_latent_vectors_and_attributes() -> None:
    model = _tiny()
    stages = {stage.name: stage for stage in model.stages()}
    attributes = train(model, half_smiling(8), steps=30, stage=stages["attribute_encoder"])
    assert attributes[-1]["distance"] < 0.6 * attributes[0]["distance"]
    latents = train(model, half_smiling(8), steps=60, stage=stages["latent_encoder"])
    assert sum(each["distance"] for each in latents[-5:]) < 0.9 * sum(each["distance"] for each in latents[:5])


def test_an_edit_keeps_what_was_read_but_for_what_is_asked(tmp_path: Path) -> None:
    model, tasks = _tiny(), one_task_asks_for()
    torch.save(model.state_dict(), tmp_path / "model.pth")
    restored = IcGAN(32, **TINY).eval()
    restored.load_state_dict(torch.load(tmp_path / "model.pth", weights_only=True))
    model.eval()
    with torch.inference_mode():
        edited = model.edit(tasks)
        assert torch.equal(restored.edit(tasks), edited)
        read = model.attribute_encoder(tasks.target.image)
        read[0, 1] = 1
        expected = model.generator.generate(model.latent_encoder(tasks.target.image), read)
    torch.testing.assert_close(edited[0], expected[0])
    assert torch.equal(edited[1], tasks.target.image[1])
    assert edited.abs().max() <= 1
    with pytest.raises(CannotEdit, match="a task asks for Bald"):
        model.edit(one_task_asks_for(BALD))


def test_a_step_of_each_stage_under_autocast_and_channels_last() -> None:
    check_autocast_step(_tiny(), half_smiling(8))


def test_it_works_at_its_own_size_inside_a_larger_comparison() -> None:
    model = _tiny(64, max_size=32).eval()
    tasks = random_tasks(2, 64)
    tasks.attributes[:, SMILING] = 1
    assert model.edit(tasks).shape == (2, 3, 64, 64)
    assert model.provenance()["working_size"].startswith("trained and edits at 32 pixels")


@pytest.mark.parametrize(
    ("said", "options"),
    [
        ("hidden", {"hidden": 4}),
        ("latent", {"latent": 0}),
        ("gan_batch_size", {"gan_batch_size": 1}),
        ("encoder_beta1", {"encoder_beta1": 1.0}),
        ("not 48", {"size": 48}),
    ],
)
def test_options_and_sizes_that_do_not_fit_are_refused(said: str, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=said):
        _tiny(**options)
