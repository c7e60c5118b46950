// @ts-check
// The Structure section in one piece: matrix, scale, what is pointed at, and the drawing.

import { short } from "../../shared/frontend/numbers.js";
import { el, find, part, patch } from "../../shared/frontend/dom.js";
import { newClient } from "../../shared/frontend/outbox.js";
import { Theme } from "../../shared/frontend/theme.js";
import { Cells } from "./cells.js";
import { CoupledWeights } from "./drawing.js";
import { NEVER } from "./grid.js";

/** @import { Pair } from "../../shared/frontend/geometry.js" */
/** @import { Link } from "../../shared/frontend/payloads.d.ts" */
/** @import { Look } from "../../shared/frontend/theme.js" */
/** @import { Cell } from "./grid.js" */
/** @import { MatrixClick, MatrixPayload } from "./payloads.d.ts" */

export class QuasiView {
  /** @type {MatrixPayload} */
  data;
  /** @type {Link[]} */
  ends;
  /** @type {number} */
  frameAsked = 0;

  /**
   * @param {HTMLElement} root
   * @param {(click: MatrixClick) => void} send
   */
  constructor(root, send) {
    this.root = root;
    this.send = send;
    this.client = newClient();
    this.clicks = 0;
    this.frame = find(root, ".quasi");
    this.theme = new Theme(this.frame);
    this.cells = new Cells(part(root, "cells"), () => this.theme.look(), {
      point: (cell) => this.point(cell),
      open: (cell) => this.open(cell),
      close: () => this.show(null),
    });
    this.drawing = new CoupledWeights(part(root, "network"));
    this.scale = part(root, "scale");
    this.readout = part(root, "readout");
    this.back = el("button", {
      text: "Show the whole matrix",
      title: "Escape",
      onclick: () => this.show(null),
    });
    part(root, "tools").append(
      this.back,
      el("button", { text: "PNG", title: "The matrix as a picture", onclick: () => this.save() }),
    );
  }

  destroy() {
    cancelAnimationFrame(this.frameAsked);
    this.cells.destroy();
    this.drawing.destroy();
    // Streamlit may mount again into the same place: leave it as the HTML has it.
    for (const part of this.root.querySelectorAll("[data-part]")) part.replaceChildren();
  }

  /** @param {MatrixPayload} data */
  receive(data) {
    this.data = data;
    this.ends = data.network.ends;
    // The colours of a new theme stand only once the page has been laid out.
    cancelAnimationFrame(this.frameAsked);
    this.frameAsked = requestAnimationFrame(() => this.render());
  }

  render() {
    const { data } = this;
    const look = this.theme.look();
    this.drawing.receive(data.network, look);
    this.cells.receive(data.cells);
    patch(this.back, { hidden: !data.block });
    this.showScale(look);
    this.point(this.cells.cell);
  }

  /** @param {Look} look */
  showScale({ palette }) {
    const { scale } = this.data.cells;
    const bar = el("i", {});
    const colours = [palette.negative, palette.ground, palette.positive];
    bar.style.background = `linear-gradient(to right, ${colours.join(", ")})`;
    const marks = el(
      "div",
      { class: "marks" },
      scale.map(([, text]) => el("span", { text })),
    );
    const zero = this.cells.tones.includes(NEVER)
      ? [el("span", { class: "zero" }, el("i"), "structural zero")]
      : [];
    this.scale.replaceChildren(el("div", { class: "bar" }, bar, marks), ...zero);
  }

  /**
   * The two weights of a cell, as numbers of the network's weights.
   *
   * @param {Cell} cell
   * @returns {Pair}
   */
  weights([row, column]) {
    const { row_weights: rows, column_weights: columns } = this.data.cells;
    return [rows[row], columns[column]];
  }

  /** @param {Cell | null} cell */
  point(cell) {
    const { cells } = this.data;
    if (!cell) {
      const block = this.data.block;
      const hint = block
        ? `The block of ${block[0]} and ${block[1]}.`
        : "Point at a cell: its two weights are named and highlighted on the drawing. " +
          "Click to enlarge its block.";
      this.readout.replaceChildren(el("span", { text: hint }));
      this.drawing.light([]);
      return;
    }
    const [row, column] = cell;
    const place = row * cells.width + column;
    const value = this.cells.values?.[place];
    const never = this.cells.tones[place] === NEVER;
    const number = never ? "0 (structural zero)" : value === undefined ? "\u2026" : short(value, 4);
    const titles = [cells.rows[row], (cells.columns ?? cells.rows)[column]];
    const strongest =
      cells.stride > 1 ? `strongest of ${cells.stride} \u00d7 ${cells.stride} cells from ` : "";
    this.readout.replaceChildren(
      el("b", { text: number }),
      ` ${strongest}${titles[0]} \u00d7 ${titles[1]}`,
    );
    this.drawing.light(this.weights(cell).map((n) => this.ends[n]));
  }

  /** @param {Cell} cell */
  open(cell) {
    const [row, column] = this.weights(cell);
    this.show([this.ends[row][1], this.ends[column][1]]);
  }

  /** @param {MatrixClick["block"]} block */
  show(block) {
    if (!block && !this.data.block) return;
    this.cells.cell = null;
    this.send({ number: `${this.client}-${++this.clicks}`, block });
  }

  save() {
    this.cells.canvas.toBlob((blob) => {
      if (!blob) return;
      const url = URL.createObjectURL(blob);
      el("a", { href: url, download: "quasi-hessian.png" }).click();
      setTimeout(() => URL.revokeObjectURL(url), 1000);
    });
  }
}
