"""Edit tasks as folders of plain files, which programs of any kind can read; true results are never among them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from torch import Tensor

from benchmark.images.convert import Pixels, image_array
from benchmark.images.label_colors import color_mask
from benchmark.images.write import write_grey_png, write_png
from methods.base import EditBatch, FaceBatch

FILES: Final = ("target", "target_mask", "source", "source_mask", "mask", "mask_color", "region", "sketch", "colour")
"""What a task's folder has, each as a PNG."""


def write_tasks(tasks: EditBatch, folders: Sequence[Path], spelt: Callable[[Path], str]) -> Iterator[dict[str, Any]]:
    """Write the files of N tasks, each into a folder of its own, and give what a program must know of each.

    Args:
        tasks: on any device.
        folders: one per task; created where absent.
        spelt: how the path of a file is written down.

    Yields:
        By task, plain values: `target_id`, `source_id`, `attributes_before`, `attributes_requested` (the names of those
        that the target has, and that the result is to have), `instruction`, `strength`, and the path of each file, by
        its name in `FILES`. What the tasks lack has no file, and "" for its path; so have hints that were not given.
    """
    rgb = {"target": _pixels(tasks.target), "source": _pixels(tasks.source)}
    if tasks.colour is not None:
        rgb["colour"] = image_array(tasks.colour)
    labels = {"target_mask": tasks.target.mask, "source_mask": tasks.source.mask, "mask": tasks.mask}
    grey = {name: _array(mask) for name, mask in labels.items()} | {"region": 255 * _array(tasks.region)}
    if tasks.sketch is not None:
        grey["sketch"] = 255 * _array(tasks.sketch)
    strengths = [1.0] * len(tasks) if tasks.strength is None else tasks.strength.tolist()
    grey = {name: images for name, images in grey.items() if name not in tasks.lacks}
    before, requested = tasks.target.attributes_on_host, tasks.attributes.cpu()
    for number, folder in enumerate(folders):
        colors = {name: images[number] for name, images in rgb.items()}
        if "mask" in grey:
            colors["mask_color"] = color_mask(grey["mask"][number])
        for name, image in colors.items():
            write_png(folder / _file(name), image, durable=False)
        for name, images in grey.items():
            write_grey_png(folder / _file(name), images[number], durable=False)
        yield {
            "target_id": tasks.target.ids[number],
            "source_id": tasks.source.ids[number],
            "attributes_before": _names(before[number], tasks.target),
            "attributes_requested": _names(requested[number], tasks.target),
            "instruction": tasks.instructions[number] if tasks.instructions else "",
            "strength": strengths[number],
            **{name: spelt(folder / _file(name)) if name in colors or name in grey else "" for name in FILES},
        }


def _file(name: str) -> str:
    return f"{name}.png"


def _pixels(faces: FaceBatch) -> Pixels:
    return image_array(faces.image)


def _array(labels: Tensor) -> Pixels:
    return labels.cpu().numpy().astype(np.uint8)


def _names(attributes: Tensor, faces: FaceBatch) -> list[str]:
    return [name for name, value in zip(faces.attribute_names, attributes.tolist(), strict=True) if value > 0.5]
