// A rater's answers: who answers which trials, what is kept in the browser, and the table that is downloaded or sent.
const study = JSON.parse(document.getElementById("study-data").textContent);
const COLUMNS = ["schema_version", "study_id", "participant_id", "session_id", "trial_id", "trial_index", "question_id",
  "shown_order", "choice", "rt_ms", "is_check", "started_at"];
const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/; // what a file name and a spreadsheet take as it is

const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => "bcdfghjklmnpqrst"[byte & 15]).join("");

function fromAddress(...names) {
  const parameters = new URLSearchParams(location.search);
  return names.map((name) => parameters.get(name)).find((value) => value && ID.test(value));
}

// answers are kept by study and person: the one named in the address, or else the last one here
const named = fromAddress("PROLIFIC_PID", "workerId");
const LAST = `human-study ${study.study_id} `, UNNAMED = `${LAST}unnamed `; // no name in an address has a space
const storageKey = (participant) => (named ? LAST : UNNAMED) + participant;

function kept(storedUnder) {
  try {
    const found = JSON.parse(localStorage.getItem(storedUnder));
    if (found && ID.test(found.participant) && ID.test(found.session) && Array.isArray(found.answers)) return found;
  } catch { /* nothing kept, or not by this page */ }
  return null;
}

// all that this browser keeps, or nothing where it does not let the page see it
function stored() {
  try {
    return { ...localStorage };
  } catch {
    return {};
  }
}

const found = kept(storageKey(named ?? stored()[LAST] ?? ""));
const rater = found ?? {
  participant: named ?? newId(),
  session: fromAddress("SESSION_ID", "assignmentId") ?? newId(),
  agreed: false, practised: 0, begun: false, answers: [], sent: false,
};

function keep() {
  try {
    localStorage.setItem(storageKey(rater.participant), JSON.stringify(rater));
  } catch {
    document.getElementById("unkept").hidden = false;
  }
}

// Reloads the page for another person, new or returning; the answers of the current one are kept.
function handOver(participant = "") {
  localStorage.setItem(LAST, participant);
  location.reload();
}

// others who answered in this browser and whom no address names
const others = named ? [] : Object.keys(stored()).filter((key) => key.startsWith(UNNAMED)).map(kept)
  .filter((other) => other?.answers.length && other.participant !== rater.participant);

// FNV-1a, then the last steps of MurmurHash3: raters with consecutive ids get unrelated sessions
function hash(text) {
  let value = 0x811c9dc5;
  for (const letter of text) value = Math.imul(value ^ letter.codePointAt(0), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

// Trials are split into sessions of equal length, each with its own checks. A rater goes through one, from a start of their own.
function sessionTrials(participant) {
  const total = study.trials.length, parts = Math.ceil(total / study.sitting);
  const number = hash(`${study.study_id} ${participant}`);
  const part = number % parts;
  const session = study.trials.slice(Math.floor((part * total) / parts), Math.floor(((part + 1) * total) / parts));
  const first = Math.floor(number / parts) % session.length;
  return [...session.slice(first), ...session.slice(0, first)];
}

const trials = sessionTrials(rater.participant);

function answer(index, question, choice, milliseconds, startedAt) {
  const trial = trials[index];
  const cells = [study.schema_version, study.study_id, rater.participant, rater.session, trial.id, index, question.id,
    trial.options.map((option) => option.id).join(" "), choice, Math.round(milliseconds), "", startedAt];
  rater.answers.push(cells.map(String));
  keep();
}

const answersCsv = (of = rater) => [COLUMNS, ...of.answers].map((row) => row.join(",") + "\r\n").join("");
const answersJson = () => JSON.stringify(
  { answers: rater.answers.map((row) => Object.fromEntries(COLUMNS.map((name, column) => [name, row[column]]))) }, null, 1);

function download(kind, type, text, of = rater) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = `answers-${study.study_id}-${of.participant}.${kind}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}
