"""All metrics of one run: the chain of commands that a user runs today against one `bench score`.

The chain: pytorch-fid's command for each protocol, then a loop for LPIPS, for the parser and for the attribute
classifier, each in a process of its own over the same PNGs. Judges are trained for a moment only: it is their speed
that counts here, and that both ways come to the same numbers.

Usage: python -m benchmarks.scoring_chain [IMAGES] [REAL]
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from PIL import Image
from torchvision.models import alexnet

from benchmark.config.resolve import resolve
from benchmark.config.sources import read_config
from benchmark.evaluation.context import EvaluationContext, TaskSet
from benchmark.images.convert import image_array
from benchmark.runtime.progress import Reporter
from benchmark.weights.locate import published
from benchmarks.faces import faces
from benchmarks.generated_inception import write_generated_inception
from benchmarks.processes import Finished, bench, python, ratio
from methods.labels import ATTRIBUTES

IMAGES, REAL = 2000, 2000
PROTOCOLS = ("attribute-transfer", "style-copy")
SHOWN = {"fid": "fid", "lpips": "lpips-oracle", "parser": "seg-accuracy", "classifier": "attribute-accuracy"}
"""A step of the chain, and the metric that says the same."""


def main(images: int = IMAGES, real: int = REAL) -> None:
    """Print the figures of both ways and the ratio of their times."""
    with TemporaryDirectory() as folder:
        place = Path(folder)
        inception, trunk = _weights(place)
        words = ["score", "--method", "region-color", "--runs", place / "runs", "--json"]
        for assignment in _settings(images // len(PROTOCOLS), real):
            words += ["--set", assignment]
        for protocol in PROTOCOLS:
            words += ["--protocol", protocol]
        environment = {"BENCH_CACHE": str(place / "cache"), "TORCH_HOME": str(place / "none")}
        bench(*words, **environment)  # trains the judges and makes the edits
        run = place / "runs" / "rendered-faces" / "region-color" / "seed0"
        context, task_sets = _export(run, place)
        shutil.rmtree(place / "cache" / "features")
        chain = {protocol: _chain(place, protocol, context) for protocol in PROTOCOLS}
        named = ["--weights", f"inception-fid={inception}", "--weights", f"alexnet={trunk}"]
        ours = bench(*words, *named, **environment)
        (result,) = json.loads(ours.out)
        steps = [step for protocol in PROTOCOLS for step in chain[protocol].values()]
        for protocol in PROTOCOLS:
            for name, step in chain[protocol].items():
                theirs = float(step.out.split()[-1])
                value = result["protocols"][protocol]["metrics"][SHOWN[name]]["value"]
                apart = abs(value - theirs) / max(abs(value), abs(theirs), 1e-12)
                print(f"{protocol}, {SHOWN[name]}: chain {theirs:.8g}, bench {value:.8g}, {apart:.1e} apart")
        print(f"{sum(len(task_set.tasks) for task_set in task_sets)} edits, {real} real images")
        total = sum(step.wall for step in steps), sum(step.cpu for step in steps)
        ratio("all metrics of a run", total, (ours.wall, ours.cpu))


def _settings(tasks: int, real: int) -> list[str]:
    return [
        f"dataset.options.train={real}",
        "dataset.options.val=4",
        f"dataset.options.test={max(12, 5 * tasks // 2)}",
        *(f"judges.{judge}.{key}" for judge in ("parser", "attributes") for key in ("iterations=4", "batch_size=4")),
        *(f"protocols.{protocol}.count={tasks}" for protocol in PROTOCOLS),
        "compute.precision=fp32",
    ]


def _weights(place: Path) -> tuple[Path, Path]:
    """Generated files under their published names, where torch's hub would have put them."""
    hub = place / "torch" / "hub" / "checkpoints"
    hub.mkdir(parents=True)
    inception, trunk = hub / published("inception-fid").file, hub / published("alexnet").file
    write_generated_inception(inception, faces(8, 64, seed=3))
    torch.manual_seed(0)
    torch.save(alexnet().state_dict(), trunk)
    return inception, trunk


def _export(run: Path, place: Path) -> tuple[EvaluationContext, list[TaskSet]]:
    """Write what the chain reads: real images, and for each task its edit, oracle, mask and attributes."""
    evaluation = resolve([read_config(run / "experiment.yaml")]).evaluation
    context = EvaluationContext(evaluation, place / "cache", Reporter(quiet=True))
    _write(place / "real", context.dataset.packed.images[context.dataset.rows("train")])
    task_sets = context.task_sets(evaluation.protocols)
    for task_set in task_sets:
        folder = place / task_set.protocol.name
        shutil.copytree(
            run / "edits" / task_set.protocol.name, folder / "edits", ignore=shutil.ignore_patterns("*.[!p]*")
        )
        for other in [path for path in (folder / "edits").iterdir() if path.suffix != ".png"]:
            other.unlink()
        batch = task_set.protocol.batch(context.dataset, task_set.tasks)
        if batch.oracle is None:
            raise SystemExit("the dataset knows no true edits")
        _write(folder / "oracles", image_array(batch.oracle))
        _write(folder / "masks", batch.mask.numpy())
        columns = [ATTRIBUTES.index(name) for name in task_set.protocol.requested_attributes]
        wanted = {f"{row:05d}.png": (columns, values[columns].tolist()) for row, values in enumerate(batch.attributes)}
        (folder / "attributes.json").write_text(json.dumps(wanted), encoding="utf-8")
    return context, task_sets


def _write(folder: Path, images: np.ndarray) -> None:
    folder.mkdir(parents=True)
    for number, image in enumerate(images):
        Image.fromarray(image).save(folder / f"{number:05d}.png")


def _chain(place: Path, protocol: str, context: EvaluationContext) -> dict[str, Finished]:
    folder, home = place / protocol, str(place / "torch")
    steps = {
        "fid": python("-m", "pytorch_fid", folder / "edits", place / "real", "--device", "cpu", TORCH_HOME=home),
        "lpips": python("-m", "benchmarks.chain_loops", "lpips", folder, "none", TORCH_HOME=home),
    }
    for role, name in (("parser", "parser"), ("attributes", "classifier")):
        sha256 = context.judge_facts[role].weights_sha256
        cards = (place / "cache" / "judges").glob("*/card.json")
        (card,) = (card for card in cards if json.loads(card.read_text())["weights_sha256"] == sha256)
        steps[name] = python("-m", "benchmarks.chain_loops", name, folder, card.with_name("weights.pth"))
    return steps


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
