"""Files of a run and of the cache that were damaged: it is said, they are made anew, and every figure is as it was."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmark.results.schema import Result, read_result
from tests.benchmark.runs.whole_run import WHOLE, outcome_of
from tests.commands import TINY, TINY_METHOD, Outcome, bench, settings
from tests.damaged_files import DAMAGES, cut, empty, flip

WORDS = ("score", "--plugin", TINY_METHOD, "--method", "tiny", *TINY, *settings("dataset.size=32"))
RUN = "runs/rendered-faces/tiny/seed0"
OF_CACHE = {
    "faces/*/*.*": "the faces are packed anew",
    "judges/*/*.*": "the judge is trained again",
    "features/*/*.*": "the features are made anew",
    "stages/*.pth": "it is thrown away, and what it held is made anew",
}
"""The kinds of files of a cache that take long to make, with what is said where one is damaged."""
UNSAID = ("embeddings/*.npz",)
"""Those that are made anew without a word; the others are locks."""
OF_RUN = (
    *("result.json", "experiment.yaml", "provenance.json", "samples.png", "stamps.json", "report.html"),
    *("scores/*.parquet", "faces/*.parquet", "validation/curve.json"),
    *("checkpoints/*.pth", "edits/*/*.png", "edits/*/tasks.parquet", "edits/*/cost.json"),
)
"""Every kind of file of a run, of which a repeated command makes those anew that its result needs."""
FOR_PEOPLE = ("log.txt", "progress.jsonl", "validation/*.png")
"""Those that nothing is computed from, and that are read as far as they are whole."""
ONE_OF_EACH = (
    "cache/faces/*/images.bin",
    "cache/judges/*/weights.pth",
    "cache/features/*/rows.f32",
    f"{RUN}/checkpoints/paint.pth",
    f"{RUN}/edits/style-copy/00001.png",
    f"{RUN}/edits/style-copy/cost.json",
    f"{RUN}/scores/style-copy.parquet",
)


def scored(place: Path) -> Outcome:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_CACHE", str(place / "cache"))
        return bench(*WORDS, "--runs", place / "runs")


def result_in(place: Path) -> Result:
    return read_result(place / RUN / "result.json")


def figures(result: Result) -> dict[str, object]:
    return result.model_dump(exclude={"cost"})


def contents(folder: Path) -> dict[Path, bytes]:
    """Every file of edits and of the cache, but for measured times."""
    paths = [*(folder / RUN / "edits").rglob("*"), *(folder / "cache").rglob("*"), *(folder / RUN).glob("scores/*")]
    return {
        path.relative_to(folder): path.read_bytes()
        for path in paths
        if path.is_file() and path.name != "cost.json" and path.suffix != ".lock"
    }


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run with a cache of its own."""
    place = tmp_path_factory.mktemp("whole")
    outcome = scored(place)
    assert outcome.code == 0, outcome.err
    return place


@pytest.fixture
def place(whole: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(whole, tmp_path / "place"))


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_files_of_every_kind_are_made_anew_and_the_figures_are_the_same(
    whole: Path, place: Path, damage: Callable[[Path], None]
) -> None:
    damaged = [path for pattern in ONE_OF_EACH for path in place.glob(pattern)]
    assert len(damaged) > len(ONE_OF_EACH), "there are two judges"
    for path in damaged:
        damage(path)
    outcome = scored(place)
    assert outcome.code == 0, outcome.err
    assert "Traceback" not in outcome.err
    assert figures(result_in(place)) == figures(result_in(whole))
    assert contents(place) == contents(whole)
    lines = outcome.err.splitlines()
    for said in (
        "scores/style-copy.parquet is not as it was written; the run is scored anew",
        "the faces are packed anew",
        "the judge is trained again",
        "the features are made anew",
        "paint.pth is damaged or not a checkpoint of this project; it is thrown away, and what it held is made anew",
        "2 files of edits under style-copy are missing or damaged, the first",
    ):
        assert any(said in line for line in lines), said
    again = scored(place)
    assert (again.code, again.err.count("anew")) == (0, 0)


@pytest.mark.parametrize("damage", [cut, flip, empty])
def test_a_damaged_file_of_stamps_is_said_and_what_it_stamped_is_done_again(
    whole: Path, place: Path, damage: Callable[[Path], None]
) -> None:
    damage(place / RUN / "stamps.json")
    outcome = scored(place)
    assert outcome.code == 0, outcome.err
    assert "weights that are there are used as they are, edits and scores are made anew" in outcome.err
    assert figures(result_in(place)) == figures(result_in(whole))
    assert contents(place) == contents(whole)


@pytest.mark.parametrize("damage", [cut, flip])
def test_a_damaged_result_is_scored_anew(whole: Path, place: Path, damage: Callable[[Path], None]) -> None:
    damage(place / RUN / "result.json")
    outcome = scored(place)
    assert outcome.code == 0, outcome.err
    assert "result.json is not as it was written; the run is scored anew" in outcome.err
    assert figures(result_in(place)) == figures(result_in(whole))


def test_an_edit_of_another_face_is_refused_until_it_is_deleted(whole: Path, place: Path) -> None:
    edits = place / RUN / "edits" / "style-copy"
    shutil.copy(edits / "00000.png", edits / "00003.png")
    (place / RUN / "result.json").unlink()
    outcome = scored(place)
    assert outcome.code == 2
    assert outcome.sentence == (
        f"{place / RUN}: 1 of 5 edits under style-copy are not those that were made, the first {edits / '00003.png'}; "
        f"delete them, and the same command edits those tasks again (bench verify {place / RUN} lists them)"
    )
    (edits / "00003.png").unlink()
    again = scored(place)
    assert again.code == 0, again.err
    assert figures(result_in(place)) == figures(result_in(whole))
    assert contents(place) == contents(whole)


def test_another_training_s_checkpoint_is_refused_until_it_is_deleted(whole: Path, place: Path, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_CACHE", str(place / "cache"))
        assert bench("train", *WORDS[1:], "--seed", "1", "--runs", tmp_path / "runs").code == 0
    checkpoint = place / RUN / "checkpoints" / "paint.pth"
    shutil.copy(tmp_path / "runs" / "rendered-faces" / "tiny" / "seed1" / "checkpoints" / "paint.pth", checkpoint)
    (place / RUN / "result.json").unlink()
    outcome = scored(place)
    assert outcome.code == 2
    assert outcome.sentence.startswith(
        f"{place / RUN}: 1 of 1 checkpoints are not those that were trained, the first {checkpoint}; delete them"
    )
    checkpoint.unlink()
    again = scored(place)
    assert again.code == 0, again.err
    assert figures(result_in(place)) == figures(result_in(whole))


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_checkpoint_of_one_s_own_is_refused_and_kept(
    whole: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    own = Path(shutil.copy(whole / RUN / "checkpoints" / "paint.pth", tmp_path / "own.pth"))
    damage(own)
    content = own.read_bytes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_CACHE", str(whole / "cache"))
        outcome = bench("edit", *WORDS[1:], "--checkpoint", own, "--runs", tmp_path / "runs")
    assert outcome.code == 2
    assert str(own) in outcome.sentence
    assert own.read_bytes() == content


def whole_again(place: Path) -> Outcome:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_CACHE", str(place / "cache"))
        outcome = bench(*WHOLE, "--runs", place / "runs")
    assert outcome.code == 0, outcome.err
    return outcome


@pytest.fixture(scope="module")
def whole_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of three stages beside the reference methods, with its pages and a cache of its own."""
    place = tmp_path_factory.mktemp("whole-run")
    whole_again(place)
    return place


def files_in(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file() and not path.name.endswith("lock")}


@pytest.mark.slow
@pytest.mark.timeout(0)
@pytest.mark.parametrize("damage", DAMAGES)
def test_every_file_of_a_cache_may_be_damaged(whole_run: Path, tmp_path: Path, damage: Callable[[Path], None]) -> None:
    place = Path(shutil.copytree(whole_run, tmp_path / "place"))
    shutil.rmtree(place / "runs")
    known = {path for pattern in (*OF_CACHE, *UNSAID) for path in (place / "cache").glob(pattern)}
    assert known == files_in(place / "cache"), "a kind of file that this test does not know"
    for path in known:
        damage(path)
    lines = whole_again(place).err.splitlines()
    for said in OF_CACHE.values():
        assert any(said in line for line in lines), said
    assert outcome_of(place) == outcome_of(whole_run)
    shutil.rmtree(place / "runs")
    assert not any(said in whole_again(place).err for said in OF_CACHE.values())


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_every_file_of_a_run_may_be_cut(whole_run: Path, tmp_path: Path) -> None:
    place = Path(shutil.copytree(whole_run, tmp_path / "place"))
    run = place / "runs" / "rendered-faces" / "maskgan" / "seed0"
    known = [sorted(run.glob(pattern)) for pattern in (*OF_RUN, *FOR_PEOPLE)]
    assert {path for paths in known for path in paths} == files_in(run), "a kind of file that this test does not know"
    pages = [path for path in run.parents[1].iterdir() if path.suffix in (".html", ".md", ".tex", ".csv", ".png")]
    for path in [*(paths[0] for paths in known), run.parents[1] / "stamps.json", *pages]:
        before = path.read_bytes()
        cut(path)
        whole_again(place)
        after = path.read_bytes()
        verified = bench("verify", run)
        if after == before[: len(before) // 2] and not any(path.match(pattern) for pattern in FOR_PEOPLE):
            assert verified.code, f"{path}: nothing is said of it"
            assert str(path) in verified.out + verified.err
            path.write_bytes(before)
        else:
            assert verified.code == 0, f"{path}: {verified.out}"
        assert outcome_of(place) == outcome_of(whole_run), path
