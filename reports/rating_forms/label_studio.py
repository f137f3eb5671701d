"""A study for Label Studio: one task per question and trial, and the labelling configuration that shows it."""

from __future__ import annotations

import json
from string import ascii_lowercase
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from benchmark.human_study.design.page_texts import filled
from benchmark.human_study.design.texts import StudyTexts
from benchmark.human_study.schema import SCORES, TIE, Question, Study, Trial

CONTROL: Final = "choice"
"""Name of the control whose result is the answer."""
_SINGLE_CHOICE: Final = 'choice="single-radio" required="true"'


def render_tasks(study: Study, texts: StudyTexts, base: str) -> str:
    """The tasks as JSON, `[{"data": {...}}]`, practice left out.

    Args:
        study: the data of a task have study_id, trial_id, question_id and shown_order (ids of the options, left to
            right).
        texts: of choices.
        base: address of the public folder.
    """
    tasks = [
        {"data": _data(study, texts, trial, question, base)} for trial in study.trials for question in study.questions
    ]
    return json.dumps(tasks, ensure_ascii=False, indent=1) + "\n"


def _data(study: Study, texts: StudyTexts, trial: Trial, question: Question, base: str) -> dict[str, Any]:
    letters = ascii_lowercase[: len(trial.options)]
    data: dict[str, Any] = {
        "study_id": study.study_id,
        "trial_id": trial.id,
        "question_id": question.id,
        "shown_order": " ".join(option.id for option in trial.options),
        "question": question.text,
        "edit_text": trial.text,
        **{f"{what}_url": f"{base}/{trial.shown[what]}" if what in trial.shown else "" for what in _beside(study)},
        **{f"option_{letter}": option.id for letter, option in zip(letters, trial.options, strict=True)},
        **{f"image_{letter}": f"{base}/{option.file}" for letter, option in zip(letters, trial.options, strict=True)},
    }
    if _by_choices(study):  # the alias is what the result says
        choices = [
            {"value": filled(texts.page.image, letter=letter.upper()), "alias": option.id}
            for letter, option in zip(letters, trial.options, strict=True)
        ]
        if study.ties and texts.tie:
            choices.append({"value": texts.tie, "alias": TIE})
        data["choices"] = choices
    return data


def render_config(study: Study, texts: StudyTexts) -> str:
    """The labelling configuration: Pairwise for two images, Choices for more or with a tie, and for one image alone."""
    letters = ascii_lowercase[: len(study.trials[0].options)]
    names = [f"image_{letter}" for letter in letters]
    beside = "".join(_image(f"{what}_shown", f"{what}_url", texts.shown.get(what, what)) for what in _beside(study))
    options = "".join(
        _image(name, name, filled(texts.page.image, letter=letter.upper()))
        for name, letter in zip(names, letters, strict=True)
    )
    edit = '  <Text name="edit" value="$edit_text"/>\n' if any(trial.text for trial in study.trials) else ""
    return (
        f'<View>\n  <Header value="$question"/>\n{edit}{_row(beside) if beside else ""}'
        f"{_control(study, texts, names)}{_row(options)}</View>\n"
    )


def _control(study: Study, texts: StudyTexts, names: list[str]) -> str:
    if study.mode == "mos":
        rows = "".join(
            f"    <Choice value={quoteattr(f'{score} {text}')} alias={quoteattr(score)} hotkey={quoteattr(score)}/>\n"
            for score, text in zip(SCORES, texts.scale, strict=True)
        )
    elif study.mode == "realfake":
        rows = "".join(
            f"    <Choice value={quoteattr(text)} alias={quoteattr(value)}/>\n"
            for value, text in (("real", texts.real), ("fake", texts.fake))
        )
    elif _by_choices(study):
        return f'  <Choices name="{CONTROL}" toName="{names[0]}" value="$choices" {_SINGLE_CHOICE}/>\n'
    else:
        return f'  <Pairwise name="{CONTROL}" toName="{",".join(names)}"/>\n'
    head = f'<Choices name="{CONTROL}" toName="{names[0]}" {_SINGLE_CHOICE} showInline="true">'
    return f"  {head}\n{rows}  </Choices>\n"


def _by_choices(study: Study) -> bool:
    return study.mode == "kway" or (study.mode == "2afc" and study.ties)


def _beside(study: Study) -> list[str]:
    """What trials show beside their options."""
    return [what for what in ("target", "source", "mask") if any(what in trial.shown for trial in study.trials)]


def _row(content: str) -> str:
    return f'  <View style="display: flex; gap: 1em">\n{content}  </View>\n'


def _image(name: str, variable: str, caption: str) -> str:
    return f'    <View><Header value={quoteattr(caption)} size="5"/><Image name="{name}" value="${variable}"/></View>\n'
