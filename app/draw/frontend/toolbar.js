// @ts-check
// Train, step, stop, and the player of what happened.

import { short, whole } from "../../shared/frontend/numbers.js";
import { el, patch } from "../../shared/frontend/dom.js";
import { SPEEDS } from "./replay.js";

/**
 * @typedef {object} ToolbarActions
 * @property {() => void} train
 * @property {() => void} step
 * @property {() => void} stop
 * @property {() => void} reset
 * @property {() => void} renew
 * @property {(iteration: number) => void} seekIteration
 * @property {() => void} toggle
 * @property {(i: number) => void} speed
 */

/**
 * @typedef {object} ToolbarState
 * @property {number} last last row
 * @property {number} at iteration of row k
 * @property {number} end iteration of the last row
 * @property {boolean} playing
 * @property {number} speed
 * @property {boolean} running
 * @property {boolean} canTrain
 * @property {boolean} canStep
 * @property {number | null} sse
 */

export class Toolbar {
  /**
   * @param {HTMLElement} root
   * @param {ToolbarActions} actions
   */
  constructor(root, actions) {
    this.train = el(
      "button",
      { class: "primary", onclick: actions.train },
      icon("play"),
      el("span", { text: "Train" }),
    );
    this.step = el("button", {
      text: "Step",
      title: "Train for one more iteration",
      onclick: actions.step,
    });
    this.stop = el("button", { text: "Stop", onclick: actions.stop });
    this.reset = el("button", {
      text: "Reset",
      title: "Back to the starting weights",
      onclick: actions.reset,
    });
    this.renew = el("button", {
      text: "New weights",
      title: "Choose other random starting weights",
      onclick: actions.renew,
    });
    this.toggle = el("button", { class: "icon", onclick: actions.toggle }, icon("play"));
    this.slider = el("input", {
      type: "range",
      min: 0,
      max: 0,
      step: 1,
      "aria-label": "Iteration",
      oninput: (event) => actions.seekIteration(Number(event.currentTarget.value)),
    });
    this.count = el("span", { class: "count" });
    this.speed = el(
      "select",
      {
        "aria-label": "Replay speed",
        onchange: (event) => actions.speed(Number(event.currentTarget.value)),
      },
      SPEEDS.map(({ label }, i) => el("option", { value: String(i), text: label })),
    );
    this.sse = el("span", { class: "sse" });
    root.append(
      el("div", { class: "buttons" }, this.train, this.step, this.stop, this.reset, this.renew),
      el("div", { class: "player" }, this.count, this.toggle, this.slider, this.speed, this.sse),
    );
  }

  /**
   * @param {ToolbarState} toolbarState
   */
  update({ last, at, end, playing, speed, running, canTrain, canStep, sse }) {
    patch(this.train, { disabled: !canTrain || running });
    patch(this.step, { disabled: !canStep || running });
    patch(this.stop, { disabled: !running });
    patch(this.reset, { disabled: last === 0 && !running });
    patch(this.slider, { max: String(Math.max(1, end)), disabled: last === 0 });
    if (Number(this.slider.value) !== at) this.slider.value = String(at);
    patch(this.slider, { "aria-valuetext": `iteration ${whole(at)} of ${whole(end)}` });
    patch(this.count, {
      text: last
        ? `iteration ${whole(at)} of ${whole(end)}`
        : running
          ? "starting \u2026"
          : "not trained yet",
    });
    patch(this.toggle, { disabled: last === 0, "aria-label": playing ? "Pause replay" : "Replay" });
    this.toggle.classList.toggle("on", playing);
    if (this.speed.value !== String(speed)) this.speed.value = String(speed);
    const text = sse === null ? "–" : Number.isFinite(sse) ? short(sse) : "";
    patch(this.sse, { text: text && `SSE ${text}` });
  }
}

/** @param {string} kind */
function icon(kind) {
  return el("span", { class: `glyph ${kind}`, "aria-hidden": "true" });
}
