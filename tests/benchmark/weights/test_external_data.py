"""ONNX files whose tensors lie in other files: which these are, that they count, and that none leaves the folder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx.external_data_helper import set_external_data, uses_external_data

from benchmark.config.resolve import resolve_evaluation
from benchmark.config.sources import COMMAND, ConfigSource
from benchmark.features.graph_encoders import OnnxEncoder
from benchmark.runs.up_to_date import metric_stamps
from benchmark.runtime.atomic_files import sha256_of
from benchmark.runtime.device import choose_compute
from benchmark.weights.external_data import _DATA, _INNER, _LOCATION, external_files, sha256_with_external_data
from benchmark.weights.locate import Weights, WeightsMissing
from benchmark.weights.resources import MetricUnavailable, Resources

HALF = {"mean": (0.5, 0.5, 0.5), "std": (0.5, 0.5, 0.5)}


def tensor(name: str, location: str | None = None, shape: Sequence[int] = (4, 3, 1, 1)) -> TensorProto:
    """A tensor of ones; with a location its data are to be there."""
    made = numpy_helper.from_array(np.ones(shape, np.float32), name)
    if location is not None:
        set_external_data(made, location)
        made.ClearField("raw_data")
    return made


def write_graph(path: Path, location: str | None = "weights.onnx.data") -> Path:
    """An encoder of four features, each the mean of all channels times a weight; the weights in another file."""
    given = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, 16, 16])
    made = helper.make_tensor_value_info("features", TensorProto.FLOAT, None)
    nodes = [
        helper.make_node("GlobalAveragePool", ["image"], ["means"]),
        helper.make_node("Conv", ["means", "weights"], ["features"]),
    ]
    graph = helper.make_graph(nodes, "means", [given], [made], [tensor("weights", location)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path.write_bytes(model.SerializeToString())
    return path


def write_data(path: Path, value: float) -> None:
    path.parent.mkdir(exist_ok=True)
    np.full((4, 3), value, np.float32).tofile(path)


def encoded(path: Path) -> np.ndarray:
    """Features of a white image."""
    encoder = OnnxEncoder(Resources(choose_compute("cpu", "fp32", None), Weights()), weights=str(path), size=16, **HALF)
    return encoder.encode([np.full((16, 16, 3), 255, np.uint8)])


@pytest.mark.parametrize("location", ["weights.onnx.data", "parts/weights.bin"])
def test_data_beside_the_file_are_read_and_count(tmp_path: Path, location: str) -> None:
    path, data = write_graph(tmp_path / "graph.onnx", location), tmp_path / location
    write_data(data, 1)
    assert external_files(path) == [data]
    np.testing.assert_allclose(encoded(path), np.full((1, 4), 3.0), atol=1e-5)
    before = Weights().find_named(str(path)).sha256
    write_data(data, 2)
    np.testing.assert_allclose(encoded(path), np.full((1, 4), 6.0), atol=1e-5)
    assert Weights().find_named(str(path)).sha256 != before


def test_a_file_with_all_of_its_tensors_has_its_own_hash(tmp_path: Path) -> None:
    path = write_graph(tmp_path / "graph.onnx", None)
    assert external_files(path) == []
    assert sha256_with_external_data(path) == sha256_of(path)
    for name, content in (("no.onnx", b"no graph at all"), ("empty.onnx", b""), ("weights.pth", b"\x3a\x02ab")):
        other = tmp_path / name
        other.write_bytes(content)
        assert sha256_with_external_data(other) == sha256_of(other)


def test_every_place_of_a_tensor_is_known(tmp_path: Path) -> None:
    def inner(name: str) -> onnx.GraphProto:
        return helper.make_graph([], name, [], [], [tensor(name, f"{name}.bin")])

    sparse = onnx.SparseTensorProto(values=tensor("values", "values.bin"), indices=tensor("indices", "indices.bin"))
    branches = helper.make_node("If", ["x"], ["y"], then_branch=inner("then"), else_branch=inner("else"))
    constant = helper.make_node("Constant", [], ["c"], value=tensor("constant", "constant.bin"))
    several = helper.make_node("Own", [], [], domain="own", each=[tensor("one", "one.bin"), tensor("two", "one.bin")])
    function = helper.make_function("own", "Own", [], ["c"], [constant], [helper.make_opsetid("", 17)])
    graph = helper.make_graph([branches, several], "all", [], [], [tensor("plain", "plain.bin"), tensor("within")])
    graph.sparse_initializer.append(sparse)
    model = helper.make_model(graph, functions=[function], opset_imports=[helper.make_opsetid("", 17)])
    model.training_info.add().algorithm.CopyFrom(inner("training"))
    path = tmp_path / "graph.onnx"
    path.write_bytes(model.SerializeToString())
    names = ["constant", "else", "indices", "one", "plain", "then", "training", "values"]
    for name in names:
        (tmp_path / f"{name}.bin").touch()
    assert external_files(path) == [tmp_path / f"{name}.bin" for name in names]
    assert uses_external_data(graph.initializer[0])


def test_the_fields_are_those_of_onnx() -> None:
    leading = set(_INNER) | {"TensorProto"}
    for name, fields in _INNER.items():
        declared = getattr(onnx, name).DESCRIPTOR.fields
        found = {field.number: field.message_type.name for field in declared if field.message_type is not None}
        assert {number: kind for number, kind in found.items() if kind in leading} == fields
    numbers = {field.name: field.number for field in TensorProto.DESCRIPTOR.fields}
    assert (numbers["data_location"], numbers["external_data"]) == (_LOCATION, _DATA)


@pytest.mark.parametrize("location", ["../weights.data", "/etc/passwd", "parts/../../weights.data", ".."])
def test_a_file_outside_of_the_folder_is_refused(tmp_path: Path, location: str) -> None:
    (tmp_path / "weights.data").touch()
    (tmp_path / "inner").mkdir()
    path = write_graph(tmp_path / "inner" / "graph.onnx", location)
    with pytest.raises(WeightsMissing, match="leaves its folder, and is refused") as refused:
        Weights().find_named(str(path))
    assert "\n" not in str(refused.value)
    with pytest.raises(MetricUnavailable, match="leaves its folder"):
        encoded(path)


def test_a_missing_file_is_named_in_one_sentence(tmp_path: Path) -> None:
    path = write_graph(tmp_path / "graph.onnx")
    with pytest.raises(MetricUnavailable) as missing:
        encoded(path)
    assert str(missing.value) == (
        f"{path} has its weights in {tmp_path / 'weights.onnx.data'}, which is not there: put that file beside it"
    )


def test_another_file_beside_it_measures_anew(tmp_path: Path) -> None:
    path, data = write_graph(tmp_path / "graph.onnx"), tmp_path / "weights.onnx.data"
    write_data(data, 1)
    settings = {"protocols": {"style-copy": {}}, "metrics": ["identity-arcface"]}
    evaluation = resolve_evaluation([ConfigSource(settings, COMMAND)])
    weights = Weights(named={"identity-arcface": path})

    def stamp() -> str:
        return dict(metric_stamps(evaluation, "style-copy", weights))["identity-arcface"]

    before = stamp()
    assert stamp() == before
    os.utime(data, ns=(0, 0))
    assert stamp() != before
