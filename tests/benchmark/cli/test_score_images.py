"""`bench score --images`: two folders of images, as a user writes the command."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from benchmark.datasets.rendered_faces.renderer.factors import sample_factors
from benchmark.datasets.rendered_faces.renderer.renderer import render
from benchmarks.faces import write_faces
from methods.labels import FACE_PARSING_LABELS, LABELS, PALETTE
from tests.commands import Outcome, bench, settings


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Path:
    folder = tmp_path_factory.mktemp("images")
    write_faces(folder / "outputs", 6, 64, seed=1)
    write_faces(folder / "real", 7, 64, seed=2)
    return folder


@pytest.fixture(scope="module")
def scored(place: Path, inception_file: Path) -> Outcome:
    names = "fid,fid-clean,kid,precision,coverage"
    return score(place / "outputs", place / "real", inception_file, "--metrics", names)


def score(images: Path, reference: Path, weights: Path, *words: str | Path) -> Outcome:
    named = f"inception-fid={weights}"
    return bench("score", "--images", images, "--reference", reference, "--weights", named, "--json", *words)


def test_the_figures_are_json_with_n(scored: Outcome) -> None:
    assert scored.code == 0, scored.err
    content = json.loads(scored.out)
    assert list(content["metrics"]) == ["fid", "fid-clean", "kid", "precision", "coverage"]
    assert all(each["n"] == 6 for each in content["metrics"].values())
    assert content["num_real"] == 7
    values = {name: each["value"] for name, each in content["metrics"].items()}
    assert values["fid"] > 0
    assert values["fid"] != values["fid-clean"]
    assert 0 <= values["precision"] <= 1


def test_weights_that_are_not_the_published_ones_are_said(scored: Outcome) -> None:
    (weights,) = json.loads(scored.out)["weights"]
    assert weights["published"] is False
    assert len(weights["sha256"]) == 64
    assert "not the published inception-fid" in json.loads(scored.out)["metrics"]["fid"]["reason"]
    assert "not the published inception-fid" in scored.err
    assert "sound from 5,000" in scored.err


def test_the_same_real_images_under_other_names_are_not_encoded_again(
    place: Path, scored: Outcome, inception_file: Path, cache: Path, tmp_path: Path
) -> None:
    shutil.copytree(place / "real", tmp_path / "copy")
    kept = set((cache / "features").iterdir())
    again = score(place / "outputs", tmp_path / "copy", inception_file)
    assert json.loads(again.out)["metrics"]["fid"]["value"] == json.loads(scored.out)["metrics"]["fid"]["value"]
    assert set((cache / "features").iterdir()) == kept
    Image.new("RGB", (64, 64)).save(tmp_path / "copy" / "00000.png")
    other = score(place / "outputs", tmp_path / "copy", inception_file)
    assert json.loads(other.out)["metrics"]["fid"]["value"] != json.loads(scored.out)["metrics"]["fid"]["value"]


def test_without_weights_the_figure_is_a_dash_with_the_file_that_is_missing(
    place: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.delenv("BENCH_WEIGHTS", raising=False)
    found = bench("score", "--images", place / "outputs", "--reference", place / "real")
    assert found.code == 1
    assert found.out.startswith("fid  –  (N = 6")
    assert "pt_inception-2015-12-05-6726825d.pth is not here" in found.err


def test_every_file_is_used_or_said_to_be_left_out(place: Path, inception_file: Path, tmp_path: Path) -> None:
    mixed = tmp_path / "mixed"
    (mixed / "more").mkdir(parents=True)
    for number, path in enumerate(sorted((place / "outputs").iterdir())):
        shutil.copy(path, mixed / path.with_suffix(".PNG" if number % 2 else ".png").name)
    expected = json.loads(score(place / "outputs", place / "real", inception_file).out)["metrics"]["fid"]["value"]
    whole = score(mixed, place / "real", inception_file)
    assert json.loads(whole.out)["metrics"]["fid"] == pytest.approx(
        {**json.loads(whole.out)["metrics"]["fid"], "value": expected, "n": 6}
    )
    assert json.loads(whole.out)["files"]["images"] == {
        "folder": str(mixed),
        "used": 6,
        "left_out": [],
        "remarks": [],
    }
    for path in sorted(mixed.glob("*.PNG")):
        path.rename(mixed / "more" / path.name)
    part = score(mixed, place / "real", inception_file)
    left_out = "in a sub-folder, which --recursive reads"
    assert f"bench: {mixed}: 3 used; left out: 3 {left_out} (such as more/00001.PNG)" in part.err.splitlines()
    assert json.loads(part.out)["metrics"]["fid"]["n"] == 3
    assert json.loads(part.out)["files"]["images"]["left_out"] == [
        {"reason": left_out, "count": 3, "example": "more/00001.PNG"}
    ]
    again = score(mixed, place / "real", inception_file, "--recursive")
    assert json.loads(again.out)["metrics"]["fid"]["value"] == pytest.approx(expected, rel=1e-6)


def test_one_kind_of_pictures_is_chosen_of_a_results_folder(place: Path, inception_file: Path, tmp_path: Path) -> None:
    for name, kind in (("outputs", "fake_B"), ("real", "real_B")):
        for path in (place / name).iterdir():
            shutil.copy(path, tmp_path / f"{path.stem}_{kind}.png")
    refused = score(tmp_path, tmp_path, inception_file)
    assert refused.code == 2
    assert "holds 2 kinds of pictures" in refused.sentence
    expected = json.loads(score(place / "outputs", place / "real", inception_file).out)["metrics"]["fid"]["value"]
    for words in (
        ("--suffix", "_fake_B", "--suffix", "reference=_real_B"),
        ("--match", "*_fake_B.png", "--match", "reference=*_real_B.*"),
    ):
        chosen = json.loads(score(tmp_path, tmp_path, inception_file, *words).out)
        assert chosen["metrics"]["fid"]["value"] == expected
        assert chosen["num_real"] == 7


def test_one_image_is_refused_with_a_reason(place: Path, inception_file: Path, tmp_path: Path) -> None:
    shutil.copy(place / "outputs" / "00000.png", tmp_path)
    found = score(tmp_path, place / "real", inception_file, "--metrics", "fid,kid,recall")
    assert found.code == 1
    reasons = {name: each["reason"] for name, each in json.loads(found.out)["metrics"].items()}
    assert reasons["fid"] == "it needs 2 outputs at least, not 1"
    assert reasons["recall"] == "it needs 6 outputs at least, not 1"


def test_weights_that_give_nan_give_no_figure(place: Path, inception_file: Path, tmp_path: Path) -> None:
    state = torch.load(inception_file, weights_only=True)
    state["Conv2d_1a_3x3.conv.weight"].fill_(torch.nan)
    torch.save(state, tmp_path / "nan.pth")
    small = tmp_path / "small"
    small.mkdir()
    for number in range(2):
        shutil.copy(place / "outputs" / f"0000{number}.png", small)
    found = score(small, small, tmp_path / "nan.pth")
    assert found.code == 1
    assert "not finite" in json.loads(found.out)["metrics"]["fid"]["reason"]


@pytest.mark.parametrize("content", [b"", b"no image", "half"])
def test_a_damaged_image_is_named(place: Path, inception_file: Path, tmp_path: Path, content: bytes | str) -> None:
    whole = (place / "outputs" / "00000.png").read_bytes()
    (tmp_path / "broken.png").write_bytes(content if isinstance(content, bytes) else whole[: len(whole) // 2])
    found = score(tmp_path, place / "real", inception_file)
    assert found.code == 2
    assert "broken.png: cannot be read" in found.sentence


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--images", "o", "--reference", "r", "--metrics", "fidd"), "unknown metric 'fidd'; did you mean 'fid'"),
        (("--images", "o", "--reference", "r", "--metrics", "seg-miou"), "folders of images have no tasks"),
        (("--images", "o", "--reference", "r", "--method", "copy-target"), "give one"),
        (("--images", "o", "--reference", "r", "--seed", "1"), "--seed belongs to scoring a method"),
        (("--images", "o"), "needs --reference"),
        (("--images", "o", "--masks", "m", "--metrics", "fid"), "fid needs --reference"),
        (
            ("--images", "o", "--reference", "r", "--masks", "m", "--metrics", "fid", "--labels", "palette"),
            "--masks m: no metric compares with it (fid); leave it out, or add one",
        ),
        (
            ("--images", "o", "--reference", "r", "--masks", "m", "--metrics", "seg-miou"),
            "--reference r: no metric compares with it (seg-miou)",
        ),
        (("--images", "o", "--reference", "r", "--dataset", "celebamask-hq"), "belongs to choosing the judge"),
        (("--masks", "m", "--method", "copy-target"), "--masks goes with --images"),
        (("--images", "o", "--masks", "m", "--set", "options.ngf=3"), "--set: unknown key 'options'"),
        (("--images", "o", "--reference", "r"), "no such folder"),
        (("--images", "o", "--reference", "r", "--labels", "palette"), "--labels says how label maps are numbered"),
        (("--images", "o", "--reference", "r", "--match", "masks=*.png"), "is of masks, and there is no such folder"),
        (("--images", "o", "--masks", "m", "--suffix", "reference=_real"), "of reference, and there is no such folder"),
        (("--images", "o", "--masks", "m", "--labels", "palete"), "did you mean 'palette'"),
        (("--images", "o", "--reference", "r", "--match", "a", "--match", "b"), "--match is given twice for images"),
        (("--recursive", "--method", "copy-target"), "--recursive goes with --images"),
        (("--suffix", "_fake_B", "--method", "copy-target"), "--suffix goes with --images"),
        (("--images", "o", "--reference", "r", "--weights", "inception"), "write ID=FILE"),
        (("--images", "o", "--reference", "r", "--weights", "inception-fd=x"), "did you mean 'inception-fid'"),
        (("--images", "o", "--reference", "r", "--weights", "inception-fid=absent"), "no such file"),
    ],
)
def test_a_mistake_is_one_sentence(words: tuple[str, ...], sentence: str) -> None:
    found = bench("score", *words)
    assert found.code == 2
    assert sentence in found.sentence


class TestMasks:
    """`--masks`: the parser judge, trained in moments, reads images against label maps."""

    JUDGE = settings("judges.parser.iterations=150", "judges.parser.feature_scale=8", "judges.parser.lr=0.005")
    SMALL = settings("dataset.size=32", "dataset.options.train=60", "dataset.options.test=20")

    @pytest.fixture
    def folders(self, tmp_path: Path) -> tuple[Path, Path]:
        """Rendered faces at 64 pixels and their masks at 128, as CelebAMask-HQ's too are of another size."""
        images, masks = tmp_path / "images", tmp_path / "masks"
        images.mkdir()
        masks.mkdir()
        for number in range(5):
            Image.fromarray(render(sample_factors(3, number), 64).image).save(images / f"{number}.png")
            Image.fromarray(render(sample_factors(3, number), 128).mask).save(masks / f"{number}.png")
        return images, masks

    def scored(self, images: Path, masks: Path, *words: str | Path) -> Outcome:
        return bench("score", "--images", images, "--masks", masks, *self.JUDGE, *self.SMALL, *words)

    def test_the_judge_is_named_beside_its_figures(self, folders: tuple[Path, Path]) -> None:
        found = self.scored(*folders, "--json")
        assert found.code == 0, found.err
        content = json.loads(found.out)
        assert list(content["metrics"]) == ["seg-accuracy", "seg-miou"]
        assert all(each["n"] == 5 for each in content["metrics"].values())
        assert content["metrics"]["seg-miou"]["low"] < content["metrics"]["seg-miou"]["value"]
        assert (content["judge"]["dataset"], content["judge"]["size"]) == ("rendered-faces", 32)
        assert len(content["judge"]["weights_sha256"]) == 64

    def test_masks_of_other_faces_score_less(self, folders: tuple[Path, Path]) -> None:
        images, masks = folders
        right = json.loads(self.scored(images, masks, "--json").out)["metrics"]["seg-accuracy"]["value"]
        for number in range(5):
            Image.fromarray(render(sample_factors(4, number), 128).mask).save(masks / f"{number}.png")
        wrong = json.loads(self.scored(images, masks, "--json").out)["metrics"]["seg-accuracy"]["value"]
        assert wrong < right

    def test_an_output_that_is_missing_is_counted_and_one_that_is_there_twice_is_refused(
        self, folders: tuple[Path, Path]
    ) -> None:
        images, masks = folders
        (images / "3.png").unlink()
        (images / "4.png").unlink()
        found = self.scored(images, masks, "--json")
        assert json.loads(found.out)["metrics"]["seg-accuracy"]["n"] == 3
        left_out = "left out: 2 for which there is no image (such as 3.png)"
        assert f"bench: {masks}: 3 used; {left_out}" in found.err.splitlines()
        Image.open(images / "2.png").save(images / "2.jpg")
        twice = self.scored(images, masks)
        assert twice.code == 2
        assert f"{images}: 2.jpg and 2.png have one name" in twice.sentence

    def test_pictures_and_their_label_maps_may_lie_in_one_folder(self, folders: tuple[Path, Path]) -> None:
        images, masks = folders
        for path in images.iterdir():
            Image.open(path).save(path.with_suffix(".jpg"), quality=95)
            path.unlink()
        apart = self.scored(images, masks, "--json")
        for path in masks.iterdir():
            shutil.copy(path, images)
        together = self.scored(images, images, "--json")
        assert json.loads(together.out)["metrics"] == json.loads(apart.out)["metrics"]
        assert "5 used; left out: 5 as label maps of others (such as 0.png)" in together.err

    def test_an_order_that_fits_the_judge_better_is_proposed(self, folders: tuple[Path, Path]) -> None:
        images, masks = folders
        plain = json.loads(self.scored(images, masks, "--json").out)["metrics"]
        assert "reason" not in plain["seg-accuracy"]
        numbers = np.array([FACE_PARSING_LABELS.index(name) for name in LABELS], np.uint8)
        maps = {path: np.asarray(Image.open(path)) for path in masks.iterdir()}
        for path, labels in maps.items():
            Image.fromarray(numbers[labels]).save(path)
        proposal = "the judge agrees better with the label maps in the order face-parsing"
        assert f"{masks}: {proposal}" in self.scored(images, masks).sentence
        insisted = self.scored(images, masks, "--labels", "celebamask-hq")
        assert insisted.code == 0
        assert f"bench: seg-miou: {proposal}" in insisted.err
        assert json.loads(self.scored(images, masks, "--labels", "face-parsing", "--json").out)["metrics"] == plain
        for path, labels in maps.items():
            Image.fromarray(np.asarray(PALETTE, np.uint8)[labels]).quantize(19).save(path)
        assert "--labels palette" in self.scored(images, masks).sentence
        assert json.loads(self.scored(images, masks, "--labels", "palette", "--json").out)["metrics"] == plain

    def test_a_palette_image_is_read_by_its_indices(self, folders: tuple[Path, Path]) -> None:
        images, masks = folders
        plain = self.scored(images, masks).out
        for path in masks.iterdir():
            colored = Image.open(path).convert("L")
            colored.putpalette([value for label in range(256) for value in (255 - label, label, 7)])
            colored.save(path)
        assert self.scored(images, masks).out == plain
        assert "read by Face parser" in plain
        assert "of rendered-faces at 32x32" in plain

    @pytest.mark.parametrize(
        ("spoil", "sentence"),
        [
            (lambda masks: (masks / "3.png").unlink(), "3.png has no mask: "),
            (lambda masks: (masks / "3.png").write_bytes(b"none"), "3.png: cannot be read as an image"),
            (
                lambda masks: Image.new("RGB", (8, 8)).save(masks / "3.png"),
                "3.png: a label map has one channel of labels",
            ),
            (
                lambda masks: Image.new("L", (8, 8), 19).save(masks / "3.png"),
                "3.png: holds label 19 at column 0, row 0; labels of celebamask-hq are 0..18",
            ),
            (lambda masks: Image.new("L", (8, 9)).save(masks / "3.png"), "3.png is 8x9, not square"),
        ],
    )
    def test_a_mask_that_cannot_be_used(
        self, folders: tuple[Path, Path], spoil: Callable[[Path], None], sentence: str
    ) -> None:
        spoil(folders[1])
        found = self.scored(*folders)
        assert (found.code, found.out) == (2, "")
        assert sentence in found.sentence

    def test_beside_real_images(self, folders: tuple[Path, Path], place: Path, inception_file: Path) -> None:
        words = ("--reference", place / "real", "--weights", f"inception-fid={inception_file}", "--json")
        content = json.loads(self.scored(*folders, *words).out)
        assert list(content["metrics"]) == ["fid", "seg-accuracy", "seg-miou"]
        assert content["num_real"] == 7
