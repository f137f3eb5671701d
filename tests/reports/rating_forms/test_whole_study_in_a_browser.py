"""A study from export to leaderboard: thirty raters of known taste, two of them at the real page, and two careless."""

import csv
import io
import re
from pathlib import Path

import numpy as np
import pytest

from benchmark.human_study.analysis.findings import read_findings
from benchmark.human_study.answers import COLUMNS, read_answers
from tests.commands import bench
from tests.reports.chromium import opened
from tests.reports.rating_study import METHODS, export, make_runs, write_texts

STRENGTHS = dict(zip(METHODS, (-1.2, 1.2, 0.0), strict=True))
BEST_FIRST = sorted(METHODS, key=lambda method: -STRENGTHS[method])
QUESTION = {"id": "realism", "text": "Which looks more real?"}
RATERS, AT_THE_PAGE, CARELESS = 30, 2, 2


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    return make_runs(tmp_path_factory.mktemp("made") / "runs")


@pytest.fixture(scope="module")
def exported(runs, tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    words = write_texts(folder / "words.yaml", questions=[QUESTION], practice=0)
    return export(runs, folder / "out", "--items", "24", "--words", words)


def taste(exported, rater):
    """What a rater chooses in each trial: the options are found by their ids alone, as on the page."""
    generator = np.random.default_rng(rater)
    study, key = exported.study, exported.key
    choices = {}
    for trial in study.trials:
        known, options = key.trials[trial.id], [option.id for option in trial.options]
        if known.check == "obvious":
            choices[trial.id] = known.expected
        elif known.check == "repeat":
            before = key.options[choices[known.repeat_of]]
            choices[trial.id] = next(option for option in options if key.options[option] == before)
        else:
            first, second = (STRENGTHS[key.options[option].method] for option in options)
            choices[trial.id] = options[0 if generator.random() < 1 / (1 + np.exp(second - first)) else 1]
    return choices


def page_answers(browser, exported, rater):
    """The CSV that the page gives a rater who clicks by taste."""
    choices = taste(exported, rater)
    trials = {tuple(option.id for option in trial.options): trial.id for trial in exported.study.trials}
    with opened(browser, exported.page) as page:
        page.get_by_role("checkbox").check()
        page.get_by_role("button", name="Start").click()
        page.get_by_role("button", name="Continue").click()
        answered = 0
        while page.locator("#end").is_hidden():
            page.wait_for_function("() => current && !current.busy && current.appeared !== undefined")
            buttons = page.locator("[data-choice]").evaluate_all("all => all.map(each => each.dataset.choice)")
            trial = trials[tuple(button for button in buttons if button != "tie")]
            page.locator(f"[data-choice={choices[trial]}]").click()
            answered += 1
            page.wait_for_function(
                "done => !document.querySelector('#end').hidden || (current && !current.busy"
                " && current.appeared !== undefined && document.querySelector('#count').textContent.includes(done))",
                arg=f"{answered + 1} of",
            )
        with page.expect_download() as waiting:
            page.get_by_role("button", name=re.compile("CSV")).click()
        return Path(waiting.value.path()).read_bytes().decode()


def generated_answers(exported, rater, choices, rt_ms):
    """A canonical CSV as the page writes one."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    for number, trial in enumerate(exported.study.trials):
        row = dict.fromkeys(COLUMNS, "") | {
            "schema_version": "1",
            "study_id": exported.study.study_id,
            "participant_id": f"rater-{rater}",
            "session_id": "s",
            "trial_id": trial.id,
            "trial_index": str(number),
            "question_id": QUESTION["id"],
            "shown_order": " ".join(option.id for option in trial.options),
            "choice": choices[trial.id],
            "rt_ms": str(rt_ms),
        }
        writer.writerow(row)
    return text.getvalue()


def test_raters_of_known_taste_are_found_to_have_it(browser, exported, runs, tmp_path):
    assert exported.code == 0, exported.err
    texts = [page_answers(browser, exported, rater) for rater in range(AT_THE_PAGE)]
    texts += [generated_answers(exported, rater, taste(exported, rater), 2500) for rater in range(AT_THE_PAGE, RATERS)]
    for careless in range(CARELESS):
        generator = np.random.default_rng(1000 + careless)
        picks = {trial.id: generator.choice([option.id for option in trial.options]) for trial in exported.study.trials}
        texts.append(generated_answers(exported, f"careless-{careless}", picks, 5))
    files = []
    for number, text in enumerate(texts):
        files.append(tmp_path / f"answers-{number}.csv")
        files[-1].write_text(text)
    imported = bench("study", "import", exported.folder, *files)
    assert imported.code == 0, imported.err
    answers = read_answers(exported.folder / "private" / "answers.csv")
    assert len(answers) == (RATERS + CARELESS) * len(exported.study.trials)
    assert answers["is_check"].sum() == (RATERS + CARELESS) * sum(
        trial.check is not None for trial in exported.key.trials.values()
    )

    # the two at the page click faster than people do
    analysed = bench("study", "analyse", exported.folder, "--fastest-ms", "20")
    assert analysed.code == 0, analysed.err
    findings = read_findings(exported.folder / "analysis" / "analysis.json")
    assert (findings.exclusions.raters, findings.exclusions.kept) == (RATERS + CARELESS, RATERS)
    (part,) = findings.parts
    ranked = sorted(part.methods, key=lambda finding: finding.rank)
    assert [finding.method for finding in ranked] == BEST_FIRST
    assert [finding.rank for finding in ranked] == [1, 2, 3]

    shown = bench("leaderboard", "--runs", runs, "--human", exported.folder, "--out", tmp_path / "pages")
    assert shown.code == 0, shown.err
    with (tmp_path / "pages" / "leaderboard.csv").open(newline="") as file:
        column = {
            row["title"]: float(row["value"])
            for row in csv.DictReader(file)
            if row["metric"] == "human" and row["value"]
        }
    shares = {f"Title of {finding.method}": 100 * finding.preference.value for finding in ranked}
    assert column == pytest.approx(shares)
