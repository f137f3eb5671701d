// The mask being edited: a byte per pixel, whose low bits are the label and whose highest says that it is hidden.

export const HIDDEN = 128;

export class Mask {
  /** @param {number} size side in pixels. @param {Uint8Array} labels size * size labels, as they were read. */
  constructor(size, labels) {
    this.size = size;
    this.original = labels.slice();
    this.plane = labels.slice();
    this.done = [];
    this.undone = [];
  }

  get labels() {
    return this.plane.map((value) => value & ~HIDDEN);
  }

  label(x, y) {
    return this.plane[y * this.size + x] & ~HIDDEN;
  }

  get hidden() {
    return this.plane.map((value) => value >> 7);
  }

  /** Begin a stroke; what is painted until `commit` is undone at once. */
  begin() {
    this.before ??= this.plane.slice();
  }

  /** End a stroke; true where it changed a pixel. */
  commit() {
    const before = this.before;
    this.before = null;
    if (!before) return false;
    const at = [];
    for (let place = 0; place < before.length; place++) if (before[place] !== this.plane[place]) at.push(place);
    if (!at.length) return false;
    this.done.push({
      at: Uint32Array.from(at),
      before: Uint8Array.from(at, (place) => before[place]),
      after: Uint8Array.from(at, (place) => this.plane[place]),
    });
    this.undone = [];
    return true;
  }

  undo() {
    return this.#step(this.done, this.undone, "before");
  }

  redo() {
    return this.#step(this.undone, this.done, "after");
  }

  #step(from, to, state) {
    this.commit();
    const step = from.pop();
    if (!step) return false;
    step.at.forEach((place, index) => { this.plane[place] = step[state][index]; });
    to.push(step);
    return true;
  }

  /** Take other labels, as one step; what is hidden stays hidden. */
  replace(labels) {
    this.begin();
    labels.forEach((label, place) => this.#set(place, label));
    return this.commit();
  }

  /** As it was read, as one step. */
  reset() {
    this.begin();
    this.plane.set(this.original);
    return this.commit();
  }

  /** What a tool does to one pixel. */
  touch(place, tool, label) {
    if (tool === "eraser") this.plane[place] = this.original[place];
    else if (tool === "hide") this.plane[place] |= HIDDEN;
    else this.#set(place, label);
  }

  #set(place, label) {
    this.plane[place] = label | (this.plane[place] & HIDDEN);
  }

  /** Every pixel within a radius of the line between two pixels. */
  line(from, to, radius, tool, label) {
    const steps = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y), 1);
    for (let step = 0; step <= steps; step++) {
      const x = Math.round(from.x + ((to.x - from.x) * step) / steps);
      const y = Math.round(from.y + ((to.y - from.y) * step) / steps);
      this.#disc(x, y, radius, tool, label);
    }
  }

  #disc(x, y, radius, tool, label) {
    const reach = (radius + 0.5) ** 2;
    for (let row = Math.max(0, y - radius); row <= Math.min(this.size - 1, y + radius); row++) {
      for (let column = Math.max(0, x - radius); column <= Math.min(this.size - 1, x + radius); column++) {
        if ((column - x) ** 2 + (row - y) ** 2 <= reach) this.touch(row * this.size + column, tool, label);
      }
    }
  }

  /** The connected area of one label that a pixel lies in. */
  fill({ x, y }, label) {
    const wanted = this.label(x, y);
    if (wanted === label) return;
    const waiting = [y * this.size + x];
    while (waiting.length) {
      const place = waiting.pop();
      if ((this.plane[place] & ~HIDDEN) !== wanted) continue;
      this.#set(place, label);
      const column = place % this.size;
      if (column > 0) waiting.push(place - 1);
      if (column < this.size - 1) waiting.push(place + 1);
      if (place >= this.size) waiting.push(place - this.size);
      if (place < this.plane.length - this.size) waiting.push(place + this.size);
    }
  }

  /** What a closed line of pixels encloses, by the even-odd rule, and the line itself. */
  polygon(corners, label) {
    corners.forEach((corner, index) => this.line(corner, corners[(index + 1) % corners.length], 0, "brush", label));
    for (let y = 0; y < this.size; y++) {
      const crossings = [];
      corners.forEach((one, index) => {
        const other = corners[(index + 1) % corners.length];
        if (one.y <= y !== other.y <= y) crossings.push(one.x + ((y - one.y) * (other.x - one.x)) / (other.y - one.y));
      });
      crossings.sort((one, other) => one - other);
      for (let pair = 0; pair + 1 < crossings.length; pair += 2) {
        for (let x = Math.ceil(crossings[pair]); x <= crossings[pair + 1]; x++) this.#set(y * this.size + x, label);
      }
    }
  }
}
