// Above the stage: presets with sizes, tidy, undo, redo, zoom, one more neuron, keys.

import { el, patch } from "../../shared/frontend/dom.js";

const FAMILIES = [
  ["slp", "SLP", "One hidden layer"],
  ["mlp", "MLP", "Layers, each fed by the one before"],
  ["bmlp", "BMLP", "Bridged layers: each fed by the inputs and all layers before"],
  ["fcc", "FCC", "Full cascade: each neuron fed by the inputs and all neurons before"],
];
const SIZES = /^\s*\d{1,4}(\s*[-,; ]\s*\d{1,4})*\s*$/;

export class StageBar {
  /** actions: {preset(family, sizes), undo, redo} */
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
    // What is being typed outlasts a network that arrives between leaving the field and pressing a preset.
    this.typed = false;
    this.sizes.addEventListener("input", () => (this.typed = true));
    this.sizes.addEventListener(
      "blur",
      (event) => (this.typed &&= this.families.includes(event.relatedTarget)),
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
          title: "Add a neuron (N, or double click)",
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

  preset(family) {
    const text = this.sizes.value;
    if (!SIZES.test(text)) {
      this.stage.host.refuse(
        `Sizes are whole numbers joined by dashes, such as 8-8; "${text.slice(0, 30)}" is not.`,
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

  update({ family, sizes }) {
    FAMILIES.forEach(([name], i) =>
      patch(this.families[i], { "aria-pressed": String(name === family) }),
    );
    if (family) this.family = family;
    if (sizes && !this.typed && this.sizes !== this.sizes.getRootNode().activeElement)
      this.sizes.value = sizes.join("-");
  }

  history(canUndo, canRedo) {
    patch(this.undo, { disabled: !canUndo });
    patch(this.redo, { disabled: !canRedo });
  }
}

function iconButton(text, label, onclick) {
  return el("button", { class: "icon", text, "aria-label": label, title: label, onclick });
}
