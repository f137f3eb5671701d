"""Every command and snippet of the pages: run in order, or, where a page says why it is not, checked."""

import os
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import cv2
import pandas as pd
import pytest

from benchmark.datasets.rendered_faces.renderer.factors import sample_factors
from benchmark.datasets.rendered_faces.renderer.renderer import render
from benchmarks.photo_scenes import place_face
from methods.labels import ATTRIBUTES
from registry import DATASETS
from tests.docs.fenced_blocks import LANGUAGES, PAGES, Block, blocks_of, inline_code_of
from tests.docs.tiny_api import use_tiny_settings
from tests.docs.tiny_commands import check, find, options_of, options_of_every_command, run
from tests.places import ROOT

COMMITTED = ROOT / "examples"
NOT_OURS = {"pip", "python", "apt-get", "torchrun"}
"""Programs that pages may only name in blocks that are not run."""
WITH_CODE = [page for page in PAGES if any(block.language in ("bash", "python") for block in blocks_of(page))]


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder in which pages work, like a checkout; runs and cache are shared by all."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "docs").symlink_to(ROOT / "docs")
    (folder / "examples").symlink_to(COMMITTED)
    faces = DATASETS.get("rendered-faces")(root=None, size=64, cache=folder / "faces", train=40, val=1, test=1).packed
    for place in ("images", "masks"):
        (folder / "my-faces" / place).mkdir(parents=True)
    for row, face in enumerate(faces.ids):
        cv2.imwrite(str(folder / "my-faces" / "images" / f"{face}.png"), faces.images[row][..., ::-1])
        cv2.imwrite(str(folder / "my-faces" / "masks" / f"{face}.png"), faces.masks[row])
    table = pd.DataFrame(faces.attributes, index=pd.Index(faces.ids, name="face"), columns=list(ATTRIBUTES))
    table[["Smiling", "Male"]].to_csv(folder / "my-faces" / "attributes.csv")
    scene = place_face(render(sample_factors(5, 3), 384).image, 3).image
    cv2.imwrite(str(folder / "me.jpg"), scene[..., ::-1])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_CACHE", str(folder / "cache"))
        yield folder


@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_code_of_a_page_works(page: Path, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk)
    use_tiny_settings(monkeypatch)
    names: dict[str, object] = {}
    for block in blocks_of(page):
        if block.is_included:
            continue
        if block.language == "python":
            exec(compile("\n" * block.line + block.content, str(page), "exec"), names)
        elif block.language == "bash":
            for words in block.commands():
                _do(words, block)


def _do(words: list[str], block: Block) -> None:
    program, *rest = words
    if program == "bench":
        check(rest) if block.why_not else run(rest)
    elif program == "make":
        # what it would do: the target exists, and so do those it needs
        subprocess.run(["make", "--dry-run", *rest], cwd=ROOT, check=True, capture_output=True)
    else:
        assert program in NOT_OURS, f"{' '.join(words)}: only bench and make are run from pages"
        assert block.why_not, f"{' '.join(words)}: say why it is not run"
        for word in rest:
            assert os.sep not in word or (ROOT / word).exists(), f"{word} is not in the repository"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_commands_and_options_within_a_sentence_exist(page: Path) -> None:
    every = options_of_every_command()
    for text in inline_code_of(page):
        words = shlex.split(text)
        if words[:1] == ["bench"] and len(words) > 1:
            command, _ = find(words[1:])
            assert {word for word in words if word.startswith("--")} <= options_of(command), text
        elif text.startswith("--"):
            assert words[0] in every, text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_block_of_a_page_says_its_language(page: Path) -> None:
    blocks = blocks_of(page)
    assert {block.language for block in blocks} <= LANGUAGES
    fences = [line for line in page.read_text().splitlines() if line.startswith("```")]
    assert len(fences) == 2 * len(blocks), "a fence is not closed, or is of another form than the tests read"
    assert sum("<!-- not run" in line for line in page.read_text().splitlines()) == sum(
        bool(block.why_not) for block in blocks
    ), "a mark stands directly above its fence"
    for block in blocks:
        if block.language == "text":
            assert not [line for line in block.content.splitlines() if line.startswith(("bench ", "$ "))]
