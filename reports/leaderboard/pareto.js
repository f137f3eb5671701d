// Trade-offs: two metrics against each other, read from the table itself, so that the plot never says anything else;
// which methods are on the front comes with the page.
const PLOT = { width: 480, height: 340, left: 58, right: 14, top: 22, bottom: 50 };
const LABEL = matchMedia("(max-width: 40rem)").matches ? 14 : 11; // as the style sheet has it

function readTable(table) {
  const metrics = [...table.querySelectorAll("th[data-metric]")].map((header) => ({ ...header.dataset, column: header.cellIndex }));
  const rows = [...table.tBodies[0].rows].map((row) => ({ title: row.dataset.title, kind: row.className, cells: [...row.cells] }));
  const figure = (row, metric) => row.cells[metric.column].dataset.value;
  return { metrics: metrics.filter((metric) => rows.some((row) => figure(row, metric) !== undefined)), rows, figure };
}

function said(row, metric) {
  const text = row.cells[metric.column].querySelector(".figure").textContent;
  return `${metric.metric}: ${text} ${metric.unit}`.trim();
}

function axisTitle(metric) {
  const unit = metric.unit ? ` (${metric.unit})` : "";
  return `${metric.metric}${unit}, ${metric.direction === "up" ? "more" : "less"} is better`;
}

// Numbers of the rows that a line joins; the front of two columns is the same whichever of them is across.
function frontOf(fronts, x, y) {
  const [left, right] = [x.column - 1, y.column - 1].sort((a, b) => a - b);
  return fronts[`${left} ${right}`] ?? [];
}

function marker(point, at) {
  const shape = point.kind === "learned" ? draw("circle", { r: 5 })
    : draw("path", { d: point.kind === "real" ? "M-5-5h10v10h-10z" : "M0-6L6 0L0 6L-6 0z" });
  return draw("g", { class: `point ${point.kind}`, transform: `translate(${at.join()})`, tabindex: 0, role: "img",
    "aria-label": point.tip.replaceAll("\n", ", "), "data-tip": point.tip }, shape);
}

// Labels go where they cover neither a point nor another label; a point without room keeps its tip alone.
function placeLabels(places, svg) {
  const taken = places.map(({ at: [x, y] }) => [x - 6, y - 6, x + 6, y + 6]);
  const free = (box) => box[0] > PLOT.left && box[2] < PLOT.width - 2 && box[1] > 0 && box[3] < PLOT.height - PLOT.bottom
    && !taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]);
  places.forEach(({ point, at: [x, y] }) => {
    const width = point.title.length * LABEL * 0.62;
    const tries = [[x + 9, y - 6], [x - 9 - width, y - 6], [x - width / 2, y - 20], [x - width / 2, y + 8],
      [x + 6, y - 18], [x + 6, y + 6], [x - 6 - width, y - 18], [x - 6 - width, y + 6]];
    const corner = tries.find(([left, top]) => free([left, top, left + width, top + LABEL + 1]));
    if (!corner) return;
    taken.push([corner[0], corner[1], corner[0] + width, corner[1] + LABEL + 1]);
    svg.append(draw("text", { x: corner[0], y: corner[1] + LABEL - 1, class: "label" }, point.title));
  });
}

function drawPareto(figure, { rows, figure: value }, fronts, x, y) {
  const points = rows.filter((row) => value(row, x) !== undefined && value(row, y) !== undefined).map((row) => ({
    title: row.title, kind: row.kind, x: Number(value(row, x)), y: Number(value(row, y)),
    tip: [row.title, said(row, x), said(row, y)].join("\n"),
  }));
  const svg = draw("svg", { viewBox: `0 0 ${PLOT.width} ${PLOT.height}`, role: "group", "aria-label": `${y.metric} against ${x.metric}` });
  figure.querySelector("svg")?.remove();
  figure.querySelector("figcaption").textContent = points.length ? "" : "No method has a figure of both.";
  if (!points.length) return;
  const across = axis(points.map((point) => point.x), x, PLOT.left, PLOT.width - PLOT.right, 5);
  const up = axis(points.map((point) => point.y), y, PLOT.height - PLOT.bottom, PLOT.top, 5);
  const bottom = PLOT.height - PLOT.bottom;
  across.ticks.forEach((tick) => svg.append(
    draw("line", { x1: across.at(tick), x2: across.at(tick), y1: PLOT.top, y2: bottom, class: "grid" }),
    draw("text", { x: across.at(tick), y: bottom + 15, "text-anchor": "middle" }, tickText(tick))));
  up.ticks.forEach((tick) => svg.append(
    draw("line", { y1: up.at(tick), y2: up.at(tick), x1: PLOT.left, x2: PLOT.width - PLOT.right, class: "grid" }),
    draw("text", { x: PLOT.left - 6, y: up.at(tick) + 4, "text-anchor": "end" }, tickText(tick))));
  svg.append(
    draw("text", { x: (PLOT.left + PLOT.width - PLOT.right) / 2, y: PLOT.height - 10, "text-anchor": "middle", class: "title" }, axisTitle(x)),
    draw("text", { x: 4, y: 12, class: "title" }, axisTitle(y)));
  const places = points.map((point) => ({ point, at: [across.at(point.x), up.at(point.y)] }));
  const front = frontOf(fronts, x, y);
  if (front.length > 1) {
    const line = front.map((row) => [across.at(Number(value(rows[row], x))), up.at(Number(value(rows[row], y)))].join()).join(" ");
    svg.append(draw("polyline", { points: line, class: "front" }));
  }
  places.forEach(({ point, at }) => svg.append(marker(point, at)));
  const order = { learned: 0, reference: 1, real: 2 };
  placeLabels([...places].sort((a, b) => order[a.point.kind] - order[b.point.kind]), svg);
  figure.insertBefore(svg, figure.querySelector("figcaption"));
}

document.querySelectorAll(".pareto").forEach((figure) => {
  const read = readTable(document.getElementById(figure.dataset.table));
  const { fronts } = data(figure.dataset.fronts);
  const [x, y] = ["x", "y"].map((name) => figure.querySelector(`select[name=${name}]`));
  [x, y].forEach((select) => {
    read.metrics.forEach((metric) => option(select, metric.column, metric.metric));
    select.value = Number(figure.dataset[select.name]) + 1; // the table's first column has the methods
    select.addEventListener("change", () => update());
  });
  const chosen = (select) => read.metrics.find((metric) => metric.column === Number(select.value));
  const update = () => drawPareto(figure, read, fronts, chosen(x), chosen(y));
  update();
  figure.hidden = false;
});
