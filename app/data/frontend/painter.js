// @ts-check
// The canvas of the Data page: it shows edits of the points at once; the server keeps the points
// and trains.

import { required } from "../../shared/frontend/required.js";
import { counted, short } from "../../shared/frontend/numbers.js";
import { find, part, patch } from "../../shared/frontend/dom.js";
import { decodeFloats } from "../../shared/frontend/network.js";
import { leavesOut, Outbox } from "../../shared/frontend/outbox.js";
import { Theme } from "../../shared/frontend/theme.js";
import * as edit from "./points.js";
import { answers, clamp, Plane, toPlane } from "./plane.js";
import { Side, Tools } from "./tools.js";

/** @import { Pair } from "../../shared/frontend/geometry.js" */
/** @import { Send } from "../../shared/frontend/outbox.js" */
/** @import { PaintingHave, PaintingMessages, PaintingPayload } from "./payloads.d.ts" */
/** @import { CopyWay, Domain, Point } from "./points.js" */
/** @import { Tool } from "./tools.js" */

const POLL_INTERVAL_MS = 150; // while training
const SPACING_PX = 15; // between points of a stroke
const ERASER_RADIUS_PX = 16;
const SPRAY_RADIUS_PX = 26;

export class Painter {
  /** @type {Point[]} */
  points = [];
  /** @type {Tool} */
  tool = "second";
  /** @type {number} */
  strokes = 0;
  /** @type {boolean} */
  spraying = false;
  /** @type {boolean} */
  swapping = false;
  /** @type {boolean} */
  curve;
  /** @type {Domain} */
  domain;
  /** @type {PaintingPayload} */
  data;
  /** Points that the server sent. @type {{key: string, points: Point[]} | undefined} */
  known;
  /** Stroke that is being painted. @type {{erase: boolean, stroke: number, at?: Pair} | null} */
  held = null;
  /** @type {Pair | null} */
  cursor = null;
  /** @type {number | undefined} */
  notice;
  /** @type {Float64Array | null} */
  output = null;
  /** Frame that was asked for. @type {number} */
  coming = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  poller;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  forget;

  /**
   * @param {HTMLElement} root
   * @param {Send} send
   */
  constructor(root, send) {
    this.root = root;
    /** @type {Outbox<PaintingMessages, PaintingHave>} */
    this.outbox = new Outbox(send);
    this.frame = find(this.root, ".painting");
    this.theme = new Theme(this.frame);
    this.canvas = /** @type {HTMLCanvasElement} */ (part(this.root, "plane"));
    this.plane = new Plane(this.canvas);
    this.tools = new Tools(part(this.root, "tools"), {
      mode: (curve) => this.ask("mode", { curve }),
      tool: (tool) => this.choose(tool),
      spray: (on) => (this.spraying = on),
      swap: (on) => (this.swapping = on),
      noise: () =>
        this.change(edit.noisy(this.points, this.units(SPACING_PX * 0.6), this.curve, this.domain)),
      copy: (way) => this.copy(way),
      undo: () => this.ask("undo"),
      redo: () => this.ask("redo"),
      clear: () => this.change([]),
      takeOver: () => this.ask("take_over"),
    });
    this.side = new Side(part(this.root, "network"), {
      train: () => this.ask("train"),
      stop: () => this.ask("stop"),
      newWeights: () => this.ask("new_weights"),
    });
    this.listen();
    this.resizer = new ResizeObserver(() => this.draw());
    this.resizer.observe(this.frame);
    this.outbox.post("hello");
  }

  listen() {
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerup", () => this.up());
    canvas.addEventListener("pointercancel", () => this.up());
    canvas.addEventListener("pointerleave", () => this.leave());
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("blur", () => this.leave());
  }

  destroy() {
    this.outbox.close();
    this.resizer.disconnect();
    clearTimeout(this.poller);
    clearTimeout(this.forget);
    cancelAnimationFrame(this.coming);
    this.coming = 0;
  }

  // Answers of the server

  /** @param {PaintingPayload} data */
  receive(data) {
    this.outbox.acknowledge(data.ack);
    const lacking = leavesOut(data.points, data.points_key, this.known?.key);
    clearTimeout(this.poller);
    this.data = data;
    if (data.points !== undefined) {
      this.known = { key: data.points_key, points: edit.unpack(decodeFloats(data.points)) };
      this.outbox.have = { data: data.points_key };
    }
    if (!this.outbox.pending && this.known?.key === data.points_key && !this.held) {
      this.points = this.known.points;
      [this.curve, this.domain] = [data.curve, data.domain];
    } else if (!this.domain) [this.curve, this.domain] = [data.curve, data.domain];
    if (data.notice && data.notice.id !== this.notice) {
      this.notice = data.notice.id;
      this.say(data.notice.text);
    }
    this.output =
      data.network && !data.network.own_outputs && data.curve === this.curve
        ? answers(data.network, this.domain, this.curve)
        : null;
    this.draw();
    if (lacking && !this.outbox.pending) return this.outbox.replace("poll");
    const waiting = data.run.state === "running";
    if (waiting) this.poller = setTimeout(() => this.outbox.replace("poll"), POLL_INTERVAL_MS);
  }

  /**
   * @template {keyof PaintingMessages} K
   * @param {K} kind
   * @param {import("../../shared/frontend/outbox.js").Body<PaintingMessages[K]>} body
   */
  ask(kind, ...body) {
    if (!this.outbox.asked(kind)) this.outbox.post(kind, ...body);
  }

  /** @param {string} text */
  say(text) {
    patch(part(this.root, "notice"), { text, hidden: false });
    clearTimeout(this.forget);
    this.forget = setTimeout(() => patch(part(this.root, "notice"), { hidden: true }), 8000);
  }

  /** @param {string} text */
  announce(text) {
    patch(part(this.root, "live"), { text });
  }

  // Editing points

  get c() {
    return this.tool === "first" && !this.curve ? 0 : 1;
  }

  get most() {
    return this.data.most;
  }

  /**
   * A length in pixels converted to units of the plane, along x and along y.
   *
   * @param {number} pixels
   * @returns {Pair}
   */
  units(pixels) {
    const { frame } = this.plane;
    const [left, right, bottom, top] = this.domain;
    return [(pixels * (right - left)) / frame.width, (pixels * (top - bottom)) / frame.height];
  }

  /**
   * Replace the points. All changes of one stroke are one step of the history.
   *
   * @param {Point[]} points
   */
  change(points, stroke = ++this.strokes) {
    if (points.length === this.most && this.points.length === this.most)
      this.say(`The canvas holds ${this.most} points.`);
    this.points = points;
    this.outbox.replace("points", { points, stroke });
    this.draw();
  }

  /** @param {CopyWay} way */
  copy(way) {
    this.change(
      edit.copies(this.points, way, this.swapping && !this.curve, this.domain, this.most),
    );
    this.announce(edit.counted(this.points, this.curve, this.data.class_names));
  }

  /** @param {Tool} tool */
  choose(tool) {
    this.tool = tool;
    this.draw();
  }

  /** @param {PointerEvent} event */
  place(event) {
    const box = this.canvas.getBoundingClientRect();
    return toPlane(this.plane.frame, this.domain, [
      event.clientX - box.left,
      event.clientY - box.top,
    ]);
  }

  /** @param {PointerEvent} event */
  down(event) {
    if (!this.plane.frame || event.button > 2) return;
    event.preventDefault();
    this.canvas.focus({ preventScroll: true });
    this.canvas.setPointerCapture(event.pointerId);
    this.held = { erase: this.tool === "erase" || event.button === 2, stroke: ++this.strokes };
    this.cursor = null;
    this.dab([clamp(this.domain, this.place(event))], true);
  }

  /** @param {PointerEvent} event */
  move(event) {
    if (!this.data || !this.plane.frame) return;
    const at = clamp(this.domain, this.place(event));
    if (!this.held) return this.hover(at);
    const spacing = this.units(SPACING_PX);
    const places = this.held.erase ? [at] : edit.along(this.held.at ?? at, at, spacing);
    if (places.length) this.dab(places, false);
  }

  /**
   * @param {Pair[]} places
   * @param {boolean} first
   */
  dab(places, first) {
    const { held } = this;
    if (!held) return;
    const spacing = this.units(SPACING_PX);
    const at = required(places.at(-1));
    held.at = at;
    let points;
    if (held.erase) points = edit.erase(this.points, at, ERASER_RADIUS_PX / SPACING_PX, spacing);
    else if (this.curve) points = edit.putOnCurve(this.points, places, spacing[0], this.most);
    else
      points = edit.put(
        this.points,
        this.spraying ? this.scattered(places, first) : places,
        this.c,
        this.most,
      );
    if (points.length !== this.points.length || this.curve) this.change(points, held.stroke);
  }

  /**
   * @param {Pair[]} places
   * @param {boolean} first
   */
  scattered(places, first) {
    const [sx, sy] = this.units(SPRAY_RADIUS_PX);
    return places.flatMap(([x, y]) =>
      Array.from({ length: first ? 6 : 2 }, () => {
        const [angle, far] = [2 * Math.PI * Math.random(), Math.sqrt(Math.random())];
        return clamp(this.domain, [x + sx * far * Math.cos(angle), y + sy * far * Math.sin(angle)]);
      }),
    );
  }

  up() {
    if (!this.held) return;
    this.held = null;
    this.announce(edit.counted(this.points, this.curve, this.data.class_names));
  }

  /** @param {Pair} at */
  hover(at) {
    this.cursor = this.tool === "erase" ? at : null;
    this.draw();
  }

  leave() {
    if (this.held) return;
    this.cursor = null;
    this.draw();
  }

  // Keys

  /** @param {KeyboardEvent} event */
  key(event) {
    if (!this.plane.frame || event.altKey) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
      event.preventDefault();
      return this.ask(event.shiftKey ? "redo" : "undo");
    }
    if (event.ctrlKey || event.metaKey) return;
    const [dx, dy] = this.units(event.shiftKey ? 40 : 8);
    const [left, right, bottom, top] = this.domain;
    const at = this.cursor ?? [(left + right) / 2, (bottom + top) / 2];
    const step = {
      ArrowLeft: [-dx, 0],
      ArrowRight: [dx, 0],
      ArrowUp: [0, dy],
      ArrowDown: [0, -dy],
    }[event.key];
    if (step) this.moveCursor([at[0] + step[0], at[1] + step[1]]);
    else if (event.key === "Enter" || event.key === " ") this.putAt(at);
    else if (event.key === "Delete" || event.key === "Backspace") this.takeNearest(at);
    else if (event.key === "1") this.choose("first");
    else if (event.key === "2") this.choose("second");
    else return;
    event.preventDefault();
    this.draw();
  }

  /** @param {Pair} place */
  moveCursor(place) {
    this.cursor = clamp(this.domain, place);
    this.announce(this.where(this.cursor));
  }

  /** @param {Pair | Point} place */
  where([x, y]) {
    return `${short(x)}, ${short(y)}`;
  }

  /** @param {Pair} at */
  putAt(at) {
    this.cursor = at;
    if (this.tool === "erase") return this.takeNearest(at);
    const spacing = this.units(SPACING_PX);
    const points = this.curve
      ? edit.putOnCurve(this.points, [at], spacing[0], this.most)
      : edit.put(this.points, [at], this.c, this.most);
    this.change(points);
    this.announce(
      `${this.curve ? "Target" : this.data.class_names[this.c]} at ${this.where(at)}. ` +
        `${counted(points.length, "point")}.`,
    );
  }

  /** @param {Pair} at */
  takeNearest(at) {
    const index = edit.nearest(this.points, at, this.units(SPACING_PX));
    if (index < 0) return;
    const [taken] = this.points.slice(index);
    this.change(this.points.filter((_, i) => i !== index));
    this.announce(
      `Point at ${this.where(taken)} removed. ${counted(this.points.length, "point")}.`,
    );
  }

  // Drawing

  draw() {
    if (!this.data || this.coming) return;
    this.coming = requestAnimationFrame(() => {
      this.coming = 0;
      this.redraw();
    });
  }

  redraw() {
    const look = this.theme.look();
    const { points, curve, domain, tool, data } = this;
    this.plane.draw({
      points,
      domain,
      curve,
      output: points.length ? this.output : null,
      look,
      cursor: this.cursor,
      erasing: tool === "erase",
      reach: ERASER_RADIUS_PX,
    });
    this.tools.show({ curve, tool, points, data });
    this.side.show({ points, curve, data });
    patch(part(this.root, "invitation"), {
      hidden: points.length > 0,
      text: curve
        ? "Draw a curve from left to right."
        : "Click to add points, then change the class and add others.",
    });
    patch(this.canvas, {
      "aria-label":
        `Plane with ${edit.counted(points, curve, data.class_names)}. ` +
        "Arrow keys move the cross, Enter adds a point.",
    });
  }
}
