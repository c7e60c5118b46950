// @ts-check
// Mouse, pen and fingers on the stage, through pointer events.

import * as G from "../../shared/frontend/graph.js";
import * as geo from "../../shared/frontend/geometry.js";
import { linkKey } from "../../shared/frontend/network.js";
import { addNeuronAt, tryLink } from "./edits.js";

/** @import { Pair } from "../../shared/frontend/geometry.js" */
/** @import { Node } from "../../shared/frontend/graph.js" */
/** @import { Link } from "../../shared/frontend/payloads.d.ts" */
/** @import { Spot, Stage } from "./stage.js" */
/** @typedef {{start: Spot, last: Spot, moved: boolean}} DragBase */
/**
 * @typedef {DragBase & {kind: "link", source: string, target?: string | null, left?: boolean}}
 *   LinkDrag left: whether the pointer has been elsewhere than at the source
 */
/**
 * @typedef {DragBase &
 *   {kind: "move", node: string, from: Map<string, Pair>, extends: boolean}} MoveDrag
 */
/** @typedef {DragBase & {kind: "press-link", link: Link}} PressDrag */
/** @typedef {DragBase & {kind: "band", add: boolean}} BandDrag */
/** @typedef {LinkDrag | MoveDrag | PressDrag | BandDrag | (DragBase & {kind: "pan"})} Drag */

const TOUCH_REACH_PX = 16; // by which a finger may miss the dot it drags a link from
const DRAG_THRESHOLD_PX = 4; // movement after which a click becomes a drag

/**
 * Whether an event happened in the panel that lies over the stage.
 *
 * @param {Event} event
 */
export function inInspector(event) {
  return event.target instanceof Element && event.target.closest(".inspector") !== null;
}

export class Gestures {
  /** @type {Map<number, Spot>} */
  pointers = new Map();
  /** @type {Drag | null} */
  drag = null;
  /** @type {{distance: number, px: number, py: number} | null} */
  pinch = null;

  /** @param {Stage} stage */
  constructor(stage) {
    this.stage = stage;
    const box = stage.box;
    /** @type {{[K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K]) => void}} */
    this.handlers = {
      pointerdown: (event) => this.down(event),
      pointermove: (event) => this.moved(event),
      pointerup: (event) => this.up(event),
      pointercancel: (event) => this.cancel(event),
      pointerleave: () => this.stage.hover(null, null, 0, 0),
      dblclick: (event) => this.doubled(event),
      wheel: (event) => this.wheel(event),
      touchstart: (event) => this.touched(event),
      contextmenu: (event) => event.preventDefault(),
    };
    for (const [name, handler] of Object.entries(this.handlers)) {
      box.addEventListener(name, /** @type {EventListener} */ (handler), { passive: false });
    }
  }

  destroy() {
    for (const [name, handler] of Object.entries(this.handlers)) {
      this.stage.box.removeEventListener(name, /** @type {EventListener} */ (handler));
    }
  }

  /** @param {MouseEvent} event */
  place(event) {
    const rect = this.stage.box.getBoundingClientRect();
    const [px, py] = [event.clientX - rect.left, event.clientY - rect.top];
    const [x, y] = geo.toWorld(this.stage.camera, px, py);
    return { px, py, x, y };
  }

  /** @param {PointerEvent} event */
  down(event) {
    if (inInspector(event)) return;
    const spot = this.place(event);
    this.pointers.set(event.pointerId, spot);
    this.stage.box.setPointerCapture(event.pointerId);
    if (this.pointers.size === 2) return this.startPinch();
    this.stage.hover(null, null, 0, 0);
    this.drag = this.begin(event, spot);
  }

  /**
   * A finger on the background scrolls the page; on a neuron, or with a second one, it edits.
   *
   * @param {TouchEvent} event
   */
  touched(event) {
    if (inInspector(event)) return;
    if (this.pinch || this.drag?.kind === "move" || this.drag?.kind === "link")
      event.preventDefault();
  }

  /**
   * @param {PointerEvent} event
   * @param {Spot} spot
   * @returns {Drag}
   */
  begin(event, spot) {
    const { stage } = this;
    const near =
      event.pointerType === "touch"
        ? geo.portAt(stage.graph, spot.x, spot.y, TOUCH_REACH_PX / stage.camera.zoom)
        : null;
    const dot = event.target instanceof Element ? event.target.getAttribute("data-port") : null;
    const port = dot ?? near?.id;
    const base = { start: spot, last: spot, moved: false };
    if (port && event.button === 0) return { ...base, kind: "link", source: port };
    const node = geo.nodeAt(stage.graph, spot.x, spot.y, event.pointerType === "touch" ? 6 : 0);
    if (event.button === 1 || event.button === 2 || this.panning(event, node))
      return { ...base, kind: "pan" };
    if (node) return this.beginMove(event, node, base);
    const link = geo.linkAt(stage.graph, spot.x, spot.y, 7 / stage.camera.zoom);
    if (link) return { ...base, kind: "press-link", link };
    return { ...base, kind: "band", add: event.shiftKey };
  }

  /**
   * @param {PointerEvent} event
   * @param {Node | null} node
   */
  panning(event, node) {
    return !node && (event.pointerType === "touch" || event.altKey);
  }

  /**
   * @param {PointerEvent} event
   * @param {Node} node
   * @param {DragBase} base
   * @returns {MoveDrag}
   */
  beginMove(event, node, base) {
    const { stage } = this;
    const kept = stage.selection.has(node.id) || event.shiftKey;
    const toggles = event.shiftKey && stage.selection.has(node.id);
    const ids = toggles
      ? [...stage.selection].filter((id) => id !== node.id)
      : kept
        ? [...new Set([...stage.selection, node.id])]
        : [node.id];
    stage.focusNode(node.id); // selects it
    stage.select(ids);
    /** @type {Map<string, Pair>} */
    const from = new Map(
      stage.graph.nodes.filter(({ id }) => ids.includes(id)).map(({ id, x, y }) => [id, [x, y]]),
    );
    return { ...base, kind: "move", node: node.id, from, extends: event.shiftKey };
  }

  /** @param {PointerEvent} event */
  moved(event) {
    const spot = this.place(event);
    if (!this.pointers.has(event.pointerId)) return this.hovered(event, spot);
    this.pointers.set(event.pointerId, spot);
    if (this.pinch) return this.pinched();
    const { drag } = this;
    if (!drag) return;
    drag.moved ||= Math.hypot(spot.px - drag.start.px, spot.py - drag.start.py) > DRAG_THRESHOLD_PX;
    if (drag.moved) this.dragged(drag, spot);
    drag.last = spot;
  }

  /**
   * @param {PointerEvent} event
   * @param {Spot} spot
   */
  hovered(event, spot) {
    if (event.pointerType === "touch") return;
    const node = geo.nodeAt(this.stage.graph, spot.x, spot.y);
    const link = node
      ? null
      : geo.linkAt(this.stage.graph, spot.x, spot.y, 7 / this.stage.camera.zoom);
    this.stage.hover(node, link, spot.px, spot.py);
  }

  /**
   * @param {Drag} drag
   * @param {Spot} spot
   */
  dragged(drag, spot) {
    const { stage } = this;
    if (drag.kind === "pan") stage.pan(spot.px - drag.last.px, spot.py - drag.last.py);
    else if (drag.kind === "move") {
      const [dx, dy] = [spot.x - drag.start.x, spot.y - drag.start.y];
      stage.previewMove(new Map([...drag.from].map(([id, [x, y]]) => [id, [x + dx, y + dy]])));
    } else if (drag.kind === "link") this.drawGhost(drag, spot);
    else if (drag.kind === "band") stage.showBand(drag.start, spot);
  }

  /**
   * @param {LinkDrag} drag
   * @param {Spot} spot
   */
  drawGhost(drag, spot) {
    const { stage } = this;
    const source = G.nodeOf(stage.graph, drag.source);
    if (!source) return; // undone meanwhile
    const target = geo.nodeAt(stage.graph, spot.x, spot.y, 10);
    drag.target = target?.id ?? null;
    drag.left ||= drag.target !== source.id; // where it begins is no target yet
    const aimed = drag.left ? target : null;
    const reason = aimed && G.refusal(stage.graph, source.id, aimed.id);
    stage.showGhost(source, aimed, spot, reason);
  }

  /** @param {PointerEvent} event */
  up(event) {
    const { drag } = this;
    this.pointers.delete(event.pointerId);
    if (this.pinch) {
      if (!this.pointers.size) this.pinch = null;
      return;
    }
    this.drag = null;
    this.stage.clearGesture();
    if (!drag) return;
    if (drag.moved) this.dropped(drag);
    else this.clicked(drag);
  }

  /** @param {Drag} drag */
  dropped(drag) {
    const { stage } = this;
    if (drag.kind === "move") stage.commitMove();
    else if (drag.kind === "band") {
      const inside = geo.inBox(stage.graph, drag.start.x, drag.start.y, drag.last.x, drag.last.y);
      stage.select(drag.add ? [...stage.selection, ...inside] : inside);
      stage.host.say(`${stage.selection.size} selected`);
    } else if (drag.kind === "link") {
      if (drag.target === drag.source && !drag.left) return;
      if (drag.target) tryLink(stage, drag.source, drag.target);
      else addNeuronAt(stage, drag.last.x, drag.last.y, drag.source);
    }
  }

  /** @param {Drag} drag */
  clicked(drag) {
    const { stage } = this;
    if (drag.kind === "move") drag.extends || stage.host.openNode(drag.node);
    else if (drag.kind === "press-link") {
      stage.select([], [linkKey(...drag.link)]);
      stage.host.openLink(drag.link);
    } else if (drag.kind === "link") stage.host.openNode(drag.source);
    else {
      stage.select([]);
      stage.host.close();
    }
  }

  /** @param {PointerEvent} event */
  cancel(event) {
    this.pointers.delete(event.pointerId);
    const { stage, drag } = this;
    if (drag?.kind === "move" && drag.moved) {
      // The browser took the finger to scroll: everything goes back to where it was.
      stage.previewMove(drag.from);
    }
    this.drag = null;
    this.pinch = null;
    this.stage.clearGesture();
  }

  /** @param {MouseEvent} event */
  doubled(event) {
    if (inInspector(event)) return;
    const { x, y } = this.place(event);
    if (geo.nodeAt(this.stage.graph, x, y)) return;
    this.stage.host.close();
    addNeuronAt(this.stage, x, y);
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    const focused = this.stage.box.matches(":focus-within");
    if (!event.ctrlKey && !event.metaKey && !focused) return;
    event.preventDefault();
    const { px, py } = this.place(event);
    this.stage.zoom(Math.exp(-Math.max(-80, Math.min(80, event.deltaY)) / 300), px, py);
  }

  startPinch() {
    if (this.drag?.kind === "move" && this.drag.moved) this.stage.commitMove();
    this.drag = null;
    this.stage.clearGesture();
    this.pinch = this.span();
  }

  span() {
    const [a, b] = [...this.pointers.values()];
    return {
      distance: Math.hypot(a.px - b.px, a.py - b.py),
      px: (a.px + b.px) / 2,
      py: (a.py + b.py) / 2,
    };
  }

  pinched() {
    if (this.pointers.size < 2 || !this.pinch) return;
    const now = this.span();
    const { stage, pinch } = this;
    stage.zoom(now.distance / Math.max(1, pinch.distance), now.px, now.py);
    stage.pan(now.px - pinch.px, now.py - pinch.py);
    this.pinch = now;
  }
}
