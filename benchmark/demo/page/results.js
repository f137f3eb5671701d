// What every method made of the edit: the result, where it differs, time, figures, and a strip of strengths.

import { call } from "./queue.js";

const SHOWN_CHANGES = 3;

/** An element with attributes and children; text is never taken for markup. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

export async function loaded(address) {
  const image = new Image();
  image.src = address;
  await image.decode();
  return image;
}

/** The card of one method, which works on one edit at a time, and then on the last that was asked for meanwhile. */
export class MethodResult {
  constructor(method, number) {
    Object.assign(this, { method, number, working: false, next: null, latest: null, answered: null, shown: null });
    this.state = element("p", { className: "state", textContent: "no edit yet" });
    this.result = element("canvas", { role: "img" });
    this.difference = element("canvas", { role: "img" });
    this.figures = element("dl");
    this.strip = element("div", { className: "strip" });
    this.pictures = element("div", { className: "pictures", hidden: true }, this.result, this.difference);
    const heading = element("h3", { textContent: method.label, title: `${method.title}; takes ${method.takes}` });
    this.card = element("article", { "aria-label": method.label }, heading, this.state, this.pictures, this.figures, this.strip);
  }

  /** Ask for an edit; one that waits already is not made. */
  edit(order) {
    this.#ask("edit", order);
  }

  /** Ask for the edits on the way. */
  strips(order) {
    this.#ask("strip", order);
  }

  /** Whether the edit that is shown is what an order asks for. */
  isOf(order) {
    return !this.pictures.hidden && JSON.stringify(this.shown) === JSON.stringify(order);
  }

  /** Forget what was made of another face. */
  clear() {
    this.latest = this.next = null;
    this.pictures.hidden = true;
    this.figures.replaceChildren();
    this.strip.replaceChildren();
    this.state.textContent = "no edit yet";
  }

  async #ask(kind, order) {
    this.latest = this.next = { kind, order };
    if (this.working) return;
    this.working = true;
    while (this.next) {
      const asked = this.next;
      this.next = null;
      this.card.setAttribute("aria-busy", "true");
      this.state.textContent = "editing…";
      try {
        const answer = await call(`${asked.kind}_${this.number}`, asked.order);
        if (asked === this.latest) await this.#show(asked, answer);
      } catch (error) {
        if (asked === this.latest) this.#refuse(error.message);
      }
    }
    this.card.removeAttribute("aria-busy");
    this.working = false;
  }

  #refuse(reason) {
    this.pictures.hidden = true;
    this.figures.replaceChildren();
    this.state.textContent = `– ${reason}`;
  }

  async #show({ kind, order }, answer) {
    if (kind === "strip") return this.#showStrip(order, answer.edits);
    if (answer.reason !== null) return this.#refuse(answer.reason);
    this.answered = answer.image;
    this.state.textContent = `${answer.seconds < 10 ? answer.seconds.toFixed(2) : answer.seconds.toFixed(0)} s`;
    await this.#draw(order, answer.image);
    const asked = this.latest;
    this.figures.replaceChildren(element("dt", { textContent: "figures" }), element("dd", { textContent: "…" }));
    call("figures", { order, image: answer.image }).then(
      (figures) => asked === this.latest && this.#showFigures(order, figures),
      (error) => asked === this.latest && this.#showTerms([["figures", `– ${error.message}`]]),
    );
  }

  async #draw(order, address) {
    const [after, before] = await Promise.all([loaded(address), loaded(order.face.image)]);
    const size = order.face.size;
    const pixels = [before, after].map((image) => {
      const canvas = element("canvas", { width: size, height: size });
      const context = canvas.getContext("2d", { willReadFrequently: true });
      context.drawImage(image, 0, 0, size, size);
      return context.getImageData(0, 0, size, size);
    });
    for (const canvas of [this.result, this.difference]) canvas.width = canvas.height = size;
    this.result.getContext("2d").putImageData(pixels[1], 0, 0);
    const changed = differenceMap(...pixels);
    this.difference.getContext("2d").putImageData(changed.map, 0, 0);
    this.result.setAttribute("aria-label", `The edit of ${this.method.label}`);
    this.difference.setAttribute("aria-label", `Where it differs from the face, on average by ${changed.mean.toFixed(1)} levels of 255`);
    this.difference.title = "difference from the face: black none, white 64 levels and more";
    this.pictures.hidden = false;
    this.shown = order;
    this.change = changed.mean;
  }

  #showFigures(order, figures) {
    const percent = (share) => `${(100 * share).toFixed(0)}%`;
    const terms = [["mask followed", `${percent(figures.accuracy.all)} of pixels, mIoU ${figures.miou.toFixed(2)}`]];
    if (figures.accuracy.changed !== null) terms.push(["of what was to change", percent(figures.accuracy.changed)]);
    const moved = Object.entries(figures.attributes).map(([name, [before, after]]) => ({ name, before, after }));
    moved.sort((one, other) => Math.abs(other.after - other.before) - Math.abs(one.after - one.before));
    const asked = moved.filter(({ name }) => name in order.attributes);
    const others = moved.filter(({ name }) => !(name in order.attributes)).slice(0, SHOWN_CHANGES);
    for (const { name, before, after } of [...asked, ...others]) {
      terms.push([name.replaceAll("_", " "), `${before.toFixed(2)} → ${after.toFixed(2)}`]);
    }
    const identity = figures.identity === null ? `– ${figures.no_identity}` : figures.identity.toFixed(2);
    terms.push(["identity", identity], ["mean difference", `${this.change.toFixed(1)} of 255`]);
    this.#showTerms(terms);
  }

  #showTerms(terms) {
    this.figures.replaceChildren(
      ...terms.flatMap(([term, said]) => [element("dt", { textContent: term }), element("dd", { textContent: said })]),
    );
  }

  #showStrip(order, edits) {
    const reason = edits.find((edit) => edit.reason !== null)?.reason;
    this.state.textContent = reason ? `strip: – ${reason}` : `strip to ${order.to ?? "the edit"}`;
    this.strip.replaceChildren(
      ...edits.flatMap((edit, index) => {
        if (edit.image === null) return [];
        const strength = order.strengths[index];
        const image = element("img", { src: edit.image, alt: `${this.method.label} at strength ${strength}` });
        return [element("figure", {}, image, element("figcaption", { textContent: `${strength}` }))];
      }),
    );
  }
}

/** Absolute differences, the largest of the three channels, from black (none) through colours to white (64 and more). */
function differenceMap(before, after) {
  const map = new ImageData(before.width, before.height);
  let sum = 0;
  for (let place = 0; place < before.data.length; place += 4) {
    let most = 0;
    for (let channel = 0; channel < 3; channel++) {
      const difference = Math.abs(after.data[place + channel] - before.data[place + channel]);
      sum += difference;
      most = Math.max(most, difference);
    }
    const heat = Math.min(1, most / 64) * 3;
    map.data.set([255 * Math.min(1, heat), 255 * Math.min(1, Math.max(0, heat - 1)), 255 * Math.max(0, heat - 2), 255], place);
  }
  return { map, mean: sum / (0.75 * before.data.length) };
}
