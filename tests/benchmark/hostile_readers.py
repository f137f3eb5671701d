"""Every reader of text, JSON and words from outside, each with what it reads, for tests that damage this."""

import base64
import json
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Literal

import cv2
import numpy as np
from PIL import Image

from benchmark.ablation.study import read_study as read_ablation
from benchmark.caching.fingerprints import StageState
from benchmark.calibration.schema import read_calibration
from benchmark.cli.resolve_flags import parse_seed_range, parse_seeds
from benchmark.config.budget import parse_budget
from benchmark.config.presets import find_preset
from benchmark.config.resolve import resolve
from benchmark.config.sources import COMMAND, ConfigSource, read_assignments, read_config
from benchmark.datasets.celebamask_hq.files import ATTRIBUTE_ROWS, MAPPING, POSES
from benchmark.datasets.celebamask_hq.files import read_annotations as read_celeba
from benchmark.datasets.face_folder.annotations import read_annotations as read_tables
from benchmark.demo.base64_images import order_of
from benchmark.demo.save_example import saved_rows
from benchmark.editing.outside_files import find_edits
from benchmark.editing.process.messages import read_answer, read_ready
from benchmark.human_study.answers import read_rows
from benchmark.human_study.collection.formats.detect import read_raw_answers
from benchmark.human_study.collection.formats.read_column_map import read_column_map
from benchmark.human_study.collection.rejections import HEADER, read_rejections
from benchmark.human_study.design.texts import read_texts
from benchmark.human_study.schema import read_key, read_study
from benchmark.images.label_sets import find_label_set
from benchmark.photographs.request import parse_attributes
from benchmark.protocols.example_files import FILES, TEXTS, read_examples
from benchmark.results.find_results import read_run
from benchmark.results.outside_card import outside_card
from benchmark.results.schema import read_result
from benchmark.results.task_scores import ScoreFiles
from benchmark.runs.method_budgets import read_budgets
from benchmark.runtime.interruption import StopRequest
from benchmark.sweep.job_log import training_progress
from benchmark.sweep.object_store import ObjectStore
from benchmark.sweep.record import read_record
from benchmark.sweep.storage import Storage
from benchmark.tables.build_tables import tabulate
from benchmark.tables.pairwise import differences
from methods.labels import ATTRIBUTES
from registry.cards import DatasetCard, JudgeCard, MethodCard, MetricCard, ProtocolCard, read_card
from reports.leaderboard import csv_file, html_page, json_file, latex, markdown
from reports.run_page.loss_curves import read_loss_curves
from reports.run_page.validation_curves import read_validated_stages
from tests.benchmark.human_study import answered_study as made
from tests.benchmark.images.encoded import LOSSLESS
from tests.places import DATA, ROOT


@dataclass(frozen=True)
class Reader:
    """A reader, and what it reads.

    Attributes:
        name: of the file, in a folder of its own.
        content: what is in it before it is damaged.
        read: reads the file of that path.
        kind: how the content is damaged: as text, value by value, or byte by byte.
        wrap: makes the file's bytes of damaged content that lies within something whole.
    """

    name: str
    content: bytes
    read: Callable[[Path], object]
    kind: Literal["text", "json", "binary"] = "text"
    wrap: Callable[[bytes], bytes] = bytes


PICTURE: Final = np.arange(16 * 16 * 3, dtype=np.uint8).reshape(16, 16, 3)
MAP: Final = (np.arange(256, dtype=np.uint8) % 19).reshape(16, 16)
STUDY, KEY = made.study(), made.key(made.study())

CONFIG: Final = b"method: stargan\noptions: {iterations: 10, generator_lr: 1e-4}\ndataset: {size: 64}\nlimit: 4\n"
MAPPED: Final = (
    b"columns: {participant_id: rater, trial_id: trial, choice: a}\nconstants: {study_id: s, question_id: q}\n"
)
PRESET: Final = (
    b"name: evening\nbase: demo\nsize: 64\nprotocols:\n  style-copy: {count: 5}\nmethods:\n  maskgan: {ngf: 8}\n"
)
STEP: Final = b'{"stage": "paint", "iteration": 10, "of": 20, "seconds": 1.5, "losses": {"l1": 0.5, "gan": null}}\n'
EDITS: Final = b'{"task": 0, "image_path": "edits.jsonl", "seconds": 0.5}\n{"task": 1, "image_path": "edits.jsonl"}\n'
RUN: Final = {"result.json": b"{}", "stamps.json": b"{}", "log.txt": b"done"}
LABELS: Final = b"summary: mine\nnumbers: {0: background, 1: skin, 7: hair}\n"
COLORS: Final = b"colors: {'#000000': background, '#cc0000': skin}\n"
CELEBA: Final = {
    MAPPING: b"idx orig_idx orig_file\n0  119613  119614.jpg\n1  99094  099095.jpg\n",
    ATTRIBUTE_ROWS: f"2\n{' '.join(ATTRIBUTES)}\n0.jpg {'1 -1 ' * 20}\n1.jpg {'-1 1 ' * 20}\n".encode(),
    POSES: b"Image yaw pitch roll\n0.jpg 1.5 -2 0\n1.jpg 3 4.25 5\n",
}
TABLES: Final = {
    "attributes.csv": b"id,Smiling,Male,Freckles\n007,1,0,1\na.png,0,1,0\n",
    "splits.csv": b"id;split\n007;train\na;test\n",
    "poses.csv": b"id,yaw,pitch,roll\n007,1,-2,3.5\na,,,\n",
}
EXAMPLE: Final = {
    **dict.fromkeys(FILES, "a.png"),
    **dict.fromkeys(TEXTS, ""),
    **{"target_id": "a", "source_id": "b", "attributes_requested": "Smiling Male", "strength": "1.0"},
    "lacks": '{"sketch": "no"}',
}
CURVE: Final = {
    **{"faces": "the validation split", "protocol": "style-copy", "num_tasks": 2, "given": ["target"]},
    "points": [{"iteration": 3, "figures": {"psnr-oracle": 12.5, "l1": None}, "seconds": 0.5}],
}
BOUGHT: Final = {"budget": "9flop", "options": {"iterations": 3}, "step_costs": {"paint": 2.5}, "measured_on": "a CPU"}
JOB: Final = {
    **{"role": "experiment", "name": "a", "label": "tiny", "dataset": "rendered-faces", "seed": 0, "folder": "runs/a"},
    **{"state": "running", "seconds": 1.5, "id": None, "error": None, "log": "log.txt"},
}
MESSAGE: Final = {
    "face": {"image": "", "parts": "", "attributes": ["Male"], "own_attributes": ["Freckles"]},
    **{"style": None, "mask": "", "hidden": "", "attributes": {"Smiling": 1}, "strength": 1.0},
}


def _file(path: str) -> bytes:
    return (ROOT / path).read_bytes()


def _json(content: object) -> bytes:
    return json.dumps(content).encode()


def _word(read: Callable[[str], object]) -> Callable[[Path], object]:
    """A reader of a command's words or a program's messages, which come from no file."""
    return lambda path: read(path.read_bytes().decode("utf-8", "surrogateescape"))


def _assigned(word: str) -> object:
    return resolve([ConfigSource({"method": "stargan"}, COMMAND), read_assignments([word])])


def _card(path: str, kind: type[Any]) -> Reader:
    return Reader("card.yaml", _file(path), lambda card: read_card(card, kind))


def _label_set(path: Path) -> object:
    return find_label_set(str(path))


def _answers(path: Path) -> object:
    return list(read_raw_answers(path, STUDY, KEY).answers)


def _list(path: Path) -> object:
    return find_edits(path, range(4))


def _training(path: Path) -> object:
    return training_progress(path.parent)


def _leaderboard(path: Path) -> object:
    """The pages of a result beside one that is whole."""
    runs, files = [read_run(path), read_run(DATA / "results" / "v1-strengths.json")], ScoreFiles()
    tables = tabulate(runs, True, None, files)
    compared = [differences(table, files) for table in tables]
    plain = [latex.render(tables), csv_file.render(tables), json_file.render(tables, 0)]
    return [
        *plain,
        markdown.render(tables, "T", {}, 0),
        html_page.render(tables, compared, runs, files, "T", False, 0),
    ]


def _budgets(path: Path) -> object:
    return read_budgets(path, print)


def _stored(path: Path) -> object:
    """What comes from an address at which a run has this record."""
    at = path.parents[3]
    shutil.rmtree(at / "runs", ignore_errors=True)
    for name, content in RUN.items():
        (path.parent / name).write_bytes(content)
    before = set(at.rglob("*"))
    said: list[str] = []
    Storage(ObjectStore(f"file://{at}/bucket"), at / "runs").fetch(
        ["tiny/seed0"], lambda name: False, StopRequest(), said.append
    )
    made = {made.relative_to(at).as_posix() for made in set(at.rglob("*")) - before if made.is_file()}
    assert all(re.fullmatch(r"runs/(tiny/seed0/.*|tiny/\.seed0\.lock|\.stored/.*\.json)", name) for name in made), made
    return said


def _curve(path: Path) -> object:
    return read_validated_stages(path.parents[1])


def _celeba(path: Path) -> object:
    for name in CELEBA.keys() - {path.name}:
        (path.parent / name).write_bytes(CELEBA[name])
    return read_celeba(path.parent)


def _tables(path: Path) -> object:
    for name in TABLES.keys() - {path.name}:
        (path.parent / name).write_bytes(TABLES[name])
    return read_tables(path.parent, ["007", "a"], ["Freckles"])


def _examples(path: Path) -> object:
    cv2.imwrite(str(path.parent / "a.png"), MAP)
    return [(row.attributes_asked, row.digest, row.task(16, ATTRIBUTES), row.hints(16)) for row in read_examples(path)]


def _message(path: Path) -> object:
    try:
        message = json.loads(path.read_bytes())
    except (ValueError, RecursionError):  # which the server refuses
        return None
    return order_of(message)


def _as_csv(row: Mapping[str, str]) -> bytes:
    quoted = ('"' + cell.replace('"', '""') + '"' for cell in row.values())
    return f"{','.join(row)}\n{','.join(quoted)}\n".encode()


def _with_pictures(content: bytes) -> bytes:
    """A message of the page, with a face in it where it has not another."""
    message = json.loads(content)
    if isinstance(message, dict) and isinstance(face := message.get("face"), dict):
        plane = base64.b64encode(MAP.tobytes()).decode()
        picture = LOSSLESS["png"](Image.fromarray(PICTURE), 1)
        face["image"] = face.get("image") or "data:image/png;base64," + base64.b64encode(picture).decode()
        face["parts"] = face.get("parts") or plane
        message |= {name: message.get(name) or plane for name in ("mask", "hidden")}
    return _json(message)


TEXT_READERS: Final[Mapping[str, Reader]] = {
    "method card": _card("methods/stargan/method.yaml", MethodCard),
    "dataset card": _card("benchmark/datasets/face_folder/dataset.yaml", DatasetCard),
    "protocol card": _card("benchmark/protocols/attribute_transfer.yaml", ProtocolCard),
    "metric card": _card("benchmark/metrics/cards/fid.yaml", MetricCard),
    "judge card": _card("benchmark/judges/bisenet_parser.yaml", JudgeCard),
    "preset": Reader("evening.yaml", PRESET, lambda path: find_preset(str(path), None)),
    "card of edits": Reader("card.yaml", b"title: Mine\nlicence: none\n", lambda path: outside_card("mine", path)),
    "config": Reader("mine.yaml", CONFIG, lambda path: resolve([read_config(path)])),
    "texts": Reader("texts.yaml", _file("benchmark/human_study/design/texts/2afc.yaml"), read_texts),
    "column map": Reader("map.yaml", MAPPED, read_column_map),
    "label numbers": Reader("labels.yaml", LABELS, _label_set),
    "label colours": Reader("labels.yaml", COLORS, _label_set),
    "assignment": Reader("word", b"options.generator_lr=1e-4", _word(_assigned)),
    "assigned list": Reader("word", b"metrics=[fid, kid]", _word(_assigned)),
    "seeds": Reader("word", b"0..3", _word(lambda word: parse_seed_range("--seed", word))),
    "number of seeds": Reader("word", b"3", _word(lambda word: parse_seeds("--seeds", word))),
    "budget": Reader("word", b"1.5e2k-images", _word(parse_budget)),
    "attribute": Reader("word", b"Smiling=1", _word(lambda word: parse_attributes([word]))),
    "losses": Reader("progress.jsonl", STEP * 3, read_loss_curves),
    "progress": Reader("progress.jsonl", STEP * 3, _training),
    "canonical answers": Reader("answers.csv", made.canonical_text(made.answers()).encode(), read_rows),
    "answers of a page": Reader("answers", made.page_csv(made.answers()[:4]).encode(), _answers),
    "posted answers": Reader("answers", made.posts(made.answers()[:4]).encode(), _answers),
    "answers of MTurk": Reader("answers", (DATA / "human_study" / "mturk_raw_download.csv").read_bytes(), _answers),
    "rejections": Reader(
        "rejected.csv", f"{','.join(HEADER)}\r\n{'a,' * (len(HEADER) - 1)}b\r\n".encode(), read_rejections
    ),
    **{f"CelebA's {name}": Reader(name, content, _celeba) for name, content in CELEBA.items()},
    **{f"{name} of a folder": Reader(name, content, _tables) for name, content in TABLES.items()},
    "examples": Reader("examples.csv", _as_csv(EXAMPLE), _examples),
    "saved edits": Reader("examples.csv", _as_csv({"name": "00000 a", **EXAMPLE, "results": ""}), saved_rows),
    "list of edits": Reader("edits.jsonl", EDITS, _list),
}
"""Files and words whose characters are damaged."""

VALUE_READERS: Final[Mapping[str, Reader]] = {
    name: Reader(file, content, read, "json", wrap)
    for name, file, content, read, wrap in (
        ("result", "result.json", _file("tests/data/results/v1-strengths.json"), read_result, bytes),
        ("leaderboard", "tiny/seed0/result.json", _file("tests/data/results/v1-strengths.json"), _leaderboard, bytes),
        ("calibration", "calibration.json", _file("examples/calibration/calibration.json"), read_calibration, bytes),
        ("ablation", "ablation.json", _file("examples/ablation-maskgan/ablation.json"), read_ablation, bytes),
        ("study", "study.json", STUDY.model_dump_json().encode(), read_study, bytes),
        ("key", "key.json", KEY.model_dump_json().encode(), read_key, bytes),
        ("sweep", "sweep.json", _json({"schema_version": 1, "jobs": [JOB]}), read_record, bytes),
        (
            "stored run",
            "bucket/tiny/seed0/stored.json",
            _json({"schema_version": 1, "files": {name: sha256(content).hexdigest() for name, content in RUN.items()}}),
            _stored,
            bytes,
        ),
        ("budgets", "budgets.json", _json({"bought": {"a": BOUGHT}}), _budgets, bytes),
        ("answers", "answers.json", made.page_json(made.answers()[:3]).encode(), _answers, bytes),
        ("answers of Label Studio", "answers.json", made.label_studio(made.answers()[:3]).encode(), _answers, bytes),
        ("curve", "validation/curve.json", _json({"stages": {"paint": CURVE}}), _curve, bytes),
        ("step", "progress.jsonl", STEP, read_loss_curves, bytes),
        ("step done", "progress.jsonl", STEP, _training, bytes),
        ("edit of a list", "edits.jsonl", EDITS.partition(b"\n")[0], _list, bytes),
        ("greeting", "line", _json({"ready": 1}), _word(read_ready), bytes),
        (
            "answer",
            "line",
            _json({"done": [0, 1], "seconds": 0.5}),
            _word(lambda line: read_answer(line, [0, 1])),
            bytes,
        ),
        ("message", "line", _json(MESSAGE), _message, _with_pictures),
        ("stamps", "stamps.json", _json({"training": {"code": "a"}}), lambda path: StageState(path.parent), bytes),
    )
}
"""JSON documents whose values are replaced by others."""
