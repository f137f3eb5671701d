"""Label Studio's JSON export: tasks, each with the annotations that people made of it.

`data` has the ids that the study's export wrote; a `<Pairwise>` is answered by a side, which `shown_order` turns
into an option; `<Choices>` and `<Rating>` by the choice itself. The duration of an annotation (`lead_time`, seconds) is
the response time; it began that long before it was created.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from benchmark.human_study.collection.formats.choices import resolve_choice
from benchmark.human_study.collection.formats.json_documents import parse_json
from benchmark.human_study.collection.formats.raw_answers import RawAnswer, raw_json, text_of
from benchmark.human_study.collection.rejections import Fault, Reason
from benchmark.human_study.collection.timestamps import to_utc
from registry.errors import shortened

_COPIED = ("study_id", "trial_id", "question_id", "shown_order", "trial_index")
_MAX_LEAD_TIME = 1e9
"""In seconds, thirty years: anything longer is no duration."""


def is_export(document: Any) -> bool:
    """Whether a document is a list of tasks with annotations."""
    return isinstance(document, list) and any(
        isinstance(task, dict) and isinstance(task.get("data"), dict) and "annotations" in task for task in document
    )


def flat_rows(tasks: list[Any]) -> Iterator[tuple[int, Any, str]]:
    """Rows of an export as its JSON-MIN and CSV have them, for column maps: one for each annotation.

    They have the task's data, `annotator`, `annotation_id`, `project`, the times, `was_cancelled`, and what was chosen
    by the name of each control.

    Yields:
        The task's number, the row, and "" or what is wrong with it.
    """
    for number, task, annotation, broken in _annotations(tasks):
        if broken:
            yield number, annotation or task, broken
        else:
            yield number, {**task["data"], "project": task.get("project"), **_flat(annotation)}, ""


def _flat(annotation: dict[str, Any]) -> dict[str, Any]:
    chosen: dict[str, list[Any]] = {}
    for region in _listed(annotation.get("result")):
        if isinstance(region, dict) and isinstance(region.get("from_name"), str):
            chosen.setdefault(region["from_name"], []).append(region.get("value"))
    return {
        **chosen,
        "annotator": _person(annotation),
        "annotation_id": annotation.get("id"),
        **{name: annotation.get(name) for name in ("created_at", "updated_at", "lead_time", "was_cancelled")},
    }


def bare_value(cell: str) -> str:
    """What was chosen, of a cell in which a short export has more: `[{"selected": "left"}]`, `[{"rating": 4}]`."""
    if not cell.startswith(("[{", "{")):
        return cell
    try:
        value = parse_json(cell)
    except ValueError:
        return cell
    chosen = list(_chosen(value if isinstance(value, list) else [value]))
    return chosen[0] if len(chosen) == 1 else cell


def cancelled_annotation(cells: Mapping[str, str]) -> Fault | None:
    """The fault of a flat row whose annotation was cancelled."""
    cancelled = "annotation_id" in cells and cells.get("was_cancelled", "").lower() in ("1", "true")
    return Fault(Reason.CANCELLED) if cancelled else None


def is_short_export(document: Any) -> bool:
    """Whether a document is a JSON-MIN export: a flat row for each annotation."""
    return isinstance(document, list) and any(isinstance(row, dict) and "annotation_id" in row for row in document)


def from_tasks(tasks: list[Any]) -> Iterator[RawAnswer]:
    """Raw answers of an export: one for each annotation."""
    for number, task, annotation, broken in _annotations(tasks):
        data = task["data"] if _is_task(task) else {}
        copied = {name: text_of(data[name]) for name in _COPIED if name in data}
        raw = raw_json({"data": data, "annotation": annotation} if data else task)
        if broken:
            yield RawAnswer(number, raw, copied, Fault(Reason.BROKEN, broken))
        else:
            yield _raw_answer(number, raw, copied | {"session_id": text_of(task.get("project"))}, annotation)


def _annotations(tasks: list[Any]) -> Iterator[tuple[int, Any, Any, str]]:
    """Every annotation: its task's number, the task, the annotation, and "" or what is wrong with it."""
    for number, task in enumerate(tasks, start=1):
        if not _is_task(task):
            yield number, task, None, "not a task with data and annotations"
            continue
        for annotation in task["annotations"]:
            yield number, task, annotation, "" if isinstance(annotation, dict) else "not an annotation"


def _is_task(task: Any) -> bool:
    return isinstance(task, dict) and isinstance(task.get("data"), dict) and isinstance(task.get("annotations"), list)


def _raw_answer(number: int, raw: str, copied: Mapping[str, str], annotation: Mapping[str, Any]) -> RawAnswer:
    shown = copied.get("shown_order", "").split()
    choices = list(_choices(annotation.get("result")))
    fault = None
    if annotation.get("was_cancelled"):
        fault = Fault(Reason.CANCELLED)
    elif len(choices) != 1:
        fault = Fault(Reason.SEVERAL_CHOICES if choices else Reason.NO_CHOICE, shortened(" ".join(choices)))
    cells = {
        **copied,
        "participant_id": text_of(_person(annotation)),
        "choice": resolve_choice(choices[0], shown) if choices else "",
        **_times(text_of(annotation.get("created_at")), annotation.get("lead_time")),
    }
    return RawAnswer(number, raw, cells, fault)


def _person(annotation: Mapping[str, Any]) -> Any:
    person = annotation.get("completed_by")
    return person.get("id") if isinstance(person, dict) else person


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _choices(result: Any) -> Iterator[str]:
    """What was chosen; other parts of an annotation, such as remarks, are no choices."""
    yield from _chosen(region.get("value") if isinstance(region, dict) else None for region in _listed(result))


def _chosen(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
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
