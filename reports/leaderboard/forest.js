// Differences to a chosen method: a small table per metric, a line per method, with its 95% interval.
const LINE = { width: 200, height: 18 };

function signed(value, decimals) {
  const digits = Math.abs(value).toFixed(decimals);
  return (Number(digits) === 0 ? "" : value > 0 ? "+" : "\u2212") + digits;
}

function gainLine(gain, at) {
  const middle = LINE.height / 2;
  const svg = draw("svg", { viewBox: `0 0 ${LINE.width} ${LINE.height}`, "aria-hidden": "true", class: gain.verdict },
    draw("line", { x1: at(0), x2: at(0), y1: -LINE.height, y2: 2 * LINE.height, class: "zero" }));
  if (gain.low !== null) svg.append(draw("line", { x1: at(gain.low), x2: at(gain.high), y1: middle, y2: middle, class: "reach" }));
  svg.append(draw("circle", { cx: at(gain.value), cy: middle, r: 5 }));
  return svg;
}

function forestPanel(forest, [place, found]) {
  const metric = forest.metrics[place];
  const gains = found.map(([method, value, low, high, verdict]) => ({ method, value, low, high, verdict }));
  const ends = gains.flatMap((gain) => [gain.value, gain.low ?? 0, gain.high ?? 0, 0]);
  const least = Math.min(...ends), most = Math.max(...ends);
  const at = (value) => 6 + (LINE.width - 12) * (value - least) / (most - least || 1);
  const digits = metric.decimals;
  const rows = gains.map((gain) => make("tr", {},
    make("th", { scope: "row", textContent: forest.methods[gain.method] }),
    make("td", {}, gainLine(gain, at)),
    make("td", { textContent: signed(gain.value, digits) }, make("small", {
      textContent: gain.low === null ? "no interval" : `${signed(gain.low, digits)} to ${signed(gain.high, digits)}` }))));
  const heads = ["Method", "Worse or better", "Gain"].map((title) => make("th", { scope: "col", textContent: title }));
  return make("table", { className: "forest" },
    make("caption", { textContent: metric.title + (metric.unit ? ` (${metric.unit})` : "") }),
    make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows));
}

document.querySelectorAll(".differences").forEach((part) => {
  const forest = data(part.dataset.forest);
  const select = part.querySelector("select");
  forest.methods.forEach((title, place) => option(select, place, title));
  select.value = part.dataset.reference;
  const panels = part.querySelector(".panels");
  const update = () => panels.replaceChildren(
    ...forest.panels[Number(select.value)].map((panel) => forestPanel(forest, panel)));
  select.addEventListener("change", update);
  update();
  part.hidden = false;
});
