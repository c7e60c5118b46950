// Stepping: back, forward, autoplay with its speed, and the bar of stages.

import { el, patch } from "../../shared/frontend/dom.js";
import { STAGES } from "./story.js";

export const SPEEDS = [
  ["slow", 5000],
  ["normal", 2500],
  ["fast", 900],
];

export class Transport {
  /** host: {go(index), step(by), toggle(), speed(i)} */
  constructor(root, host) {
    this.host = host;
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
      { "aria-label": "Speed", onchange: () => host.speed(Number(this.speed.value)) },
      SPEEDS.map(([text], i) => el("option", { value: i, text })),
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

  show(steps, index, playing) {
    const { stage } = steps[index];
    const reached = STAGES.findIndex(([name]) => name === stage);
    patch(this.number, { text: `${index + 1} of ${steps.length}` });
    this.back.disabled = index === 0;
    this.next.disabled = index === steps.length - 1;
    patch(this.play, { text: playing ? "Pause" : "Play" });
    this.play.setAttribute("aria-label", playing ? "Pause (space)" : "Play (space)");
    STAGES.forEach(([name], i) => {
      const chip = this.stages.get(name);
      chip.hidden = !steps.some((step) => step.stage === name);
      chip.classList.toggle("done", i < reached);
      if (name === stage) chip.setAttribute("aria-current", "step");
      else chip.removeAttribute("aria-current");
    });
  }
}
