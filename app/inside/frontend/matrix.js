// @ts-check
// A part of Q, with g beside it, as a picture; with its numbers where they fit.

import { el, fitCanvas } from "../../shared/frontend/dom.js";
import { MINUS } from "../../shared/frontend/numbers.js";
import { at } from "../../shared/frontend/palette.js";
import { trianglePlace } from "./dissection.js";
import { num } from "./notation.js";

/** @import { Palette } from "../../shared/frontend/palette.js" */
/** @import { Look } from "../../shared/frontend/theme.js" */
/** @import { Dissection } from "./dissection.js" */
/** @import { MatrixSpec } from "./steps.d.ts" */

const NUMBERED = 16; // rows up to which every cell has its number
const GAP = 12; // between Q and g
const LEFT = 40;
const TOP = 22;

const HINT = "Point at a cell for its number. The colour scale is the cube root of the value.";

export class Matrix {
  /** @type {Dissection} */
  apart;
  /** @type {MatrixSpec} */
  spec;
  /** @type {number} */
  n;
  /** @type {Float32Array | Float64Array} */
  values;
  /** @type {Float64Array} */
  side;
  /** @type {string} */
  sideName;
  /** @type {number} */
  most;
  /** @type {number} */
  mostSide;
  /** @type {number} */
  down;
  /** @type {number} */
  across;
  /** @type {number} */
  sideWidth;

  constructor() {
    this.canvas = el("canvas", { class: "matrix-canvas", role: "img" });
    this.hint = el("p", { class: "hint", text: HINT });
    this.canvas.addEventListener("pointermove", (event) => this.hover(event));
    this.canvas.addEventListener("pointerleave", () => (this.hint.textContent = HINT));
    this.box = el("div", { class: "matrix" }, this.canvas, this.hint);
  }

  /**
   * spec: {of: frame number or "share", mark, damped}.
   *
   * @param {Dissection} apart
   * @param {MatrixSpec} spec
   * @param {Look} look
   */
  show(apart, spec, look) {
    const { sums } = apart;
    Object.assign(this, { apart, spec });
    this.n = sums.weights.length;
    Object.assign(this, matrixOf(apart, spec));
    this.most = largest(spec.damped ? this.values : sums.frames[sums.frames.length - 1]);
    this.mostSide = largest(sums.gradients[sums.gradients.length - 1]);
    this.canvas.setAttribute(
      "aria-label",
      `${spec.title}: ${this.n} by ${this.n} numbers, and ${this.sideName}`,
    );
    this.paint(look);
  }

  /** @param {Look} look */
  paint({ palette, ink, faint }) {
    const { n } = this;
    const width = this.box.clientWidth || 400;
    const room = (this.box.parentElement?.clientHeight ?? 0) - 104;
    const tall = Math.max(200, room > 0 ? room : 0);
    const across = (width - LEFT - GAP) / (n + 1);
    const down = (Math.min(tall, width) - TOP - 2) / n;
    this.down = Math.max(1, Math.min(across, down));
    this.across = n <= NUMBERED ? Math.min(across, 2.4 * this.down) : this.down;
    this.sideWidth = Math.max(this.across, 14);
    const height = Math.ceil(this.down * n + TOP + 2);
    this.canvas.style.height = `${height}px`;
    const context = fitCanvas(this.canvas, width, height);
    for (let row = 0; row < n; row++) {
      for (let column = 0; column < n; column++) {
        this.paintCell(context, column, row, this.value(row, column) / this.most, palette);
      }
      this.paintCell(context, n, row, this.side[row] / this.mostSide, palette);
    }
    this.paintNumbers(context, ink);
    this.paintBlocks(context, ink, faint);
    this.paintMark(context, ink);
  }

  /**
   * Left edge of a column; column n is g.
   *
   * @param {number} column
   */
  left(column) {
    return LEFT + column * this.across + (column === this.n ? GAP : 0);
  }

  /** @param {number} row */
  top(row) {
    return TOP + row * this.down;
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {number} column
   * @param {number} row
   * @param {number} share
   * @param {Palette} palette
   */
  paintCell(context, column, row, share, palette) {
    const width = column === this.n ? this.sideWidth : this.across;
    context.fillStyle = palette.css[at(Math.cbrt(share || 0))];
    context.fillRect(this.left(column), this.top(row), width + 0.4, this.down + 0.4);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {string} ink
   */
  paintNumbers(context, ink) {
    const { n, across, down } = this;
    if (n > NUMBERED || across < 27 || down < 13) return;
    context.fillStyle = ink;
    const texts = [...this.values, ...this.side].map((value) => num(value, 2));
    context.font = "10px system-ui, sans-serif";
    const widest = Math.max(...texts.map((text) => context.measureText(text).width));
    const size = Math.min(15, (10 * (across - 3)) / widest, down * 0.7);
    context.font = `${size}px system-ui, sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (let row = 0; row < n; row++) {
      for (let column = 0; column <= n; column++) {
        const value = column < n ? this.value(row, column) : this.side[row];
        context.fillText(num(value, 2), this.left(column) + across / 2, this.top(row) + down / 2);
      }
    }
  }

  /**
   * Lines between neurons, and their names where they fit.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {string} ink
   * @param {string} faint
   */
  paintBlocks(context, ink, faint) {
    const { apart, across, down, n } = this;
    const of = apart.sums.weights.map((weight) => apart.ends[weight][1]);
    context.strokeStyle = faint;
    context.lineWidth = n > 40 ? 0.5 : 1;
    context.fillStyle = ink;
    context.font = "13px system-ui, sans-serif";
    context.textBaseline = "middle";
    let begin = 0;
    for (let i = 1; i <= n; i++) {
      if (i < n && of[i] === of[begin]) continue;
      const [wide, high] = [(i - begin) * across, (i - begin) * down];
      const name = apart.name(of[begin]).slice(0, 5);
      context.textAlign = "right";
      if (high > 13) context.fillText(name, LEFT - 6, this.top(begin) + high / 2);
      context.textAlign = "center";
      if (wide > 24) context.fillText(name, this.left(begin) + wide / 2, TOP - 10);
      context.strokeRect(LEFT + 0.5, this.top(begin) + 0.5, n * across, high);
      context.strokeRect(this.left(begin) + 0.5, TOP + 0.5, wide, n * down);
      begin = i;
    }
    context.textAlign = "center";
    context.fillText(this.sideName, this.left(n) + this.sideWidth / 2, TOP - 10);
  }

  /**
   * Frames: the entry that the numbers follow, or the diagonal that the damping is added to.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {string} ink
   */
  paintMark(context, ink) {
    const { across, down, n, spec } = this;
    context.strokeStyle = ink;
    context.lineWidth = 2;
    for (let i = 0; i < n; i++) {
      if (spec.damped ? down < 4 : i !== spec.mark) continue;
      context.strokeRect(this.left(i), this.top(i), across, down);
    }
  }

  /**
   * @param {number} row
   * @param {number} column
   */
  value(row, column) {
    return this.values[trianglePlace(row, column, this.n)];
  }

  /** @param {PointerEvent} event */
  hover(event) {
    const { apart, n } = this;
    const row = Math.floor((event.offsetY - TOP) / this.down);
    const column =
      event.offsetX >= this.left(n) ? n : Math.floor((event.offsetX - LEFT) / this.across);
    if (row < 0 || row >= n || column < 0) return;
    /** @param {number} i */
    const name = (i) => apart.weightName(apart.sums.weights[i]);
    if (column === n)
      this.hint.textContent = `${this.sideName}, ${name(row)}: ${num(this.side[row])}`;
    else
      this.hint.textContent = `${name(row)} with ${name(column)}: ${num(this.value(row, column))}`;
  }
}

/**
 * The numbers of a step with a matrix: its upper triangle row by row, and the column beside it,
 * which is g, or the right-hand side -g of the damped system.
 *
 * @param {Dissection} apart
 * @param {MatrixSpec} spec
 * @returns {{values: Float32Array | Float64Array, side: Float64Array, sideName: string}}
 */
export function matrixOf({ sums, damping }, { of, damped }) {
  if (of === "share") return { values: sums.share, side: sums.gradient_share, sideName: "η" };
  const side = sums.gradients[of];
  if (!damped) return { values: sums.frames[of], side, sideName: "g" };
  const values = Float64Array.from(sums.frames[of]);
  const n = sums.weights.length;
  for (let i = 0; i < n; i++) values[trianglePlace(i, i, n)] = sums.diagonal[i] + damping.added[i];
  return { values, side: side.map((value) => -value), sideName: `${MINUS}g` };
}

/** @param {Iterable<number>} values */
function largest(values) {
  let most = 0;
  for (const value of values) if (Number.isFinite(value)) most = Math.max(most, Math.abs(value));
  return most;
}
