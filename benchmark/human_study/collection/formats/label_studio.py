"""Label Studio's JSON export: tasks, each with the annotations that people made of it.

`data` has the ids that the study's export wrote; a `<Pairwise>` is answered by a side, which `shown_order` turns
into an option; `<Choices>` and `<Rating>` by the choice itself. The duration of an annotation (`lead_time`, seconds) is
the response time; it began that long before it was created.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from benchmark.human_study.collection.formats.choices import resolve_choice
from benchmark.human_study.collection.formats.raw_answers import RawAnswer, raw_json, text_of
from benchmark.human_study.collection.rejections import Fault, Reason
from benchmark.human_study.collection.timestamps import to_utc

_COPIED = ("study_id", "trial_id", "question_id", "shown_order", "trial_index")
_MAX_LEAD_TIME = 1e9
"""In seconds, thirty years: anything longer is no duration."""


def is_export(document: Any) -> bool:
    """Whether a document is a list of tasks with annotations."""
    return isinstance(document, list) and any(
        isinstance(task, dict) and isinstance(task.get("data"), dict) and "annotations" in task for task in document
    )


def is_short_export(document: Any) -> bool:
    """Whether a document is a JSON-MIN export: a flat row for each annotation."""
    return isinstance(document, list) and any(isinstance(row, dict) and "annotation_id" in row for row in document)


def from_tasks(tasks: list[Any]) -> Iterator[RawAnswer]:
    """Raw answers of an export: one for each annotation."""
    for number, task in enumerate(tasks, start=1):
        data = task.get("data") if isinstance(task, dict) else None
        annotations = task.get("annotations") if isinstance(task, dict) else None
        if not isinstance(data, dict) or not isinstance(annotations, list):
            yield RawAnswer(number, raw_json(task), {}, Fault(Reason.BROKEN, "not a task with data and annotations"))
            continue
        copied = {name: text_of(data[name]) for name in _COPIED if name in data}
        for annotation in annotations:
            raw = raw_json({"data": data, "annotation": annotation})
            if isinstance(annotation, dict):
                yield _raw_answer(number, raw, copied | {"session_id": text_of(task.get("project"))}, annotation)
            else:
                yield RawAnswer(number, raw, copied, Fault(Reason.BROKEN, "not an annotation"))


def _raw_answer(number: int, raw: str, copied: Mapping[str, str], annotation: Mapping[str, Any]) -> RawAnswer:
    shown = copied.get("shown_order", "").split()
    choices = list(_choices(annotation.get("result")))
    fault = None
    if annotation.get("was_cancelled"):
        fault = Fault(Reason.CANCELLED)
    elif len(choices) != 1:
        fault = Fault(Reason.SEVERAL_CHOICES if choices else Reason.NO_CHOICE, " ".join(choices))
    person = annotation.get("completed_by")
    cells = {
        **copied,
        "participant_id": text_of(person.get("id") if isinstance(person, dict) else person),
        "choice": resolve_choice(choices[0], shown) if choices else "",
        **_times(text_of(annotation.get("created_at")), annotation.get("lead_time")),
    }
    return RawAnswer(number, raw, cells, fault)


def _choices(result: Any) -> Iterator[str]:
    """What was chosen; other parts of an annotation, such as remarks, are no choices."""
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
    """When an annotation began, and its duration in milliseconds; unchanged where they are no times."""
    is_number = isinstance(lead_time, int | float) and not isinstance(lead_time, bool)
    if not is_number or abs(lead_time) >= _MAX_LEAD_TIME:
        return {"started_at": created_at if lead_time is None else "", "rt_ms": text_of(lead_time)}
    with suppress(ValueError):
        created_at = to_utc(created_at, less_seconds=lead_time)
    return {"started_at": created_at, "rt_ms": f"{1000 * lead_time:.3f}"}
