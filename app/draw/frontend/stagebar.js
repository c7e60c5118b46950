// @ts-check
// Above the stage: presets with sizes, tidy, undo, redo, zoom, one more neuron, keys.

import { el, focusedNear, patch } from "../../shared/frontend/dom.js";

/** @import { Stage } from "./stage.js" */

/**
 * @typedef {object} StageBarActions
 * @property {(family: string, sizes: number[]) => void} preset
 * @property {() => void} undo
 * @property {() => void} redo
 */

const FAMILIES = [
  ["slp", "SLP", "One hidden layer"],
  ["mlp", "MLP", "Layers; each reads the layer before it"],
  ["bmlp", "BMLP", "Bridged layers: each reads the inputs and all layers before it"],
  ["fcc", "FCC", "Full cascade: each neuron reads the inputs and all neurons before it"],
];
const SIZES = /^\s*\d{1,4}(\s*[-,; ]\s*\d{1,4})*\s*$/;

export class StageBar {
  /** Whether the sizes hold what was not asked for yet. @type {boolean} */
  typed = false;
  /** @type {string | undefined} */
  family;

  /**
   * @param {HTMLElement} root
   * @param {Stage} stage
   * @param {StageBarActions} actions
   */
  constructor(root, stage, actions) {
    this.stage = stage;
    this.actions = actions;
    this.sizes = el("input", {
      class: "sizes",
      value: "8-8",
      placeholder: "such as 8-8",
      "aria-label": "Hidden neurons: layer sizes such as 8-8, or one number for SLP and FCC",
      title: "Hidden neurons: layer sizes such as 8-8, or one number for SLP and FCC",
    });
    this.sizes.addEventListener(
      "keydown",
      (event) => event.key === "Enter" && this.preset(this.family ?? "mlp"),
    );
    this.families = FAMILIES.map(([family, text, title]) =>
      el("button", { text, title, "aria-pressed": "false", onclick: () => this.preset(family) }),
    );
    // What is being typed outlasts a network that arrives between leaving the field and pressing a
    // preset.
    this.sizes.addEventListener("input", () => (this.typed = true));
    this.sizes.addEventListener(
      "blur",
      (event) => (this.typed &&= this.families.some((button) => button === event.relatedTarget)),
    );
    this.undo = iconButton("\u21b6", "Undo", actions.undo);
    this.redo = iconButton("\u21b7", "Redo", actions.redo);
    root.append(
      el(
        "div",
        { class: "group", role: "group", "aria-label": "Presets" },
        this.families,
        this.sizes,
      ),
      el(
        "div",
        { class: "group", role: "group", "aria-label": "Drawing" },
        el("button", {
          text: "+ neuron",
          title: "Add a neuron (N, or double-click)",
          onclick: () => stage.addNeuron(),
        }),
        el("button", { text: "Tidy", title: "Tidy layout (T)", onclick: () => stage.tidy() }),
        this.undo,
        this.redo,
        iconButton("\u2212", "Zoom out", () => stage.zoom(0.8)),
        iconButton("+", "Zoom in", () => stage.zoom(1.25)),
        iconButton("\u2922", "Show all", () => stage.fit()),
      ),
    );
  }

  /** @param {string} family */
  preset(family) {
    const text = this.sizes.value;
    if (!SIZES.test(text)) {
      this.stage.host.refuse(
        "Sizes are whole numbers joined by dashes, such as 8-8; " +
          `"${text.slice(0, 30)}" cannot be read.`,
      );
      return;
    }
    this.family = family;
    this.typed = false;
    this.actions.preset(
      family,
      text
        .trim()
        .split(/\s*[-,; ]\s*/)
        .map(Number),
    );
  }

  /** @param {{family: string | null, sizes: number[]}} options */
  update({ family, sizes }) {
    FAMILIES.forEach(([name], i) =>
      patch(this.families[i], { "aria-pressed": String(name === family) }),
    );
    if (family) this.family = family;
    if (sizes && !this.typed && this.sizes !== focusedNear(this.sizes))
      this.sizes.value = sizes.join("-");
  }

  /**
   * @param {boolean} canUndo
   * @param {boolean} canRedo
   */
  history(canUndo, canRedo) {
    patch(this.undo, { disabled: !canUndo });
    patch(this.redo, { disabled: !canRedo });
  }
}

/**
 * @param {string} text
 * @param {string} label
 * @param {() => void} onclick
 */
function iconButton(text, label, onclick) {
  return el("button", { class: "icon", text, "aria-label": label, title: label, onclick });
}
