// @ts-check
// Left of the stage: which data, which rule, and their settings.

import { required } from "../../shared/frontend/required.js";
import { contextOf, el, fitCanvas, focusedNear, patch } from "../../shared/frontend/dom.js";
import { at, paint } from "../../shared/frontend/palette.js";

/** @import { Palette } from "../../shared/frontend/palette.js" */
/**
 * @import { CellsThumb, ChoiceField, FormField, Info, PointsThumb, Problem, SettingGroup }
 *   from "./payloads.d.ts"
 */

/**
 * @typedef {object} PanelActions
 * @property {(name: string) => void} problem
 * @property {(group: SettingGroup, name: string, value: number | string) => void} setting
 * @property {() => void} nbn
 * @property {(text: string) => void} refuse
 */

/** @typedef {{button: HTMLButtonElement, canvas: HTMLCanvasElement, problem: Problem}} Thumb */

const THUMB = 46;

export class Panels {
  /** @type {Map<string, Thumb>} */
  thumbs = new Map();
  /** @type {Map<string, HTMLInputElement | HTMLSelectElement>} */
  inputs = new Map();
  /** @type {Problem[] | undefined} */
  catalogue;
  /** Palette that the thumbnails have. @type {Palette | null} */
  painted = null;
  /** @type {boolean} */
  pending = false;
  /** Field that holds what was not sent yet. @type {HTMLInputElement | null} */
  typing = null;

  /**
   * @param {HTMLElement} root
   * @param {PanelActions} actions
   */
  constructor(root, actions) {
    this.actions = actions;
    this.gallery = el("div", { class: "gallery", role: "radiogroup", "aria-label": "Data" });
    this.about = el("p", { class: "about" });
    this.parameters = el("div", { class: "fields" });
    this.rule = el("div", { class: "fields" });
    this.control = el("div", { class: "fields" });
    this.more = el("div", { class: "fields" });
    this.ruleName = el("p", { class: "about" });
    this.nbn = el("button", {
      class: "link",
      text: "Train with NBN again",
      onclick: () => actions.nbn(),
    });
    this.advanced = el(
      "details",
      { class: "more" },
      el("summary", { text: "Advanced" }),
      this.more,
    );
    root.append(
      el("section", {}, el("h2", { text: "Data" }), this.gallery, this.about, this.parameters),
      el(
        "section",
        {},
        el("h2", { text: "Rule" }),
        this.ruleName,
        this.nbn,
        this.rule,
        this.control,
        this.advanced,
      ),
    );
  }

  /** @param {Problem[]} catalogue */
  setCatalogue(catalogue) {
    this.catalogue = catalogue;
    this.painted = null;
    this.gallery.replaceChildren(...catalogue.map((problem) => this.thumb(problem)));
  }

  /** @param {Problem} problem */
  thumb(problem) {
    const canvas = el("canvas", { class: "thumb-canvas", "aria-hidden": "true" });
    const button = el(
      "button",
      {
        class: "thumb",
        role: "radio",
        "aria-label": problem.title,
        title: `${problem.title}: ${problem.text}`,
        onclick: () => this.actions.problem(problem.name),
        onkeydown: (event) => this.walk(event, problem.name),
      },
      canvas,
    );
    this.thumbs.set(problem.name, { button, canvas, problem });
    return button;
  }

  /**
   * @param {KeyboardEvent} event
   * @param {string} name
   */
  walk(event, name) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const names = [...this.thumbs.keys()];
    const next = names[(names.indexOf(name) + step + names.length) % names.length];
    required(this.thumbs.get(next)).button.focus();
    this.actions.problem(next);
  }

  /** @param {Palette} palette */
  paint(palette) {
    if (this.painted === palette || !this.catalogue) return;
    this.painted = palette;
    for (const { canvas, problem } of this.thumbs.values())
      drawThumb(canvas, problem.thumb, palette);
  }

  /**
   * @param {Info} info
   * @param {boolean} pending
   */
  update(
    { problem, title, about, parameters, rule, rule_title: other, control, damping },
    pending,
  ) {
    this.pending = pending;
    for (const [name, { button }] of this.thumbs) {
      patch(button, {
        "aria-checked": String(name === problem),
        tabindex: name === problem ? "0" : "-1",
      });
    }
    if (!this.thumbs.has(problem))
      this.thumbs.values().next().value?.button.setAttribute("tabindex", "0");
    patch(this.about, { text: `${title}. ${about}` });
    this.fields(this.parameters, "parameter", parameters);
    patch(this.ruleName, {
      text: other ? `${other}, as in the race` : "NBN: Neuron by Neuron, second order",
    });
    patch(this.nbn, { hidden: !other });
    patch(this.advanced, { hidden: Boolean(other) });
    this.fields(this.rule, "rule", rule);
    this.fields(this.control, "damping", control);
    this.fields(this.more, "damping", damping);
  }

  /**
   * One field per entry, {name, label, value, low, high, step} or {..., choices}; one being typed
   * in is left alone.
   *
   * @param {HTMLElement} root
   * @param {SettingGroup} group
   * @param {FormField[]} entries
   */
  fields(root, group, entries) {
    const names = entries.map((entry) => entry.name).join();
    if (root.dataset.names !== names) {
      root.dataset.names = names;
      root.replaceChildren(...entries.map((entry) => this.field(group, entry)));
    }
    for (const entry of entries) {
      const input = required(this.inputs.get(`${group}.${entry.name}`));
      input.dataset.known = String(entry.value);
      const inHand = input === focusedNear(input) && (this.pending || this.typing === input);
      if (!inHand && input.value !== input.dataset.known) input.value = input.dataset.known;
    }
  }

  /**
   * @param {SettingGroup} group
   * @param {FormField} entry
   */
  field(group, entry) {
    if ("choices" in entry) return this.choice(group, entry);
    const { name, label, low, high, step, hint } = entry;
    const input = el("input", {
      type: "number",
      min: low,
      max: high,
      step: step || "any",
      inputmode: "decimal",
    });
    const send = () => {
      this.typing = null;
      if (input.value !== "") return this.actions.setting(group, name, Number(input.value));
      if (input.validity.badInput) this.actions.refuse(`${label} must be a number.`);
      input.value = input.dataset.known ?? "";
    };
    const leave = () => {
      if (this.typing === input) send();
    };
    input.addEventListener("input", () => (this.typing = input));
    input.addEventListener("change", send);
    input.addEventListener("blur", leave); // what is no number makes no change
    this.inputs.set(`${group}.${name}`, input);
    return el("label", { class: "field", title: hint }, el("span", { text: label }), input);
  }

  /**
   * @param {SettingGroup} group
   * @param {ChoiceField} choiceField
   */
  choice(group, { name, label, choices, hint }) {
    const options = choices.map(([value, text]) => el("option", { value, text }));
    /** @type {HTMLSelectElement} */
    const select = el(
      "select",
      { onchange: () => this.actions.setting("choice", name, select.value) },
      options,
    );
    this.inputs.set(`${group}.${name}`, select);
    return el("label", { class: "field", title: hint }, el("span", { text: label }), select);
  }
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {PointsThumb | CellsThumb} thumb
 * @param {Palette} palette
 */
function drawThumb(canvas, thumb, palette) {
  const context = fitCanvas(canvas, THUMB, THUMB);
  context.fillStyle = palette.ground;
  context.fillRect(0, 0, THUMB, THUMB);
  if (thumb.kind === "cells") return drawCells(context, thumb, palette);
  for (const [x, y, value] of thumb.points) {
    context.fillStyle = palette.css[at(value)];
    context.beginPath();
    context.arc(6 + x * (THUMB - 12), THUMB - 6 - y * (THUMB - 12), thumb.radius, 0, 7);
    context.fill();
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {CellsThumb} cellsThumb
 * @param {Palette} palette
 */
function drawCells(context, { rows, columns, values }, palette) {
  const small = document.createElement("canvas");
  small.width = columns;
  small.height = rows;
  const smallContext = contextOf(small);
  smallContext.putImageData(
    paint(smallContext.createImageData(columns, rows), values, 0, palette),
    0,
    0,
  );
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 4, 4, THUMB - 8, THUMB - 8);
}
