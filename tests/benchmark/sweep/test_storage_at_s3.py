"""Runs at an object store with S3's protocol, spoken by a server on this machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmark.sweep.object_store import ObjectStore
from registry.errors import InputError
from tests.benchmark.sweep.test_storage import NAME, contents, fetched, kept, run_in

pytest.importorskip("s3fs", reason="needs pip install s3fs 'moto[server]'")
moto_server = pytest.importorskip("moto.server", reason="needs pip install s3fs 'moto[server]'")

ADDRESS = "s3://bucket/study"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Address of a server that has one bucket."""
    from boto3 import client

    running = moto_server.ThreadedMotoServer(port=0)
    running.start()
    host, port = running.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "any")
        client("s3").create_bucket(Bucket="bucket")
        yield ADDRESS
    running.stop()


@pytest.mark.slow
def test_runs_go_to_a_bucket_and_come_from_it(server: str, tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    run = run_in(here)
    assert kept(here, server) == []
    assert fetched(there, server) == [f"{there / NAME}: fetched from {server}"]
    assert contents(there / NAME) == contents(run)

    run_in(there, "second")
    (there / NAME / "log.txt").unlink()
    assert kept(there, server) == []
    assert fetched(here, server) == [f"{run}: fetched from {server}"]
    assert contents(run) == contents(there / NAME)

    ObjectStore(server).remove(f"{NAME}/stamps.json")
    assert fetched(tmp_path / "third", server) == [f"{server}/{NAME} is left out: stamps.json is not as it was stored"]


@pytest.mark.slow
@pytest.mark.parametrize("address", ["s3://buckets/study", "s3://buckets"])
def test_a_bucket_of_another_name_is_not_made(address: str, server: str) -> None:
    assert server
    for _ in range(2):
        with pytest.raises(InputError, match=f"^--storage {address}: The specified bucket does not exist$"):
            ObjectStore(address)


@pytest.mark.slow
def test_a_whole_bucket_is_an_address(server: str, tmp_path: Path) -> None:
    address = server.removesuffix("/study")
    run_in(tmp_path / "here")
    assert kept(tmp_path / "here", address) == []
    assert len(fetched(tmp_path / "there", address)) == 1
