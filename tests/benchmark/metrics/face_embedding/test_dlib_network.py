"""dlib's model files: one that dlib cannot read is named, with what it is and what was expected."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmark.metrics.face_embedding.aligned_crop import FaceAligner
from benchmark.metrics.face_embedding.dlib_network import FaceRecognition
from registry.errors import InputError

pytestmark = pytest.mark.integration


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
    with pytest.raises(InputError, match=r"is no shape_predictor_68_face_landmarks\.dat that dlib can read"):
        FaceAligner(path)


def test_a_predictor_of_five_landmarks_is_not_that_of_sixty_eight() -> None:
    pytest.importorskip("dlib")
    models = find_spec("face_recognition_models")
    if models is None or models.origin is None:
        pytest.skip("needs the extra `identity`")
    path = Path(models.origin).parent / "models" / "shape_predictor_5_face_landmarks.dat"
    with pytest.raises(InputError, match=r"predicts 5 landmarks, where 68 are needed; give shape_predictor_68_face"):
        FaceAligner(path)
