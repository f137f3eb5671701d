// The choices, the order that they give, and the view of one task. Links: #table=ID, and #table=ID&task=NUMBER.
const choices = document.getElementById("choices"), found = document.getElementById("found");
const dialog = document.getElementById("task"), methodsBox = document.querySelector("details.methods");
const box = document.querySelector(".wall"), wall = makeWall(box, linkTo, fail);
const control = (name) => choices.elements[name];
let section, hidden, rows = [], turn = 0;

function linkTo(table, number) {
  return `#table=${encodeURIComponent(table.id)}${number === undefined ? "" : `&task=${number}`}`;
}

function fail(error) {
  found.textContent = error.message;
}

const columns = () => [...section.methods.keys()].filter((place) => !hidden.has(place));

// Methods that may disagree: those that learned to edit, or where fewer than two of them are shown all that edit.
function disagreeing() {
  const editing = columns().filter((place) => !section.methods[place].given);
  const learned = editing.filter((place) => section.methods[place].kind === "learned");
  return learned.length > 1 ? learned : editing;
}

async function filtered() {
  const wanted = [...choices.querySelectorAll(".requests select")].map((select) => [`request-${select.dataset.place}`, select.value]);
  if (control("by").value !== "") wanted.push([`subgroup-${control("by").value}`, control("value").value]);
  const chosen = wanted.filter(([, value]) => value !== "");
  const values = await Promise.all(chosen.map(([name]) => load(`${section.place}/${name}`)));
  const every = Array.from({ length: section.count }, (_, row) => row);
  return every.filter((row) => chosen.every(([, value], place) => values[place][row] === Number(value)));
}

function spread(figures, row) {
  const known = figures.map((column) => column[row]).filter((value) => value !== null);
  return known.length > 1 ? Math.max(...known) - Math.min(...known) : null;
}

// The rows in the chosen order, and what is said of it; rows without the figure that it goes by are left out.
async function ordered(kept) {
  const order = control("order").value;
  if (order === "task" || !section.metrics.length) return { kept, words: "", remark: () => "", orderOf: -1 };
  const metric = section.metrics[Number(control("metric").value)];
  const figures = await loadColumn(section, Number(control("metric").value));
  let keys, words, remark = () => "", orderOf = -1;
  if (order === "spread") {
    const places = disagreeing().filter((place) => figures[place]);
    if (places.length < 2) return { kept: [], words: "as two methods with figures must be shown to disagree", remark, orderOf };
    const columnsOf = places.map((place) => figures[place]);
    keys = new Map(kept.map((row) => [row, spread(columnsOf, row)]));
    words = `those first on which ${places.length} methods differ most in ${metric.title}`;
    remark = (row) => `differ by ${figureText(metric, keys.get(row))}`;
  } else {
    orderOf = Number(control("method").value);
    const sign = (order === "best") === (metric.direction === "up") ? 1 : -1;
    const values = figures[orderOf];
    keys = new Map(kept.map((row) => [row, values && values[row] !== null ? sign * values[row] : null]));
    words = `${order} of ${titleOf(section.methods[orderOf])} by ${metric.title} first`;
  }
  const known = kept.filter((row) => keys.get(row) !== null);
  const without = kept.length - known.length;
  known.sort((a, b) => keys.get(b) - keys.get(a) || a - b);
  return { kept: known, words: words + (without ? `; ${without.toLocaleString("en")} without a figure left out` : ""), remark, orderOf };
}

async function arrange() {
  const mine = turn += 1;
  const order = control("order").value;
  control("method").parentElement.hidden = order === "task" || order === "spread";
  control("value").parentElement.hidden = control("by").value === "";
  const summary = `${columns().length} of ${section.methods.length} methods are shown`;
  methodsBox.querySelector("summary").textContent = summary;
  box.setAttribute("aria-busy", "true");
  try {
    const { kept, words, remark, orderOf } = await ordered(await filtered());
    if (mine !== turn) return;
    rows = kept;
    const metric = section.metrics.length ? Number(control("metric").value) : null;
    wall.show({ section, rows, columns: columns(), metric, remark, orderOf });
    const count = `${rows.length.toLocaleString("en")} of ${section.count.toLocaleString("en")} tasks`;
    found.textContent = [count, words].filter(Boolean).join(", ");
  } catch (error) {
    if (mine === turn) fail(error);
  }
  if (mine === turn) box.setAttribute("aria-busy", "false");
}

function fillRequests() {
  choices.querySelector(".requests").replaceChildren(...section.requests.map((request, place) => {
    const select = make("select", { name: `request-${place}` });
    select.dataset.place = place;
    option(select, "", "any");
    request.values.forEach((value, number) => option(select, number, value));
    return make("label", {}, `${request.by[0].toUpperCase()}${request.by.slice(1)} `, select);
  }));
}

function fillValues() {
  control("value").replaceChildren();
  const by = control("by").value;
  if (by !== "") section.subgroups[Number(by)].values.forEach((value, number) => option(control("value"), number, value));
}

function fillMethods() {
  const boxes = section.methods.map((method, place) => {
    const shown = make("input", { type: "checkbox", checked: true });
    shown.addEventListener("change", () => {
      hidden[shown.checked ? "delete" : "add"](place);
      arrange();
    });
    return make("label", { className: "switch" }, shown, ` ${titleOf(method)}${method.said && `, ${method.said}`}`);
  });
  methodsBox.querySelector("fieldset").replaceChildren(methodsBox.querySelector("legend"), ...boxes);
}

function openSection(place) {
  section = site.sections[place];
  hidden = new Set();
  ["by", "metric", "method"].forEach((name) => control(name).replaceChildren());
  control("section").value = place;
  option(control("by"), "", "any");
  section.subgroups.forEach((group, number) => option(control("by"), number, group.by));
  section.metrics.forEach((metric, number) => option(control("metric"), number, `${metric.title} ${metric.direction === "up" ? "↑" : "↓"}`));
  section.methods.forEach((method, number) => option(control("method"), number, titleOf(method)));
  const learned = section.methods.findIndex((method) => method.kind === "learned");
  if (learned >= 0) control("method").value = learned;
  control("order").value = "task";
  choices.querySelectorAll(".subgroups").forEach((label) => { label.hidden = !section.subgroups.length; });
  choices.querySelectorAll(".metrics").forEach((label) => { label.hidden = !section.metrics.length; });
  document.querySelector(".notes").replaceChildren(...section.notes.map((note) => make("li", { textContent: note })));
  fillRequests();
  fillValues();
  fillMethods();
  return arrange();
}

function tile(task, place) {
  const method = section.methods[place];
  const figures = make("dl", {}, ...section.metrics.map((metric, number) => make("div", {},
    make("dt", { textContent: metric.title }), make("dd", { textContent: figureText(metric, task.figures[number][place]) }))));
  return make("figure", {}, picture(section, task, place), make("figcaption", {}, make("strong", { textContent: titleOf(method) }),
    make("small", { textContent: method.given ? method.title : method.said }), ...(task.has[place] ? [figures] : [])));
}

async function openTask(row) {
  const of = section;
  const task = await loadTask(section, row, [...section.metrics.keys()]);
  if (of !== section) return;
  dialog.dataset.row = row;
  dialog.classList.toggle("small", section.size <= 160);
  dialog.querySelector("h2").textContent = `Task ${task.number}`;
  dialog.querySelector("p").replaceChildren(
    [section.title, task.requested, `target ${task.target}`, `source ${task.source}`].filter(Boolean).join(" · "), " · ",
    make("a", { href: linkTo(section, task.number), textContent: "link to this task" }));
  dialog.querySelector(".tiles").replaceChildren(...[...section.methods.keys()].map((place) => tile(task, place)));
  const position = rows.indexOf(row);
  dialog.querySelector("[name=previous]").disabled = position < 1;
  dialog.querySelector("[name=next]").disabled = position < 0 || position === rows.length - 1;
  if (!dialog.open) dialog.showModal();
}

function step(by) {
  const next = rows[rows.indexOf(Number(dialog.dataset.row)) + by];
  if (next !== undefined) location.replace(linkTo(section, numberOf(section, next)));
}

async function follow() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  const id = wanted.get("table"), number = wanted.get("task");
  const place = id === null ? section?.place ?? 0 : site.sections.findIndex((table) => table.id === id);
  if (section?.place !== place || !section) await openSection(Math.max(place, 0));
  const row = place < 0 || number === null ? -1 : rowOf(section, Number(number));
  if (row >= 0) return openTask(row).catch(fail);
  dialog.close();
  if (place < 0) fail(new Error(`There is no table ${id} in this gallery.`));
  else if (number !== null) fail(new Error(`There is no task ${number} in this table.`));
}

site.sections.forEach((table, place) => {
  table.place = place;
  option(control("section"), place, table.title);
});
choices.addEventListener("change", (event) => {
  if (event.target.name === "section") return location.replace(linkTo(site.sections[Number(event.target.value)]));
  if (event.target.name === "by") fillValues();
  arrange();
});
dialog.querySelector("[name=previous]").addEventListener("click", () => step(-1));
dialog.querySelector("[name=next]").addEventListener("click", () => step(1));
dialog.querySelector("[name=close]").addEventListener("click", () => dialog.close());
dialog.addEventListener("keydown", (event) => {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (by) step(by);
});
dialog.addEventListener("close", () => {
  if (new URLSearchParams(location.hash.slice(1)).has("task")) location.replace(linkTo(section));
  const position = rows.indexOf(Number(dialog.dataset.row));
  if (position >= 0) wall.focus(position);
});
[choices, methodsBox, box].forEach((part) => { part.hidden = false; });
addEventListener("hashchange", follow);
follow();
