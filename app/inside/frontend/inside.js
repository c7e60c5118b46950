// The Inside page in one piece: the server sends a dissection, the reader steps through it here.

import { whole } from "../../shared/frontend/numbers.js";
import { el, patch } from "../../shared/frontend/dom.js";
import { Outbox } from "../../shared/frontend/outbox.js";
import { Theme } from "../../shared/frontend/theme.js";
import { Choices } from "./choices.js";
import { Dissection } from "./dissection.js";
import { StepDrawing, legend } from "./drawing.js";
import { maths } from "./maths.js";
import { Panel } from "./panels.js";
import { sameOrNear, story } from "./story.js";
import { SPEEDS, Transport } from "./transport.js";

const POLL_INTERVAL_MS = 600;

export class Inside {
  constructor(root, send) {
    this.root = root;
    this.outbox = new Outbox(send);
    this.way = "forward";
    this.index = 0;
    this.speed = 1;
    this.steps = [];
    this.build(root);
    this.outbox.post("hello");
  }

  build(root) {
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
    this.frame = root.querySelector(".inside");
    this.theme = new Theme(this.frame);
    this.choices = new Choices(this.part("choices"), {
      pattern: (p) => this.outbox.replace("pattern", { p }),
      iteration: (k) => this.outbox.replace("iteration", { k }),
      way: (way) => this.setWay(way),
      neuron: (id) => this.outbox.replace("neuron", { id }),
    });
    this.drawing = new StepDrawing(this.part("drawing"), (node) => this.chooseNode(node));
    this.panel = new Panel(this.part("panel"));
    this.transport = new Transport(this.part("transport"), {
      step: (by) => this.step(by),
      stage: (stage) => this.go(this.steps.findIndex((step) => step.stage === stage)),
      toggle: () => this.toggle(),
      speed: (i) => this.setSpeed(i),
    });
    this.onKey = (event) => this.key(event);
    document.addEventListener("keydown", this.onKey);
    this.resizer = new ResizeObserver(() => this.redraw());
    this.resizer.observe(this.frame);
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

  receive(data) {
    this.outbox.acknowledge(data.ack);
    clearTimeout(this.poller);
    const { blocked } = data;
    patch(this.part("blocked"), { text: blocked ?? "", hidden: !blocked });
    patch(this.part("room"), { hidden: Boolean(blocked) });
    patch(this.part("choices"), { hidden: Boolean(blocked) });
    this.showNotes(data);
    if (blocked) {
      this.pause();
      this.apart = null;
      if (data.poll) this.poller = setTimeout(() => this.outbox.replace("poll"), POLL_INTERVAL_MS);
    } else this.take(data);
  }

  showNotes(data) {
    const notes = [...(data.notes ?? [])];
    if (data.notice && data.notice.id !== this.noticeId) notes.unshift(data.notice.text);
    this.noticeId = data.notice?.id;
    if (!data.blocked && !data.small) {
      const { id } = data.network.neurons[data.neuron];
      notes.push(
        `Too large to show every number: the formulas are about ${id}; click another neuron to follow that one.`,
      );
    }
    if (data.held_back) notes.push(`${whole(data.held_back)} more patterns are held back to test.`);
    patch(this.part("notes"), { text: notes.join(" ") });
  }

  take(data) {
    const before = this.steps[this.index];
    this.apart = new Dissection(data);
    this.drawing.setNetwork(this.apart);
    this.steps = story(this.apart, this.way);
    this.choices.show(this.apart, this.way);
    this.go(sameOrNear(this.steps, before), true);
  }

  setWay(way) {
    const before = this.steps[this.index];
    this.way = way;
    this.steps = story(this.apart, way);
    this.choices.show(this.apart, way);
    this.go(sameOrNear(this.steps, before));
  }

  chooseNode(node) {
    const k = node - this.apart.inputs;
    if (k < 0) return;
    const name = this.apart.name(k);
    if (!this.apart.small) return this.outbox.replace("neuron", { id: name });
    this.go(this.steps.findIndex((step) => step.id === `forward:${name}`));
  }

  // Stepping.

  go(index, quiet = false) {
    if (index < 0) return;
    this.index = Math.max(0, Math.min(this.steps.length - 1, index));
    this.redraw();
    const { say } = this.steps[this.index];
    if (!quiet || this.part("live").textContent === "") patch(this.part("live"), { text: say });
  }

  step(by) {
    this.pause();
    this.go(Math.max(0, this.index + by));
  }

  toggle() {
    if (this.timer) return this.pause();
    if (this.index >= this.steps.length - 1) this.go(0);
    this.timer = setInterval(() => this.tick(), SPEEDS[this.speed][1]);
    this.redraw();
  }

  tick() {
    this.go(this.index + 1);
    if (this.index >= this.steps.length - 1) this.pause();
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    if (this.apart) this.redraw();
  }

  setSpeed(i) {
    this.speed = i;
    if (!this.timer) return;
    this.pause();
    this.toggle();
  }

  /** Arrow keys and space, wherever the focus is, but not in a field that needs them. */
  key(event) {
    const target = event.composedPath()[0];
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
    patch(this.part("title"), { text: step.title });
    const lines = (texts, name) => texts.map((text) => el("p", { class: name }, maths(text)));
    this.part("formula").replaceChildren(...lines(step.formula, "line"));
    this.part("numbers").replaceChildren(...lines(step.numbers, "line"));
    this.part("legend").replaceChildren(legend(step));
    this.drawing.show(step, look.palette);
    this.panel.show(this.apart, step, look);
    this.transport.show(this.steps, this.index, Boolean(this.timer));
  }
}
