"""What the tests of this folder share: a training that they read, and a folder of packed faces."""

from pathlib import Path

import pytest

from tests.benchmark.training.small_maskgan import Trained, alone


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """MaskGAN trained whole, in a cache of its own."""
    return alone(tmp_path_factory.mktemp("full"))


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the toy's faces are packed."""
    return tmp_path_factory.mktemp("faces")
