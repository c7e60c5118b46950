// @ts-check
// The Inside page: the server sends one iteration in detail, and the reader steps through it.

import { required } from "../../shared/frontend/required.js";
import { counted } from "../../shared/frontend/numbers.js";
import { el, find, part, patch } from "../../shared/frontend/dom.js";
import { Outbox } from "../../shared/frontend/outbox.js";
import { Theme } from "../../shared/frontend/theme.js";
import { Choices } from "./choices.js";
import { Dissection } from "./dissection.js";
import { StepDrawing, legend } from "./drawing.js";
import { maths } from "./maths.js";
import { Panel } from "./panels.js";
import { sameOrNear, story } from "./story.js";
import { SPEEDS, Transport } from "./transport.js";

/** @import { Send } from "../../shared/frontend/outbox.js" */
/** @import { DissectionPayload, InsideMessages, InsidePayload } from "./payloads.d.ts" */
/** @import { Step, Way } from "./steps.d.ts" */

const POLL_INTERVAL_MS = 600;

export class Inside {
  /** @type {Way} */
  way = "forward";
  /** @type {number} */
  index = 0;
  /** @type {number} */
  speed = 1;
  /** @type {Step[]} */
  steps = [];
  /** @type {Dissection | null} */
  apart = null;
  /** @type {number | undefined} */
  noticeId;
  /** @type {ReturnType<typeof setInterval> | null} */
  timer = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  poller;

  /**
   * @param {HTMLElement} root
   * @param {Send} send
   */
  constructor(root, send) {
    this.root = root;
    /** @type {Outbox<InsideMessages, {}>} */
    this.outbox = new Outbox(send);
    this.frame = find(root, ".inside");
    this.theme = new Theme(this.frame);
    this.choices = new Choices(part(this.root, "choices"), {
      pattern: (p) => this.outbox.replace("pattern", { p }),
      iteration: (k) => this.outbox.replace("iteration", { k }),
      way: (way) => this.setWay(way),
      neuron: (id) => this.outbox.replace("neuron", { id }),
    });
    this.drawing = new StepDrawing(part(this.root, "drawing"), (node) => this.chooseNode(node));
    this.panel = new Panel(part(this.root, "panel"));
    this.transport = new Transport(part(this.root, "transport"), {
      step: (by) => this.step(by),
      stage: (stage) => this.go(this.steps.findIndex((step) => step.stage === stage)),
      toggle: () => this.toggle(),
      speed: (i) => this.setSpeed(i),
    });
    this.onKey = (/** @type {KeyboardEvent} */ event) => this.key(event);
    document.addEventListener("keydown", this.onKey);
    this.resizer = new ResizeObserver(() => this.redraw());
    this.resizer.observe(this.frame);
    this.outbox.post("hello");
  }

  destroy() {
    this.outbox.close();
    document.removeEventListener("keydown", this.onKey);
    this.resizer.disconnect();
    this.drawing.destroy();
    clearTimeout(this.poller);
    this.pause();
  }

  // From the server.

  /** @param {InsidePayload} data */
  receive(data) {
    this.outbox.acknowledge(data.ack);
    clearTimeout(this.poller);
    const { blocked } = data;
    patch(part(this.root, "blocked"), { text: blocked ?? "", hidden: !blocked });
    patch(part(this.root, "room"), { hidden: Boolean(blocked) });
    patch(part(this.root, "choices"), { hidden: Boolean(blocked) });
    this.showNotes(data);
    if (data.blocked !== null) {
      this.pause();
      this.apart = null;
      if (data.poll) this.poller = setTimeout(() => this.outbox.replace("poll"), POLL_INTERVAL_MS);
    } else this.take(data);
  }

  /** @param {InsidePayload} data */
  showNotes(data) {
    const notes = [];
    if (data.notice && data.notice.id !== this.noticeId) notes.push(data.notice.text);
    this.noticeId = data.notice?.id;
    if (data.blocked === null) {
      notes.push(...data.notes);
      const { id } = data.network.neurons[data.neuron];
      if (!data.small)
        notes.push(
          `The network is too large to show every number: the formulas are those of ${id}; ` +
            "click another neuron to see its formulas.",
        );
      if (data.held_back)
        notes.push(
          `${counted(data.held_back, "more pattern")} ${data.held_back === 1 ? "is" : "are"} ` +
            "reserved for testing.",
        );
    }
    patch(part(this.root, "notes"), { text: notes.join(" ") });
  }

  /** @param {DissectionPayload} data */
  take(data) {
    const before = this.steps[this.index];
    this.apart = new Dissection(data);
    this.drawing.setNetwork(this.apart);
    this.steps = story(this.apart, this.way);
    this.choices.show(this.apart, this.way);
    this.go(sameOrNear(this.steps, before), true);
  }

  /** @param {Way} way */
  setWay(way) {
    const before = this.steps[this.index];
    this.way = way;
    const apart = required(this.apart);
    this.steps = story(apart, way);
    this.choices.show(apart, way);
    this.go(sameOrNear(this.steps, before));
  }

  /** @param {number} node */
  chooseNode(node) {
    const apart = required(this.apart);
    const k = node - apart.inputs;
    if (k < 0) return;
    const name = apart.name(k);
    if (!apart.small) return this.outbox.replace("neuron", { id: name });
    this.go(this.steps.findIndex((step) => step.id === `forward:${name}`));
  }

  // Stepping.

  /** @param {number} index */
  go(index, quiet = false) {
    if (index < 0) return;
    this.index = Math.max(0, Math.min(this.steps.length - 1, index));
    this.redraw();
    const { say } = this.steps[this.index];
    if (!quiet || part(this.root, "live").textContent === "")
      patch(part(this.root, "live"), { text: say });
  }

  /** @param {number} by */
  step(by) {
    this.pause();
    this.go(Math.max(0, this.index + by));
  }

  toggle() {
    if (this.timer) return this.pause();
    if (this.index >= this.steps.length - 1) this.go(0);
    this.timer = setInterval(() => this.tick(), SPEEDS[this.speed].delay);
    this.redraw();
  }

  tick() {
    this.go(this.index + 1);
    if (this.index >= this.steps.length - 1) this.pause();
  }

  pause() {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
    if (this.apart) this.redraw();
  }

  /** @param {number} i */
  setSpeed(i) {
    this.speed = i;
    if (!this.timer) return;
    this.pause();
    this.toggle();
  }

  /**
   * Arrow keys and space, wherever the focus is, but not in a field that needs them.
   *
   * @param {KeyboardEvent} event
   */
  key(event) {
    const target = /** @type {HTMLElement} */ (event.composedPath()[0]);
    if (!this.apart || event.altKey || event.ctrlKey || event.metaKey) return;
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName) || target.isContentEditable) return;
    const button = target.tagName === "BUTTON" || target.tagName === "A";
    const action = {
      ArrowRight: () => this.step(1),
      ArrowLeft: () => this.step(-1),
      Home: () => (this.pause(), this.go(0)),
      End: () => (this.pause(), this.go(this.steps.length - 1)),
      " ": button ? null : () => this.toggle(),
    }[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  // Showing.

  redraw() {
    if (!this.apart || !this.steps.length) return;
    const look = this.theme.look();
    const step = this.steps[this.index];
    patch(part(this.root, "title"), { text: step.title });
    /**
     * @param {string[]} texts
     * @param {string} name
     */
    const lines = (texts, name) => texts.map((text) => el("p", { class: name }, maths(text)));
    part(this.root, "formula").replaceChildren(...lines(step.formula, "line"));
    part(this.root, "numbers").replaceChildren(...lines(step.numbers, "line"));
    part(this.root, "legend").replaceChildren(legend(step));
    this.drawing.show(step, look.palette);
    this.panel.show(this.apart, step, look);
    this.transport.show(this.steps, this.index, Boolean(this.timer));
  }
}
