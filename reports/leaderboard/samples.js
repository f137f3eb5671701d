// The sample browser: a task a block, its pictures side by side; one picture at a time lies over another under a slider.
const browser = document.getElementById("browser");

function browse() {
  const { pictures, sheets } = data("sample-data");
  const control = (name) => browser.querySelector(`[name=${name}]`);
  const [sheetOf, order, method, metric, against, divide] = ["sheet", "order", "method", "metric", "against", "divide"].map(control);
  const over = browser.querySelector(".over"), under = browser.querySelector(".under"), pair = browser.querySelector(".pair");
  const list = browser.querySelector(".tasks");
  let sheet, left;

  const uri = (task, place) => pictures[sheet.pictures[task]?.[place]];
  const given = () => sheet.given;
  const isGiven = (place) => given().some(([, shown]) => shown === place);
  const named = (place) => given().find(([, shown]) => shown === place)?.[0] ?? sheet.methods[place].title;

  function slide() {
    pair.style.setProperty("--at", divide.value + "%");
    divide.setAttribute("aria-valuetext", `${divide.value}% ${left ? named(left.place) : ""}`);
  }

  function compare() {
    const right = Number(against.value);
    const picture = uri(left.task, right);
    over.src = uri(left.task, left.place);
    over.alt = `${named(left.place)}, task ${left.task}`;
    under.src = picture ?? over.src;
    under.alt = picture ? `${named(right)}, task ${left.task}` : "";
    browser.querySelector(".compare figcaption").textContent = picture
      ? `Task ${left.task}: ${named(left.place)} on the left, ${named(right)} on the right.`
      : `Task ${left.task}: ${named(left.place)}; the other picture is not in this page.`;
    list.querySelectorAll(".tile").forEach((tile) => tile.setAttribute(
      "aria-pressed", Number(tile.dataset.task) === left.task && Number(tile.dataset.place) === left.place));
    slide();
  }

  function tile(task, place) {
    const picture = uri(task, place);
    if (!picture) return null;
    const title = named(place);
    const button = make("button", { type: "button", className: "tile" },
      make("img", { src: picture, alt: "" }), make("span", { textContent: title }));
    Object.assign(button.dataset, { task, place });
    button.addEventListener("click", () => { left = { task, place }; compare(); });
    return button;
  }

  function block([task, figure]) {
    const inputs = sheet.tasks[task];
    const words = inputs ? [`target ${inputs.target}`, `source ${inputs.source}`, inputs.attribute].filter(Boolean).join(" · ") : "";
    const measure = sheet.metrics[Number(metric.value)];
    const score = figure === undefined ? "" : `${measure.title} of ${sheet.methods[Number(method.value)].title}: ${figure.toFixed(measure.decimals)} ${measure.unit}`;
    const places = [...given().map(([, place]) => place), ...sheet.methods.keys()].filter((place, at, all) => all.indexOf(place) === at);
    return make("section", { className: "task" },
      make("h3", {}, `Task ${task} `, make("small", { textContent: [score, words].filter(Boolean).join(" · ") })),
      make("div", { className: "tiles" }, ...places.map((place) => tile(task, place)).filter(Boolean)));
  }

  function update() {
    const ends = sheet.extremes[`${metric.value} ${method.value}`];
    const first = order.value === "first";
    [method, metric].forEach((select) => { select.disabled = first; });
    const tasks = first ? sheet.first.map((task) => [task]) : ends?.[Number(order.value)] ?? [];
    list.replaceChildren(...(tasks.length ? tasks.map(block) : [make("p", { textContent: "No pictures of these are in this page." })]));
    const learned = sheet.methods.findIndex((shown) => shown.kind === "learned");
    const preferred = first ? (learned < 0 ? sheet.methods.length - 1 : learned) : Number(method.value);
    const task = tasks.length ? tasks[0][0] : undefined;
    const place = [preferred, ...sheet.methods.keys()].find((shown) => task !== undefined && uri(task, shown));
    browser.querySelector(".compare").hidden = place === undefined || !given().length;
    left = { task, place };
    if (place !== undefined) compare();
  }

  function open() {
    sheet = sheets[Number(sheetOf.value)];
    [method, metric, against].forEach((select) => select.replaceChildren());
    sheet.methods.forEach((shown, place) => { if (!isGiven(place)) option(method, place, shown.title); });
    const learned = sheet.methods.findIndex((shown, place) => shown.kind === "learned" && !isGiven(place));
    if (learned >= 0) method.value = learned;
    sheet.metrics.forEach((measure, place) => option(metric, place, `${measure.title} ${measure.direction === "up" ? "↑" : "↓"}`));
    given().forEach(([said, place]) => option(against, place, said));
    [...order.options].forEach((choice) => { choice.disabled = choice.value !== "first" && !sheet.metrics.length; });
    if (!sheet.metrics.length) order.value = "first";
    browser.querySelector(".notes").replaceChildren(...sheet.notes.map((note) => make("li", { textContent: note })));
    update();
  }

  sheets.forEach((table, place) => option(sheetOf, place, table.title));
  sheetOf.addEventListener("change", open);
  [order, method, metric].forEach((select) => select.addEventListener("change", update));
  against.addEventListener("change", compare);
  divide.addEventListener("input", slide);
  const drag = (event) => {
    const box = pair.getBoundingClientRect();
    divide.value = Math.round(100 * (event.clientX - box.left) / box.width);
    slide();
  };
  pair.addEventListener("pointerdown", (event) => { pair.setPointerCapture(event.pointerId); event.preventDefault(); drag(event); });
  pair.addEventListener("pointermove", (event) => { if (event.buttons) drag(event); });
  open();
  browser.hidden = false;
}

if (browser) browse();
