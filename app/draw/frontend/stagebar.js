// @ts-check
// Above the stage: presets with sizes, tidy, undo, redo, zoom, one more neuron, keys.

import { el, focusedNear, patch } from "../../shared/frontend/dom.js";
import { addNeuron, tidy } from "./edits.js";

/** @import { NetworkBlock } from "../../shared/frontend/payloads.d.ts" */
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
const ONE_NUMBER = new Set(["slp", "fcc"]); // their hidden neurons are one number, not layers
const SEPARATOR = /\s*[-,; ]\s*/;
const SIZES = /^\s*\d{1,4}(\s*[-,; ]\s*\d{1,4})*\s*$/;

export class StageBar {
  /** Whether the sizes hold what was not asked for yet. @type {boolean} */
  typed = false;
  /** Preset that was pressed last, or else the first that the network is. @type {string} */
  family = "mlp";
  /** Whether the sizes typed were refused. */
  refused = false;
  /** Preset that is marked. @type {string | null} */
  shown = null;
  /** Whether the drawing is complete. */
  drawn = true;

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
      (event) => event.key === "Enter" && this.preset(this.layered()),
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
          onclick: () => addNeuron(stage),
        }),
        el("button", { text: "Tidy", title: "Tidy layout (T)", onclick: () => tidy(stage) }),
        this.undo,
        this.redo,
        iconButton("\u2212", "Zoom out", () => stage.zoom(0.8)),
        iconButton("+", "Zoom in", () => stage.zoom(1.25)),
        iconButton("\u2922", "Show all", () => stage.fit()),
      ),
    );
  }

  /** Sizes with dashes are layers: the preset pressed last, or MLP if that one has no layers. */
  layered() {
    const layers = this.sizes.value.trim().split(SEPARATOR).length > 1;
    return layers && ONE_NUMBER.has(this.family) ? "mlp" : this.family;
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
    const sizes = text.trim().split(SEPARATOR).map(Number);
    if (this.typed && ONE_NUMBER.has(family) && sizes.length > 1) {
      this.stage.host.refuse(
        `${family.toUpperCase()} takes one number of hidden neurons, and ${text.trim()} are ` +
          "layers: type one number, or choose MLP or BMLP.",
      );
      this.refused = true;
      return;
    }
    this.family = family;
    this.refused = false;
    // Layers of the network shown, not typed, become as many neurons of a preset without layers.
    const joined = !this.typed && ONE_NUMBER.has(family);
    this.actions.preset(family, joined ? [sizes.reduce((sum, size) => sum + size)] : sizes);
    this.typed = false;
  }

  mark() {
    FAMILIES.forEach(([name], i) =>
      patch(this.families[i], { "aria-pressed": String(this.drawn && name === this.shown) }),
    );
  }

  /** @param {Pick<NetworkBlock, "families">} network */
  update({ families }) {
    const shown = families.find(([name]) => name === this.family) ?? families[0];
    this.shown = shown?.[0] ?? null;
    this.mark();
    if (this.refused) this.typed = this.refused = false; // it was refused for another network
    if (!shown) return;
    const [family, sizes] = shown;
    this.family = family;
    if (!this.typed && this.sizes !== focusedNear(this.sizes)) this.sizes.value = sizes.join("-");
  }

  /**
   * Of an incomplete drawing no preset is chosen.
   *
   * @param {boolean} complete
   */
  complete(complete) {
    this.drawn = complete;
    this.mark();
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
