"""A training that the tests of this folder read."""

import pytest

from tests.benchmark.training.small_maskgan import Trained, alone


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """MaskGAN trained whole, in a cache of its own."""
    return alone(tmp_path_factory.mktemp("full"))
