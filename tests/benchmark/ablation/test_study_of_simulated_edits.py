"""The study of MaskGAN's simulated edits: its cells, its control, and which stages they share."""

from typing import Any

from benchmark.ablation.expand import expand
from benchmark.config.resolve import resolve
from benchmark.config.sources import COMMAND, ConfigSource, read_config
from benchmark.editing.build_method import build_editor
from methods.base import Stage
from registry.catalogue import METHOD_CARDS
from tests.places import ROOT

STUDY = ROOT / "examples" / "ablation-ebst" / "study.yaml"
FACTORS = ["ebst", "simulated_edits", "blender", "lambda_inter"]


def decided_by(stages: dict[str, Stage], name: str) -> Any:
    shared = stages[name].shared
    assert shared is not None
    return shared.decided_by


def test_its_cells_are_scored_on_drawn_masks_and_share_the_stages_before_the_last() -> None:
    reference = resolve([read_config(STUDY), ConfigSource({"method": "maskgan"}, COMMAND)])
    assert list(reference.evaluation.protocols) == ["mask-edits"]
    cells = {cell.experiment.label: cell for cell in expand(reference, METHOD_CARDS.find("maskgan").card, FACTORS)}
    assert list(cells) == [
        "maskgan",
        "maskgan+no-ebst",
        "maskgan+stage1-only",
        "maskgan+no-blender",
        "maskgan+lambda-1.5",
        "maskgan+lambda-4",
    ]
    stages = {
        label: {stage.name: stage for stage in build_editor(cell.experiment).model.stages()}
        for label, cell in cells.items()
    }
    whole = stages["maskgan"]
    assert {name: stage.iterations for name, stage in whole.items()} == {
        "mask_vae": 3000,
        "dense_mapping": 1000,
        "editing_behavior": 200,
    }
    for label, of_cell in stages.items():
        assert decided_by(of_cell, "dense_mapping") == decided_by(whole, "dense_mapping"), label
        if "mask_vae" in of_cell:
            assert decided_by(of_cell, "mask_vae") == decided_by(whole, "mask_vae"), label
    assert stages["maskgan+stage1-only"]["editing_behavior"].iterations == 200, "the control trains as long"
    assert list(stages["maskgan+no-ebst"]) == ["dense_mapping"]
