"""A small made-up dataset in CelebAMask-HQ's layout."""

from pathlib import Path

import pytest

from tests.celebamask_hq_folder import FakeCelebA, make_celeba


@pytest.fixture
def celeba(tmp_path: Path) -> FakeCelebA:
    return make_celeba(tmp_path / "celeba")
