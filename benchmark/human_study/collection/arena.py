"""Votes between two methods, as read by tools such as LMArena's: `model_a,model_b,winner`.

Only of `2afc`. A choice among k would have to be written as k - 1 votes, all won by the chosen option: under Luce's
rule the strengths fitted to those are right, but the votes are dependent, and tools that resample rows as if they were
independent would state intervals far too narrow.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from benchmark.human_study.answers import Answer, csv_text
from benchmark.human_study.schema import TIE, Key, Study
from benchmark.runtime.atomic_files import write_text_atomically

FORMAT = "arena"
"""As `bench study export --format` names it; its file comes with the answers."""
HEADER = ("model_a", "model_b", "winner")


def arena_votes(answers: Iterable[Answer], key: Key) -> list[tuple[str, str, str]]:
    """Votes of `2afc` answers: the method shown left, the one shown right, and `model_a`, `model_b` or `tie`.

    Checks are no votes, nor are answers about two images of one method.
    """
    votes = []
    for answer in answers:
        left, right = answer.shown_order.split()
        methods = key.options[left].method, key.options[right].method
        if not answer.is_check and methods[0] != methods[1]:
            winner = "tie" if answer.choice == TIE else "model_a" if answer.choice == left else "model_b"
            votes.append((*methods, winner))
    return votes


def write_arena(folder: Path, study: Study, key: Key, answers: Iterable[Answer]) -> dict[Path, int]:
    """Write `arena.csv`, or one `arena-QUESTION.csv` per question where there are several.

    Returns:
        Number of votes in each file; no file where the study is not `2afc`.
    """
    if study.mode != "2afc":
        return {}
    rows = list(answers)
    written = {}
    for question in study.questions:
        name = "arena.csv" if len(study.questions) == 1 else f"arena-{quote(question.id, safe='')}.csv"
        votes = arena_votes((row for row in rows if row.question_id == question.id), key)
        write_text_atomically(folder / name, csv_text([HEADER, *votes]))
        written[folder / name] = len(votes)
    return written
