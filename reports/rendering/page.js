"use strict";

const tip = document.getElementById("tip");
const filter = document.getElementById("filter");
const gap = 6;

function place(cell) {
  const at = cell.getBoundingClientRect();
  const size = tip.getBoundingClientRect();
  const below = at.bottom + gap + size.height < innerHeight;
  const left = Math.min(Math.max(at.right - size.width, gap), innerWidth - size.width - gap);
  tip.style.left = left + "px";
  tip.style.top = (below ? at.bottom + gap : at.top - size.height - gap) + "px";
}

function show(cell) {
  tip.textContent = cell.dataset.tip;
  tip.hidden = false;
  cell.setAttribute("aria-describedby", "tip");
  place(cell);
}

function hide() {
  tip.hidden = true;
  document.querySelectorAll("[aria-describedby='tip']").forEach((cell) => cell.removeAttribute("aria-describedby"));
}

// a link to a method opens its card
function openCard() {
  const card = location.hash && document.getElementById(location.hash.slice(1));
  if (card instanceof HTMLDetailsElement) card.open = true;
}
addEventListener("hashchange", openCard);
openCard();

const tipped = (event) => event.target instanceof Element ? event.target.closest("[data-tip]") : null;
document.addEventListener("mouseover", (event) => { hide(); const cell = tipped(event); if (cell) show(cell); });
document.addEventListener("focusin", (event) => { hide(); const cell = tipped(event); if (cell) show(cell); });
document.addEventListener("focusout", hide);
// Focus scrolls a figure into view: its tip goes along, while the tip of a figure that was only pointed at goes.
document.addEventListener("scroll", () => {
  const cell = document.activeElement.closest("[aria-describedby='tip']");
  if (cell) place(cell); else hide();
}, true);

// A table is one tab stop: the arrow keys move between its figures, hundreds of which no one wants to tab through.
function enter(cell) {
  cell.closest("table").querySelectorAll("td[tabindex='0']").forEach((other) => { other.tabIndex = -1; });
  cell.tabIndex = 0;
  cell.focus({ preventScroll: true });
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
}

// Where the filter hid the row of the tab stop, the first row that is left takes it over.
function keepTabStop(table) {
  if (!table.querySelector("tr[hidden] td[tabindex='0']")) return;
  const left = table.querySelector("tbody tr:not([hidden]) td");
  if (!left) return;
  table.querySelector("td[tabindex='0']").tabIndex = -1;
  left.tabIndex = 0;
}

function neighbour(cell, key) {
  const rows = [...cell.closest("tbody").rows].filter((row) => !row.hidden);
  const row = rows.indexOf(cell.parentElement) + ({ ArrowUp: -1, ArrowDown: 1 }[key] || 0);
  const column = cell.cellIndex + ({ ArrowLeft: -1, ArrowRight: 1 }[key] || 0);
  return column > 0 && rows[row] ? rows[row].cells[column] : undefined;
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") hide();
  const cell = tipped(event);
  if (!cell || !cell.closest("td") || !event.key.startsWith("Arrow")) return;
  event.preventDefault();
  const next = neighbour(cell, event.key);
  if (next) enter(next);
});

// Real images stay on top, and what has no figure at the end, whichever way the rest is sorted.
function sort(body, column, sign) {
  const value = (row) => column === 0 ? row.dataset.place : row.cells[column].dataset.value;
  const key = (row) => value(row) === undefined ? Infinity : sign * Number(value(row));
  const pinned = (row) => row.classList.contains("real") ? 0 : 1;
  const compare = (a, b) => pinned(a) - pinned(b) || (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a.dataset.place - b.dataset.place);
  body.append(...[...body.rows].sort(compare));
}

document.querySelectorAll(".results, .wins").forEach((table) => {
  const body = table.tBodies[0];
  [...body.rows].forEach((row, place) => { row.dataset.place = place; });
  body.querySelectorAll("td").forEach((cell, place) => { cell.tabIndex = place === 0 ? 0 : -1; });
  table.querySelectorAll("th button").forEach((button) => {
    button.addEventListener("click", () => {
      const header = button.parentElement;
      const before = header.getAttribute("aria-sort");
      const first = button.dataset.order === "up" ? "descending" : "ascending";
      const order = before === null ? first : before === "ascending" ? "descending" : "ascending";
      table.querySelectorAll("[aria-sort]").forEach((header) => header.removeAttribute("aria-sort"));
      header.setAttribute("aria-sort", order);
      sort(body, header.cellIndex, order === "ascending" ? 1 : -1);
    });
  });
});

if (filter) {
  filter.hidden = false;
  filter.addEventListener("input", () => {
    const wanted = filter.value.trim().toLowerCase();
    const rows = [...document.querySelectorAll(".results tbody tr")];
    rows.forEach((row) => { row.hidden = !row.dataset.name.toLowerCase().includes(wanted); });
    document.querySelectorAll(".results").forEach(keepTabStop);
    const left = rows.filter((row) => !row.hidden).length;
    document.getElementById("found").textContent = wanted ? `${left} of ${rows.length} rows` : "";
  });
}
