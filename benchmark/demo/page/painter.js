// Shows a mask over its face, and paints in it by pointer and by keyboard.

import { HIDDEN } from "./mask.js";

const TOOLS = { b: "brush", e: "eraser", f: "fill", l: "lasso", h: "hide" };
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const FAR = 8;
const SVG = "http://www.w3.org/2000/svg";

export class Painter extends EventTarget {
  /**
   * Says "stroke" when a stroke changed the mask, "choice" when a key chose something, and "place" when the cursor moved.
   * @param {{face: HTMLCanvasElement, mask: HTMLCanvasElement, cursor: SVGSVGElement}} layers on each other.
   * @param {number[][]} colors of the labels.
   */
  constructor(layers, colors) {
    super();
    Object.assign(this, layers, { colors, tool: "brush", label: 0, radius: 3, opacity: 0.6, place: null, corners: [] });
    this.paints = null;
    this.mask.addEventListener("pointerdown", (event) => this.#press(event));
    this.mask.addEventListener("pointermove", (event) => this.#move(event));
    for (const end of ["pointerup", "pointercancel"]) this.mask.addEventListener(end, () => this.#release());
    this.mask.addEventListener("pointerleave", () => this.#drawCursor(false));
    this.mask.addEventListener("keydown", (event) => this.#key(event));
    this.mask.addEventListener("blur", () => this.#drawCursor(false));
  }

  /** Show another face with its mask. */
  open(image, mask) {
    this.edited = mask;
    for (const layer of [this.face, this.mask]) layer.width = layer.height = mask.size;
    this.cursor.setAttribute("viewBox", `0 0 ${mask.size} ${mask.size}`);
    this.face.getContext("2d").drawImage(image, 0, 0, mask.size, mask.size);
    this.place = { x: mask.size >> 1, y: mask.size >> 1 };
    this.corners = [];
    this.draw();
  }

  draw() {
    this.#show(this.mask, this.opacity);
  }

  /** Show the mask, all of it, on another canvas. */
  copyTo(canvas) {
    canvas.width = canvas.height = this.edited.size;
    this.#show(canvas, 1);
  }

  #show(canvas, opacity) {
    const { size, plane } = this.edited;
    const shown = new ImageData(size, size);
    const words = new Uint32Array(shown.data.buffer);
    const word = ([red, green, blue], share) => (
      new Uint32Array(Uint8Array.of(red, green, blue, Math.round(255 * share)).buffer)[0]
    );
    const of = this.colors.map((color) => word(color, opacity));
    const hidden = word([128, 128, 128], 1);
    plane.forEach((value, place) => { words[place] = value & HIDDEN ? hidden : of[value]; });
    canvas.getContext("2d").putImageData(shown, 0, 0);
  }

  undo() {
    if (this.edited.undo()) this.#changed();
  }

  redo() {
    if (this.edited.redo()) this.#changed();
  }

  #changed() {
    this.draw();
    this.dispatchEvent(new Event("stroke"));
  }

  #at(event) {
    const box = this.mask.getBoundingClientRect();
    const { size } = this.edited;
    const within = (value) => Math.min(size - 1, Math.max(0, Math.floor(value * size)));
    return { x: within((event.clientX - box.left) / box.width), y: within((event.clientY - box.top) / box.height) };
  }

  #press(event) {
    if (!this.edited || event.button !== 0) return;
    event.preventDefault();
    this.mask.focus({ preventScroll: true });
    this.mask.setPointerCapture(event.pointerId);
    const place = this.#at(event);
    this.paints = true;
    if (this.tool === "lasso") this.corners = [place];
    else this.#paint(place, place);
    this.#go(place);
  }

  #move(event) {
    if (!this.edited) return;
    const place = this.#at(event);
    if (this.paints && this.tool === "lasso") this.corners.push(place);
    else if (this.paints && this.tool !== "fill") this.#paint(this.place, place);
    this.#go(place);
  }

  #release() {
    if (!this.paints) return;
    this.paints = null;
    if (this.tool === "lasso") this.#close();
    else this.#end();
  }

  #paint(from, to) {
    this.edited.begin();
    if (this.tool === "fill") this.edited.fill(to, this.label);
    else this.edited.line(from, to, this.radius, this.tool, this.label);
    this.draw();
  }

  #close() {
    if (this.corners.length > 2) {
      this.edited.begin();
      this.edited.polygon(this.corners, this.label);
    }
    this.corners = [];
    this.#end();
    this.#drawCursor(true);
  }

  #end() {
    if (this.edited.commit()) this.#changed();
  }

  #go(place) {
    this.place = place;
    this.#drawCursor(true);
    this.dispatchEvent(new Event("place"));
  }

  #drawCursor(shown) {
    this.cursor.replaceChildren();
    if (!shown || !this.place) return;
    const add = (name, attributes) => {
      for (const kind of ["under", "over"]) {
        const element = document.createElementNS(SVG, name);
        for (const [key, value] of Object.entries({ ...attributes, class: kind })) element.setAttribute(key, value);
        this.cursor.append(element);
      }
    };
    const reach = ["fill", "lasso"].includes(this.tool) ? 0.5 : this.radius + 0.5;
    add("circle", { cx: this.place.x + 0.5, cy: this.place.y + 0.5, r: reach });
    if (this.corners.length) {
      const points = [...this.corners, this.place].map(({ x, y }) => `${x + 0.5},${y + 0.5}`).join(" ");
      add("polyline", { points });
    }
  }

  #key(event) {
    if (!this.edited) return;
    const command = event.ctrlKey || event.metaKey;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (command && key === "z" && !event.shiftKey) this.undo();
    else if (command && (key === "y" || key === "z")) this.redo();
    else if (key in ARROWS) this.#step(ARROWS[key], command ? FAR : 1, event.shiftKey);
    else if (command || event.altKey) return;
    else if (key === " ") this.#dab();
    else if (key === "Enter" && this.tool === "lasso") this.#close();
    else if (key === "Escape" && this.corners.length) this.corners = [];
    else if (key in TOOLS) this.#choose({ tool: TOOLS[key] });
    else if (key === "," || key === ".") this.#choose({ label: this.#next(key === "." ? 1 : -1) });
    else if (key === "[" || key === "]") this.#choose({ radius: Math.max(0, this.radius + (key === "]" ? 1 : -1)) });
    else return;
    event.preventDefault();
    this.#drawCursor(true);
  }

  #step([right, down], far, paints) {
    const within = (value) => Math.min(this.edited.size - 1, Math.max(0, value));
    const place = { x: within(this.place.x + right * far), y: within(this.place.y + down * far) };
    if (paints && ["brush", "eraser", "hide"].includes(this.tool)) {
      this.#paint(this.place, place);
      this.#end();
    }
    this.#go(place);
  }

  #dab() {
    if (this.tool === "lasso") {
      this.corners.push(this.place);
      return;
    }
    this.#paint(this.place, this.place);
    this.#end();
  }

  #next(step) {
    return (this.label + step + this.colors.length) % this.colors.length;
  }

  #choose(choice) {
    Object.assign(this, choice);
    this.corners = [];
    this.dispatchEvent(new Event("choice"));
  }
}
