// @ts-check
// Where things are on the stage. World units; the camera turns them into pixels.

import { required } from "./required.js";
import { nodeOf } from "./graph.js";

/** @import { Graph, Node } from "./graph.js" */
/** @import { Link, Role } from "./payloads.d.ts" */
/** @typedef {[x: number, y: number]} Pair */
/** @typedef {{x: number, y: number, role: Role}} Place */
/** @typedef {{x: number, y: number, zoom: number}} Camera */
/** @typedef {number[]} Curve four points of a Bezier curve: eight numbers */

export const SIZE = { input: 40, hidden: 48, output: 48 };
const SAMPLES = 20;

/** @param {{role: Role}} node */
export function halfOf(node) {
  return SIZE[node.role] / 2;
}

/**
 * Bezier of a link: from the right edge of its source to the left edge of its target.
 *
 * @param {Place} source
 * @param {Place} target
 * @param {(node: Place) => number} [half]
 * @returns {Curve}
 */
export function linkCurve(source, target, half = halfOf) {
  const x0 = source.x + half(source);
  const x1 = target.x - half(target);
  const bend = Math.max(28, Math.abs(x1 - x0) * 0.45);
  return [x0, source.y, x0 + bend, source.y, x1 - bend, target.y, x1, target.y];
}

/**
 * @param {Curve} curve
 * @param {number} t
 * @returns {Pair}
 */
export function pointOn(curve, t) {
  const [x0, y0, x1, y1, x2, y2, x3, y3] = curve;
  const u = 1 - t;
  const [a, b, c, d] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
  return [a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3];
}

/**
 * Smallest distance from a point to the curve, by straight pieces.
 *
 * @param {Curve} curve
 * @param {number} x
 * @param {number} y
 */
export function distanceTo(curve, x, y) {
  let best = Infinity;
  let [px, py] = [curve[0], curve[1]];
  for (let i = 1; i <= SAMPLES; i++) {
    const [qx, qy] = pointOn(curve, i / SAMPLES);
    best = Math.min(best, segmentDistance(px, py, qx, qy, x, y));
    [px, py] = [qx, qy];
  }
  return best;
}

/**
 * @param {number} ax
 * @param {number} ay
 * @param {number} bx
 * @param {number} by
 * @param {number} x
 * @param {number} y
 */
function segmentDistance(ax, ay, bx, by, x, y) {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const t = length ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length)) : 0;
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}

/**
 * @param {Graph} graph
 * @param {number} x
 * @param {number} y
 * @returns {Node | null}
 */
export function nodeAt(graph, x, y, margin = 0) {
  for (let i = graph.nodes.length - 1; i >= 0; i--) {
    const node = graph.nodes[i];
    const half = halfOf(node) + margin;
    if (Math.abs(node.x - x) <= half && Math.abs(node.y - y) <= half) return node;
  }
  return null;
}

/**
 * The node whose port, or the ground close to it, is here.
 *
 * @param {Graph} graph
 * @param {number} x
 * @param {number} y
 * @param {number} reach
 * @returns {Node | null}
 */
export function portAt(graph, x, y, reach) {
  /** @param {Node} node */
  const distance = (node) => Math.hypot(node.x + halfOf(node) + reach / 2 - x, node.y - y);
  const near = graph.nodes.filter(
    (node) => x >= node.x + halfOf(node) - 6 && distance(node) <= reach,
  );
  return near.sort((a, b) => distance(a) - distance(b))[0] ?? null;
}

/**
 * @param {Graph} graph
 * @param {number} x
 * @param {number} y
 * @param {number} reach
 * @returns {Link | null}
 */
export function linkAt(graph, x, y, reach) {
  let best = null;
  let least = reach;
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  for (const link of graph.links) {
    const [source, target] = [required(byId.get(link[0])), required(byId.get(link[1]))];
    if (y < Math.min(source.y, target.y) - 60 || y > Math.max(source.y, target.y) + 60) continue;
    const distance = distanceTo(linkCurve(source, target), x, y);
    if (distance < least) [best, least] = [link, distance];
  }
  return best;
}

/** @param {{nodes: Place[]}} graph */
export function bounds(graph) {
  const box = { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity };
  for (const node of graph.nodes) {
    box.left = Math.min(box.left, node.x);
    box.right = Math.max(box.right, node.x);
    box.top = Math.min(box.top, node.y);
    box.bottom = Math.max(box.bottom, node.y);
  }
  return box;
}

/**
 * The camera that shows the whole drawing in a box of this size.
 *
 * @param {Graph} graph
 * @param {number} width
 * @param {number} height
 */
export function fitCamera(graph, width, height) {
  const box = bounds(graph);
  if (!Number.isFinite(box.left)) return { x: width / 2, y: height / 2, zoom: 1 };
  const [w, h] = [box.right - box.left + 120, box.bottom - box.top + 116];
  const zoom = Math.max(0.15, Math.min(1.4, width / w, height / h));
  return {
    x: width / 2 - (zoom * (box.left + box.right)) / 2,
    y: height / 2 - (zoom * (box.top + box.bottom)) / 2,
    zoom,
  };
}

/**
 * Zoom by a factor about a point of the screen.
 *
 * @param {Camera} camera
 * @param {number} factor
 * @param {number} px
 * @param {number} py
 */
export function zoomAbout(camera, factor, px, py) {
  const zoom = Math.max(0.1, Math.min(6, camera.zoom * factor));
  const ratio = zoom / camera.zoom;
  return { zoom, x: px - (px - camera.x) * ratio, y: py - (py - camera.y) * ratio };
}

/**
 * @param {Camera} camera
 * @param {number} px
 * @param {number} py
 * @returns {Pair}
 */
export function toWorld(camera, px, py) {
  return [(px - camera.x) / camera.zoom, (py - camera.y) / camera.zoom];
}

/**
 * @param {Graph} graph
 * @param {number} x0
 * @param {number} y0
 * @param {number} x1
 * @param {number} y1
 */
export function inBox(graph, x0, y0, x1, y1) {
  const [left, right] = [Math.min(x0, x1), Math.max(x0, x1)];
  const [top, bottom] = [Math.min(y0, y1), Math.max(y0, y1)];
  return graph.nodes
    .filter((node) => node.x >= left && node.x <= right && node.y >= top && node.y <= bottom)
    .map((node) => node.id);
}

/**
 * The nearest node in a direction (unit steps dx, dy), for the arrow keys.
 *
 * @param {Graph} graph
 * @param {string} id
 * @param {number} dx
 * @param {number} dy
 * @returns {Node | null}
 */
export function neighbour(graph, id, dx, dy) {
  const from = required(nodeOf(graph, id));
  let best = null;
  let least = Infinity;
  for (const node of graph.nodes) {
    if (node.id === id) continue;
    const along = (node.x - from.x) * dx + (node.y - from.y) * dy;
    if (along <= 1) continue;
    const across = Math.abs((node.x - from.x) * dy) + Math.abs((node.y - from.y) * dx);
    const cost = along + 2.5 * across;
    if (cost < least) [best, least] = [node, cost];
  }
  return best;
}
