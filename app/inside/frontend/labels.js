// @ts-check
// Positions of the numbers of highlighted links: on the link, without overlaps.

import { halfOf, pointOn } from "../../shared/frontend/geometry.js";

/** @import { Curve, Pair } from "../../shared/frontend/geometry.js" */
/** @import { Node } from "../../shared/frontend/graph.js" */
/** @typedef {{x: number, y: number, w: number, h: number}} Box centre and size */

const STATIONS = [0.5, 0.4, 0.6, 0.32, 0.68, 0.25, 0.75, 0.45, 0.55, 0.82, 0.18];

/**
 * Places of labels. links: [{curve, text}]; nodes: drawn nodes with their names above; size: of the
 * text. A label that finds no room stands at its link's middle all the same.
 *
 * @param {{curve: Curve, text: string}[]} links
 * @param {Node[]} nodes
 * @param {number} size
 * @returns {Pair[]}
 */
export function placeLabels(links, nodes, size) {
  const taken = nodes.map((node) => {
    const half = halfOf(node);
    return { x: node.x, y: node.y - size * 0.5, w: 2 * half, h: 2 * half + 1.4 * size };
  });
  return links.map(({ curve, text }) => {
    const box = { w: text.length * size * 0.58 + 4, h: size * 1.15 };
    const free = STATIONS.map((t) => pointOn(curve, t)).find(
      ([x, y]) => !taken.some((other) => overlap({ x, y, ...box }, other)),
    );
    const [x, y] = free ?? pointOn(curve, 0.5);
    taken.push({ x, y, ...box });
    return [x, y];
  });
}

/**
 * Whether two boxes, by centre and size, overlap.
 *
 * @param {Box} a
 * @param {Box} b
 */
function overlap(a, b) {
  return Math.abs(a.x - b.x) < (a.w + b.w) / 2 && Math.abs(a.y - b.y) < (a.h + b.h) / 2;
}
