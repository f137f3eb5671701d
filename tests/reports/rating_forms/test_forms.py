"""The forms for other sites: a table and layout for Mechanical Turk, tasks and configuration for Label Studio."""

import csv
import html
import io
import json
import re
import xml.etree.ElementTree as ET

import pytest

from tests.reports.chromium import opened
from tests.reports.rating_study import export, make_runs, write_texts

MODES = ("2afc", "kway", "mos", "realfake")
BASE = "https://pictures.example.org/study"


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    return make_runs(tmp_path_factory.mktemp("made") / "runs")


def exported(runs, folder, mode, *options, **words):
    file = write_texts(folder / "words.yaml", mode, **words)
    formats = ("--format", "mturk,label-studio", "--url-base", BASE + "/")
    items = "6" if mode == "realfake" else "4"  # half of them photographs
    return export(runs, folder / "out", "--mode", mode, "--items", items, "--words", file, *formats, *options)


@pytest.fixture(scope="module", params=MODES)
def study(request, runs, tmp_path_factory):
    return exported(runs, tmp_path_factory.mktemp(request.param), request.param)


@pytest.fixture(scope="module")
def tied(runs, tmp_path_factory):
    return exported(runs, tmp_path_factory.mktemp("tied"), "2afc", tie="Neither & none")


def turk_rows(study):
    return list(csv.DictReader(io.StringIO((study.public / "mturk.csv").read_text(encoding="utf-8"), newline="")))


def test_the_tables_header_is_the_layouts_variables(study):
    layout = (study.public / "mturk.html").read_text(encoding="utf-8")
    assert set(turk_rows(study)[0]) == set(re.findall(r"\$\{(\w+)\}", layout))


def test_the_table_begins_with_the_columns_of_the_specification(study):
    header = list(turk_rows(study)[0])
    images = [f"image_{letter}_url" for letter in "abc"[: len(study.study.trials[0].options)]]
    assert header[: 4 + len(images)] == ["trial_id", "source_url", "mask_url", "edit_text", *images]


def test_a_row_shows_its_trial(study):
    for row, trial in zip(turk_rows(study), study.study.trials, strict=True):
        assert row["trial_id"] == trial.id
        assert html.unescape(row["edit_text"]) == trial.text
        for what in ("target", "source", "mask"):
            assert row[f"{what}_url"] == (f"{BASE}/{trial.shown[what]}" if what in trial.shown else "")
        for letter, option in zip("abc", trial.options, strict=False):
            assert row[f"image_{letter}_url"] == f"{BASE}/{option.file}"
            assert row[f"option_{letter}"] == option.id


def filled(study, row, inline):
    """The layout as Mechanical Turk shows a row; images from disk, so that no network is needed."""
    layout = (study.public / "mturk.html").read_text(encoding="utf-8")
    for name, value in row.items():
        layout = layout.replace("${" + name + "}", value.replace(BASE, inline))
    return layout


def test_the_layouts_answers_join_on_ids(browser, study, tmp_path):
    row = turk_rows(study)[0]
    page_file = tmp_path / "hit.html"
    page_file.write_text(filled(study, row, study.public.as_uri()), encoding="utf-8")
    with opened(browser, page_file) as page:
        for question in study.study.questions:
            page.locator(f"input[name='choice.{question.id}']").last.check()
        page.evaluate("form.addEventListener('submit', event => event.preventDefault())")
        page.get_by_role("button", name="Submit").click()
        sent = dict(page.evaluate("[...new FormData(form)]"))
        shown = page.locator("figure img").evaluate_all("all => all.filter(each => each.offsetWidth).length")
    trial = study.study.trials[0]
    assert shown == len(trial.options) + len(trial.shown)
    assert sent["study_id"] == study.study.study_id
    assert sent["trial_id"] == trial.id
    assert sent["shown_order"] == " ".join(option.id for option in trial.options)
    assert re.fullmatch(r"\d+", sent["rt_ms"])
    assert sent["started_at"].endswith("Z")
    last = {"mos": "5", "realfake": "fake"}.get(study.study.mode, trial.options[-1].id)
    assert [sent[f"choice.{question.id}"] for question in study.study.questions] == [last] * len(study.study.questions)


def test_texts_are_text_where_mechanical_turk_puts_them(browser, runs, tmp_path):
    tasks = {"attribute-transfer": 'Change <b onmouseover=alert(1)>{attribute}</b> & "more"'}
    found = exported(runs, tmp_path, "2afc", tasks=tasks)
    page_file = tmp_path / "hit.html"
    page_file.write_text(filled(found, turk_rows(found)[0], found.public.as_uri()), encoding="utf-8")
    with opened(browser, page_file) as page:
        assert page.locator("strong").inner_text() == found.study.trials[0].text
        assert page.locator("b").count() == 0


def studio(study):
    tasks = json.loads((study.public / "label-studio.json").read_text(encoding="utf-8"))
    return tasks, ET.fromstring((study.public / "label-studio.xml").read_text(encoding="utf-8"))


def test_a_task_for_each_question_holds_the_ids_that_answers_join_on(study):
    tasks, _ = studio(study)
    asked = [(trial, question) for trial in study.study.trials for question in study.study.questions]
    for task, (trial, question) in zip(tasks, asked, strict=True):
        data = task["data"]
        assert data["study_id"] == study.study.study_id
        assert data["trial_id"] == trial.id
        assert data["question_id"] == question.id
        assert data["question"] == question.text
        assert data["shown_order"].split() == [option.id for option in trial.options]
        for letter, option in zip("abc", trial.options, strict=False):
            assert data[f"image_{letter}"] == f"{BASE}/{option.file}"


def test_the_configuration_names_only_data_that_every_task_has(study):
    tasks, config = studio(study)
    named = {value[1:] for element in config.iter() for value in element.attrib.values() if value.startswith("$")}
    assert named
    assert all(named <= set(task["data"]) for task in tasks)
    names = [element.get("name") for element in config.iter() if element.get("name")]
    assert len(set(names)) == len(names)
    control = next(element for element in config.iter() if element.get("name") == "choice")
    assert set(control.get("toName").split(",")) <= set(names)
    assert control.tag == ("Pairwise" if study.study.mode == "2afc" else "Choices")


def test_choices_come_back_as_ids_and_scores(study, tied):
    for rated in (study, tied):
        tasks, config = studio(rated)
        aliases = [choice.get("alias") for choice in config.iter("Choice")]
        if rated.study.mode == "mos":
            assert aliases == list("12345")
        elif rated.study.mode == "realfake":
            assert aliases == ["real", "fake"]
        elif rated.study.mode == "kway" or rated.study.ties:
            ids = tasks[0]["data"]["shown_order"].split() + ["tie"] * rated.study.ties
            assert [choice["alias"] for choice in tasks[0]["data"]["choices"]] == ids


def test_a_tie_can_be_chosen_on_either_site(tied):
    assert tied.study.ties
    assert '<input type="radio" name="choice.realism" value="tie" required> Neither &amp; none' in (
        tied.public / "mturk.html"
    ).read_text(encoding="utf-8")
    assert studio(tied)[0][0]["data"]["choices"][-1] == {"value": "Neither & none", "alias": "tie"}


def test_buttons_and_names_are_in_the_language_of_the_texts(runs, tmp_path):
    page = {"image": "Bild {letter}", "about": "Über diese Studie", "submit": "Senden"}
    found = exported(runs, tmp_path, "2afc", page=page, tie="Gleich")
    turk = (found.public / "mturk.html").read_text(encoding="utf-8")
    for text in ("Bild A</figcaption>", "required> Bild B</label>", "<summary>Über diese Studie<", "<button>Senden<"):
        assert text in turk
    tasks, config = studio(found)
    assert [choice["value"] for choice in tasks[0]["data"]["choices"]] == ["Bild A", "Bild B", "Gleich"]
    assert {"Bild A", "Bild B"} <= {element.get("value") for element in config.iter("Header")}
