"""dlib's model files: one that dlib cannot read is named, with what it is and what was expected."""

from pathlib import Path

import pytest

from benchmark.metrics.face_embedding.dlib_network import FaceRecognition
from registry.errors import InputError


@pytest.mark.parametrize(
    "content", [b"", b"<!DOCTYPE html><html>", bytes(range(256)) * 9], ids=["empty", "page", "bytes"]
)
def test_a_file_that_is_no_model_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    pytest.importorskip("dlib")
    path = tmp_path / "landmarks.dat"
    path.write_bytes(content)
    with pytest.raises(InputError) as refused:
        FaceRecognition(path, path)
    assert str(refused.value) == (
        f"{path}: is no shape_predictor_5_face_landmarks.dat that dlib can read ({len(content):,} bytes, which begin "
        f"{content[:16]!r}); give that file, or leave its --weights out and install "
        "'face-editing-benchmark[identity]', which brings it"
    )
