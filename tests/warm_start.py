"""What runs import late, hash of their own code and load of packages, done once by the server of warm processes."""

from contextlib import suppress
from importlib import import_module

import torch

from benchmark.caching.code_version import code_version
from benchmark.metrics.face_embedding.embedder import face_embedder
from benchmark.runs.up_to_date import CODE
from benchmark.runtime.device import Compute
from benchmark.weights.locate import Weights
from benchmark.weights.resources import MetricUnavailable, Resources
from registry.catalogue import CATALOGUES

LATE = ("datasets", "protocols", "metrics", "judges")

for _module in {entry.card.entry.partition(":")[0] for kind in LATE for entry in CATALOGUES[kind].builtin()} - {""}:
    import_module(_module)
code_version(*CODE)
with suppress(MetricUnavailable):
    face_embedder(Resources(Compute(torch.device("cpu"), "fp32", channels_last=False), Weights()))
