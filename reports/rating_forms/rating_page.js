// The screens: consent, instructions, practice, trials, end. A trial shows its images and asks one question after another.
const AHEAD = 4; // trials whose images are loaded before they are needed
const SEEN = 140; // milliseconds for which a choice is shown before the next question
const LETTERS = "ABCDEFGH", BESIDE = ["target", "source", "mask"];
const part = (id) => document.getElementById(id);
const images = new Map();
let current = null; // what is being answered: trial, index in the session or null in practice, question, since when

function make(tag, facts = {}, ...children) {
  const element = Object.assign(document.createElement(tag), facts);
  element.append(...children);
  return element;
}

function show(id, said = "") {
  document.querySelectorAll("main > section").forEach((section) => { section.hidden = section.id !== id; });
  const heading = part(id).querySelector("h1");
  heading.focus({ preventScroll: true });
  part("said").textContent = said;
  part("others").hidden = !others.length || !["welcome", "end"].includes(id);
}

// A text of the study's with its placeholders filled in.
const say = (name, facts = {}) => study.page[name].replace(/\{([a-z]+)\}/g, (_, placeholder) => facts[placeholder]);

const filesOf = (trial) => [...Object.values(trial.shown), ...trial.options.map((option) => option.file)];

function load(file) {
  if (!images.has(file)) {
    const image = make("img", { src: study.images[file] ?? file, alt: "" });
    const loaded = image.decode();
    loaded.catch(() => images.delete(file)); // so that it can be tried again
    images.set(file, { image, loaded });
  }
  return images.get(file);
}

function imageElement(file, alt) {
  const image = load(file).image.cloneNode();
  image.alt = alt;
  image.draggable = false;
  return image;
}

// ---- one trial -----------------------------------------------------------------------------------------------------

const alone = study.mode === "mos" || study.mode === "realfake";
const keysOf = { "2afc": { ArrowLeft: 0, ArrowRight: 1, ArrowDown: 2 }, realfake: { ArrowLeft: 0, ArrowRight: 1 } }[study.mode] ?? {};

function choicesOf(trial) {
  if (study.mode === "mos") return study.scale.map((text, index) => ({ value: String(index + 1), text }));
  if (study.mode === "realfake") return [{ value: "real", text: study.real }, { value: "fake", text: study.fake }];
  const options = trial.options.map((option, index) => ({ value: option.id, text: LETTERS[index], file: option.file }));
  return study.ties ? [...options, { value: "tie", text: study.tie }] : options;
}

function choiceButton({ value, text, file }, index) {
  const button = make("button", { type: "button", className: file ? "option" : "answer" });
  button.dataset.choice = value;
  button.setAttribute("aria-keyshortcuts", String(index + 1));
  if (file) button.append(imageElement(file, ""));
  const label = make("span", { className: "label" }, make("span", { textContent: file ? say("image", { letter: text }) : text }));
  label.append(" ", make("kbd", { textContent: String(index + 1), ariaHidden: "true" }));
  button.append(label);
  button.addEventListener("click", (event) => { if (event.detail < 2) choose(button); }); // a double click is one choice
  return button;
}

function draw(trial) {
  part("task").textContent = trial.text;
  part("beside").replaceChildren(...BESIDE.filter((what) => trial.shown[what]).map((what) => make("figure", {},
    imageElement(trial.shown[what], study.captions[what]),
    make("figcaption", { textContent: study.captions[what], ariaHidden: "true" }))));
  const choices = choicesOf(trial).map(choiceButton);
  part("options").replaceChildren(...(alone
    ? [make("figure", { className: "option" }, imageElement(trial.options[0].file, say("single_image")))]
    : choices.filter((button) => button.className === "option")));
  part("answers").replaceChildren(...choices.filter((button) => button.className === "answer"));
  part("options").dataset.number = trial.options.length;
  part("inputs").hidden = !trial.text && !Object.keys(trial.shown).length;
}

// A pointer that rests where a choice appears would mark it: what is under it counts once it moves. Some browsers report
// a move when only the page changed, so positions are compared.
let pointer;
document.addEventListener("pointermove", ({ screenX, screenY }) => {
  const position = `${screenX} ${screenY}`;
  if (pointer !== undefined && pointer !== position) part("trial").classList.add("moved");
  pointer = position;
});

function ask(number) {
  current.question = number;
  current.busy = false;
  part("trial").classList.remove("moved");
  document.querySelectorAll("[data-choice]").forEach((button) => button.setAttribute("aria-pressed", "false"));
  part("question").textContent = study.questions[number].text;
  const which = study.questions.length > 1 ? say("question", { number: number + 1, of: study.questions.length }) : "";
  part("which").textContent = which;
  show("trial", [part("count").textContent, which].filter(Boolean).join(". "));
}

async function present(trial, index, question, count, progress) {
  try {
    await Promise.all(filesOf(trial).map((file) => load(file).loaded));
  } catch {
    show("failed");
    return;
  }
  draw(trial);
  part("count").textContent = count;
  part("progress").value = progress;
  part("progress").textContent = count;
  current = { trial, index };
  ask(question);
  scrollTo(0, 0);
  await new Promise((drawn) => { requestAnimationFrame(drawn); });
  Object.assign(current, { appeared: performance.now(), startedAt: new Date().toISOString() });
  (index === null ? study.practice : trials).slice((index ?? rater.practised) + 1).slice(0, AHEAD)
    .flatMap(filesOf).forEach(load);
}

function choose(button) {
  if (!current || current.busy || current.appeared === undefined) return;
  const { trial, index, question } = current;
  current.busy = true;
  button.setAttribute("aria-pressed", "true");
  const last = question === study.questions.length - 1;
  if (index !== null) {
    answer(index, study.questions[question], button.dataset.choice, performance.now() - current.appeared, current.startedAt);
  } else if (last) {
    rater.practised += 1;
    keep();
  }
  setTimeout(() => { if (last) next(); else ask(question + 1); }, SEEN);
}

document.addEventListener("keydown", (event) => {
  if (part("trial").hidden || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  const choices = [...document.querySelectorAll("[data-choice]")];
  const digit = /^[1-9]$/.test(event.key) ? Number(event.key) - 1 : keysOf[event.key];
  if (digit !== undefined) {
    if (choices[digit]) { event.preventDefault(); choose(choices[digit]); }
  } else if (/^Arrow(Left|Right|Up|Down)$/.test(event.key) && study.mode !== "2afc" && study.mode !== "realfake") {
    const step = /Left|Up/.test(event.key) ? -1 : 1;
    const focused = choices.indexOf(document.activeElement);
    event.preventDefault();
    choices[focused < 0 ? (step > 0 ? 0 : choices.length - 1) : (focused + step + choices.length) % choices.length].focus();
  }
});

// ---- from one screen to the next -----------------------------------------------------------------------------------

function note(text, then) {
  part("noted").textContent = text;
  part("note").querySelector("button").onclick = then;
  part("not-you").hidden = true;
  show("note");
}

const canHandOver = () => !named && part("unkept").hidden;
const offerNext = () => { part("next-person").hidden = !canHandOver(); };

function listOthers() {
  part("others").querySelector("ul").replaceChildren(...others.map((other) => {
    const perTrial = study.questions.length, total = sessionTrials(other.participant).length;
    const done = Math.floor(other.answers.length / perTrial);
    const text = study.post && !other.sent ? "other_unsent" : "other";
    const about = say(text, { person: other.participant, number: done, of: total });
    const fetch = make("button", { type: "button", textContent: say("download") });
    fetch.addEventListener("click", () => download("csv", "text/csv;charset=utf-8", answersCsv(other), other));
    const goOn = make("button", { type: "button", textContent: say(done < total ? "resume" : "open") });
    goOn.addEventListener("click", () => handOver(other.participant));
    const name = make("span", { id: `of-${other.participant}`, textContent: about });
    for (const button of [fetch, goOn]) button.setAttribute("aria-describedby", name.id);
    return make("li", {}, name, make("p", { className: "downloads" }, fetch, goOn));
  }));
}

function next() {
  current = null;
  const perTrial = study.questions.length, done = Math.floor(rater.answers.length / perTrial);
  if (!rater.agreed) return show("welcome");
  if (rater.practised < study.practice.length) {
    const number = rater.practised;
    return present(study.practice[number], null, 0, say("practice", { number: number + 1, of: study.practice.length }), 0);
  }
  if (!rater.begun) {
    const begin = () => { rater.begun = true; keep(); next(); };
    return study.practice.length ? note(study.begin_note, begin) : begin();
  }
  if (done < trials.length) {
    const count = say("count", { number: done + 1, of: trials.length });
    return present(trials[done], done, rater.answers.length % perTrial, count, done / trials.length);
  }
  show("end");
  if (study.post) return send().then(offerNext);
  offerNext();
  sending.textContent = say("hand_in");
}

part("welcome").querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  rater.agreed = true;
  keep();
  show("instructions");
});
part("instructions").querySelector("button").addEventListener("click", () => {
  if (study.practice.length) note(study.practice_note, next);
  else next();
});
part("failed").querySelector("button").addEventListener("click", next);
part("csv").addEventListener("click", () => download("csv", "text/csv;charset=utf-8", answersCsv()));
part("json").addEventListener("click", () => download("json", "application/json", answersJson()));
for (const id of ["not-you", "next-person"]) part(id).addEventListener("click", () => handOver());

keep();
if (canHandOver()) localStorage.setItem(LAST, rater.participant);
listOthers();
trials.slice(0, AHEAD).flatMap(filesOf).forEach(load);
if (found?.agreed && rater.answers.length < trials.length * study.questions.length) {
  note(say("welcome_back", { number: Math.floor(rater.answers.length / study.questions.length), of: trials.length }), next);
  part("not-you").hidden = !canHandOver();
} else next();
