// Curves over strength: a metric of every method in one plot, learned methods in colours, the others in grey and dashed.
// Across stands the strength, or another metric, so that a curve shows what one costs of the other.
const HUES = [205, 25, 150, 325, 48, 265, 95, 0, 180, 290];
const CURVES = { ...PLOT, right: 130 };

function curveColour(methods, place) {
  if (methods[place].kind !== "learned") return "var(--quiet)";
  const before = methods.slice(0, place).filter((method) => method.kind === "learned").length;
  return `hsl(${HUES[before % HUES.length]} 75% 45%)`;
}

// Titles stand at the curves' ends, moved apart where curves end together.
function placeEnds(ends, least, most) {
  const height = LABEL + 2;
  const sorted = [...ends].sort((a, b) => a.y - b.y);
  sorted.forEach((end, place) => { end.label = Math.max(end.y, place ? sorted[place - 1].label + height : least); });
  const over = sorted.length ? sorted.at(-1).label - most : 0;
  if (over > 0) sorted.reverse().forEach((end, place) => { end.label = Math.min(end.label, place ? sorted[place - 1].label - height : most); });
  return sorted;
}

function drawCurves(figure, { methods, strengths }, metric, other) {
  const known = metric.curves.map((curve, method) => curve
    .map(([value, low, high], place) => ({ strength: strengths[place], x: other ? other.curves[method][place][0] : strengths[place], value, low, high }))
    .filter(({ x, value }) => x !== null && value !== null));
  const values = known.flat().map(({ value }) => value);
  if (!values.length) return figure.querySelector("svg")?.remove();
  const bottom = CURVES.height - CURVES.bottom, right = CURVES.width - CURVES.right;
  const across = axis(known.flat().map(({ x }) => x), other ?? {}, CURVES.left, right, 5), up = axis(values, metric, bottom, CURVES.top, 5);
  const over = other ? axisTitle(other) : "strength";
  const svg = draw("svg", { viewBox: `0 0 ${CURVES.width} ${CURVES.height}`, role: "group", "aria-label": `${metric.metric} over ${other ? other.metric : "strength"}` });
  (other ? across.ticks : strengths).forEach((tick) => svg.append(
    draw("line", { x1: across.at(tick), x2: across.at(tick), y1: CURVES.top, y2: bottom, class: "grid" }),
    draw("text", { x: across.at(tick), y: bottom + 15, "text-anchor": "middle" }, tickText(tick))));
  up.ticks.forEach((tick) => svg.append(
    draw("line", { y1: up.at(tick), y2: up.at(tick), x1: CURVES.left, x2: right, class: "grid" }),
    draw("text", { x: CURVES.left - 6, y: up.at(tick) + 4, "text-anchor": "end" }, tickText(tick))));
  svg.append(
    draw("text", { x: (CURVES.left + right) / 2, y: CURVES.height - 10, "text-anchor": "middle", class: "title" }, over),
    draw("text", { x: 4, y: 12, class: "title" }, axisTitle(metric)));
  const ends = [];
  known.forEach((curve, place) => {
    if (!curve.length) return;
    const colour = curveColour(methods, place), { title, kind } = methods[place];
    const points = curve.map(({ x, value }) => [across.at(x), up.at(value)]);
    svg.append(draw("polyline", { points: points.map((point) => point.join()).join(" "), class: `curve ${kind}`, style: `stroke: ${colour}` }));
    curve.forEach(({ strength, x, value, low, high }, number) => {
      const reach = low === null ? "" : `, 95% interval ${low.toFixed(metric.decimals)} to ${high.toFixed(metric.decimals)}`;
      const tip = `${title}\nstrength ${tickText(strength)}: ${value.toFixed(metric.decimals)} ${metric.unit}`.trim() + reach
        + (other ? `\n${other.metric} ${x.toFixed(other.decimals)} ${other.unit}`.trimEnd() : "");
      svg.append(draw("circle", { cx: points[number][0], cy: points[number][1], r: 3.5, style: `fill: ${colour}`, tabindex: 0,
        role: "img", "aria-label": tip.replaceAll("\n", ", "), "data-tip": tip }));
    });
    ends.push({ y: points.at(-1)[1], x: points.at(-1)[0], title, colour });
  });
  placeEnds(ends, CURVES.top, bottom).forEach((end) => svg.append(
    draw("line", { x1: end.x + 5, y1: end.y, x2: right + 10, y2: end.label, class: "lead" }),
    draw("text", { x: right + 13, y: end.label + 4, class: "label", style: `fill: ${end.colour}` }, end.title)));
  figure.querySelector("svg")?.remove();
  figure.append(svg);
}

document.querySelectorAll(".over-strength").forEach((figure) => {
  const curves = data(figure.dataset.curves);
  const [up, across] = ["up", "across"].map((name) => figure.querySelector(`select[name=${name}]`));
  const byId = new Map(curves.metrics.map((metric) => [metric.id, metric]));
  option(across, "", "strength");
  byId.forEach((metric, id) => { option(up, id, metric.metric); option(across, id, metric.metric); });
  if (byId.has(figure.dataset.up)) up.value = figure.dataset.up;
  if (byId.has(figure.dataset.across)) across.value = figure.dataset.across;
  const update = () => drawCurves(figure, curves, byId.get(up.value), byId.get(across.value));
  [up, across].forEach((select) => select.addEventListener("change", update));
  update();
  figure.hidden = false;
});
