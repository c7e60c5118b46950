// @ts-check
// What is known of a neuron or a link at the row shown: its weight and its saliency.

import { linkKey } from "../../shared/frontend/network.js";
import { short } from "../../shared/frontend/numbers.js";

/** @import { Node } from "../../shared/frontend/graph.js" */
/** @import { Link } from "../../shared/frontend/payloads.d.ts" */
/** @import { WeightName } from "./inspector.js" */
/** @import { StageScene } from "./stage.js" */

/**
 * A weight; undefined where it does not take part in the network.
 *
 * @param {StageScene | null} scene
 * @param {WeightName} what
 * @returns {number | undefined}
 */
export function weightOf(scene, what) {
  if (!scene) return undefined;
  const { weights, index, biasIds } = scene;
  if ("bias" in what) return weights[index.bias[biasIds.indexOf(what.bias)]];
  return weights[index.links.get(linkKey(what.source, what.target)) ?? -1];
}

/**
 * The saliency of a neuron or a link in words, after a comma; empty where it is not known.
 *
 * @param {StageScene | null} scene
 * @param {string} name
 * @param {string} [target]
 */
export function saliencyOf(scene, name, target) {
  const known = scene?.saliency;
  const value =
    target === undefined
      ? known?.neurons.find((entry) => entry[0] === name)?.[1]
      : known?.links.find((entry) => entry[0] === name && entry[1] === target)?.[2];
  return known && value !== undefined ? `, ${known.words} ${short(value, 3)}` : "";
}

/**
 * What the pointer over a node shows.
 *
 * @param {StageScene | null} scene
 * @param {Node} node
 * @param {string} activation the title of its activation
 */
export function aboutNode(scene, node, activation) {
  const loose = scene?.loose.get(node.id);
  if (loose) return loose;
  if (node.role === "input") return `${node.id}: input`;
  const value = weightOf(scene, { bias: node.id });
  const bias = value === undefined ? "?" : short(value, 4);
  return `${node.id}: ${activation}, bias ${bias}${saliencyOf(scene, node.id)}`;
}

/**
 * What the pointer over a link shows.
 *
 * @param {StageScene | null} scene
 * @param {Link} link
 */
export function aboutLink(scene, [source, target]) {
  const weight = weightOf(scene, { source, target });
  if (weight === 0 && scene?.reshaped) return `${source} to ${target}: not alive here`;
  const value = weight === undefined ? "not part of the network yet" : short(weight, 4);
  return `${source} to ${target}: ${value}${saliencyOf(scene, source, target)}`;
}
