// What the plots share: elements of drawings, and axes with round ticks.
const SVG = "http://www.w3.org/2000/svg";

function draw(name, attributes, ...children) {
  const element = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
  element.append(...children);
  return element;
}

function roundStep(span, parts) {
  const raw = span / parts;
  const power = 10 ** Math.floor(Math.log10(raw));
  return power * [1, 2, 5, 10].find((digit) => digit * power >= raw);
}

function linearTicks(low, high, parts) {
  const step = roundStep(high - low || Math.abs(high) || 1, parts);
  const count = Math.floor(high / step + 1e-9) - Math.ceil(low / step - 1e-9) + 1;
  return Array.from({ length: count }, (_, place) => (Math.ceil(low / step - 1e-9) + place) * step);
}

function logTicks(low, high) {
  const ticks = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power += 1) {
    ticks.push(...[1, 2, 5].map((digit) => digit * 10 ** power));
  }
  const within = ticks.filter((tick) => tick >= low && tick <= high);
  const tens = within.filter((tick) => Number.isInteger(Math.round(Math.log10(tick) * 1e6) / 1e6));
  return within.length > 6 && tens.length > 1 ? tens : within;
}

function tickText(value) {
  return String(Number(value.toPrecision(6)));
}

// An axis from figures to pixels; that of a cost is logarithmic where the costs span more than a factor of 20.
function axis(values, metric, from, to, parts) {
  const least = Math.min(...values), most = Math.max(...values);
  const log = metric.level === "cost" && least > 0 && most / least > 20;
  const warp = log ? Math.log10 : (value) => value;
  const margin = 0.07 * (warp(most) - warp(least)) || Math.abs(warp(most)) * 0.1 || 1;
  const low = warp(least) - margin, high = warp(most) + margin;
  const at = (value) => from + (to - from) * (warp(value) - low) / (high - low);
  return { at, ticks: log ? logTicks(10 ** low, 10 ** high) : linearTicks(low, high, parts) };
}
