"""What all tests of a session share: a cache folder of packed faces and judges, and generated weights of metrics."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torchvision.models import alexnet

from benchmark.runtime.device import Compute
from benchmark.weights.locate import Weights
from benchmark.weights.resources import Resources
from benchmarks.faces import faces
from benchmarks.generated_inception import write_generated_inception
from tests.cache_folder import caching_in


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with caching_in(tmp_path_factory.mktemp("cache")) as folder:
        yield folder


@pytest.fixture(scope="session")
def alexnet_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random AlexNet in torchvision's format; its classifier, which nothing here uses, is a repeated zero."""
    path = tmp_path_factory.mktemp("weights") / "alexnet-owt-7be5be79.pth"
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(7)
        features = alexnet().features.state_dict()
    with torch.device("meta"):
        classifier = alexnet().classifier.state_dict()
    state = {f"features.{key}": value for key, value in features.items()}
    state |= {f"classifier.{key}": torch.zeros(1).expand(value.shape) for key, value in classifier.items()}
    torch.save(state, path)
    return path


@pytest.fixture(scope="session")
def resources(alexnet_file: Path) -> Resources:
    """What metrics may need, on the CPU."""
    return Resources(
        Compute(torch.device("cpu"), "fp32", channels_last=False), Weights(named={"alexnet": alexnet_file})
    )


@pytest.fixture(scope="session")
def inception_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random Inception in pytorch-fid's format, calibrated on rendered faces."""
    path = tmp_path_factory.mktemp("inception") / "pt_inception-2015-12-05-6726825d.pth"
    write_generated_inception(path, faces(4, 64))
    return path
