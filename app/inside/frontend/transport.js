// @ts-check
// Stepping: back, forward, autoplay with its speed, and the bar of stages.

import { required } from "../../shared/frontend/required.js";
import { el, patch } from "../../shared/frontend/dom.js";
import { STAGES } from "./story.js";

/** @import { Step } from "./steps.d.ts" */

/**
 * @typedef {object} TransportHost
 * @property {(by: number) => void} step
 * @property {(stage: string) => void} stage
 * @property {() => void} toggle
 * @property {(i: number) => void} speed
 */

/** Milliseconds between steps that play by themselves. */
export const SPEEDS = [
  { title: "slow", delay: 5000 },
  { title: "normal", delay: 2500 },
  { title: "fast", delay: 900 },
];

export class Transport {
  /**
   * @param {HTMLElement} root
   * @param {TransportHost} host
   */
  constructor(root, host) {
    this.host = host;
    /**
     * @param {string} label
     * @param {string} text
     * @param {() => void} action
     */
    const button = (label, text, action, extra = {}) =>
      el("button", {
        type: "button",
        "aria-label": label,
        title: label,
        text,
        onclick: action,
        ...extra,
      });
    this.back = button("One step back (left arrow)", "◀", () => host.step(-1), { class: "big" });
    this.play = button("Play (space)", "Play", () => host.toggle(), { class: "big primary" });
    this.next = button("One step forward (right arrow)", "▶", () => host.step(1), { class: "big" });
    this.speed = el(
      "select",
      { "aria-label": "Speed", onchange: (event) => host.speed(Number(event.currentTarget.value)) },
      SPEEDS.map(({ title }, i) => el("option", { value: String(i), text: title })),
    );
    this.speed.value = "1";
    this.number = el("span");
    this.count = el(
      "span",
      { class: "count" },
      el("span", { class: "word", text: "step " }),
      this.number,
    );
    this.chips = el("div", { class: "chips", role: "group", "aria-label": "Stages" });
    this.stages = new Map(
      STAGES.map(([stage, text]) => {
        const chip = el("button", {
          type: "button",
          class: "chip",
          text,
          onclick: () => host.stage(stage),
        });
        this.chips.append(chip);
        return [stage, chip];
      }),
    );
    root.append(
      el("div", { class: "buttons" }, this.back, this.play, this.next, this.speed, this.count),
      this.chips,
    );
  }

  /**
   * @param {Step[]} steps
   * @param {number} index
   * @param {boolean} playing
   */
  show(steps, index, playing) {
    const { stage } = steps[index];
    const reached = STAGES.findIndex(([name]) => name === stage);
    patch(this.number, { text: `${index + 1} of ${steps.length}` });
    this.back.disabled = index === 0;
    this.next.disabled = index === steps.length - 1;
    patch(this.play, { text: playing ? "Pause" : "Play" });
    this.play.setAttribute("aria-label", playing ? "Pause (space)" : "Play (space)");
    STAGES.forEach(([name], i) => {
      const chip = required(this.stages.get(name));
      chip.hidden = !steps.some((step) => step.stage === name);
      chip.classList.toggle("done", i < reached);
      if (name === stage) chip.setAttribute("aria-current", "step");
      else chip.removeAttribute("aria-current");
    });
  }
}
