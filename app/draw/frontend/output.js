// @ts-check
// The output panel: which view is shown, of which output, and the sentence below it.

import { el, fitCanvas } from "../../shared/frontend/dom.js";
import { OUTPUTS, PARTS, PATTERNS } from "./output_views.js";
import { remembered } from "./remembered.js";

/** @import { Part } from "./model.js" */
/** @import { DataBlock } from "./payloads.d.ts" */
/** @import { OutputScene, View } from "./output_views.js" */

const TABS = {
  surface: "Surface",
  curve: "Curve",
  confusion: "Confusion",
  scatter: "Predicted",
};

/**
 * Which views make sense for this data, the first one being the best.
 *
 * @param {DataBlock} data
 * @returns {View[]}
 */
function viewsOf(data) {
  if (data.kind === "classification")
    return data.I === 2 ? ["surface", "confusion"] : ["confusion"];
  if (data.I === 1) return ["curve", "scatter"];
  return data.I === 2 ? ["surface", "scatter"] : ["scatter"];
}

export class OutputView {
  /** @type {View} */
  kind = "surface";
  /** @type {string} */
  kinds;
  /** @type {DataBlock} */
  data;

  /**
   * @param {HTMLElement} root
   * @param {() => void} changed
   */
  constructor(root, changed) {
    this.changed = changed;
    this.tabs = el("div", { class: "tabs", role: "group", "aria-label": "Output view" });
    this.which = el("select", {
      "aria-label": "Output shown",
      onchange: () => {
        remembered.output = this.which.selectedOptions[0].text;
        changed();
      },
    });
    this.part = el("select", {
      "aria-label": "Patterns shown",
      title: "Patterns shown",
      onchange: () => {
        remembered.part = this.part.value;
        changed();
      },
    });
    this.canvas = el("canvas", { class: "output-canvas", role: "img", "aria-label": "Output" });
    this.note = el("p", { class: "note" });
    root.append(
      el("div", { class: "row" }, this.tabs, this.which, this.part),
      this.canvas,
      this.note,
    );
  }

  /** @param {DataBlock} data */
  setData(data) {
    const kinds = viewsOf(data);
    if (this.kinds !== kinds.join()) {
      this.kinds = kinds.join();
      this.kind = kinds.find((kind) => kind === remembered.view) ?? kinds[0];
      this.tabs.replaceChildren(...kinds.map((kind) => this.tab(kind)));
    }
    this.data = data;
    this.tabs.hidden = kinds.length < 2;
    const names = data.target_names;
    if (this.which.dataset.names !== names.join("\u0001")) {
      this.which.dataset.names = names.join("\u0001");
      this.which.replaceChildren(
        ...names.map((name, m) => el("option", { value: String(m), text: name })),
      );
      this.which.selectedIndex = Math.max(0, names.indexOf(remembered.output ?? ""));
    }
    const parts = PARTS.filter(([part]) => data[part]);
    if (this.part.dataset.parts !== parts.join()) {
      this.part.dataset.parts = parts.join();
      this.part.replaceChildren(
        ...parts.map(([value, name]) => el("option", { value, text: name })),
      );
      if (parts.some(([part]) => part === remembered.part)) this.part.value = remembered.part ?? "";
    }
    this.part.hidden = parts.length < 2;
    this.choose(this.kind);
  }

  /** @param {View} kind */
  tab(kind) {
    return el("button", {
      "data-kind": kind,
      text: TABS[kind],
      onclick: () => {
        remembered.view = kind;
        this.choose(kind);
        this.changed();
      },
    });
  }

  /** @param {View} kind */
  choose(kind) {
    this.kind = kind;
    for (const tab of this.tabs.children)
      tab.setAttribute("aria-pressed", String(tab.getAttribute("data-kind") === kind));
    this.which.hidden = this.data.M < 2 || kind === "confusion";
  }

  get m() {
    return Number(this.which.value) || 0;
  }

  /** @param {OutputScene} view */
  draw(view) {
    const { width, height } = this.canvas.getBoundingClientRect();
    if (!width || !view.data) return;
    const context = fitCanvas(this.canvas, width, height);
    context.font = `11px ${view.look.font}`;
    const { outputs } = view;
    const part = /** @type {Part} */ (this.part.value);
    const frame = { ...view, width, height, m: this.m, part };
    const text = outputs
      ? OUTPUTS[this.kind](context, { ...frame, outputs })
      : PATTERNS[this.kind](context, frame);
    if (this.note.textContent !== text) this.note.textContent = text;
    this.canvas.setAttribute("aria-label", `${TABS[this.kind]}: ${text}`);
  }
}
