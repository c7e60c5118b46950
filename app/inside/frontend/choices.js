// @ts-check
// Choice of the pattern, the iteration, the way to the derivatives, and the neuron.

import { whole } from "../../shared/frontend/numbers.js";
import { el, patch } from "../../shared/frontend/dom.js";
import { nearestRow } from "../../shared/frontend/rows.js";

/** @import { Dissection } from "./dissection.js" */
/** @import { Way } from "./steps.d.ts" */

/**
 * @typedef {object} ChoicesHost
 * @property {(p: number) => void} pattern
 * @property {(k: number) => void} iteration
 * @property {(way: Way) => void} way
 * @property {(id: string) => void} neuron
 */

const WAYS = /** @type {const} */ (["forward", "backward"]);

export class Choices {
  /** @type {string | undefined} */
  names;

  /**
   * @param {HTMLElement} root
   * @param {ChoicesHost} host
   */
  constructor(root, host) {
    this.pattern = counter("Pattern", (value) => host.pattern(value - 1));
    this.iteration = counter("Iteration", (value) => host.iteration(value));
    this.ways = WAYS.map((way) =>
      el("button", {
        type: "button",
        text: way === "forward" ? "Forward only (2010)" : "Backward (2008)",
        onclick: () => host.way(way),
      }),
    );
    this.neuron = el("select", {
      "aria-label": "Neuron",
      onchange: (event) => host.neuron(event.currentTarget.value),
    });
    this.neuronBox = el(
      "label",
      { class: "choice", hidden: true },
      el("span", { text: "Neuron" }),
      this.neuron,
    );
    root.append(
      this.pattern.box,
      this.iteration.box,
      el(
        "div",
        { class: "choice", role: "group", "aria-label": "Derivatives" },
        el("span", { text: "Derivatives" }),
        el("span", { class: "joined" }, this.ways),
      ),
      this.neuronBox,
    );
  }

  /**
   * @param {Dissection} apart
   * @param {Way} way
   */
  show(apart, way) {
    this.pattern.show(apart.p + 1, 1, apart.patterns);
    this.iteration.show(apart.k, 0, apart.last, apart.iterations);
    this.ways.forEach((button, i) =>
      button.setAttribute("aria-pressed", String((way === "backward") === (i === 1))),
    );
    patch(this.neuronBox, { hidden: apart.small });
    const names = apart.neurons.map((neuron) => neuron.id);
    if (this.names !== names.join("\u0001")) {
      this.names = names.join("\u0001");
      this.neuron.replaceChildren(
        ...names.map((name) => el("option", { value: name, text: name })),
      );
    }
    this.neuron.value = apart.name(apart.neuron);
  }
}

/**
 * A number with a button on either side: the server is asked when it has been chosen. Where only
 * some iterations have a row, the field shows the iteration, and the buttons go row by row.
 *
 * @param {string} label
 * @param {(value: number) => void} choose
 */
function counter(label, choose) {
  const field = el("input", {
    type: "number",
    "aria-label": label,
    oninput: () => (typing = true),
    onblur: () => (typing = false),
    onchange: (event) => {
      typing = false;
      send(rowOf(Number(event.currentTarget.value)));
    },
  });
  const of = el("span", { class: "of" });
  const less = el("button", {
    type: "button",
    text: "−",
    "aria-label": `${label} before`,
    onclick: () => send(chosen - 1),
  });
  const more = el("button", {
    type: "button",
    text: "+",
    "aria-label": `${label} after`,
    onclick: () => send(chosen + 1),
  });
  const box = el(
    "div",
    { class: "choice" },
    el("span", { text: label }),
    el("span", { class: "joined" }, less, field, more),
    of,
  );
  let range = [0, 0];
  let chosen = 0;
  let typing = false; // an answer must not take away what is being typed
  /** @type {number[] | null} */
  let shown = null;
  /** @param {number} value */
  const text = (value) => String(shown ? shown[value] : value);
  /** @param {number} value */
  const rowOf = (value) => (shown && Number.isFinite(value) ? nearestRow(shown, value) : value);
  /** @param {number} value */
  function send(value) {
    if (!Number.isFinite(value)) return;
    const inside = Math.max(range[0], Math.min(range[1], Math.round(value)));
    chosen = inside;
    if (field.value !== text(inside)) field.value = text(inside);
    less.disabled = inside <= range[0];
    more.disabled = inside >= range[1];
    choose(inside);
  }
  return {
    box,
    /**
     * @param {number} value
     * @param {number} least
     * @param {number} most
     * @param {number[] | null} [iterations] what the field shows for each value
     */
    show(value, least, most, iterations = null) {
      range = [least, most];
      chosen = value;
      shown = iterations;
      Object.assign(field, { min: text(least), max: text(most) });
      if (!typing && field.value !== text(value)) field.value = text(value);
      less.disabled = value <= least;
      more.disabled = value >= most;
      patch(of, { text: `of ${whole(Number(text(most)))}` });
    },
  };
}
