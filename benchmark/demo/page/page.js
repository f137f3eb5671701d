// The page: loads faces, gathers what is asked for, and gives it to every chosen method.

import { takePhotograph } from "./camera.js";
import { Mask } from "./mask.js";
import { Painter } from "./painter.js";
import { call } from "./queue.js";
import { element, loaded, MethodResult } from "./results.js";

const $ = (id) => document.getElementById(id);
const state = { face: null, mask: null, style: null, photograph: null, attributes: {}, results: [] };
let facts, painter;

const text = (bytes) => {
  let characters = "";
  for (let start = 0; start < bytes.length; start += 4096) {
    characters += String.fromCharCode(...bytes.subarray(start, start + 4096));
  }
  return btoa(characters);
};
const bytes = (message) => Uint8Array.from(atob(message), (character) => character.charCodeAt(0));

function say(sentence) {
  $("status").textContent = sentence;
}

/** Run something that the server answers, and say what it said where it refused. */
async function tell(doing, work) {
  say(doing);
  document.body.setAttribute("aria-busy", "true");
  try {
    say((await work()) ?? "");
  } catch (error) {
    say(error.message);
  } finally {
    document.body.removeAttribute("aria-busy");
  }
}

async function open(face, name) {
  const image = await loaded(face.image);
  state.face = face;
  state.name = name;
  $("input-shown").src = face.image;
  $("input-name").textContent = name;
  state.mask = new Mask(face.size, bytes(face.parts));
  painter.open(image, state.mask);
  for (const result of state.results) result.clear();
  refresh();
  return `${name}, ${face.size}×${face.size}; it has ${face.attributes.join(", ") || "none of the attributes"}`;
}

async function photograph(file, number) {
  return call("photograph", { content: text(new Uint8Array(await file.arrayBuffer())), name: file.name, number });
}

/** Open a face of the photograph that was loaded or taken last. */
function read(file, number) {
  state.photograph = file;
  $("face-number").value = number;
  return tell("Finding and reading the face…", async () => open(await photograph(file, number), file.name));
}

function takeStyle(face) {
  state.style = face;
  $("style-shown").hidden = face === null;
  if (face) $("style-shown").src = face.image;
  $("style-photograph").value = "";
}

function order() {
  const { size, image, parts, attributes, own_attributes } = state.face;
  return {
    face: { size, image, parts, attributes, own_attributes },
    style: state.style,
    mask: text(state.mask.labels),
    hidden: text(state.mask.hidden),
    attributes: { ...state.attributes },
    strength: Number($("strength").value),
    strengths: facts.strengths,
  };
}

/** The order whose mask is the style face's, with nothing else changed; its strip is the way between both masks. */
function towardsStyle() {
  const unchanged = { style: null, attributes: {}, hidden: text(new Uint8Array(state.mask.hidden.length)) };
  return { ...order(), ...unchanged, mask: state.style.parts, to: "the style face's mask" };
}

function chosen() {
  return state.results.filter(({ number }) => $(`method-${number}`).checked);
}

function editNow() {
  if (!state.face) return;
  const asked = order();
  for (const result of chosen()) result.edit(asked);
}

function changed() {
  refresh();
  if ($("live").checked) editNow();
}

function refresh() {
  $("undo").disabled = !state.mask?.done.length;
  $("redo").disabled = !state.mask?.undone.length;
  $("reset").disabled = !state.mask;
  if (state.mask) painter.copyTo($("input-mask"));
  for (const button of $("tools").children) button.setAttribute("aria-pressed", String(button.dataset.tool === painter.tool));
  $("radius").value = painter.radius;
  $(`label-${painter.label}`).checked = true;
  for (const { number, card } of state.results) card.hidden = !$(`method-${number}`).checked;
}

function showAttributes() {
  $("attributes").replaceChildren(
    ...Object.entries(state.attributes).map(([name, value]) => {
      const wanted = element("select", { "aria-label": `${name} is to be`, onchange: (event) => {
        state.attributes[name] = Number(event.target.value);
        changed();
      } }, new Option("yes", "1"), new Option("no", "0"));
      wanted.value = String(value);
      const remove = element("button", { type: "button", textContent: "Remove", onclick: () => {
        delete state.attributes[name];
        showAttributes();
        changed();
      } });
      remove.setAttribute("aria-label", `Remove ${name}`);
      return element("li", {}, `${name.replaceAll("_", " ")} `, wanted, remove);
    }),
  );
}

function fill() {
  for (const id of ["dataset-face", "style-face"]) $(id).append(...facts.faces.map((face) => new Option(face, face)));
  $("attribute").append(...facts.attributes.map((name) => new Option(name.replaceAll("_", " "), name)));
  if (facts.attributes.includes("Smiling")) $("attribute").value = "Smiling";
  $("preset").append(...facts.presets.map((name) => new Option(name, name)));
  $("palette").append(...facts.labels.map(({ name, color }, label) => {
    const choice = element("input", { type: "radio", name: "label", id: `label-${label}`, onchange: () => { painter.label = label; } });
    const swatch = element("span", { className: "swatch" });
    swatch.style.background = `rgb(${color.join(" ")})`;
    return element("label", {}, choice, swatch, name);
  }));
  $("methods").append(...facts.methods.map((method, number) => {
    const choice = element("input", { type: "checkbox", id: `method-${number}`, checked: true, onchange: refresh });
    return element("label", { title: `takes ${method.takes}` }, choice, method.label);
  }));
  state.results = facts.methods.map((method, number) => new MethodResult(method, number));
  $("results").append(...state.results.map(({ card }) => card));
}

function listen() {
  $("dataset-face").onchange = () => tell("Loading the face…", async () => {
    const name = $("dataset-face").value;
    return open(await call("dataset_face", { face: name }), name);
  });
  $("photograph").onchange = () => $("photograph").files.length && read($("photograph").files[0], 1);
  $("face-number").onchange = () => state.photograph && read(state.photograph, Number($("face-number").value));
  $("camera").onclick = async () => {
    try {
      const file = await takePhotograph($("camera-dialog"));
      if (file) await read(file, 1);
    } catch (error) {
      say(error.message);
    }
  };
  $("style-face").onchange = () => tell("Loading the style face…", async () => {
    takeStyle($("style-face").value ? await call("dataset_face", { face: $("style-face").value }) : null);
    changed();
  });
  $("style-photograph").onchange = () => tell("Reading the style face…", async () => {
    takeStyle(await photograph($("style-photograph").files[0], 1));
    $("style-face").value = "";
    changed();
  });
  for (const button of $("tools").children) button.onclick = () => { painter.tool = button.dataset.tool; refresh(); };
  $("undo").onclick = () => painter.undo();
  $("redo").onclick = () => painter.redo();
  $("reset").onclick = () => { if (state.mask.reset()) { painter.draw(); changed(); } };
  $("radius").oninput = () => { painter.radius = Number($("radius").value); };
  $("opacity").oninput = () => { painter.opacity = $("opacity").value / 100; if (state.mask) painter.draw(); };
  $("apply-preset").onclick = () => tell("Changing the mask…", async () => {
    const { mask } = await call("preset", { mask: text(state.mask.labels), preset: $("preset").value });
    if (!state.mask.replace(bytes(mask))) return "The preset changed nothing";
    painter.draw();
    changed();
  });
  $("add-attribute").onclick = () => {
    state.attributes[$("attribute").value] = 1;
    showAttributes();
    changed();
  };
  $("strength").oninput = () => { $("strength-shown").textContent = $("strength").value; };
  $("strength").onchange = changed;
  $("edit").onclick = editNow;
  $("strips").onclick = () => { if (state.face) for (const result of chosen()) result.strips(order()); };
  $("mask-strips").onclick = () => {
    if (!state.face) return;
    if (!state.style) return say("Choose a style or lending face first: its mask is where the strips end");
    for (const result of chosen()) result.strips(towardsStyle());
  };
  $("save").onclick = () => tell("Saving…", async () => {
    const asked = order();
    const results = Object.fromEntries(
      chosen().flatMap((result) => (result.isOf(asked) ? [[result.method.label, result.answered]] : [])),
    );
    const { table } = await call("save", { order: asked, name: state.name, results });
    return `Saved: bench run --method NAME --protocol examples --set protocols.examples.file=${table}`;
  });
  painter.addEventListener("stroke", changed);
  painter.addEventListener("choice", refresh);
  painter.addEventListener("place", () => {
    const { x, y } = painter.place;
    $("under").textContent = `${facts.labels[state.mask.label(x, y)].name} at ${x}, ${y}`;
  });
}

await tell("Loading…", async () => {
  facts = await call("facts", {});
  painter = new Painter({ face: $("face"), mask: $("mask"), cursor: $("cursor") }, facts.labels.map(({ color }) => color));
  painter.label = facts.labels.findIndex(({ name }) => name === "mouth");
  fill();
  listen();
  const [first] = facts.faces;
  return open(await call("dataset_face", { face: first }), first);
});
