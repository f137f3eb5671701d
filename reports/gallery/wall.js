// The wall: a row per task, a column per method. Only the rows in sight, and a few around them, are in the page.
const AROUND = 3;

function makeWall(box, linkTo, fail) {
  const table = box.querySelector("table"), head = box.querySelector("thead tr"), body = box.querySelector("tbody");
  const above = make("tr", { className: "space" }), below = make("tr", { className: "space" });
  const drawn = new Map();
  let shown, height;

  function measure() {
    const style = getComputedStyle(box);
    height = parseFloat(style.getPropertyValue("--tile")) + 1.75 * parseFloat(getComputedStyle(document.documentElement).fontSize);
    box.style.setProperty("--row", `${height}px`);
  }

  async function fill(row, place) {
    const { section, metric, columns, remark } = shown, of = shown;
    try {
      const task = await loadTask(section, place, metric === null ? [] : [metric]);
      if (!row.isConnected || of !== shown) return;
      const [name, ...cells] = row.cells;
      name.firstElementChild.append(...[task.requested, remark(place), `target ${task.target}`, `source ${task.source}`].filter(Boolean)
        .map((text) => make("small", { textContent: text })));
      cells.forEach((cell, column) => {
        cell.append(picture(section, task, columns[column]));
        if (metric === null || !task.has[columns[column]]) return;
        cell.append(make("small", { textContent: figureText(section.metrics[metric], task.figures[0][columns[column]]) }));
      });
    } catch (error) {
      fail(error);
    }
  }

  function makeRow(position) {
    const { section, rows, columns } = shown, number = numberOf(section, rows[position]);
    const link = make("a", { href: linkTo(section, number), textContent: `Task ${number}` });
    const row = make("tr", {}, make("th", { scope: "row" }, make("div", {}, link)), ...columns.map(() => make("td", {})));
    row.dataset.position = position;
    row.setAttribute("aria-rowindex", position + 2);
    return row;
  }

  function draw() {
    if (!shown) return;
    const { rows } = shown;
    const first = Math.max(Math.floor(box.scrollTop / height) - AROUND, 0);
    const last = Math.min(Math.ceil((box.scrollTop + box.clientHeight) / height) + AROUND, rows.length);
    drawn.forEach((row, position) => {
      if (position >= first && position < last) return;
      if (row.contains(document.activeElement)) box.focus({ preventScroll: true });
      row.remove();
      drawn.delete(position);
    });
    for (let position = last - 1, next = below; position >= first; position -= 1) {
      if (!drawn.has(position)) {
        const row = makeRow(position);
        drawn.set(position, row);
        next.before(row);
        fill(row, rows[position]);
      }
      next = drawn.get(position);
    }
    above.style.height = `${first * height}px`;
    below.style.height = `${Math.max(rows.length - last, 0) * height}px`;
  }

  function heading(method, isOrder) {
    const words = method.given ? method.title : method.said;
    const cell = make("th", { scope: "col", textContent: titleOf(method) }, ...(words ? [make("small", { textContent: words })] : []));
    if (isOrder) cell.classList.add("order");
    return cell;
  }

  // what is to be seen: `rows` in their order, `columns` the places of methods, `orderOf` the place of one or -1
  function show(what) {
    shown = what;
    drawn.clear();
    measure();
    box.classList.toggle("small", what.section.size <= 160);
    head.replaceChildren(make("th", { scope: "col", textContent: "Task" }),
      ...what.columns.map((place) => heading(what.section.methods[place], place === what.orderOf)));
    table.setAttribute("aria-rowcount", what.rows.length + 1);
    body.replaceChildren(above, below);
    box.scrollTop = 0;
    draw();
  }

  function focus(position) {
    const top = position * height, room = box.clientHeight - head.offsetHeight;
    if (top < box.scrollTop) box.scrollTop = top;
    if (top + height > box.scrollTop + room) box.scrollTop = top + height - room;
    draw();
    drawn.get(position).querySelector("a").focus({ preventScroll: true });
  }

  let waiting = false;
  box.addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; draw(); });
  });
  addEventListener("resize", () => { measure(); draw(); });
  box.addEventListener("keydown", (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key], row = event.target.closest("tr");
    const position = row && Number(row.dataset.position) + step;
    if (!step || !row || position < 0 || position >= shown.rows.length) return;
    event.preventDefault();
    focus(position);
  });
  box.addEventListener("click", (event) => {
    if (event.target.closest("td")) event.target.closest("tr").querySelector("a").click();
  });
  return { show, focus };
}
