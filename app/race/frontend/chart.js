// @ts-check
// All error curves on one log-log chart, as far as the position of the replay.

import { required } from "../../shared/frontend/required.js";
import { duration, short, whole } from "../../shared/frontend/numbers.js";
import { el, fitCanvas } from "../../shared/frontend/dom.js";
import { axisTitle, lastAtMost } from "./curves.js";
import { decadeTicks, shareOf, tickLabel } from "./scales.js";

/** @import { Look } from "../../shared/frontend/theme.js" */
/** @import { Axis, Curve } from "./curves.js" */
/** @import { Range } from "./scales.js" */
/** @typedef {{left: number, right: number, top: number, bottom: number}} Box */
/** @typedef {{title: string, colour: string, dash: number[], curve: Curve}} ChartLane */
/** @typedef {{title: string, colour: string, x: number, y: number}} LineEnd */

/**
 * @typedef {object} ChartView
 * @property {ChartLane[]} lanes
 * @property {Axis} axis
 * @property {Range} range of the axis
 * @property {number} limit value on the axis up to which curves are drawn
 * @property {number} share position of the replay
 * @property {boolean} live
 * @property {number} target
 * @property {Look} look
 */

const FLOOR = 1e-16; // errors below are rounding
const LEFT = 58;
const BOTTOM = 36;
const TOP = 12;
const GAP = 15; // between labels at line ends

export class Chart {
  /** @type {Box | undefined} */
  box;

  /**
   * @param {HTMLElement} root
   * @param {(share: number | null, by?: number) => void} seek
   */
  constructor(root, seek) {
    this.canvas = el("canvas", {
      class: "chart",
      role: "img",
      tabindex: "0",
      "aria-label": "Error curves",
    });
    root.append(this.canvas);
    /** @param {PointerEvent} event */
    const grab = (event) => event.buttons && this.box && seek(this.share(event.clientX));
    this.canvas.addEventListener("pointerdown", grab);
    this.canvas.addEventListener("pointermove", grab);
    this.canvas.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 0.01, ArrowLeft: -0.01 }[event.key];
      if (!by) return;
      event.preventDefault();
      seek(null, by);
    });
  }

  /** @param {number} clientX */
  share(clientX) {
    const box = required(this.box);
    const x = clientX - this.canvas.getBoundingClientRect().left;
    return Math.max(0, Math.min(1, (x - box.left) / (box.right - box.left)));
  }

  /**
   * @param {ChartView} view
   */
  draw(view) {
    const { width, height } = this.canvas.getBoundingClientRect();
    if (!width) return;
    const context = fitCanvas(this.canvas, width, height);
    context.font = `12px ${view.look.font}`;
    const narrow = width < 560;
    const box = {
      left: narrow ? 44 : LEFT,
      right: width - (narrow ? 12 : 128),
      top: TOP,
      bottom: height - BOTTOM,
    };
    this.box = box;
    const range = errorRange(view.lanes, view.target);
    /** @param {number} sse */
    const y = (sse) => {
      const share = (Math.log10(Math.max(sse, FLOOR)) - range.low) / (range.high - range.low);
      return box.bottom - Math.max(-0.02, Math.min(1.02, share)) * (box.bottom - box.top);
    };
    /** @param {number} value */
    const x = (value) => box.left + shareOf(view.range, value) * (box.right - box.left);
    grid(context, box, view, range, x, y);
    targetLine(context, box, view, y);
    const ends = view.lanes
      .filter((lane) => lane.curve?.count)
      .map((lane) => curveLine(context, lane, view, x, y));
    if (!view.live) marker(context, box, view);
    if (!narrow) labels(context, ends, box, view.look);
    this.canvas.setAttribute("aria-label", summary(view));
  }
}

/**
 * Whole decades that hold all errors.
 *
 * @param {ChartLane[]} lanes
 * @param {number} target
 */
export function errorRange(lanes, target) {
  let low = Infinity;
  let high = -Infinity;
  /** @param {number} value */
  const see = (value) => {
    if (!Number.isFinite(value)) return;
    const exponent = Math.log10(Math.max(value, FLOOR));
    low = Math.min(low, exponent);
    high = Math.max(high, exponent);
  };
  for (const { curve } of lanes) {
    if (!curve?.count) continue;
    // One lane that explodes must not flatten the others: a hundred times the start is enough.
    const most = 100 * curve.sse[0];
    for (const value of curve.sse) see(Math.min(value, most));
  }
  if (target > 0) see(target);
  if (low === Infinity) return { low: -2, high: 3 };
  return {
    low: Math.floor(low - 0.05),
    high: Math.max(Math.ceil(high + 0.05), Math.floor(low) + 1),
  };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Box} box
 * @param {ChartView} view
 * @param {Range} range
 * @param {(value: number) => number} x
 * @param {(sse: number) => number} y
 */
function grid(context, box, view, range, x, y) {
  const { look, axis } = view;
  context.lineWidth = 1;
  context.strokeStyle = look.grid;
  context.fillStyle = look.muted;
  context.textAlign = "right";
  for (const exponent of decadeTicks(range, Math.max(2, (box.bottom - box.top) / 26))) {
    const py = Math.round(y(10 ** exponent)) + 0.5;
    stroke(context, box.left, py, box.right, py);
    context.fillText(tickLabel("sse", exponent), box.left - 6, py + 4);
  }
  context.textAlign = "center";
  for (const exponent of decadeTicks(view.range, Math.max(2, (box.right - box.left) / 70))) {
    const px = Math.round(x(10 ** exponent)) + 0.5;
    if (px < box.left + 12) continue;
    stroke(context, px, box.top, px, box.bottom);
    context.fillText(tickLabel(axis, exponent), px, box.bottom + 15);
  }
  context.fillText("0", box.left, box.bottom + 15);
  context.strokeStyle = look.faint;
  stroke(context, box.left + 0.5, box.top, box.left + 0.5, box.bottom);
  context.fillStyle = look.ink;
  context.fillText(axisTitle(axis), (box.left + box.right) / 2, box.bottom + 31);
  context.save();
  context.translate(11, (box.top + box.bottom) / 2);
  context.rotate(-Math.PI / 2);
  context.fillText("Sum of squared errors", 0, 0);
  context.restore();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Box} box
 * @param {ChartView} chartView
 * @param {(sse: number) => number} y
 */
function targetLine(context, box, { target, look }, y) {
  if (!(target > 0)) return;
  context.setLineDash([3, 4]);
  context.strokeStyle = look.ink;
  stroke(context, box.left, y(target), box.right, y(target));
  context.setLineDash([]);
  context.textAlign = "left";
  context.fillStyle = look.muted;
  context.fillText("target", box.left + 6, y(target) - 4);
}

/**
 * Draw one curve up to the position, the rest faint; return where it ends.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {ChartLane} lane
 * @param {ChartView} view
 * @param {(value: number) => number} x
 * @param {(sse: number) => number} y
 * @returns {LineEnd}
 */
function curveLine(context, lane, view, x, y) {
  const { curve, colour, dash } = lane;
  const values = curve[view.axis];
  const until = view.live ? curve.count - 1 : lastAtMost(values, view.limit, curve.count);
  context.strokeStyle = colour;
  context.lineWidth = 2.4;
  context.setLineDash(dash);
  path(context, curve, values, 0, until, x, y);
  context.globalAlpha = 0.22;
  path(context, curve, values, until, curve.count - 1, x, y);
  context.globalAlpha = 1;
  context.setLineDash([]);
  const [px, py] = [x(values[until]), y(curve.sse[until])];
  context.beginPath();
  context.arc(px, py, 4.5, 0, 7);
  context.fillStyle = colour;
  context.fill();
  if (curve.sse[until] <= view.target) {
    context.lineWidth = 2;
    context.strokeStyle = view.look.ink;
    context.stroke();
  }
  return { title: lane.title, colour, x: px, y: py };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Curve} curve
 * @param {Float64Array} values
 * @param {number} from
 * @param {number} to
 * @param {(value: number) => number} x
 * @param {(sse: number) => number} y
 */
function path(context, curve, values, from, to, x, y) {
  if (to <= from) return;
  context.beginPath();
  for (let i = from; i <= to; i++) context.lineTo(x(values[i]), y(curve.sse[i]));
  context.stroke();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Box} box
 * @param {ChartView} chartView
 */
function marker(context, box, { share, look }) {
  const px = Math.round(box.left + share * (box.right - box.left)) + 0.5;
  context.strokeStyle = look.faint;
  context.lineWidth = 1;
  stroke(context, px, box.top, px, box.bottom);
}

/**
 * Names stand right of the chart, each as near to its line's end as the others let it.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {LineEnd[]} ends
 * @param {Box} box
 * @param {Look} look
 */
function labels(context, ends, box, look) {
  const placed = ends.map((end) => ({ ...end, at: end.y })).sort((a, b) => a.at - b.at);
  placed.forEach((one, i) => (one.at = Math.max(one.at, i ? placed[i - 1].at + GAP : box.top + 6)));
  for (let i = placed.length - 1, most = box.bottom; i >= 0; i--, most -= GAP) {
    placed[i].at = Math.min(placed[i].at, most);
    most = Math.min(most, placed[i].at);
  }
  context.textAlign = "left";
  for (const { title, colour, x, y, at } of placed) {
    context.strokeStyle = look.grid;
    stroke(context, x + 6, y, box.right + 4, at);
    context.fillStyle = colour;
    context.fillText(title, box.right + 8, at + 4);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x1
 * @param {number} y1
 * @param {number} x2
 * @param {number} y2
 */
function stroke(context, x1, y1, x2, y2) {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}

/** @param {ChartView} chartView */
function summary({ lanes, axis, target }) {
  const words = axisTitle(axis).toLowerCase();
  const parts = lanes
    .filter(({ curve }) => curve?.count)
    .map(({ title, curve }) => {
      const last = curve.count - 1;
      const from = short(curve.sse[0]);
      const to = short(curve.sse[last]);
      const spent = curve[axis][last];
      const within = axis === "seconds" ? duration(spent) : whole(Math.round(spent));
      return `${title} from ${from} to ${to} within ${within}`;
    });
  if (!parts.length) return "Error curves: nothing has run yet.";
  return (
    `Sum of squared errors over ${words}, both logarithmic, target ${short(target)}: ` +
    `${parts.join("; ")}.`
  );
}
