"""The raters' page as raters use it: Chromium opens it, and five of them answer all of it in their own ways."""

import contextlib
import csv
import io
import json
import os
import re
import signal
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from benchmark.human_study.answers import COLUMNS
from benchmark.human_study.collection.import_answers import import_answers
from benchmark.human_study.design.page_texts import PageTexts
from tests.reports.accessibility import serious_faults
from tests.reports.chromium import CHROMIUM, QUIET, opened
from tests.reports.rating_study import METHODS, export, make_runs, write_texts

QUESTIONS = [{"id": "realism", "text": "Which looks more real?"}, {"id": "edit", "text": "Which is the better edit?"}]
MODES = ("2afc", "kway", "mos", "realfake")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    return make_runs(tmp_path_factory.mktemp("made") / "runs")


@pytest.fixture(scope="module")
def exported(runs, tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    words = write_texts(
        folder / "words.yaml", questions=QUESTIONS, practice=1, tie="No difference", completion_code="C0DE-42"
    )
    return export(runs, folder / "out", "--items", "4", "--words", words)


def begin(page, press=None):
    """Consent, instructions, practice; `press` answers with the keyboard, else the mouse does all."""
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="Continue").click()  # instructions
    page.get_by_role("button", name="Continue").click()  # the note on practice
    for _ in QUESTIONS:
        choose(page, page.locator("[data-choice]").first.click)
    page.get_by_role("button", name="Continue").click()  # the note that practice is over


def screen(page):
    """What tells one question from the next."""
    return page.evaluate(
        "[...document.querySelectorAll('main > section:not([hidden])')].map(each => each.id).join()"
        " + document.querySelector('#count').textContent + document.querySelector('#question').textContent"
    )


def choose(page, act):
    """Answer the question shown, and wait for the next screen; the choice that was marked."""
    page.wait_for_function("() => current && !current.busy && current.appeared !== undefined")
    before = screen(page)
    # the mark stands for a moment only, which a busy machine may miss
    page.evaluate(
        """() => {
            window.marked = null;
            const look = () => {
                const button = document.querySelector("[aria-pressed=true]");
                if (button) { window.marked = button.dataset.choice; observer.disconnect(); }
            };
            const observer = new MutationObserver(look);
            observer.observe(document.body, { subtree: true, attributes: true, attributeFilter: ["aria-pressed"] });
        }"""
    )
    act()
    page.wait_for_function("() => window.marked !== null")
    chosen = page.evaluate("window.marked")
    page.wait_for_function(
        "([before]) => [...document.querySelectorAll('main > section:not([hidden])')].map(each => each.id).join()"
        " + document.querySelector('#count').textContent + document.querySelector('#question').textContent !== before",
        arg=[before],
    )
    return chosen


def answer_all(page, act):
    """Answer until the end; `act(number)` makes one choice. What was chosen, in order."""
    chosen = []
    while page.locator("#end").is_hidden():
        chosen.append(choose(page, lambda: act(len(chosen))))
    return chosen


def downloaded(page, kind):
    with page.expect_download() as waiting:
        page.get_by_role("button", name=re.compile(kind)).click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes().decode("utf-8")


def check_answers(page, study, chosen, participant=None):
    """Both downloads hold what was chosen, in the canonical columns; the rows."""
    name, text = downloaded(page, "CSV")
    table = list(csv.DictReader(io.StringIO(text, newline="")))
    assert tuple(table[0]) == COLUMNS
    _, as_json = downloaded(page, "JSON")
    assert json.loads(as_json) == {"answers": table}
    assert [row["choice"] for row in table] == chosen
    assert name == f"answers-{study.study_id}-{table[0]['participant_id']}.csv"
    trials = {trial.id: trial for trial in study.trials}
    assert len({row["trial_id"] for row in table}) == len(trials)
    for number, row in enumerate(table):
        asked = len(study.questions)
        assert row["schema_version"] == "1"
        assert row["study_id"] == study.study_id
        assert row["trial_index"] == str(number // asked)
        assert row["question_id"] == study.questions[number % asked].id
        assert row["shown_order"] == " ".join(option.id for option in trials[row["trial_id"]].options)
        assert int(row["rt_ms"]) >= 0
        assert row["is_check"] == ""
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", row["started_at"])
    assert len({(row["participant_id"], row["session_id"]) for row in table}) == 1
    if participant:
        assert table[0]["participant_id"] == participant
    return table


def test_a_rater_with_a_keyboard_alone(browser, exported):
    with opened(browser, exported.page) as page:
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        for _ in range(2):
            page.keyboard.press("Tab")
            page.keyboard.press("Enter")
        for key in ("1", "2"):
            choose(page, lambda key=key: page.keyboard.press(key))
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        keys = ["1", "2", "3", "ArrowLeft", "ArrowRight", "ArrowDown"]
        chosen = answer_all(page, lambda number: page.keyboard.press(keys[number % len(keys)]))
        rows = check_answers(page, exported.study, chosen)
        for number, row in enumerate(rows):
            assert row["choice"] == [*row["shown_order"].split(), "tie"][number % 3]
        assert "C0DE-42" in page.locator("#end").inner_text()


def test_a_rater_on_a_phone_who_taps(browser, exported):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(exported.page.resolve().as_uri() + "?PROLIFIC_PID=5f0c1de7a9b8&SESSION_ID=abc-1")
    begin(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    small = [box for button in page.locator("[data-choice]").all() if (box := button.bounding_box())["height"] < 44]
    assert small == []
    chosen = answer_all(page, lambda number: page.locator("[data-choice]").nth(number % 2).tap())
    rows = check_answers(page, exported.study, chosen, "5f0c1de7a9b8")
    assert rows[0]["session_id"] == "abc-1"
    context.close()


def test_a_rater_who_reloads_goes_on_with_the_question_that_was_open(browser, exported):
    with opened(browser, exported.page) as page:
        begin(page)
        chosen = [choose(page, page.locator("[data-choice]").nth(1).click) for _ in range(5)]
        where = page.locator("#count").inner_text(), page.locator("#question").inner_text()
        page.reload()
        assert "Welcome back: 2 of 6 screens are done." in page.locator("#note").inner_text()
        page.get_by_role("button", name="Continue").click()
        page.locator("#question").wait_for()
        assert where == (page.locator("#count").inner_text(), page.locator("#question").inner_text())
        chosen += answer_all(page, lambda _: page.keyboard.press("1"))
        check_answers(page, exported.study, chosen)
        page.reload()
        assert page.locator("#end").is_visible()
        check_answers(page, exported.study, chosen)


def test_two_people_at_one_computer_are_two_participants(browser, exported, tmp_path):
    """The first leaves in the middle, the second answers all, the first comes back: no answer is lost or mixed."""
    with opened(browser, exported.page, width=390) as page:
        begin(page)
        assert page.locator("#others").is_hidden()
        first = [choose(page, page.locator("[data-choice]").nth(number % 2).click) for number in range(5)]
        page.reload()
        page.get_by_role("button", name="Not you? Begin anew").focus()
        assert serious_faults(page) == []
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.locator("#welcome").is_visible()
        page.get_by_text("Answers of others, kept in this browser").click()
        assert "2 of 6 screens" in page.locator("#others").inner_text()
        assert serious_faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        begin(page)
        assert page.locator("#others").is_hidden()
        second = answer_all(page, lambda number: page.locator("[data-choice]").nth(1 - number % 2).click())
        rows = check_answers(page, exported.study, second)
        assert serious_faults(page) == []
        others = page.locator("#others")
        with page.expect_download() as waiting:
            others.get_by_role("button", name="Download").click()
        left = list(csv.DictReader(io.StringIO(Path(waiting.value.path()).read_text(encoding="utf-8"))))
        assert [row["choice"] for row in left] == first
        assert waiting.value.suggested_filename == f"answers-{exported.study.study_id}-{left[0]['participant_id']}.csv"
        assert left[0]["participant_id"] != rows[0]["participant_id"]
        with page.expect_navigation():
            others.get_by_role("button", name="Go on").click()
        page.get_by_role("button", name="Continue").click()
        first += answer_all(page, lambda _: page.keyboard.press("1"))
        whole = check_answers(page, exported.study, first, left[0]["participant_id"])
        assert "6 of 6 screens" in others.text_content()
        with page.expect_navigation():
            page.get_by_role("button", name="Another person: begin anew").click()
        assert page.locator("#welcome").is_visible()
        assert page.locator("#others li").count() == 2
    for number, answers in enumerate((rows, whole)):
        with (tmp_path / f"{number}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(answers)
    done = import_answers(exported.folder, [tmp_path / "0.csv", tmp_path / "1.csv"])
    assert [(file.new, file.rejected.total()) for file in done.files] == [(12, 0), (12, 0)]


def test_a_person_whom_the_address_names_is_offered_no_other(browser, exported):
    with opened(browser, exported.page) as page:
        begin(page)
        choose(page, page.locator("[data-choice]").first.click)
        page.goto(exported.page.resolve().as_uri() + "?PROLIFIC_PID=5f0c1de7a9b8")
        assert page.locator("#others").is_hidden()
        begin(page)
        page.reload()
        assert page.get_by_role("button", name="Not you? Begin anew").is_hidden()
        page.get_by_role("button", name="Continue").click()
        answer_all(page, lambda _: page.keyboard.press("1"))
        assert page.get_by_role("button", name="Another person: begin anew").is_hidden()
        assert page.locator("#others").is_hidden()


def test_the_key_of_a_tie_is_named(browser, exported):
    with opened(browser, exported.page) as page:
        page.get_by_role("checkbox").check()
        page.get_by_role("button", name="Start").click()
        said = "Keys: 1 or ← for A, 2 or → for B, 3 or ↓ for “No difference”."
        assert page.locator("#instructions .keys").inner_text() == said


def test_an_option_under_a_resting_pointer_is_not_marked(browser, exported):
    with opened(browser, exported.page) as page:
        begin(page)  # whose last click leaves the pointer where the next trial's first option may appear
        page.wait_for_function("() => current && current.appeared !== undefined")
        box = page.locator("[data-choice]").first.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        borders = "() => [...document.querySelectorAll('.option')].map(each => getComputedStyle(each).borderColor)"
        for _ in range(3):  # the next question of the trial, the next trial, and so on
            choose(page, lambda: page.mouse.click(x, y))
            page.wait_for_timeout(300)
            assert page.locator("[data-choice]:hover").count() == 1
            left, right = page.evaluate(borders)
            assert left == right
        page.mouse.move(x + 2, y)
        page.wait_for_timeout(300)
        left, right = page.evaluate(borders)
        assert left != right


def browser_process(profile):
    """The browser's main process, by its profile."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if f"--user-data-dir={profile}".encode() in words and not any(
                word.startswith(b"--type=") for word in words
            ):
                return int(folder.name)
    raise AssertionError("no such browser")


def on_disk(profile, text):
    """Whether the browser has written a text to its store, which it does some seconds after the page."""
    store = profile / "Default" / "Local Storage"
    return any(
        text.encode(encoding) in path.read_bytes()
        for path in store.rglob("*.log")
        for encoding in ("utf-8", "utf-16-le")
    )


def test_a_rater_whose_browser_is_killed_goes_on(browser, exported, tmp_path):
    def launch():
        return browser.browser_type.launch_persistent_context(
            tmp_path / "profile", executable_path=CHROMIUM, args=[*QUIET]
        )

    context = launch()
    page = context.new_page()
    page.goto(exported.page.resolve().as_uri())
    begin(page)
    chosen = [choose(page, page.locator("[data-choice]").nth(number % 2).click) for number in range(5)]
    last = page.evaluate("rater.answers.at(-1).join('\",\"')")
    deadline = time.monotonic() + 30
    while not on_disk(tmp_path / "profile", last) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert on_disk(tmp_path / "profile", last)
    os.kill(browser_process(tmp_path / "profile"), signal.SIGKILL)
    with contextlib.suppress(Exception):
        context.close()
    context = launch()
    page = context.new_page()
    page.goto(exported.page.resolve().as_uri())
    page.get_by_role("button", name="Continue").click()
    chosen += answer_all(page, lambda _: page.keyboard.press("2"))
    check_answers(page, exported.study, chosen)
    context.close()


class Receiver(BaseHTTPRequestHandler):
    """Takes answers from any page, after failing as often as the server says."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        fails = self.server.failing > 0
        self.server.failing -= 1
        if not fails:
            self.server.received.append(json.loads(body))
        self.send_response(503 if fails else 200)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.failing, server.received = 0, []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def posting(runs, tmp_path, receiver):
    address = f"http://127.0.0.1:{receiver.server_port}/answers"
    words = write_texts(tmp_path / "words.yaml", questions=QUESTIONS[:1], practice=0, post=address)
    return export(runs, tmp_path / "out", "--items", "2", "--words", words)


def agree(page):
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="Continue").click()


def test_a_rater_whose_answers_are_sent_by_a_network_that_fails_twice(browser, runs, tmp_path, receiver):
    study = posting(runs, tmp_path, receiver)
    receiver.failing = 2
    page = browser.new_page()
    asked = []
    page.on("request", lambda sent: asked.append(sent.url) if not sent.url.startswith(("file:", "data:")) else None)
    page.goto(study.page.resolve().as_uri())
    agree(page)
    chosen = answer_all(page, lambda number: page.keyboard.press("12"[number % 2]))
    page.get_by_text("trying again").wait_for()
    rows = check_answers(page, study.study, chosen)  # the downloads wait for no network
    page.get_by_text("Your answers have been sent.").wait_for()
    assert receiver.received == [{"answers": rows}]
    assert asked == [f"http://127.0.0.1:{receiver.server_port}/answers"] * 3
    page.reload()
    page.get_by_text("Your answers have been sent.").wait_for()
    assert len(receiver.received) == 1
    page.close()


def test_a_sending_that_fails_for_good_is_said_and_can_be_tried_again(browser, runs, tmp_path, receiver):
    study = posting(runs, tmp_path, receiver)
    receiver.failing = 6
    page = browser.new_page()
    page.clock.install()
    page.goto(study.page.resolve().as_uri())
    agree(page)
    page.clock.resume()
    chosen = answer_all(page, lambda _: page.keyboard.press("1"))
    for _ in range(8):
        page.clock.run_for(20000)
        page.wait_for_timeout(100)
    assert "could not be sent" in page.locator("#sending").inner_text()
    check_answers(page, study.study, chosen)
    page.get_by_role("button", name="Send again").click()
    page.get_by_text("Your answers have been sent.").wait_for()
    assert len(receiver.received) == 1
    page.close()


def test_answers_that_could_not_be_sent_are_sent_after_another_person(browser, runs, tmp_path, receiver):
    study = posting(runs, tmp_path, receiver)
    receiver.failing = 6
    page = browser.new_page()
    page.clock.install()
    page.goto(study.page.resolve().as_uri())
    agree(page)
    page.clock.resume()
    chosen = answer_all(page, lambda _: page.keyboard.press("1"))
    another = page.get_by_role("button", name="Another person: begin anew")
    assert another.is_hidden()  # leaving would cut off the sending
    for _ in range(8):
        page.clock.run_for(20000)
        page.wait_for_timeout(100)
    with page.expect_navigation():
        another.click()
    page.get_by_text("Answers of others, kept in this browser").click()
    assert "screens, not sent" in page.locator("#others").inner_text()
    with page.expect_navigation():
        page.locator("#others").get_by_role("button", name="Open").click()
    page.get_by_text("Your answers have been sent.").wait_for()
    rows = check_answers(page, study.study, chosen)
    assert receiver.received == [{"answers": rows}]
    page.close()


@pytest.fixture(scope="module", params=MODES)
def every_mode(request, runs, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    words = write_texts(folder / "words.yaml", request.param, practice=0)
    items = "6" if request.param == "realfake" else "3"
    return export(runs, folder / "out", "--mode", request.param, "--items", items, "--words", words)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_nothing_is_cut_off_and_axe_finds_no_serious_fault(browser, every_mode, width, scheme):
    with opened(browser, every_mode.page, width=width, scheme=scheme) as page:
        assert serious_faults(page) == []
        agree(page)
        page.wait_for_function("() => current && current.appeared !== undefined")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert serious_faults(page) == []
        for image in page.locator("img").all():
            assert image.evaluate("each => each.naturalWidth") == 16


KEYS = {
    "2afc": [(["1"], 0), (["ArrowRight"], 1), (["3"], None)],
    "kway": [(["3"], 2), (["ArrowRight", "ArrowRight", "Enter"], 1), (["ArrowLeft", "Space"], 2)],
    "mos": [(["4"], 3), (["ArrowLeft", "Enter"], 4), (["6"], None)],
    "realfake": [(["ArrowRight"], 1), (["1"], 0), (["ArrowDown"], None)],
}


def test_keys_choose_what_they_say(browser, every_mode):
    mode = every_mode.study.mode
    with opened(browser, every_mode.page) as page:
        agree(page)
        for number, (keys, index) in enumerate(KEYS[mode]):
            page.wait_for_function("() => current && !current.busy && current.appeared !== undefined")
            offered = [button.get_attribute("data-choice") for button in page.locator("[data-choice]").all()]
            assert {"2afc": 2, "kway": len(METHODS), "mos": 5, "realfake": 2}[mode] == len(offered)
            for key in keys:
                page.keyboard.press(key)
            chosen = page.evaluate("rater.answers.map(row => row[8])")
            assert chosen[number:] == ([] if index is None else [offered[index]])


def test_large_images_lie_beside_the_page(browser, runs, tmp_path, monkeypatch):
    monkeypatch.setattr("reports.rating_forms.web_page.MAX_INLINE_BYTES", 1000)
    study = export(runs, tmp_path / "out", "--items", "2")
    assert "base64" not in study.page.read_text(encoding="utf-8")
    with opened(browser, study.page) as page:
        agree(page)
        page.get_by_role("button", name="Continue").click()
        page.wait_for_function("() => current && current.appeared !== undefined")
        assert page.locator("#options img").first.evaluate("each => each.naturalWidth") == 16


def test_raters_spread_over_all_trials_and_each_sees_one_session(browser, runs, tmp_path):
    words = write_texts(tmp_path / "words.yaml", sitting=8)
    study = export(runs, tmp_path / "out", "--items", "20", "--words", words)
    with opened(browser, study.page) as page:
        sessions = page.evaluate(
            "Array.from({length: 200}, (_, number) => sessionTrials(`rater${number}`).map(trial => trial.id))"
        )
    number = -(-len(study.study.trials) // 8)
    assert {len(session) for session in sessions} <= {8, 7}
    assert len({frozenset(session) for session in sessions}) == number
    seen = [trial for session in sessions for trial in session]
    counts = [seen.count(trial.id) for trial in study.study.trials]
    assert min(counts) > 0.5 * 200 / number
    for session in sessions[:20]:
        checks = [study.key.trials[trial] for trial in session if study.key.trials[trial].check]
        assert {check.check for check in checks} == {"obvious", "repeat"}
        assert all(check.repeat_of in session for check in checks if check.check == "repeat")


def test_words_cannot_run_code(browser, runs, tmp_path):
    hostile = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"
    words = write_texts(
        tmp_path / "words.yaml",
        title=hostile, consent=hostile, agree=hostile, instructions=hostile, practice_note=hostile, tie=hostile,
        thanks=hostile, questions=[{"id": "q", "text": hostile}], tasks={"attribute-transfer": "<b>{attribute}</b>"},
    )  # fmt: skip
    study = export(runs, tmp_path / "out", "--items", "2", "--words", words)
    with opened(browser, study.page) as page:
        assert page.locator("h1").first.inner_text() == hostile
        agree(page)
        assert page.locator("#noted").inner_text() == hostile
        page.get_by_role("button", name="Continue").click()
        page.wait_for_function("() => current && current.appeared !== undefined")
        assert page.locator("#question").inner_text() == hostile
        assert page.locator("#task").inner_text() == "<b>Smiling</b>"
        assert page.locator("img[src=x]").count() == 0


def translated(text):
    """A text in no language, with its placeholders, and markup that must stay text."""
    return "<i>ẞ</i> " + " ".join(re.findall(r"\{[a-z]+\}", text))


def seen_texts(page):
    """Every text of the page that a rater can see or hear, whether or not its screen is open."""
    return page.evaluate(
        "[...document.querySelectorAll('main, footer, main *:not(noscript)')]"
        ".flatMap(each => [each.ariaLabel, each.alt, ...[...each.childNodes].map(inner => inner.nodeType === 3"
        " ? inner.data : null)]).filter(text => text && /[a-z]{2}/i.test(text.replaceAll('<i>ẞ</i>', '')))"
    )


def test_a_page_in_another_language_holds_no_english(browser, runs, tmp_path, receiver):
    said = {name: translated(text) for name, text in PageTexts().model_dump().items()}
    own = ("title", "consent", "agree", "instructions", "practice_note", "begin_note", "tie", "thanks")
    questions = [{"id": id, "text": f"{number}?"} for number, id in enumerate("ab")]
    words = write_texts(
        tmp_path / "words.yaml",
        language="de", page=said, practice=1, questions=questions, completion_code="5",
        shown=dict.fromkeys(("target", "source"), "8"), tasks={"attribute-transfer": "9"},
        post=f"http://127.0.0.1:{receiver.server_port}/", redirect="https://example.org/", **dict.fromkeys(own, "6"),
    )  # fmt: skip
    study = export(runs, tmp_path / "out", "--items", "2", "--words", words)
    assert study.code == 0, study.err
    page = browser.new_page()
    page.goto(study.page.resolve().as_uri())
    page.get_by_role("checkbox").check()
    seen = seen_texts(page)
    for screen in ("welcome", "instructions", "note"):
        page.locator(f"#{screen} .go").click()
    choose(page, lambda: page.keyboard.press("1"))
    seen += seen_texts(page)
    choose(page, lambda: page.keyboard.press("1"))
    page.locator("#note .go").click()
    choose(page, lambda: page.keyboard.press("1"))
    seen += seen_texts(page)
    page.reload()
    seen += seen_texts(page)
    page.locator("#not-you").click()
    page.locator("#others summary").click()
    seen += seen_texts(page)
    person = page.evaluate("others[0].participant")
    assert page.locator("#others li span").inner_text() == f"<i>ẞ</i> {person} 0 {len(study.study.trials)}"
    page.locator("#others button").last.click()
    page.locator("#note .go").click()
    answer_all(page, lambda _: page.keyboard.press("1"))
    page.locator("#sending").get_by_text("ẞ").wait_for()
    seen += seen_texts(page)
    assert {text.replace(person, "") for text in seen} == {f"<i>ẞ</i>  0 {len(study.study.trials)}"}
    assert page.locator("i").count() == 0
    page.close()
