"""Downloads from a real server on loopback: dropped connections, servers without ranges, other bytes, redirects."""

import hashlib
import os
import signal
from pathlib import Path

import pytest

from benchmark.weights.download import DownloadError, download
from tests.benchmark.weights.file_server import FileServer, serving
from tests.commands import python, signalled

CONTENT = os.urandom(3 << 20)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
CUT = 1_300_000


@pytest.fixture(autouse=True)
def _without_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "below" / "weights.pth"


def part_of(path: Path) -> Path:
    return path.with_name(".weights.pth.part")


def test_a_file_arrives_whole_and_is_not_fetched_twice(path: Path) -> None:
    counted: list[tuple[int, int]] = []
    with serving(FileServer(CONTENT)) as server:
        download(server.url, path, SHA256[:8], count=lambda done, total: counted.append((done, total)))
        download(server.url, path, SHA256[:8])
    assert path.read_bytes() == CONTENT
    assert server.asked == [None]
    assert counted[-1] == (len(CONTENT), len(CONTENT))
    assert not part_of(path).exists()


def test_dropped_connections_are_resumed_from_the_byte_they_reached(path: Path) -> None:
    with serving(FileServer(CONTENT, drop_after=CUT)) as server:
        download(server.url, path, SHA256, attempts=1, pause=0)
    assert path.read_bytes() == CONTENT
    assert server.asked == [None, f"bytes={CUT}-", f"bytes={2 * CUT}-"]
    assert server.sent == len(CONTENT)


def test_a_server_that_ignores_ranges_sends_the_file_again(path: Path) -> None:
    with serving(FileServer(CONTENT, drop_after=CUT, drops=1, ranges=False)) as server:
        download(server.url, path, SHA256, pause=0)
    assert path.read_bytes() == CONTENT
    assert server.asked == [None, f"bytes={CUT}-"]
    assert server.sent == CUT + len(CONTENT)


def test_a_server_that_never_gets_further_ends_with_what_arrived_kept(path: Path) -> None:
    with serving(FileServer(CONTENT, drop_after=CUT, ranges=False)) as server:
        with pytest.raises(DownloadError, match=f"dropped after {CUT} of {len(CONTENT)} bytes; what arrived is kept"):
            download(server.url, path, SHA256, attempts=3, pause=0)
        assert len(server.asked) == 4
    assert not path.exists()
    assert part_of(path).read_bytes() == CONTENT[:CUT]


def test_a_killed_download_goes_on_in_the_next_process(path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from benchmark.weights.download import download\n"
        "download(sys.argv[1], Path(sys.argv[2]), sys.argv[3], pause=60)"
    )
    with serving(FileServer(CONTENT, drop_after=CUT, drops=1)) as server:
        process = python("-c", script, server.url, path, SHA256)
        reached = part_of(path)
        signalled(process, signal.SIGKILL, lambda: reached.exists() and reached.stat().st_size == CUT)
        download(server.url, path, SHA256, pause=0)
        assert server.asked[-1] == f"bytes={CUT}-"
    assert path.read_bytes() == CONTENT


def test_a_busy_server_is_asked_again(path: Path) -> None:
    with serving(FileServer(CONTENT, failures=2)) as server:
        download(server.url, path, SHA256, pause=0)
        assert len(server.asked) == 3
    assert path.read_bytes() == CONTENT


def test_other_bytes_are_refused_and_not_kept(path: Path) -> None:
    with serving(FileServer(b"not the weights")) as server, pytest.raises(DownloadError, match="gave another file"):
        download(server.url, path, SHA256, pause=0)
    assert not path.exists()
    assert not part_of(path).exists()


@pytest.mark.parametrize(
    "stale", [b"stale", os.urandom(len(CONTENT)), CONTENT + b"tail"], ids=["short", "whole", "long"]
)
def test_a_stale_part_is_replaced(path: Path, stale: bytes) -> None:
    path.parent.mkdir()
    part_of(path).write_bytes(stale)
    with serving(FileServer(CONTENT)) as server:
        download(server.url, path, SHA256, pause=0)
    assert path.read_bytes() == CONTENT


def test_a_damaged_file_is_fetched_again(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"damaged")
    with serving(FileServer(CONTENT)) as server:
        download(server.url, path, SHA256)
    assert path.read_bytes() == CONTENT


@pytest.mark.parametrize("url", ["http://example.org/weights.pth", "file:///etc/hosts", "ftp://127.0.0.1/weights.pth"])
def test_plain_http_elsewhere_is_refused(path: Path, url: str) -> None:
    with pytest.raises(DownloadError, match="refused: not https"):
        download(url, path, SHA256)


def test_a_redirect_to_plain_http_is_refused_at_once(path: Path) -> None:
    with serving(FileServer(CONTENT, redirect="http://example.org/weights.pth")) as server:
        with pytest.raises(DownloadError, match=r"example\.org/weights\.pth: refused: not https"):
            download(server.url, path, SHA256, pause=60)
        assert len(server.asked) == 1


def test_nobody_listens(path: Path) -> None:
    with serving(FileServer(CONTENT)) as server:
        pass
    with pytest.raises(DownloadError, match="Connection refused"):
        download(server.url, path, SHA256, attempts=2, pause=0)
