"""A small set of rendered faces."""

import pytest

from benchmark.datasets.rendered_faces.dataset import RenderedFaces


@pytest.fixture(scope="session")
def rendered_faces(tmp_path_factory: pytest.TempPathFactory) -> RenderedFaces:
    return RenderedFaces(None, 32, tmp_path_factory.mktemp("cache"), train=11, val=2, test=3)
