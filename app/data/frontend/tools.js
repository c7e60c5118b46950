// @ts-check
// The tool bar of the canvas, and the panel about the network.

import { whole } from "../../shared/frontend/numbers.js";
import { el, patch } from "../../shared/frontend/dom.js";
import { counted } from "./points.js";

/** @import { PaintingPayload } from "./payloads.d.ts" */
/** @import { CopyWay, Point } from "./points.js" */
/** @typedef {"first" | "second" | "erase"} Tool */
/** @typedef {{curve: boolean, tool: Tool, points: Point[], data: PaintingPayload}} ToolView */

/**
 * @typedef {object} ToolActions
 * @property {(curve: boolean) => void} mode
 * @property {(tool: Tool) => void} tool
 * @property {(on: boolean) => void} spray
 * @property {(on: boolean) => void} swap
 * @property {() => void} noise
 * @property {(way: CopyWay) => void} copy
 * @property {() => void} undo
 * @property {() => void} redo
 * @property {() => void} clear
 * @property {() => void} takeOver
 */

/** @typedef {{train: () => void, stop: () => void, newWeights: () => void}} SideActions */

/**
 * @param {string} title
 * @param {(HTMLElement | string)[]} children
 */
const group = (title, ...children) =>
  el(
    "section",
    { class: "group" },
    el("h2", { text: title }),
    el("div", { class: "row" }, ...children),
  );

export class Tools {
  /**
   * @param {HTMLElement} root
   * @param {ToolActions} actions
   */
  constructor(root, actions) {
    /**
     * @param {string} text
     * @param {() => void} run
     */
    const button = (text, run, props = {}) => el("button", { text, onclick: run, ...props });
    this.modes = [
      button("Two classes", () => actions.mode(false)),
      button("A curve", () => actions.mode(true)),
    ];
    this.firstName = el("span");
    this.secondName = el("span");
    this.tools = {
      first: el(
        "button",
        { onclick: () => actions.tool("first") },
        el("i", { class: "dot first" }),
        this.firstName,
      ),
      second: el(
        "button",
        { onclick: () => actions.tool("second") },
        el("i", { class: "dot second" }),
        this.secondName,
      ),
      erase: button("Erase", () => actions.tool("erase")),
    };
    this.spray = el("input", {
      type: "checkbox",
      onchange: (event) => actions.spray(event.currentTarget.checked),
    });
    this.swap = el("input", {
      type: "checkbox",
      onchange: (event) => actions.swap(event.currentTarget.checked),
    });
    this.swapLabel = el("label", { class: "check" }, this.swap, "Copies have the other class");
    this.sprayLabel = el("label", { class: "check" }, this.spray, "Spray");
    this.change = {
      noise: button("Add noise", () => actions.noise(), {
        title: "Moves every point by a small random distance",
      }),
      mirror: button("Mirror ↔", () => actions.copy("mirror")),
      flip: button("Mirror ↕", () => actions.copy("flip")),
      half: button("Half turn", () => actions.copy("half")),
      quarters: button("Quarter turns", () => actions.copy("quarters")),
    };
    this.undo = button("Undo", () => actions.undo());
    this.redo = button("Redo", () => actions.redo());
    this.clear = button("Clear", () => actions.clear());
    this.takeOver = button("", () => actions.takeOver());
    root.append(
      group("Paint", ...this.modes),
      group("Brush", ...Object.values(this.tools), this.sprayLabel),
      group(
        "Copies around the center",
        this.change.mirror,
        this.change.flip,
        this.change.half,
        this.change.quarters,
        this.swapLabel,
      ),
      group("All points", this.change.noise, this.undo, this.redo, this.clear),
      this.takeOver,
    );
  }

  /** @param {ToolView} toolView */
  show({ curve, tool, points, data }) {
    this.modes.forEach((button, i) =>
      patch(button, { "aria-pressed": String(curve === (i === 1)) }),
    );
    for (const [name, button] of Object.entries(this.tools))
      patch(button, { "aria-pressed": String(tool === name) });
    patch(this.tools.first, { hidden: curve });
    patch(this.firstName, { text: data.class_names[0] });
    patch(this.secondName, { text: curve ? "Target" : data.class_names[1] });
    patch(this.sprayLabel, { hidden: curve });
    patch(this.swapLabel, { hidden: curve });
    patch(this.change.flip, { hidden: curve });
    patch(this.change.quarters, { hidden: curve });
    for (const button of [...Object.values(this.change), this.clear])
      patch(button, { disabled: points.length === 0 });
    patch(this.undo, { disabled: !data.can_undo });
    patch(this.redo, { disabled: !data.can_redo });
    patch(this.takeOver, { hidden: !data.can_take_over, text: `Edit the points of ${data.title}` });
  }
}

export class Side {
  /** @type {Record<string, HTMLElement>} */
  facts = {};

  /**
   * @param {HTMLElement} root
   * @param {SideActions} actions
   */
  constructor(root, actions) {
    this.train = el("button", { class: "primary", onclick: () => actions.train() }, "Train");
    this.stop = el("button", { text: "Stop", onclick: () => actions.stop() });
    this.renew = el("button", { text: "New weights", onclick: () => actions.newWeights() });
    this.sentence = el("p", { class: "sentence", role: "status" });
    const list = el("dl");
    for (const name of ["Points", "Network", "Iteration", "SSE"]) {
      this.facts[name] = el("dd");
      list.append(el("dt", { text: name }), this.facts[name]);
    }
    root.append(
      el("div", { class: "row" }, this.train, this.stop, this.renew),
      this.sentence,
      list,
      el("p", {
        class: "about",
        text:
          "You can paint during training: it continues from the current weights " +
          "with the new points. " +
          "The background shows the output of the network. All pages use the same points.",
      }),
    );
  }

  /** @param {Omit<ToolView, "tool">} view */
  show({ points, curve, data }) {
    const { run, network } = data;
    const running = run.state === "running";
    patch(this.train, { disabled: running || !data.in_use || Boolean(run.blocked) });
    patch(this.stop, { disabled: !running });
    patch(this.renew, { disabled: !data.in_use });
    const idle = data.in_use ? run.sentence : "Add points to the plane first.";
    patch(this.sentence, { text: run.blocked || idle });
    patch(this.facts.Points, { text: counted(points, curve, data.class_names) });
    patch(this.facts.Network, { text: network ? network.described : "–" });
    patch(this.facts.Iteration, {
      text: data.in_use && run.sse !== null ? whole(run.iteration) : "–",
    });
    patch(this.facts.SSE, { text: data.in_use && run.sse_text ? run.sse_text : "–" });
  }
}
