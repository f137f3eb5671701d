"""Reference methods: each returns exactly what its card says."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from methods.base import EditBatch, FaceBatch
from methods.labels import LABELS, NUM_LABELS
from methods.reference.copy_source.editor import CopySource
from methods.reference.copy_target.editor import CopyTarget
from methods.reference.oracle.editor import Oracle
from methods.reference.region_color.editor import STAND_INS, RegionColor

SIZE = 32
SKIN, HAIR, NECK, L_EAR, R_EAR, HAT = (LABELS.index(each) for each in ("skin", "hair", "neck", "l_ear", "r_ear", "hat"))


def faces(masks: torch.Tensor, colours: torch.Tensor) -> FaceBatch:
    """Faces whose regions are flat: label k of face n has colour `colours[n, k]`."""
    image = colours[torch.arange(len(masks)).view(-1, 1, 1), masks.long()].permute(0, 3, 1, 2).contiguous()
    return FaceBatch(image, masks, torch.zeros(len(masks), 40), tuple(map(str, range(len(masks)))))


def tasks(target: FaceBatch, source: FaceBatch) -> EditBatch:
    region = torch.ones_like(source.mask, dtype=torch.bool)
    return EditBatch(target, source, source.mask, source.attributes, region, oracle=-source.image)


@pytest.fixture
def flat() -> EditBatch:
    draw = torch.Generator().manual_seed(0)
    colours = torch.rand(2, 3, NUM_LABELS, 3, generator=draw) * 2 - 1
    masks = torch.randint(0, NUM_LABELS, (2, 3, 8, 8), generator=draw).to(torch.uint8)
    masks[:, :, :4, :5] = torch.arange(20).clamp(max=18).view(4, 5).to(torch.uint8)
    masks = masks.repeat_interleave(4, 2).repeat_interleave(4, 3)
    return tasks(faces(masks[0], colours[0]), faces(masks[1], colours[1]))


def test_copies_and_oracle_return_what_they_name(flat: EditBatch) -> None:
    assert CopyTarget(SIZE).edit(flat) is flat.target.image
    assert CopySource(SIZE).edit(flat) is flat.source.image
    assert Oracle(SIZE).edit(flat) is flat.oracle
    with pytest.raises(ValueError, match="the dataset does not know the true result"):
        Oracle(SIZE).edit(replace(flat, oracle=None))


def test_flat_regions_are_painted_in_their_own_colours(flat: EditBatch) -> None:
    painted = RegionColor(SIZE).edit(flat)
    colours = {
        (face, int(label)): flat.target.image[face][:, flat.target.mask[face] == label][:, 0]
        for face in range(3)
        for label in flat.target.mask[face].unique()
    }
    for face in range(3):
        for label in flat.mask[face].unique():
            found = painted[face][:, flat.mask[face] == label]
            torch.testing.assert_close(
                found, colours[face, int(label)].unsqueeze(1).expand_as(found), atol=2e-3, rtol=0
            )


def test_shading_moves_and_stretches_with_its_region() -> None:
    target_mask = torch.zeros(1, SIZE, SIZE, dtype=torch.uint8)
    target_mask[0, 4:12, 4:12] = SKIN
    image = torch.zeros(1, 3, SIZE, SIZE)
    image[0, :, 4:12, 4:12] = torch.linspace(-0.5, 0.5, 8).view(1, 8, 1)
    requested = torch.zeros(1, SIZE, SIZE, dtype=torch.uint8)
    requested[0, 10:26, 12:28] = SKIN
    target = FaceBatch(image, target_mask, torch.zeros(1, 40), ("a",))
    painted = RegionColor(SIZE).edit(tasks(target, replace(target, mask=requested)))
    column = painted[0, 0, 10:26, 20]
    assert (column.diff() > 0).all()
    torch.testing.assert_close(column[[0, -1]], torch.tensor([-0.5, 0.5]), atol=0.05, rtol=0)
    assert painted[0, 0, 10:26, 12:28].std(dim=1).max() < 1e-4


def test_missing_regions_take_their_stand_ins_colour_or_the_whole_image() -> None:
    colours = torch.linspace(-0.9, 0.9, NUM_LABELS).view(1, -1, 1).expand(1, NUM_LABELS, 3)
    target_mask = torch.full((1, SIZE, SIZE), SKIN, dtype=torch.uint8)
    target_mask[0, :, :8] = R_EAR
    target = faces(target_mask, colours)
    requested = torch.full((1, SIZE, SIZE), NECK, dtype=torch.uint8)
    requested[0, :8], requested[0, 8:16] = L_EAR, HAT
    painted = RegionColor(SIZE).edit(tasks(target, replace(target, mask=requested)))[0, 0]
    assert painted[20, 5].item() == pytest.approx(colours[0, SKIN, 0].item(), abs=2e-3)
    assert painted[4, 5].item() == pytest.approx(colours[0, R_EAR, 0].item(), abs=2e-3)
    assert painted[8:16].mean().item() == pytest.approx(target.image.mean().item(), abs=2e-2)


def test_region_color_sees_only_the_target_and_the_mask(flat: EditBatch) -> None:
    blind = replace(flat, source=replace(flat.source, image=torch.full_like(flat.source.image, torch.nan)), oracle=None)
    painted = RegionColor(SIZE).edit(flat)
    assert torch.equal(RegionColor(SIZE).edit(blind), painted)
    one = RegionColor(SIZE).edit(
        tasks(
            *(FaceBatch(f.image[1:2], f.mask[1:2], f.attributes[1:2], f.ids[1:2]) for f in (flat.target, flat.source))
        )
    )
    torch.testing.assert_close(one[0], painted[1], atol=1e-4, rtol=0)
    assert painted.abs().max() <= 1


def test_a_single_pixel_paints_a_region() -> None:
    mask = torch.full((1, SIZE, SIZE), SKIN, dtype=torch.uint8)
    mask[0, 3, 3] = HAIR
    target = FaceBatch(torch.zeros(1, 3, SIZE, SIZE), mask, torch.zeros(1, 40), ("a",))
    target.image[0, :, 3, 3] = 0.7
    requested = torch.full_like(mask, HAIR)
    painted = RegionColor(SIZE).edit(tasks(target, replace(target, mask=requested)))
    torch.testing.assert_close(painted, torch.full_like(painted, 0.7), atol=2e-3, rtol=0)


def test_stand_ins_are_labels() -> None:
    assert set(STAND_INS) | {each for chain in STAND_INS.values() for each in chain} <= set(LABELS)
