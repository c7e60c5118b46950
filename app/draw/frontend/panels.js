// @ts-check
// Left of the stage: which data, which rule, and their settings.

import { required } from "../../shared/frontend/required.js";
import { contextOf, el, fitCanvas, patch } from "../../shared/frontend/dom.js";
import { at, paint } from "../../shared/frontend/palette.js";
import { Form } from "./form.js";

/** @import { Palette } from "../../shared/frontend/palette.js" */
/** @import { CellsThumb, Info, PointsThumb, Problem, RuleFamily } from "./payloads.d.ts" */

/**
 * @typedef {object} OwnActions
 * @property {(name: string) => void} problem
 * @property {(name: string) => void} rule
 * @typedef {OwnActions & import("./form.js").FormActions} PanelActions
 */

/** @typedef {{button: HTMLButtonElement, canvas: HTMLCanvasElement, problem: Problem}} Thumb */

const THUMB = 46;

export class Panels {
  /** @type {Map<string, Thumb>} */
  thumbs = new Map();
  /** @type {Problem[] | undefined} */
  catalogue;
  /** Palette that the thumbnails have. @type {Palette | null} */
  painted = null;

  /**
   * @param {HTMLElement} root
   * @param {PanelActions} actions
   * @param {import("../../shared/frontend/card.js").Card} card
   */
  constructor(root, actions, card) {
    this.actions = actions;
    this.form = new Form(actions, card);
    this.gallery = el("div", { class: "gallery", role: "radiogroup", "aria-label": "Data" });
    this.about = el("p", { class: "about" });
    this.parameters = el("div", { class: "fields" });
    this.rule = el("div", { class: "fields" });
    this.options = el("div", { class: "fields" });
    this.more = el("div", { class: "fields" });
    this.ruleAbout = el("p", { class: "about" });
    /** @type {HTMLSelectElement} */
    this.rules = el("select", {
      "aria-label": "Learning rule",
      onchange: () => {
        this.form.hold(this.rules);
        actions.rule(this.rules.value);
      },
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
        el("div", { class: "fields" }, el("label", { class: "field whole" }, this.rules)),
        this.ruleAbout,
        this.rule,
        this.options,
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

  /** @param {RuleFamily[]} families */
  setRules(families) {
    this.rules.replaceChildren(
      ...families.map(({ title, rules }) =>
        el(
          "optgroup",
          { label: title },
          rules.map(({ name, title: text }) => el("option", { value: name, text })),
        ),
      ),
    );
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
  update(info, pending) {
    const { problem, title, about } = info;
    this.form.pending = pending;
    for (const [name, { button }] of this.thumbs) {
      patch(button, {
        "aria-checked": String(name === problem),
        tabindex: name === problem ? "0" : "-1",
      });
    }
    if (!this.thumbs.has(problem))
      this.thumbs.values().next().value?.button.setAttribute("tabindex", "0");
    patch(this.about, { text: `${title}. ${about}` });
    this.form.show(this.parameters, "parameter", info.parameters);
    this.form.fill(this.rules, info.rule_name);
    patch(this.ruleAbout, { text: info.rule_about });
    this.form.show(this.rule, "rule", info.rule);
    this.form.show(this.options, "option", info.options);
    this.form.show(this.more, "option", info.more_options);
    patch(this.advanced, { hidden: !info.more_options.length });
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
