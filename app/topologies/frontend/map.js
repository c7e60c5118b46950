// @ts-check
// The map of families and sizes: a drawing of each network on the colour of its success. A click
// on a network chooses it.

import { el, part, patch } from "../../shared/frontend/dom.js";
import { newClient } from "../../shared/frontend/outbox.js";

/** @import { MapCell, MapClick, MapPayload } from "./payloads.d.ts" */

const DRAWING = { width: 74, height: 52 }; // pixels

export class MapView {
  /** Families and sizes of the table that is built, as text. */
  built = "";
  /** Buttons by row and column. @type {(HTMLButtonElement | null)[][]} */
  buttons = [];
  clicks = 0;

  /**
   * @param {HTMLElement} root
   * @param {(click: MapClick) => void} send
   */
  constructor(root, send) {
    this.root = root;
    this.send = send;
    this.client = newClient();
  }

  destroy() {
    for (const part of this.root.querySelectorAll("[data-part]")) part.replaceChildren();
  }

  /** @param {MapPayload} data */
  receive(data) {
    patch(part(this.root, "caption"), { text: data.caption });
    patch(part(this.root, "map"), { "aria-label": data.caption });
    const { sizes, rows } = data;
    const shape = rows.map(({ title, cells }) => [title, cells.map((cell) => cell !== null)]);
    const key = JSON.stringify([sizes, shape]);
    if (key !== this.built) this.build(data);
    this.built = key;
    rows.forEach(({ cells }, i) =>
      cells.forEach((cell, j) => {
        const button = this.buttons[i][j];
        if (cell && button) this.fill(button, cell, data.chosen);
      }),
    );
  }

  /** @param {MapPayload} data */
  build({ sizes, rows }) {
    const head = el(
      "tr",
      {},
      el("td"),
      sizes.map((size) => el("th", { scope: "col", text: String(size) })),
    );
    this.buttons = rows.map(({ cells }) => cells.map((cell) => (cell ? this.button() : null)));
    const lines = rows.map(({ title }, i) =>
      el(
        "tr",
        {},
        el("th", { scope: "row", text: title }),
        this.buttons[i].map((button) => el("td", {}, button)),
      ),
    );
    const table = el("table", {}, el("thead", {}, head), el("tbody", {}, lines));
    part(this.root, "map").replaceChildren(table);
  }

  button() {
    return el(
      "button",
      {
        type: "button",
        onclick: ({ currentTarget }) => this.choose(Number(currentTarget.dataset.place)),
      },
      el("img", { alt: "", ...DRAWING }),
      el("b"),
      el("span"),
    );
  }

  /**
   * @param {HTMLButtonElement} button
   * @param {MapCell} cell
   * @param {number | null} chosen
   */
  fill(button, cell, chosen) {
    const trained = cell.place !== null;
    patch(button, {
      "data-place": cell.place ?? "",
      "aria-label": cell.about,
      "aria-pressed": String(trained && cell.place === chosen),
      title: cell.about,
      disabled: !trained,
    });
    button.style.background = cell.ground;
    button.style.color = cell.ink;
    const [image, rate, weights] = button.children;
    patch(image, { src: `data:image/svg+xml;base64,${cell.drawing}` });
    patch(rate, { text: cell.rate });
    patch(weights, { text: cell.weights });
  }

  /** @param {number} place */
  choose(place) {
    this.clicks += 1;
    this.send({ number: `${this.client}-${this.clicks}`, place });
  }
}
