"""Every reader of pictures, archives, tables of scores and weights, each with files that it reads, to be damaged."""

import functools
import io
import json
import pickle
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import safetensors.torch
import torch
from onnx import TensorProto, helper
from PIL import Image

from benchmark.datasets.masks import read_part
from benchmark.datasets.packed import PackedFaces
from benchmark.datasets.transforms import read_face
from benchmark.features.gaussian_file import read_gaussian
from benchmark.features.onnx_graph import OnnxGraph
from benchmark.images.archive import opened_folder
from benchmark.images.folder import open_images
from benchmark.images.label_maps import is_label_map, read_labels
from benchmark.images.read import conversions, read_image
from benchmark.results.face_facts import read_face_facts
from benchmark.results.schema import ProtocolResult
from benchmark.results.task_scores import RATIOS, TaskScores, tasks_sha256
from benchmark.runtime.checked_files import checked_json, read_arrays
from benchmark.training.checkpoints import read_checkpoint
from benchmark.weights.external_data import external_files
from methods.checkpoint import read_state_dict
from tests.benchmark.hostile_readers import MAP, PICTURE, Reader
from tests.benchmark.images.encoded import LOSSLESS, encoded, png_16, png_grey_4

TASKS: Final = pd.DataFrame({"task": [0, 1], "target": ["a", "b"], "source": ["c", "d"], "attribute": ["x", None]})
SCORES: Final = pa.Table.from_pandas(TASKS.assign(value=[1.0, 2.0]))
RATIOS_OF_SCORES: Final = b'{"psnr": [["value", null]]}'
PACK: Final = {"size": 2, "fingerprint": "a", "skipped": [["b", "it is grey"]], "kinds": ["grey"]}
TENSORS: Final = {"0.weight": torch.ones(2, 2), "0.bias": torch.zeros(2)}


def _saved(save: Any, *content: Any) -> bytes:
    file = io.BytesIO()
    save(*content, file)
    return file.getvalue()


def _zip(entries: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return file.getvalue()


def _entries(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        return {name: found.read(name) for name in found.namelist()}


def _arrays(**arrays: Any) -> bytes:
    return _saved(lambda file: np.savez(file, **arrays))


def _tar() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name in ("storages", "tensors", "pickle"):
            entry = tarfile.TarInfo(name)
            entry.size = 40
            archive.addfile(entry, io.BytesIO(bytes(40)))
    return file.getvalue()


def _graph() -> bytes:
    given = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, 16, 16])
    found = helper.make_tensor_value_info("means", TensorProto.FLOAT, None)
    graph = helper.make_graph([helper.make_node("GlobalAveragePool", ["image"], ["means"])], "means", [given], [found])
    content: bytes = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8
    ).SerializeToString()
    return content


def _with_right_checksums(png: bytes) -> bytes:
    """A PNG whose chunks have the checksums of what is in them, as far as it still is one."""
    content, place = bytearray(png), 8
    while place + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, place)
        end = place + 8 + length
        if end + 4 > len(content):
            break
        struct.pack_into(">I", content, end, zlib.crc32(content[place + 4 : end]))
        place = end + 4
    return bytes(content)


def _with_header(header: bytes) -> bytes:
    return struct.pack("<Q", len(header)) + header + bytes(24)


def _scores_with(key: bytes, value: bytes) -> bytes:
    metadata = {**(SCORES.schema.metadata or {}), RATIOS: RATIOS_OF_SCORES, key: value}
    return _saved(lambda file: pq.write_table(SCORES.replace_schema_metadata(metadata), file))


def _read_scores(path: Path) -> object:
    result = ProtocolResult(title="R", num_tasks=2, tasks_sha256=tasks_sha256(TASKS), rule="", metrics={})
    scores = TaskScores(path.parents[1], "reconstruction", result)
    return scores.tasks, scores.tally("psnr"), scores.strengths


def _read_pack(path: Path) -> object:
    columns = {"ids": np.array(["a"]), "splits": np.array(["test"]), "attributes": np.zeros((1, 40), np.uint8)}
    for name, content in {"images.bin": bytes(12), "masks.bin": bytes(4), "faces.npz": _arrays(**columns)}.items():
        if not (path.parent / name).exists():
            (path.parent / name).write_bytes(content)
    if not (path.parent / "pack.json").exists():
        (path.parent / "pack.json").write_text(checked_json(PACK))
    return PackedFaces(path.parent)


def _with_checksum(content: bytes) -> bytes:
    """A JSON file that says of any content that it is as it was written."""
    facts = json.loads(content)
    return checked_json(facts).encode() if isinstance(facts, dict) else content


def _read_archive(path: Path) -> object:
    with opened_folder(path) as folder:
        return open_images(folder)


def _read_picture(path: Path) -> object:
    return read_image(path), conversions(path)


def _read_map(path: Path) -> object:
    return is_label_map(path), read_labels(path)


def _read_graph(path: Path) -> object:
    return external_files(path), OnnxGraph(path)(np.zeros((1, 3, 16, 16), np.float32))


IMAGE: Final = Image.fromarray(PICTURE)
CHECKPOINT: Final = _saved(torch.save, {"state_dict": TENSORS, "meta": {"finished": True}})
WEIGHTS: Final = _saved(torch.save, TENSORS)
GAUSSIAN: Final = _arrays(mu=np.zeros(3), sigma=np.eye(3))
SAFETENSORS: Final = safetensors.torch.save(TENSORS)
HEADER: Final = SAFETENSORS[8 : 8 + struct.unpack_from("<Q", SAFETENSORS)[0]]


def _in(archive: bytes, entry: str) -> Any:
    """What puts another content in place of an entry of an archive, with its right checksum."""
    entries = _entries(archive)
    (name,) = (name for name in entries if name.endswith(entry))
    return lambda content: _zip({**entries, name: content})


def _entry(archive: bytes, entry: str) -> bytes:
    return next(content for name, content in _entries(archive).items() if name.endswith(entry))


BINARY_READERS: Final[Mapping[str, Reader]] = {
    **{
        f"{kind} picture": Reader(f"a.{kind}", write(IMAGE, 6), _read_picture, "binary")
        for kind, write in LOSSLESS.items()
    },
    "jpeg picture": Reader("a.jpg", encoded(IMAGE, "JPEG", 3), _read_picture, "binary"),
    "16-bit picture": Reader("a.png", png_16(PICTURE.astype(np.uint16) * 257), _read_picture, "binary"),
    "chunks of a picture": Reader("a.png", LOSSLESS["png"](IMAGE, 6), _read_picture, "binary", _with_right_checksums),
    "png label map": Reader("a.png", LOSSLESS["png"](Image.fromarray(MAP), 1), _read_map, "binary"),
    "chunks of a label map": Reader(
        "a.png", encoded(Image.fromarray(MAP), "PNG"), _read_map, "binary", _with_right_checksums
    ),
    "4-bit picture": Reader("a.png", png_grey_4(MAP % 16), _read_picture, "binary", _with_right_checksums),
    "pgm label map": Reader("a.pgm", encoded(Image.fromarray(MAP), "PPM"), _read_map, "binary"),
    "tiff label map": Reader("a.tif", encoded(Image.fromarray(MAP), "TIFF"), _read_map, "binary"),
    "part of a mask": Reader("a.png", LOSSLESS["png"](IMAGE, 1), read_part, "binary", _with_right_checksums),
    "face of a dataset": Reader("a.jpg", encoded(IMAGE, "JPEG"), read_face, "binary"),
    "archive of pictures": Reader(
        "a.zip",
        _zip({"x/a.png": LOSSLESS["png"](IMAGE, 1), "x/b.jpg": encoded(IMAGE, "JPEG")}),
        _read_archive,
        "binary",
    ),
    "checkpoint": Reader("a.pth", CHECKPOINT, read_checkpoint, "binary"),
    "pickle of a checkpoint": Reader(
        "a.pth", _entry(CHECKPOINT, "data.pkl"), read_checkpoint, "binary", _in(CHECKPOINT, "data.pkl")
    ),
    "weights": Reader("a.pth", WEIGHTS, read_state_dict, "binary"),
    "pickle of weights": Reader(
        "a.pth", _entry(WEIGHTS, "data.pkl"), read_state_dict, "binary", _in(WEIGHTS, "data.pkl")
    ),
    "old weights": Reader(
        "a.pth",
        _saved(lambda file: torch.save(TENSORS, file, _use_new_zipfile_serialization=False)),
        read_state_dict,
        "binary",
    ),
    "plain pickle": Reader("a.pkl", pickle.dumps({"a": 1}), read_state_dict, "binary"),
    "tar of weights": Reader("a.tar", _tar(), read_state_dict, "binary"),
    "safetensors": Reader("a.safetensors", SAFETENSORS, read_state_dict, "binary"),
    "header of safetensors": Reader("a.safetensors", HEADER, read_state_dict, "text", _with_header),
    "graph": Reader("a.onnx", _graph(), _read_graph, "binary"),
    "scores": Reader("scores/reconstruction.parquet", _scores_with(b"a", b""), _read_scores, "binary"),
    "ratios of scores": Reader(
        "scores/reconstruction.parquet", RATIOS_OF_SCORES, _read_scores, "text", functools.partial(_scores_with, RATIOS)
    ),
    "columns of scores": Reader(
        "scores/reconstruction.parquet",
        SCORES.schema.metadata[b"pandas"],
        _read_scores,
        "json",
        functools.partial(_scores_with, b"pandas"),
    ),
    "faces of a run": Reader(
        "faces/reconstruction.parquet",
        _saved(lambda file: pq.write_table(pa.table({"face": ["a", "b"], "Smiling": [1, 0]}), file)),
        lambda path: read_face_facts(path.parents[1], "reconstruction"),
        "binary",
    ),
    "arrays": Reader("a.npz", GAUSSIAN, read_arrays, "binary"),
    "statistics": Reader("a.npz", _entry(GAUSSIAN, "sigma.npy"), read_gaussian, "binary", _in(GAUSSIAN, "sigma.npy")),
    "pack of faces": Reader("pack.json", json.dumps(PACK).encode(), _read_pack, "json", _with_checksum),
    "columns of faces": Reader(
        "faces.npz",
        _arrays(ids=np.array(["a"]), splits=np.array(["test"]), attributes=np.zeros((1, 40), np.uint8)),
        _read_pack,
        "binary",
    ),
}
"""Files whose bytes are damaged, some within containers that stay whole."""
