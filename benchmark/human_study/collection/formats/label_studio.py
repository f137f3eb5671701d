"""Label Studio's JSON export: tasks, each with the annotations that people made of it.

`data` holds the ids that the study's export wrote; a `<Pairwise>` is answered by a side, which `shown_order` turns
into an option; `<Choices>` and `<Rating>` by the choice itself. What an annotation took (`lead_time`, seconds) is the
response time, and it began that long before it was created.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from benchmark.human_study.collection.formats.choices import chosen
from benchmark.human_study.collection.formats.claims import Claim, raw_json, text_of
from benchmark.human_study.collection.rejections import Fault, Reason
from benchmark.human_study.collection.timestamps import in_utc

_CARRIED = ("study_id", "trial_id", "question_id", "shown_order", "trial_index")
_NO_LEAD_TIME = 1e9
"""Seconds, thirty years: what is longer is no time."""


def is_export(document: Any) -> bool:
    """Whether a document is a list of tasks with annotations."""
    return isinstance(document, list) and any(
        isinstance(task, dict) and isinstance(task.get("data"), dict) and "annotations" in task for task in document
    )


def is_short_export(document: Any) -> bool:
    """Whether a document is a JSON-MIN export: a flat row for each annotation."""
    return isinstance(document, list) and any(isinstance(row, dict) and "annotation_id" in row for row in document)


def from_tasks(tasks: list[Any]) -> Iterator[Claim]:
    """Claims of an export: one for each annotation."""
    for number, task in enumerate(tasks, start=1):
        data = task.get("data") if isinstance(task, dict) else None
        annotations = task.get("annotations") if isinstance(task, dict) else None
        if not isinstance(data, dict) or not isinstance(annotations, list):
            yield Claim(number, raw_json(task), {}, Fault(Reason.BROKEN, "not a task with data and annotations"))
            continue
        carried = {name: text_of(data[name]) for name in _CARRIED if name in data}
        for annotation in annotations:
            raw = raw_json({"data": data, "annotation": annotation})
            if isinstance(annotation, dict):
                yield _claim(number, raw, carried | {"session_id": text_of(task.get("project"))}, annotation)
            else:
                yield Claim(number, raw, carried, Fault(Reason.BROKEN, "not an annotation"))


def _claim(number: int, raw: str, carried: Mapping[str, str], annotation: Mapping[str, Any]) -> Claim:
    shown = carried.get("shown_order", "").split()
    words = list(_words(annotation.get("result")))
    fault = None
    if annotation.get("was_cancelled"):
        fault = Fault(Reason.CANCELLED)
    elif len(words) != 1:
        fault = Fault(Reason.SEVERAL_CHOICES if words else Reason.NO_CHOICE, " ".join(words))
    person = annotation.get("completed_by")
    cells = {
        **carried,
        "participant_id": text_of(person.get("id") if isinstance(person, dict) else person),
        "choice": chosen(words[0], shown) if words else "",
        **_times(text_of(annotation.get("created_at")), annotation.get("lead_time")),
    }
    return Claim(number, raw, cells, fault)


def _words(result: Any) -> Iterator[str]:
    """What was chosen; other things that an annotation may hold, such as remarks, are no choices."""
    for region in result if isinstance(result, list) else []:
        value = region.get("value") if isinstance(region, dict) else None
        if not isinstance(value, dict):
            continue
        if "selected" in value:
            yield text_of(value["selected"])
        elif isinstance(value.get("choices"), list):
            yield from map(text_of, value["choices"])
        elif "rating" in value:
            yield text_of(value["rating"])


def _times(created_at: str, lead_time: Any) -> dict[str, str]:
    """When an annotation began, and what it took in milliseconds; as they stand where they are no times."""
    measured = isinstance(lead_time, int | float) and not isinstance(lead_time, bool) and abs(lead_time) < _NO_LEAD_TIME
    if not measured:
        return {"started_at": created_at if lead_time is None else "", "rt_ms": text_of(lead_time)}
    with suppress(ValueError):
        created_at = in_utc(created_at, less_seconds=lead_time)
    return {"started_at": created_at, "rt_ms": f"{1000 * lead_time:.3f}"}
