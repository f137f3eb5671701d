"""A user's mistakes: each is answered by one clear sentence and exit code 2, and leaves nothing behind."""

import os
import shutil
from pathlib import Path

import pytest
import torch

from tests.commands import TINY, TINY_METHOD, Outcome, bench, bench_process, ended, settings
from tests.places import DATA

CHECKPOINTED = ("train", "--plugin", TINY_METHOD, "--method", "tiny", *TINY, *settings("dataset.size=32"))


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders of runs and cache that do not exist yet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))


def refused(*words: str | Path, code: int = 2) -> str:
    """The sentence that a command is refused with."""
    outcome = bench(*words)
    assert outcome.code == code, outcome
    assert outcome.out == ""
    assert len(outcome.err.strip().splitlines()) == 1, outcome.err
    return outcome.sentence


class Payload:
    """Runs a command when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.mark}",)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("run", "no method was named; use --method"),
        ("run --method maskgam", "unknown method 'maskgam'; did you mean 'maskgan' or 'mask-guided'?"),
        ("run --method subprocess.Popen", "unknown method 'subprocess.Popen'; known: "),
        ("run --method maskgan+no-sfft", "unknown variant of maskgan 'no-sfft'; did you mean 'no-sft'"),
        ("run --method maskgan --preset dmo", "unknown preset 'dmo'; did you mean 'demo'?"),
        ("run --method maskgan --preset ../demo", "unknown preset '../demo'; did you mean 'demo'?"),
        ("run --method maskgan --protocol style-cpy", "unknown protocol 'style-cpy'; did you mean 'style-copy'?"),
        (
            "run --method maskgan --dataset rendred-faces",
            "unknown dataset 'rendred-faces'; did you mean 'rendered-faces'?",
        ),
        ("run --method maskgan --plugin absent.py", "plug-in 'absent.py' was not loaded: "),
        ("run --method maskgan --plugin absent_module", "plug-in 'absent_module' was not loaded: "),
        ("run --method maskgan --config absent.yaml", "absent.yaml: No such file or directory"),
        ("run --method maskgan --set optoins.ngf=3", "--set: unknown key 'optoins'; did you mean 'options'"),
        ("run --method maskgan --set options.nfg=3", "--set: unknown option of maskgan 'nfg'; did you mean 'ngf'"),
        (
            "run --method maskgan --set options.ngf=wide",
            "--set: option of maskgan ngf is 64 by default and cannot be 'wide'; it takes int",
        ),
        (
            "run --method maskgan --set options.style_widths=[a,b,c]",
            "--set: option of maskgan style_widths is [16, 32, 64] by default and cannot be ['a', 'b', 'c']; "
            "it takes list of int",
        ),
        (
            "run --method maskgan --set options.vgg_weights=3",
            "--set: option of maskgan vgg_weights is None by default and cannot be 3; it takes str or null",
        ),
        (
            "run --method maskgan --set options.ngf=0 --dry-run",
            "maskgan cannot be built: ngf must be at least 1, not 0",
        ),
        ("run --method maskgan --set options.ngf", "--set 'options.ngf': write key=value"),
        ("run --method maskgan --set protocols=3", "--set: protocols holds names with their options, not 3"),
        ("run --method maskgan --set preset=3", "--set: preset is a name, not 3"),
        ("run --method maskgan --seed x", "--seed 'x': write a number such as 0, or a range such as 0..4"),
        ("run --method maskgan --seed 3..1", "--seed '3..1': write a number"),
        ("run --method maskgan --metrics kidd,fid", "unknown metric 'kidd'; did you mean 'kid'"),
        ("score --method maskgan --metrics edit-ms", "metric 'edit-ms' is a cost, which every table shows already"),
        ("sweep --methods maskgan --metrics kidd", "unknown metric 'kidd'; did you mean 'kid'"),
        ("ablate --method maskgan --metrics kidd", "unknown metric 'kidd'; did you mean 'kid'"),
        ("run --method maskgan --set metrics=fid", "--set: metrics is a list of names, such as [fid, kid], not 'fid'"),
        ("calibrate --set options.ngf=3", "--set: unknown key 'options'; known: "),
        ("calibrate --protocol style-cpy", "unknown protocol 'style-cpy'; did you mean 'style-copy'?"),
        ("run --method maskgan --limit 0", "limit: Input should be greater than or equal to 1, not 0"),
        ("list methds", "unknown kind 'methds'; did you mean 'methods'"),
        ("show maskgam", "unknown name 'maskgam'; did you mean 'maskgan'"),
        ("leaderboard --runs absent", "--runs 'absent' matches no file or folder"),
        ("leaderboard --runs . --format html,pdf", "unknown format 'pdf'; known: csv, figures, html, json, md, tex"),
        ("leaderboard --runs . --methods maskgn", "unknown method of these runs 'maskgn'; known: none"),
        ("leaderboard --runs . --protocol style-cpy", "unknown protocol 'style-cpy'; did you mean 'style-copy'"),
        ("data verify --data absent", "absent is not a CelebAMask-HQ folder"),
        (
            "data pack --dataset rendered-faces --size 5",
            "rendered-faces have a height and width of 32 to 512 pixels, not 5",
        ),
    ],
)
def test_a_mistake_is_one_sentence_and_leaves_nothing(words: str, said: str, tmp_path: Path) -> None:
    assert refused(*words.split()).startswith(said)
    assert [path for path in tmp_path.rglob("*") if path.name != "cache"] == []


@pytest.mark.parametrize(
    ("assignment", "said"),
    [
        ("dataset.size=96", "MaskGAN needs a size that is a power of two of at least 64, not 96"),
        ("dataset.size=32", "MaskGAN needs a size that is a power of two of at least 64, not 32"),
        ("options.ngf=0", "ngf must be at least 1, not 0"),
        ("options.ngf=-4", "ngf must be at least 1, not -4"),
        ("options.outer_kernel=4", "outer_kernel must be odd, not 4"),
        ("options.ema_decay=1", "ema_decay must be at least 0 and below 1, not 1"),
        ("options.mask_vae_iterations=-1", "mask_vae_iterations must be at least 0, not -1"),
        ("options.style_widths=[4, 8]", "style_widths must be three widths"),
        ("options.vgg_weights=absent.pth", "absent.pth: no such checkpoint file"),
    ],
)
def test_an_option_that_no_network_could_have_is_refused_before_packing(assignment: str, said: str) -> None:
    sentence = refused("run", "--method", "maskgan", "--set", assignment)
    assert sentence.startswith(f"maskgan cannot be built: {said}")
    assert not Path("cache", "faces").exists()


@pytest.mark.parametrize(
    ("assignment", "said"),
    [
        ("dataset.options.train=0", "train must be 1 to 1000000 faces, not 0"),
        ("dataset.root=/tmp", "rendered-faces reads no folder and was given /tmp"),
        ("dataset.options.test=1", "attribute 'Smiling' cannot be transferred: the test split has "),
        ("protocols.attribute-transfer.count=0", "protocol attribute-transfer cannot be built: count is 0"),
        ("protocols.attribute-transfer.attribute=Smilng", "unknown attribute 'Smilng'; did you mean 'Smiling'?"),
        ("judges.parser.feature_scale=0", "judge parser cannot be built: "),
        (
            "judges.parser.batch_size=0",
            "judge parser cannot be built: iterations and batch_size must be 1 or more, not 2 and 0",
        ),
        ("judges.parser.lr=-1", "judge parser, stage judge: Invalid learning rate: -1"),
        (
            "dataset.size=40",
            "judge parser cannot be built: the face parser takes sizes that are multiples of 16, not 40",
        ),
        ("compute.device=nonsense", "device 'nonsense' cannot be used"),
        ("options.width=3", "--set: unknown option of copy-target 'width'; known: none"),
    ],
)
def test_an_impossible_setting_is_one_sentence(assignment: str, said: str) -> None:
    small = settings("dataset.size=32", assignment)
    outcome = bench("score", "--method", "copy-target", *TINY, *small, "--runs", "runs")
    assert outcome.code == 2, outcome.err
    assert outcome.sentence.startswith(said)
    assert not list(Path().rglob("result.json"))


def test_a_misspelt_key_in_a_file_names_file_line_and_nearest_key(tmp_path: Path) -> None:
    Path("mine.yaml").write_text("method: maskgan\noptions:\n  ngf: 8\n  latnt: 4\n")
    sentence = refused("run", "--config", "mine.yaml")
    assert sentence == "mine.yaml, line 4: unknown option of maskgan 'latnt'; did you mean 'latent'?"


def test_a_file_that_is_not_yaml_is_named() -> None:
    Path("mine.yaml").write_text("method: [maskgan\n")
    assert refused("run", "--config", "mine.yaml").startswith("mine.yaml, line 2: is not YAML: ")


def test_a_plugin_that_fails_is_one_sentence() -> None:
    Path("failing_plugin.py").write_text("1 / 0\n")
    sentence = refused("run", "--method", "maskgan", "--plugin", "failing_plugin.py")
    assert sentence == "plug-in 'failing_plugin.py' was not loaded: ZeroDivisionError: division by zero"


def test_a_plugin_whose_card_is_misspelt_names_card_and_key() -> None:
    shutil.copytree(TINY_METHOD.parent, "plugin")
    card = Path("plugin", "method.yaml")
    card.write_text(card.read_text().replace("takes:", "taks:").replace("name: tiny", "name: misspelt"))
    Path("plugin", "method.py").rename("plugin/misspelt_method.py")
    sentence = refused("run", "--method", "misspelt", "--plugin", "plugin/misspelt_method.py")
    assert f"{card.resolve()}: " in sentence
    assert "takes: Field required" in sentence or "unknown key 'taks'; did you mean 'takes'" in sentence


class TestDatasets:
    """A folder of faces that is none."""

    WORDS = ("run", "--method", "copy-target", "--dataset", "celebamask-hq")

    def test_the_folder_is_asked_for(self) -> None:
        assert "--data" in refused(*self.WORDS)

    def test_a_folder_of_something_else_is_named_with_what_was_looked_for(self, tmp_path: Path) -> None:
        (tmp_path / "photos").mkdir()
        sentence = refused(*self.WORDS, "--data", tmp_path / "photos")
        assert sentence.startswith(f"{tmp_path / 'photos'} is not a CelebAMask-HQ folder: looked for CelebA-HQ-img/")

    @pytest.mark.parametrize("words", [("data", "verify"), ("data", "pack"), WORDS], ids=" ".join)
    def test_one_that_cannot_be_read_is_named_and_no_code_is_blamed(self, words: tuple[str, ...]) -> None:
        folder = "a" * 300  # longer than any name that a system takes
        outcome = bench(*words, "--data", folder)
        assert outcome.code > 0
        assert outcome.sentence.startswith(folder)
        assert "raised" not in outcome.sentence


class TestFolders:
    """Folders that cannot be written, also by an administrator."""

    def test_runs_below_a_file_are_refused(self, tmp_path: Path) -> None:
        Path("file").write_text("not a folder")
        for stage in ("run", "train", "edit", "score"):
            sentence = refused(stage, "--method", "copy-target", *TINY, "--runs", tmp_path / "file" / "runs")
            assert "cannot be written: Not a directory" in sentence
            assert str(tmp_path / "file" / "runs") in sentence

    @pytest.mark.skipif(not Path("/proc/self").exists(), reason="no /proc here")
    def test_runs_where_no_folder_can_be_made_are_refused(self) -> None:
        assert refused("run", "--method", "copy-target", "--runs", "/proc/runs").startswith(
            "runs folder /proc/runs cannot be"
        )

    def test_a_cache_below_a_file_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        Path("file").write_text("not a folder")
        monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "file" / "cache"))
        sentence = refused("run", "--method", "copy-target", *TINY, "--runs", "runs")
        assert sentence.startswith(f"cache folder {tmp_path / 'file' / 'cache'} cannot be written")

    def test_pages_below_a_file_are_refused(self, tmp_path: Path) -> None:
        Path("file").write_text("not a folder")
        sentence = refused("leaderboard", "--runs", tmp_path, "--out", tmp_path / "file" / "pages")
        assert sentence == f"folder {tmp_path / 'file' / 'pages'} cannot be written: Not a directory"


class TestResults:
    """Result files that cannot be read."""

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            ("", "Invalid JSON"),
            ('{"schema_version": 1, "kind"', "Invalid JSON"),
            ("[]", "Input should be an object"),
            ('{"schema_version": 99}', "schema_version is 99, and this code reads 1"),
        ],
    )
    def test_a_corrupt_result_is_named(self, tmp_path: Path, content: str, said: str) -> None:
        path = tmp_path / "runs" / "rendered-faces" / "maskgan" / "seed0" / "result.json"
        path.parent.mkdir(parents=True)
        path.write_text(content)
        sentence = refused("leaderboard", "--runs", tmp_path / "runs", "--out", tmp_path / "pages")
        assert sentence.startswith(f"{path}: ")
        assert said in sentence
        assert not (tmp_path / "pages").exists()

    def test_a_corrupt_one_among_others_is_left_out_and_the_pages_written(self, tmp_path: Path) -> None:
        good = tmp_path / "runs" / "good" / "result.json"
        good.parent.mkdir(parents=True)
        shutil.copy(DATA / "results" / "v1-first.json", good)
        bad = good.parents[1] / "bad" / "result.json"
        bad.parent.mkdir()
        bad.write_text('{"schema_version": 1')
        outcome = bench("leaderboard", "--runs", tmp_path / "runs", "--out", tmp_path / "pages", "--format", "md,csv")
        assert outcome.code == 0
        (line,) = outcome.err.splitlines()
        assert line.startswith(f"left out: {bad}: ")
        assert {path.name for path in (tmp_path / "pages").iterdir()} == {"leaderboard.md", "leaderboard.csv"}
        assert "MaskGAN" in (tmp_path / "pages" / "leaderboard.md").read_text()


class TestCheckpoints:
    """Weights files that cannot be loaded."""

    def test_one_that_is_missing_is_named(self) -> None:
        sentence = refused(*CHECKPOINTED, "--checkpoint", "absent.pth", "--runs", "runs")
        assert "absent.pth: no such checkpoint file" in sentence

    @pytest.mark.parametrize(
        ("kept", "said"),
        [(0, "is empty"), (3, "is damaged or was cut short at 3 bytes"), (900, "is damaged or was cut")],
    )
    def test_one_that_is_truncated_is_named(self, kept: int, said: str) -> None:
        torch.save({"0.weight": torch.rand(8, 22, 3, 3)}, "whole.pth")
        Path("cut.pth").write_bytes(Path("whole.pth").read_bytes()[:kept])
        sentence = refused(*CHECKPOINTED, "--checkpoint", "cut.pth", "--runs", "runs")
        assert f"cut.pth: {said}" in sentence

    def test_one_that_runs_code_is_refused_and_does_not_run(self, tmp_path: Path) -> None:
        mark = tmp_path / "executed"
        torch.save({"0.weight": Payload(mark)}, "malicious.pth")
        sentence = refused(*CHECKPOINTED, "--checkpoint", "malicious.pth", "--runs", "runs")
        assert "malicious.pth: holds other objects than tensors and plain values (" in sentence
        assert not mark.exists()

    def test_one_that_lacks_keys_lists_them(self) -> None:
        torch.save({"0.weight": torch.rand(8, 22, 3, 3), "5.bias": torch.rand(3)}, "other.pth")
        sentence = refused(*CHECKPOINTED, "--checkpoint", "other.pth", "--runs", "runs")
        assert "missing 0.bias, 2.weight, 2.bias; left over 5.bias" in sentence

    def test_a_method_without_networks_takes_none(self) -> None:
        Path("any.pth").write_bytes(b"")
        words = ("train", "--method", "copy-target", *TINY, "--checkpoint", "any.pth", "--runs", "runs")
        assert refused(*words) == "copy-target takes no checkpoint: it has no networks"

    def test_a_damaged_training_checkpoint_is_said_and_made_anew(
        self, cache: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("BENCH_CACHE", str(cache))
        words = (*CHECKPOINTED, "--runs", "runs")
        assert bench(*words).code == 0
        path = Path("runs/rendered-faces/tiny/seed0/checkpoints/paint.pth")
        path.write_bytes(path.read_bytes()[:300])
        outcome = bench(*words)
        assert outcome.code == 0
        assert f"{path} is damaged" in outcome.err
        assert path.stat().st_size > 300


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_a_device_that_is_not_there_is_said() -> None:
    sentence = refused("train", "--method", "copy-target", *TINY, "--device", "cuda", "--runs", "runs")
    assert sentence == "device 'cuda' was requested, but no CUDA device is available; use --device cpu"


def test_a_process_ends_with_the_code_and_the_sentence_alone(tmp_path: Path) -> None:
    outcome: Outcome = ended(bench_process("run", "--method", "maskgam", "--runs", tmp_path / "runs"))
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == "bench: unknown method 'maskgam'; did you mean 'maskgan' or 'mask-guided'?\n"
    assert not (tmp_path / "runs").exists()
