"""Weights files: the manifest, the order of places, hashes, and the commands, fetching from a server on loopback."""

import hashlib
import json
import re
from pathlib import Path

import pytest
import yaml

from benchmark.weights import locate as weights_module
from benchmark.weights.locate import MANIFEST, Weights, WeightsMissing, WeightsRefused, manifest, torch_hub_folder
from registry.errors import InputError, UnknownNameError
from tests.benchmark.weights.file_server import FileServer, serving
from tests.commands import bench, ended, python

CONTENT = b"the published weights"
FILE = "trunk-01234567.pth"


@pytest.fixture(autouse=True)
def _places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A manifest of one small file and one of a package, and empty folders of their own."""
    entry = {
        "id": "trunk",
        "title": "A trunk",
        "file": FILE,
        "url": "https://example.org/trunk.pth",
        "sha256": hashlib.sha256(CONTENT).hexdigest(),
        "bytes": len(CONTENT),
        "licence": "CC0-1.0",
        "needed_by": ["lpips"],
    }
    packed = entry | {"id": "packed", "url": None, "package": "trunk_package/models", "extra": "identity"}
    path = tmp_path / "manifest.yaml"
    path.write_text(yaml.safe_dump([entry, packed]))
    monkeypatch.setattr(weights_module, "MANIFEST", path)
    for name in ("BENCH_WEIGHTS", "BENCH_CACHE", "TORCH_HOME", "package"):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.syspath_prepend(str(tmp_path / "package"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def put(folder: Path, content: bytes = CONTENT) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_bytes(content)
    return folder / FILE


def test_the_manifest_is_whole() -> None:
    entries = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    assert {each["id"] for each in entries} >= {"inception-fid", "alexnet", "vgg16", "vgg19"}
    of_the_user = {"identity-arcface", "vgg-face", "vgg19-normalised"}
    for each in entries:
        if each["id"] in of_the_user:
            assert not {"url", "package", "sha256"} & each.keys()
            continue
        assert ("url" in each) != ("package" in each)
        stated = re.search(r"-([0-9a-f]{8})\.pth$", each["file"])
        assert each["sha256"].startswith(stated.group(1) if stated else "")
        assert each.get("url", "https://").startswith("https://")
        assert len(each["sha256"]) == 64


def test_places_are_tried_in_order(tmp_path: Path) -> None:
    folder, named = tmp_path / "folder", tmp_path / "named.pth"
    named.write_bytes(CONTENT)
    (tmp_path / "package" / "trunk_package").mkdir()
    (tmp_path / "package" / "trunk_package" / "__init__.py").write_text("raise RuntimeError('imported')")
    places = [
        named,
        put(folder),
        put(tmp_path / "BENCH_WEIGHTS"),
        put(tmp_path / "TORCH_HOME" / "hub" / "checkpoints"),
        put(tmp_path / "BENCH_CACHE" / "weights"),
        put(tmp_path / "package" / "trunk_package" / "models"),
    ]
    for place in places:
        weights = Weights(folder, {"packed": named} if named.exists() else {})
        found = weights.find("packed")
        assert (found.path, found.published, found.sha256) == (place, True, hashlib.sha256(CONTENT).hexdigest())
        place.unlink()
    with pytest.raises(WeightsMissing, match=re.escape("pip install 'face-editing-benchmark[identity]'")):
        Weights(folder).find("packed")


def test_torch_hubs_folder_is_torchs(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch.hub

    for home in ("/somewhere", "~/there", None):
        if home is None:
            monkeypatch.delenv("TORCH_HOME")
        else:
            monkeypatch.setenv("TORCH_HOME", home)
        assert torch_hub_folder() == Path(torch.hub.get_dir()) / "checkpoints"


def test_a_file_that_is_not_the_published_one_is_passed_over_and_refused(tmp_path: Path) -> None:
    wrong = put(tmp_path / "BENCH_WEIGHTS", b"half of")
    with pytest.raises(WeightsRefused, match=re.escape(f"{wrong} is not the published {FILE}")):
        Weights().find("trunk")
    right = put(tmp_path / "BENCH_CACHE" / "weights")
    assert Weights().find("trunk").path == right


def test_a_named_file_is_used_whatever_its_hash_and_says_so(tmp_path: Path) -> None:
    put(tmp_path / "BENCH_WEIGHTS")
    own = put(tmp_path / "own", b"trained by me")
    found = Weights(named={"trunk": own}).find("trunk")
    assert (found.path, found.published, found.sha256) == (own, False, hashlib.sha256(b"trained by me").hexdigest())


def test_a_missing_file_says_what_to_do() -> None:
    with pytest.raises(WeightsMissing, match="bench weights fetch trunk") as caught:
        Weights().find("trunk")
    assert "\n" not in str(caught.value)


def test_mistakes_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'trunk'"):
        Weights().find("trunks")
    with pytest.raises(UnknownNameError, match="did you mean 'trunk'"):
        Weights(named={"trunks": tmp_path})
    with pytest.raises(InputError, match=r"--weights trunk=.*absent\.pth: no such file"):
        Weights(named={"trunk": tmp_path / "absent.pth"})
    with pytest.raises(InputError, match=r"--weights-dir .*absent: no such folder"):
        Weights(tmp_path / "absent")


def test_fetch_puts_the_file_where_it_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(FileServer(CONTENT, drop_after=9, drops=1)) as server:
        entry = manifest()["trunk"].model_copy(update={"url": server.url})
        own = tmp_path / "loopback.yaml"
        own.write_text(yaml.safe_dump([entry.model_dump(exclude_none=True)]))
        monkeypatch.setattr(weights_module, "MANIFEST", own)
        outcome = bench("weights", "fetch", "trunk")
    assert outcome.code == 0, outcome.err
    assert server.asked == [None, "bytes=9-"]
    assert Weights().find("trunk").path == Path(outcome.out.strip())


def test_fetch_of_what_pip_installs_says_so() -> None:
    outcome = bench("weights", "fetch", "packed")
    assert outcome.code == 2
    assert "face-editing-benchmark[identity]" in outcome.sentence


def test_list_shows_every_file_and_where_it_is(tmp_path: Path) -> None:
    path = put(tmp_path / "folder")
    rows = json.loads(bench("weights", "list", "--weights-dir", tmp_path / "folder", "--json").out)
    assert {row["id"]: row["path"] for row in rows} == {"trunk": str(path), "packed": str(path)}
    assert "trunk\tA trunk\t0 MB\tabsent" in bench("weights", "list").out


def test_list_imports_nothing_heavy() -> None:
    command = ("-X", "importtime", "-c", "from benchmark.cli import main; main()", "weights", "list")
    trace = ended(python(*command)).err
    assert "benchmark.weights.locate" in trace
    assert not re.search(r"\| +(torch|numpy|mmengine|pandas)$", trace, re.MULTILINE)


def test_verify_fails_only_for_a_wrong_file(tmp_path: Path) -> None:
    outcome = bench("weights", "verify", "--json")
    assert outcome.code == 0
    assert {row["id"]: row["state"] for row in json.loads(outcome.out)} == {"trunk": "absent", "packed": "absent"}
    path = put(tmp_path / "BENCH_WEIGHTS")
    outcome = bench("weights", "verify")
    assert outcome.code == 0
    assert f"trunk\tpublished\t{path}" in outcome.out
    path.write_bytes(CONTENT[:-1])
    outcome = bench("weights", "verify", "--json")
    assert outcome.code == 1
    found = next(row for row in json.loads(outcome.out) if row["id"] == "trunk")
    assert (found["state"], found["path"]) == ("wrong", str(path))
    assert "is not the published" in found["detail"]
