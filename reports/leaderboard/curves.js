// Curves over strength: a metric of every method in one plot, learned methods in colours, the others in grey and dashed.
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

function drawCurves(figure, { methods, strengths }, metric) {
  const known = metric.curves.map((curve) => curve.map(([value], place) => [strengths[place], value]).filter(([, value]) => value !== null));
  const values = known.flat().map(([, value]) => value);
  const bottom = CURVES.height - CURVES.bottom, right = CURVES.width - CURVES.right;
  const across = axis(strengths, {}, CURVES.left, right, 5), up = axis(values, metric, bottom, CURVES.top, 5);
  const svg = draw("svg", { viewBox: `0 0 ${CURVES.width} ${CURVES.height}`, role: "group", "aria-label": `${metric.metric} over strength` });
  strengths.forEach((strength) => svg.append(
    draw("line", { x1: across.at(strength), x2: across.at(strength), y1: CURVES.top, y2: bottom, class: "grid" }),
    draw("text", { x: across.at(strength), y: bottom + 15, "text-anchor": "middle" }, tickText(strength))));
  up.ticks.forEach((tick) => svg.append(
    draw("line", { y1: up.at(tick), y2: up.at(tick), x1: CURVES.left, x2: right, class: "grid" }),
    draw("text", { x: CURVES.left - 6, y: up.at(tick) + 4, "text-anchor": "end" }, tickText(tick))));
  svg.append(
    draw("text", { x: (CURVES.left + right) / 2, y: CURVES.height - 10, "text-anchor": "middle", class: "title" }, "strength of the drawing's errors"),
    draw("text", { x: 4, y: 12, class: "title" }, axisTitle(metric)));
  const ends = [];
  known.forEach((curve, place) => {
    if (!curve.length) return;
    const colour = curveColour(methods, place), { title, kind } = methods[place];
    const points = curve.map(([strength, value]) => [across.at(strength), up.at(value)]);
    svg.append(draw("polyline", { points: points.map((point) => point.join()).join(" "), class: `curve ${kind}`, style: `stroke: ${colour}` }));
    curve.forEach(([strength, value], number) => {
      const [, low, high] = metric.curves[place][strengths.indexOf(strength)];
      const reach = low === null ? "" : `, 95% interval ${low.toFixed(metric.decimals)} to ${high.toFixed(metric.decimals)}`;
      const tip = `${title}\nstrength ${tickText(strength)}: ${value.toFixed(metric.decimals)} ${metric.unit}`.trim() + reach;
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
  const select = figure.querySelector("select");
  curves.metrics.forEach((metric, place) => option(select, place, metric.metric));
  const update = () => drawCurves(figure, curves, curves.metrics[Number(select.value)]);
  select.addEventListener("change", update);
  update();
  figure.hidden = false;
});
