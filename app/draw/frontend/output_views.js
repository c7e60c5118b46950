// @ts-check
// Views of the outputs: surface, fitted curve, confusion matrix, predicted against target.

import { required } from "../../shared/frontend/required.js";
import { short, whole } from "../../shared/frontend/numbers.js";
import { contextOf } from "../../shared/frontend/dom.js";
import { at, paint } from "../../shared/frontend/palette.js";

/** @import { Pair } from "../../shared/frontend/geometry.js" */
/** @import { Look } from "../../shared/frontend/theme.js" */
/** @import { Data, Part, Patterns } from "./model.js" */
/** @typedef {"surface" | "curve" | "confusion" | "scatter"} View */

/**
 * @typedef {object} OutputScene
 * @property {Look} look
 * @property {Data} data
 * @property {((part: Part) => OutputsOf) | null} outputs of a part; null if there are none yet
 * @property {{size: number, values: (m: number) => ArrayLike<number>} | null} surface
 * @property {{x: Float64Array, values: (m: number) => Float64Array} | null} curve
 * @property {string} missing why there are no outputs
 * @property {string} remark what else to say of them
 */

/** @typedef {(m: number) => ArrayLike<number>} OutputsOf */
/** @typedef {{width: number, height: number, m: number, part: Part}} Frame */
/** @typedef {OutputScene & Frame & {outputs: (part: Part) => OutputsOf}} Drawn */

/** Parts of the patterns, and their names in menus and sentences. */
/** @type {[Part, string][]} */
export const PARTS = [
  ["train", "training"],
  ["validation", "validation"],
  ["test", "test"],
];
const PALE = 0.62; // the surface is paler than the points on it

/**
 * What is drawn of the outputs; each returns the sentence below it.
 *
 * @type {Record<View, (context: CanvasRenderingContext2D, view: Drawn) => string>}
 */
export const OUTPUTS = {
  surface: drawSurface,
  curve: drawCurve,
  confusion: drawConfusion,
  scatter: drawScatter,
};

/**
 * What is drawn while there are no outputs: the patterns, where they have a place.
 *
 * @type {Record<View, (context: CanvasRenderingContext2D, view: OutputScene & Frame) => string>}
 */
export const PATTERNS = {
  surface: drawPlane,
  curve: drawPoints,
  confusion: (_context, view) => view.missing,
  scatter: (_context, view) => view.missing,
};

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Drawn} view
 */
function drawSurface(context, view) {
  const { data, m } = view;
  const { palette } = view.look;
  const grid = required(view.surface);
  const { side, left } = square(view);
  const { middle, half } = middleOf(data.target_ranges[m]);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = grid.size;
  const small = contextOf(canvas);
  const scaled = Float64Array.from(grid.values(m), (value) => (PALE * (value - middle)) / half);
  small.putImageData(paint(small.createImageData(grid.size, grid.size), scaled, 0, palette), 0, 0);
  context.imageSmoothingEnabled = true;
  context.drawImage(canvas, left, 0, side, side);
  drawPlane(context, view);
  return sentence(view);
}

/** @param {Frame} frame */
function square({ width, height }) {
  const side = Math.min(width, height);
  return { side, left: (width - side) / 2 };
}

/** @param {[low: number, high: number]} range */
function middleOf([low, high]) {
  return { middle: (low + high) / 2, half: (high - low) / 2 || 1 };
}

/**
 * Draw the patterns of a plane, of the part that is chosen.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {OutputScene & Frame} view
 */
function drawPlane(context, view) {
  const { data, m } = view;
  const { palette } = view.look;
  const { side, left } = square(view);
  const { middle, half } = middleOf(data.target_ranges[m]);
  const [xmin, xmax, ymin, ymax] = required(data.domain);
  /** @type {(set: Patterns, p: number) => Pair} */
  const place = (set, p) => [
    left + ((set.inputs[p] - xmin) / (xmax - xmin)) * side,
    ((ymax - set.inputs[set.P + p]) / (ymax - ymin)) * side,
  ];
  const set = required(data[view.part]);
  const radius = set.P > 400 ? 2 : set.P > 40 ? 3 : 6;
  for (let p = 0; p < set.P; p++) {
    const value = (set.targets[m * set.P + p] - middle) / half;
    dot(context, place(set, p), radius, palette.css[at(value)], palette.dark ? "#000" : "#fff");
  }
  return view.missing;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Pair} pair
 * @param {number} radius
 * @param {string} fill
 * @param {string} rim
 */
function dot(context, [x, y], radius, fill, rim) {
  context.beginPath();
  context.arc(x, y, radius, 0, 7);
  context.fillStyle = fill;
  context.fill();
  context.lineWidth = 1;
  context.strokeStyle = rim;
  context.stroke();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Drawn} view
 */
function drawCurve(context, view) {
  drawPoints(context, view);
  const curve = required(view.curve);
  const { x, y } = axesOf(view);
  context.strokeStyle = view.look.palette.positive;
  context.lineWidth = 2.2;
  context.beginPath();
  curve.values(view.m).forEach((value, i) => {
    const py = Math.max(-view.height, Math.min(2 * view.height, y(value)));
    context.lineTo(x(curve.x[i]), py);
  });
  context.stroke();
  return sentence(view);
}

/**
 * Draw the patterns over one input, of the part that is chosen.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {OutputScene & Frame} view
 */
function drawPoints(context, view) {
  const set = required(view.data[view.part]);
  const { palette } = view.look;
  const { x, y } = axesOf(view);
  for (let p = 0; p < set.P; p++) {
    const place = /** @type {Pair} */ ([x(set.inputs[p]), y(set.targets[view.m * set.P + p])]);
    dot(context, place, 2.5, palette.negative, palette.ground);
  }
  return view.missing;
}

/**
 * Pixels of an input, and of a target.
 *
 * @param {OutputScene & Frame} view
 */
function axesOf({ data, m, width, height }) {
  const [xmin, xmax] = required(data.domain);
  const [low, high] = data.target_ranges[m];
  const pad = 0.15 * (high - low || 1);
  /** @param {number} value */
  const x = (value) => 6 + ((value - xmin) / (xmax - xmin)) * (width - 12);
  /** @param {number} value */
  const y = (value) => height - 6 - ((value - low + pad) / (high - low + 2 * pad)) * (height - 12);
  return { x, y };
}

/**
 * counts[target][output] over a set; two classes on one output, or the largest output.
 *
 * @param {Patterns} set
 * @param {(m: number) => ArrayLike<number>} outputs
 * @param {number} M
 */
export function confusion(set, outputs, M, threshold = 0) {
  const classes = M === 1 ? 2 : M;
  const counts = Array.from({ length: classes }, () => new Array(classes).fill(0));
  /** @param {(m: number) => number} value */
  const pick = (value) => {
    if (M === 1) return value(0) > threshold ? 1 : 0;
    let best = 0;
    for (let m = 1; m < M; m++) if (value(m) > value(best)) best = m;
    return best;
  };
  for (let p = 0; p < set.P; p++) {
    const target = pick((m) => set.targets[m * set.P + p]);
    counts[target][pick((m) => outputs(m)[p])]++;
  }
  return counts;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Drawn} view
 */
function drawConfusion(context, view) {
  const { data } = view;
  const { palette, ink, muted } = view.look;
  const { part } = view;
  const counts = confusion(required(data[part]), view.outputs(part), data.M, data.threshold);
  const n = counts.length;
  const names = data.class_names;
  const top = 6;
  const side = Math.min(view.width - 34, view.height - top - 34);
  const left = (view.width - side) / 2 + 10;
  const cell = side / n;
  context.textBaseline = "middle";
  counts.forEach((row, i) => {
    const total = row.reduce((sum, value) => sum + value, 0) || 1;
    const y = top + i * cell;
    row.forEach((count, j) => {
      const tone = (count / total) * (i === j ? 1 : -1);
      context.fillStyle = palette.css[at(tone)];
      context.fillRect(left + j * cell, y, cell - 1.5, cell - 1.5);
      if (cell < 17) return;
      context.textAlign = "center";
      context.fillStyle = Math.abs(tone) > 0.55 ? (palette.dark ? "#111" : "#fff") : ink;
      context.fillText(String(count), left + (j + 0.5) * cell, y + cell / 2);
    });
    context.fillStyle = muted;
    context.textAlign = "right";
    context.fillText(names[i], left - 5, y + cell / 2);
    context.textAlign = "center";
    context.fillText(names[i], left + (i + 0.5) * cell, top + side + 8);
  });
  const which = PARTS.find(([name]) => name === part)?.[1];
  const words = `${which} patterns; rows: target, columns: output`;
  context.fillText(words, view.width / 2, top + side + 22);
  context.textBaseline = "alphabetic";
  return sentence(view);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Drawn} view
 */
function drawScatter(context, view) {
  const { data, m, width, height } = view;
  const { palette, muted } = view.look;
  const set = required(data[view.part]);
  const outputs = view.outputs(view.part)(m);
  const [low, high] = data.target_ranges[m];
  const pad = 0.08 * (high - low || 1);
  const side = Math.min(width - 30, height - 18);
  const left = (width - side) / 2 + 8;
  /** @param {number} value */
  const scale = (value) => ((value - low + pad) / (high - low + 2 * pad)) * side;
  context.strokeStyle = muted;
  context.strokeRect(left, 4, side, side);
  context.beginPath();
  context.moveTo(left, 4 + side);
  context.lineTo(left + side, 4);
  context.stroke();
  for (let p = 0; p < set.P; p++) {
    const px = left + scale(set.targets[m * set.P + p]);
    const py = 4 + side - Math.max(0, Math.min(side, scale(outputs[p])));
    dot(context, [px, py], 2, palette.positive, palette.ground);
  }
  context.fillStyle = muted;
  context.textAlign = "center";
  context.fillText("target", left + side / 2, side + 16);
  context.save();
  context.translate(left - 6, 4 + side / 2);
  context.rotate(-Math.PI / 2);
  context.fillText("predicted", 0, 0);
  context.restore();
  return sentence(view);
}

/**
 * "248 of 250 training, 240 of 250 test patterns correct", or the root mean square errors.
 *
 * @param {Pick<Drawn, "data" | "outputs" | "remark">} drawn
 */
export function sentence({ data, outputs, remark }) {
  const there = PARTS.filter(([part]) => data[part]);
  const scores = there.map(([part, name]) => {
    const value = score(data, required(data[part]), outputs(part));
    return there.length > 1 ? `${value} ${name}` : value;
  });
  const listed = scores.join(", ");
  return data.kind === "classification"
    ? `${listed} patterns correct${remark}`
    : `RMSE ${listed}${remark}`;
}

/**
 * @param {Data} data
 * @param {Patterns} set
 * @param {OutputsOf} outputs
 */
function score(data, set, outputs) {
  if (data.kind === "classification") {
    const counts = confusion(set, outputs, data.M, data.threshold);
    const right = counts.reduce((sum, row, i) => sum + row[i], 0);
    return `${whole(right)} of ${whole(set.P)}`;
  }
  let sum = 0;
  for (let m = 0; m < data.M; m++) {
    const values = outputs(m);
    for (let p = 0; p < set.P; p++) sum += (set.targets[m * set.P + p] - values[p]) ** 2;
  }
  return short(Math.sqrt(sum / (set.P * data.M)));
}
