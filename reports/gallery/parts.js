// The gallery's data, loaded where it is needed: as scripts, for a page that was opened from disk may fetch nothing.
const site = data("gallery-data");
const contents = new Map(), loading = new Map();

// called by every script of data
function received(name, content) {
  contents.set(name, content);
}

function load(name) {
  if (!loading.has(name)) {
    loading.set(name, new Promise((resolve, reject) => {
      const script = make("script", { src: `${site.data}/${name}.js` });
      const ended = () => {
        script.remove();
        if (contents.has(name)) return resolve(contents.get(name));
        loading.delete(name);
        reject(new Error(`${site.data}/${name}.js is not beside this page. Reload it, or write the gallery again.`));
      };
      script.addEventListener("load", ended);
      script.addEventListener("error", ended);
      document.head.append(script);
    }));
  }
  return loading.get(name);
}

const blockOf = (row) => Math.floor(row / site.block);
const numberOf = (section, row) => section.numbers ? section.numbers[row] : row;

function rowOf(section, number) {
  if (section.numbers) return section.numbers.indexOf(number);
  return Number.isInteger(number) && number >= 0 && number < section.count ? number : -1;
}

// What the page shows of a task: its inputs, which methods have a picture of it, and their figures by some metrics.
async function loadTask(section, row, metrics) {
  const block = blockOf(row), at = row % site.block;
  const [inputs, ...figures] = await Promise.all([
    load(`${section.place}/tasks-${block}`),
    ...metrics.map((metric) => load(`${section.place}/metric-${metric}-${block}`)),
  ]);
  return {
    number: numberOf(section, row),
    target: inputs.target[at],
    source: inputs.source[at],
    requested: inputs.requested[at],
    has: inputs.has.map((known) => known[at] === 1),
    figures: figures.map((methods) => methods.map((known) => known ? known[at] : null)),
  };
}

// By method, the figures of all tasks by one metric; null where a method has none.
async function loadColumn(section, metric) {
  const count = Math.ceil(section.count / site.block);
  const blocks = await Promise.all(Array.from({ length: count }, (_, block) => load(`${section.place}/metric-${metric}-${block}`)));
  return section.methods.map((_, method) => blocks[0][method] && blocks.flatMap((block) => block[method]));
}

function figureText(metric, value) {
  if (value === null) return "–";
  return `${(Number(value.toFixed(metric.decimals)) + 0).toFixed(metric.decimals)}${metric.unit && ` ${metric.unit}`}`;
}

const titleOf = (method) => method.given || method.title;

function picture(section, task, place) {
  const method = section.methods[place];
  if (!task.has[place]) return make("span", { className: "none", textContent: "no edit" });
  return make("img", {
    loading: "lazy", decoding: "async", alt: `${titleOf(method)}, task ${task.number}`,
    src: `${site.pictures}/${method.pictures}/${String(task.number).padStart(5, "0")}.jpg`,
  });
}
