"""`bench study export`: what it writes, that no public byte tells who made an image, and what it refuses."""

import json
import re
import shutil
from collections import Counter

import numpy as np
import pytest
from PIL import Image
from scipy.stats import binom

from benchmark.human_study.answers import COLUMNS
from tests.commands import bench
from tests.reports.rating_study import METHODS, export, made_run, make_runs, write_texts
from tests.reports.run_folders import PROTOCOL
from tests.reports.synthetic import dataset_facts, protocol

FORMATS = ("--format", "html,mturk,label-studio", "--url-base", "https://pictures.example.org/study/")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    return make_runs(tmp_path_factory.mktemp("made") / "runs-of-quill")


@pytest.fixture(scope="module", params=["2afc", "kway", "mos", "realfake"])
def exported(request, runs, tmp_path_factory):
    items = "8" if request.param == "kway" else "12"
    found = export(
        runs, tmp_path_factory.mktemp(request.param) / "study", "--mode", request.param, "--items", items, *FORMATS
    )
    assert found.code == 0, found.err
    return found


def without_pixels(path):
    return re.sub(rb"data:image/png;base64,[A-Za-z0-9+/=]+", b"", path.read_bytes())


def test_no_public_byte_tells_who_made_an_image(exported, runs):
    key = exported.key
    told = {*METHODS, *(f"Title of {method}" for method in METHODS), "copy-target", "copy-source", "seed0", "seed1"}
    told |= {str(runs), runs.name, "rendered-faces", *key.tasks_sha256.values(), *key.results_sha256.values()}
    told |= {option.source for option in key.options.values()}
    for path in exported.public.rglob("*"):
        assert not any(text.lower() in str(path.relative_to(exported.folder)).lower() for text in told)
        if path.is_file() and path.suffix != ".png":
            content = without_pixels(path).lower()
            assert [text for text in told if text.lower().encode() in content] == []


def test_images_hold_pixels_alone_and_differ_in_no_size_or_time(exported):
    images = list((exported.public / "images").iterdir())
    assert {path.suffix for path in images} == {".png"}
    assert len({path.stat().st_size for path in images}) == 1
    assert len({path.stat().st_mtime for path in images}) == 1
    for path in images:
        content = path.read_bytes()
        assert content.count(b"IDAT") >= 1
        assert not any(name in content for name in (b"tEXt", b"iTXt", b"zTXt", b"eXIf", b"tIME", b"pHYs", b"gAMA"))


def right_by_threshold(files, smooth):
    """How many of a second half's files a threshold on their bytes, learnt on the first half, gives to their method."""
    sizes = np.array([path.stat().st_size for path in files])
    learnt, tested = slice(0, None, 2), slice(1, None, 2)
    guesses = [
        (sizes < cut) == side for cut in np.unique([sizes, sizes + 1]) for side in (True, False)
    ]  # smaller files are the smooth method's, or the other's
    best = max(guesses, key=lambda guess: int((guess[learnt] == smooth[learnt]).sum()))
    return int((best[tested] == smooth[tested]).sum()), len(sizes[tested])


def test_a_classifier_by_file_size_is_at_chance(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.reports.run_folders.TASKS", 60)
    rows, columns = np.mgrid[:16, :16]
    for method in ("smooth", "noisy"):
        made_run(tmp_path / "runs", method)
        folder = tmp_path / "runs" / "rendered-faces" / method / "seed0" / "edits" / "attribute-transfer"
        for number, path in enumerate(sorted(folder.glob("*.png")) if method == "smooth" else ()):
            ramp = (rows + columns + number).astype(np.uint8)  # "noisy" keeps the noise that made-up runs hold
            Image.fromarray(np.stack([ramp] * 3, axis=-1)).save(path)
    study = export(tmp_path / "runs", tmp_path / "study", "--mode", "mos", "--items", "120")
    assert study.code == 0, study.err
    options = {id: option for id, option in study.key.options.items() if option.method}
    smooth = np.array([option.method == "smooth" for option in options.values()])
    edits = tmp_path / "runs" / "rendered-faces"
    as_made = [
        edits / option.method / "seed0" / "edits" / option.protocol / f"{option.task:05d}.png"
        for option in options.values()
    ]
    right, tested = right_by_threshold(as_made, smooth)
    assert right == tested >= 60  # as the runs keep them, a file's size tells its method every time
    right, _ = right_by_threshold([study.public / "images" / f"{id}.png" for id in options], smooth)
    assert right <= binom.ppf(0.999, tested, 0.5)


def test_the_key_knows_every_trial_and_option_and_the_study_names_no_check(exported):
    study, key = exported.study, exported.key
    assert key.study_id == study.study_id
    assert set(key.trials) == {trial.id for trial in study.trials}
    assert set(key.options) == {option.id for trial in study.trials for option in trial.options}
    assert {trial.check for trial in key.trials.values()} == {None, "obvious", "repeat"}
    assert "check" not in (exported.public / "study.json").read_text(encoding="utf-8")
    everything = {option.file for trial in (*study.trials, *study.practice) for option in trial.options}
    everything |= {file for trial in (*study.trials, *study.practice) for file in trial.shown.values()}
    assert everything == {f"images/{path.name}" for path in (exported.public / "images").iterdir()}
    assert all(re.fullmatch("[bcdfghjklmnpqrstvwxz]{16}", id) for id in [*key.trials, *key.options, study.study_id])


def test_no_two_trials_share_an_id_or_a_file(exported):
    study = exported.study
    trials = [*study.trials, *study.practice]
    ids = [*(trial.id for trial in trials), *(option.id for trial in trials for option in trial.options)]
    files = [option.file for trial in trials for option in trial.options]
    files += [file for trial in trials for file in trial.shown.values()]
    assert max(Counter(ids).values()) == max(Counter(files).values()) == 1


def test_no_two_files_are_alike_though_images_are(exported):
    written = [path.read_bytes() for path in (exported.public / "images").iterdir()]
    assert len(set(written)) == len(written)


def pixels(exported, file):
    with Image.open(exported.public / file) as image:
        return image.tobytes()


def test_checks_expect_what_is_right(exported):
    study, key = exported.study, exported.key
    trials = {trial.id: trial for trial in study.trials}
    for id, facts in key.trials.items():
        options = trials[id].options
        methods = {option.id: key.options[option.id].method for option in options}
        if facts.check == "obvious" and len(options) > 1:
            assert [id for id, method in methods.items() if method] == [facts.expected]
            assert len({(key.options[id].task, key.options[id].seed) for id in methods}) == 1
        elif facts.check == "obvious":
            assert facts.expected == {"mos": "1", "realfake": "fake"}[study.mode]
            assert set(methods.values()) == {""}
        elif facts.check == "repeat":
            before = trials[facts.repeat_of].options[::-1]
            assert [key.options[option.id] for option in options] == [key.options[option.id] for option in before]
            images = [[pixels(exported, option.file) for option in side] for side in (options, before)]
            assert images[0] == images[1]
        else:
            assert "" not in methods.values()


def test_an_edit_is_shown_as_its_run_made_it(exported, runs):
    for id, option in exported.key.options.items():
        if option.method in METHODS:
            made = runs / "rendered-faces" / option.method / f"seed{option.seed}" / "edits" / option.protocol
            with (
                Image.open(made / f"{option.task:05d}.png") as edit,
                Image.open(exported.public / "images" / f"{id}.png") as shown,
            ):
                assert edit.tobytes() == shown.tobytes()


def test_figures_are_clustered_by_the_source_of_an_edit(exported):
    study, key = exported.study, exported.key
    for facts in key.options.values():
        if facts.method:  # what is shuffled for a check is not counted
            assert facts.source == f"test-{facts.task + 100:05d}"
    for trial in study.trials:
        assert {key.options[option.id].source for option in trial.options} == {key.trials[trial.id].source}
    assert ("real" in {facts.method for facts in key.options.values()}) == (study.mode == "realfake")


def test_the_forms_share_the_columns_of_the_contract(exported):
    page = exported.page.read_text(encoding="utf-8")
    named = re.search(r"const COLUMNS = (\[.*?\]);", page, re.DOTALL).group(1)
    assert tuple(json.loads(named)) == COLUMNS


def test_real_faces_stand_alone(runs, tmp_path):
    found = export(runs, tmp_path / "study", "--mode", "realfake", "--items", "12")
    assert all(trial.shown == {} and trial.text == "" for trial in found.study.trials)
    labels = Counter(
        found.key.options[trial.options[0].id].method
        for trial in found.study.trials
        if found.key.trials[trial.id].check is None
    )
    assert labels == {"real": 6, **dict.fromkeys(METHODS, 2)}


def test_photographs_have_the_attribute_that_edits_are_asked_for(runs, tmp_path):
    """Else raters would tell edits by their smile."""
    found = export(runs, tmp_path / "study", "--mode", "realfake", "--items", "12")
    real = {id: option for id, option in found.key.options.items() if option.method == "real"}
    assert len(real) >= 6
    for id, option in real.items():
        smiling = runs / "rendered-faces" / "copy-source" / "seed0" / "edits" / PROTOCOL / f"{option.task:05d}.png"
        with Image.open(smiling) as source:
            assert source.tobytes() == pixels(found, f"images/{id}.png")


def test_no_photographs_without_the_run_that_holds_them(runs, tmp_path):
    copied = shutil.copytree(runs, tmp_path / "runs", ignore=shutil.ignore_patterns("copy-source"))
    refused = export(copied, tmp_path / "study", "--mode", "realfake", "--items", "12")
    assert refused.code == 2
    assert "under attribute-transfer those are the edits of copy-source, of which there is no run" in refused.err


def test_methods_shown_on_too_few_faces_to_be_ranked_are_warned_of(runs, tmp_path):
    found = export(runs, tmp_path / "study", "--mode", "mos", "--items", "8")
    assert "warning: brushnet, pastelflow, quillgan of attribute-transfer cannot be ranked" in found.err
    enough = export(runs, tmp_path / "other", "--mode", "kway", "--items", "6")
    assert "warning" not in enough.err


def test_a_study_that_never_shows_a_method_is_refused(runs, tmp_path):
    refused = export(runs, tmp_path / "study", "--mode", "mos", "--items", "2")
    assert refused.code == 2
    assert re.search(r"--items 2 are too few to show (brushnet|pastelflow|quillgan) even once", refused.err)
    assert not (tmp_path / "study").exists()


def test_training_seeds_take_turns(runs, tmp_path):
    found = export(runs, tmp_path / "study", "--items", "24")
    trials = [trial for trial in found.study.trials if found.key.trials[trial.id].check is None]
    shown = [found.key.options[option.id] for trial in trials for option in trial.options]
    seeds = Counter(option.seed for option in shown if option.method == METHODS[0])
    assert abs(seeds[0] - seeds[1]) <= 1
    assert min(seeds.values()) >= 4


def test_the_same_command_writes_the_same_study_and_another_seed_another(runs, tmp_path):
    one = export(runs, tmp_path / "one", "--items", "6")
    same = export(runs, tmp_path / "same", "--items", "6")
    assert one.page.read_bytes() == same.page.read_bytes()
    assert one.key == same.key
    other = export(runs, tmp_path / "other", "--items", "6", seed=1)
    assert not set(one.key.options) & set(other.key.options)


def test_nobody_who_has_the_results_can_draw_the_study_again_without_its_key(runs, tmp_path):
    one = export(runs, tmp_path / "one", "--items", "6", seed=None)
    other = export(runs, tmp_path / "other", "--items", "6", seed=None)
    assert not set(one.key.options) & set(other.key.options)
    assert min(one.key.seed, other.key.seed) > 2**32  # with a chance of one in 2^31 they are drawn below
    told = str(one.key.seed).encode()
    assert not [path for path in one.public.rglob("*") if path.is_file() and told in path.read_bytes()]
    again = export(runs, tmp_path / "one", "--items", "6", seed=None)
    assert (again.code, again.key) == (0, one.key)
    drawn = export(runs, tmp_path / "drawn", "--items", "6", seed=one.key.seed)
    assert drawn.key == one.key


def test_answers_whose_meaning_changed_would_be_of_another_study(runs, tmp_path):
    words = write_texts(tmp_path / "words.yaml", "mos")
    first = export(runs, tmp_path / "study", "--mode", "mos", "--items", "6", "--words", words)
    assert first.code == 0, first.err
    write_texts(words, "mos", scale=["Superb", "Good", "Fair", "Poor", "Bad"])
    turned = export(runs, tmp_path / "study", "--mode", "mos", "--items", "6", "--words", words)
    assert turned.code == 2
    assert "is of another study" in turned.err


def test_ids_rest_on_results_too(runs, tmp_path):
    one = export(runs, tmp_path / "one", "--items", "6")
    copied = shutil.copytree(runs, tmp_path / "runs")
    path = copied / "rendered-faces" / METHODS[0] / "seed0" / "result.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"edit_ms": 12.5', '"edit_ms": 12.6'), encoding="utf-8")
    other = export(copied, tmp_path / "other", "--items", "6")
    assert not set(one.key.options) & set(other.key.options)
    assert one.study.study_id != other.study.study_id


def test_the_texts_used_lie_in_the_folder_and_make_the_same_study(runs, tmp_path):
    first = export(runs, tmp_path / "study", "--items", "6")
    page = first.page.read_bytes()
    again = export(runs, tmp_path / "study", "--items", "6", "--words", tmp_path / "study" / "words.yaml")
    assert again.code == 0
    assert again.page.read_bytes() == page


def test_a_folder_of_another_study_is_refused_and_left_as_it_is(runs, tmp_path):
    first = export(runs, tmp_path / "study", "--items", "6")
    before = {path: path.read_bytes() for path in first.folder.rglob("*") if path.is_file()}
    second = export(runs, tmp_path / "study", "--items", "7")
    assert second.code == 2
    assert "is of another study" in second.err
    assert before == {path: path.read_bytes() for path in first.folder.rglob("*") if path.is_file()}


def test_forms_of_an_earlier_export_go_and_answers_stay(runs, tmp_path):
    first = export(runs, tmp_path / "study", "--items", "6", *FORMATS)
    study_id, key = first.study.study_id, first.key
    answers = first.folder / "private" / "answers.csv"
    answers.write_text("of raters", encoding="utf-8")
    words = write_texts(tmp_path / "words.yaml", title="Another title")
    second = export(runs, tmp_path / "study", "--items", "6", "--words", words)
    assert second.code == 0, second.err
    assert {path.name for path in second.public.iterdir()} == {"images", "study.json", "study.html"}
    assert "Another title" in second.page.read_text(encoding="utf-8")
    assert (second.study.study_id, second.key) == (study_id, key)
    assert answers.read_text(encoding="utf-8") == "of raters"


def test_the_key_of_another_study_is_not_written_over(runs, tmp_path):
    key = tmp_path / "key.json"
    export(runs, tmp_path / "one", "--items", "6", "--key", key)
    before = key.read_bytes()
    second = export(runs, tmp_path / "two", "--items", "7", "--key", key)
    assert second.code == 2
    assert "is the key of another study" in second.err
    assert key.read_bytes() == before
    assert not (tmp_path / "two").exists()


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("study/public/study.json", "public/study.json, which the study needs"),
        ("study/words.yaml", "words.yaml, which the study needs"),
        ("study/public/mturk.csv", "public/mturk.csv, which the study needs"),
        ("study/public/images/key.json", "public/images, which the study needs"),
        ("study/words.yaml/key.json", "words.yaml, which the study needs"),
        ("study/private", "is a folder; name a file, such as"),
        ("study/public", "is a folder; name a file, such as"),
        ("keys", "is a folder; name a file, such as"),
        ("note.txt/key.json", "note.txt is no folder"),
    ],
)
def test_a_key_that_would_take_anothers_place_is_refused(runs, tmp_path, key, said):
    (tmp_path / "keys").mkdir()
    (tmp_path / "note.txt").write_text("a file", encoding="utf-8")
    found = export(runs, tmp_path / "study", "--items", "6", "--key", tmp_path / key)
    assert found.code == 2
    assert f"--key {tmp_path / key}" in found.err
    assert said in found.err
    assert not (tmp_path / "study").exists()


def test_a_key_that_would_come_to_mean_something_else_is_not_written_over(runs, tmp_path):
    first = export(runs, tmp_path / "study", "--items", "6")
    path = first.folder / "private" / "key.json"
    path.write_text(path.read_text(encoding="utf-8").replace(METHODS[0], METHODS[1]), encoding="utf-8")
    before = path.read_bytes()
    second = export(runs, tmp_path / "study", "--items", "6")
    assert second.code == 2
    assert f"is the key of study {first.study.study_id} as another version of this program drew it" in second.err
    assert path.read_bytes() == before


def test_images_of_no_known_study_are_not_mixed_with_others(runs, tmp_path):
    first = export(runs, tmp_path / "study", "--items", "6")
    (first.public / "study.json").unlink()
    (first.folder / "private" / "key.json").unlink()
    second = export(runs, tmp_path / "study", "--items", "7")
    assert second.code == 2
    assert "no study.json beside it says of which study" in second.err


def test_an_export_that_is_cut_off_leaves_a_folder_that_says_whose_it_is(runs, tmp_path, monkeypatch):
    def full_disk(pixels, seed):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("benchmark.human_study.design.export.stored_png", full_disk)
        assert export(runs, tmp_path / "study", "--items", "6", seed=None).code != 0
    assert export(runs, tmp_path / "study", "--items", "7", seed=None).code == 2
    whole = export(runs, tmp_path / "study", "--items", "6", seed=None)
    assert whole.code == 0, whole.err
    drawn = export(runs, tmp_path / "other", "--items", "6", seed=whole.key.seed)
    assert whole.page.read_bytes() == drawn.page.read_bytes()


def test_arena_is_announced_at_export_and_written_with_the_answers(runs, tmp_path):
    study = export(runs, tmp_path / "study", "--items", "6", "--format", "html,arena")
    assert study.code == 0, study.err
    assert f"`bench study import` writes them to {tmp_path / 'study' / 'private'}" in study.err
    assert not list(study.folder.rglob("arena*"))
    trial = next(trial for trial in study.study.trials if not study.key.trials[trial.id].check)
    shown = [option.id for option in trial.options]
    cells = ["1", study.study.study_id, "p1", "s1", trial.id, "0", study.study.questions[0].id, " ".join(shown)]
    row = [*cells, shown[1], "1200", "", "2026-03-01T00:00:00.000Z"]
    (tmp_path / "answers.csv").write_text(f"{','.join(COLUMNS)}\n{','.join(row)}\n", encoding="utf-8")
    outcome = bench("study", "import", study.folder, tmp_path / "answers.csv")
    assert outcome.code == 0, outcome.err
    arena = study.folder / "private" / f"arena-{study.study.questions[0].id}.csv"
    methods = [study.key.options[id].method for id in shown]
    assert arena.read_bytes().decode() == f"model_a,model_b,winner\r\n{','.join(methods)},model_b\r\n"


@pytest.mark.parametrize(
    ("formats", "changes", "key"),
    [
        ("mturk", {"instructions": "It costs ${price}."}, "instructions"),
        ("html,mturk", {"questions": [{"id": "q", "text": "Is ${image_a_url} real?"}]}, "questions.0.text"),
        ("mturk", {"tasks": {"attribute-transfer": "Change: ${{attribute}}"}}, "tasks.attribute-transfer"),
        ("html,label-studio", {"instructions": "It costs ${price}."}, None),
        ("mturk", {"thanks": "Here are ${5}."}, None),
    ],
)
def test_texts_that_mechanical_turk_takes_for_variables_are_refused(runs, tmp_path, formats, changes, key):
    words = write_texts(tmp_path / "words.yaml", **changes)
    found = export(
        runs, tmp_path / "study", "--items", "6", "--words", words, "--format", formats, "--url-base", "https://e.org/s"
    )
    assert found.code == (2 if key else 0), found.err
    if key:
        assert f"texts: {key} contains '${{'" in found.err
        assert not (tmp_path / "study").exists()


def test_a_key_beside_the_public_files_is_warned_of(runs, tmp_path):
    inside = tmp_path / "study" / "public" / "key.json"
    assert "is in the public folder" in export(runs, tmp_path / "study", "--items", "6", "--key", inside).err
    elsewhere = export(runs, tmp_path / "other", "--items", "6", "--key", tmp_path / "safe" / "key.json", seed=None)
    forgotten = export(runs, tmp_path / "other", "--items", "6", seed=None)
    assert forgotten.code == 2
    assert "name its key by --key" in forgotten.err
    assert "public folder" not in elsewhere.err
    assert (tmp_path / "safe" / "key.json").is_file()
    assert not (tmp_path / "other" / "private").exists()


def test_what_differs_between_runs_is_named(runs, tmp_path):
    mixed = shutil.copytree(runs, tmp_path / "runs")
    made_run(mixed, "odd", protocols={"attribute-transfer": protocol({}, tasks_sha256="b" * 64)}, scores=False)
    found = export(mixed, tmp_path / "study")
    assert found.code == 2
    assert "odd" in found.err
    assert "cannot be shown together under attribute-transfer: task table is" in found.err
    assert "not bbbbbbbbbbbb." in found.err
    shutil.rmtree(mixed / "rendered-faces" / "odd")
    made_run(mixed, "odd", dataset_facts=dataset_facts(size=128))
    assert "under attribute-transfer: image size is '16', not '128'" in export(mixed, tmp_path / "study").err


def test_runs_with_other_options_are_no_seeds_of_a_method(runs, tmp_path):
    mixed = shutil.copytree(runs, tmp_path / "runs")
    made_run(mixed, "brushnet", seed=9, preset="paper")
    refused = export(mixed, tmp_path / "other", "--items", "6")
    assert refused.code == 2
    assert "are not seeds of one method" in refused.err


def test_a_method_that_took_no_part_is_left_out_and_refused_by_name(runs, tmp_path):
    mixed = shutil.copytree(runs, tmp_path / "runs")
    absent = protocol({}, reason="takes part in style-copy only")
    made_run(mixed, "absent", protocols={"attribute-transfer": absent}, edits=False)
    found = export(mixed, tmp_path / "study", "--items", "6")
    assert found.code == 0
    assert "left out: absent: takes part in style-copy only" in found.err
    refused = export(mixed, tmp_path / "other", "--items", "6", "--methods", "absent,brushnet")
    assert refused.code == 2
    assert "absent: takes part in style-copy only" in refused.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--methods", "quilgan,brushnet"], "unknown method of these runs 'quilgan'; did you mean 'quillgan'?"),
        (["--mode", "2acf"], "unknown mode '2acf'; did you mean '2afc'"),
        (["--protocol", "atribute-transfer"], "did you mean 'attribute-transfer'"),
        (["--protocol", "style-copy"], "unknown protocol of these runs 'style-copy'; known: attribute-transfer"),
        (["--format", "mtruk"], "unknown format 'mtruk'; did you mean 'mturk'"),
        (["--format", "mturk"], "--format mturk needs --url-base"),
        (["--format", "html,arena", "--mode", "mos"], "--format arena needs --mode 2afc"),
        (["--url-base", "pictures.example.org"], "--url-base 'pictures.example.org' is no http or https address"),
        (["--url-base", "file:///study"], "is no http or https address of a folder"),
        (["--url-base", "https://me:secret@e.org/s"], "is no http or https address of a folder"),
        (["--url-base", "https://e.org/s?token=1"], "is no http or https address of a folder"),
        (["--format", "label-studio", "--url-base", 'https://e.org/"><b>'], "is no http or https address of a folder"),
        (["--format", "html,mturk", "--url-base", "http://e.org/s"], "--format mturk needs https"),
        (["--items", "500"], "--items 500 is more than there are"),
        (["--methods", "quillgan"], "mode 2afc needs 2 methods"),
    ],
)
def test_a_mistake_is_one_sentence_and_writes_nothing(runs, tmp_path, words, said):
    found = export(runs, tmp_path / "study", *words)
    assert found.code == 2
    assert said in found.err
    assert found.err.count("\n") == 1
    assert not (tmp_path / "study").exists()


def test_texts_that_say_nothing_of_a_protocol_are_refused(runs, tmp_path):
    words = write_texts(tmp_path / "words.yaml", tasks={})
    found = export(runs, tmp_path / "study", "--words", words)
    assert found.code == 2
    assert "do not say what an edit of attribute-transfer is to do" in found.err
    assert "texts/2afc.yaml, and name that by --words" in found.err


def test_a_missing_edit_is_named(runs, tmp_path):
    broken = shutil.copytree(runs, tmp_path / "runs")
    for path in (broken / "rendered-faces" / "brushnet").rglob("*.png"):
        path.unlink()
    found = export(broken, tmp_path / "study", "--items", "6")
    assert found.code == 2
    assert "brushnet" in found.err
    assert "no such file" in found.err
