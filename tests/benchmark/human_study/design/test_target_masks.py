"""Target masks beside the trials, though no run folder has them."""

import numpy as np
import pytest
from PIL import Image

from benchmark.human_study.schema import read_key, read_study
from benchmark.images.label_colors import color_mask
from registry import DATASETS
from tests.commands import TINY, bench


@pytest.fixture(scope="module")
def runs(tmp_path_factory, cache):
    folder = tmp_path_factory.mktemp("masks") / "runs"
    for method in ("copy-target", "copy-source"):
        arguments = ["score", "--method", method, "--protocol", "style-copy", "--runs", folder, *TINY]
        assert bench(*arguments).code == 0
    return folder


def test_a_style_copy_shows_the_sources_mask(runs, tmp_path, cache):
    done = bench(
        "study", "export", "--runs", runs, "--protocol", "style-copy", "--methods", "copy-target,copy-source",
        "--masks", "--items", "4", "--out", tmp_path / "study",
    )  # fmt: skip
    assert done.code == 0, done.err
    study = read_study(tmp_path / "study" / "public" / "study.json")
    key = read_key(tmp_path / "study" / "private" / "key.json")
    faces = DATASETS.get("rendered-faces")(
        root=None, size=study.size[0], cache=cache / "faces", train=24, val=4, test=12
    )
    masks = {str(id): mask for id, mask in zip(faces.packed.ids, faces.packed.masks, strict=True)}
    for trial in study.trials:
        with Image.open(tmp_path / "study" / "public" / trial.shown["mask"]) as shown:
            np.testing.assert_array_equal(np.asarray(shown), color_mask(masks[key.trials[trial.id].source]))
