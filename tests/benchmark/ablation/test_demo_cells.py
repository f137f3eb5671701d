"""Every cell of every card's study is built and trains at the demo preset."""

import pytest
import torch

from benchmark.ablation.expand import Cell, expand
from benchmark.config.resolve import resolve
from benchmark.config.sources import COMMAND, ConfigSource
from benchmark.editing.build_method import build_editor
from registry.catalogue import METHOD_CARDS
from tests.methods.faces import random_faces

pytestmark = pytest.mark.integration

CELLS = [
    cell
    for entry in METHOD_CARDS
    if entry.card.ablation
    for cell in expand(resolve([ConfigSource({"method": entry.card.name}, COMMAND)]), entry.card)
]


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.experiment.label)
def test_a_cell_trains_in_every_stage(cell: Cell) -> None:
    model = build_editor(cell.experiment).model.train()
    faces = random_faces(2, cell.experiment.evaluation.dataset.size)
    stages = [each for each in model.stages() if each.iterations > 0]
    assert stages
    for stage in stages:
        before = {key: value.clone() for key, value in model.state_dict().items()}
        model.begin_stage(stage)
        losses = model.train_step(faces, model.optimizers(stage))
        assert torch.stack([each.float() for each in losses.values()]).isfinite().all()
        changed = {
            key.partition(".")[0] for key, value in model.state_dict().items() if not torch.equal(before[key], value)
        }
        assert changed
        if stage.shared is not None:
            assert changed == set(stage.shared.networks)
