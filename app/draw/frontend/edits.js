// @ts-check
// What gestures, keys and buttons do to the drawing on the stage.

import * as G from "../../shared/frontend/graph.js";
import * as geo from "../../shared/frontend/geometry.js";
import { linkKey } from "../../shared/frontend/network.js";

/** @import { Stage } from "./stage.js" */

/**
 * Add a neuron at a place of the drawing, fed by `source` if one is given.
 *
 * @param {Stage} stage
 * @param {number} x
 * @param {number} y
 * @param {string | null} [source]
 */
export function addNeuronAt(stage, x, y, source = null) {
  let [graph, id] = G.addNeuron(stage.graph, x, y);
  if (source) graph = G.connect(graph, source, id);
  stage.select([id]);
  stage.edit(graph, `Neuron ${id} added`);
  stage.focusNode(id);
}

/**
 * Add a neuron in the middle of the stage.
 *
 * @param {Stage} stage
 */
export function addNeuron(stage) {
  const [x, y] = geo.toWorld(stage.camera, stage.width / 2, stage.height / 2);
  const jitter = 26 * (stage.graph.nodes.length % 5);
  addNeuronAt(stage, x + jitter, y + jitter);
}

/**
 * Draw a link, or say why it cannot be; returns whether it was drawn.
 *
 * @param {Stage} stage
 * @param {string} source
 * @param {string} target
 */
export function tryLink(stage, source, target) {
  const reason = G.refusal(stage.graph, source, target);
  if (reason) stage.host.refuse(reason);
  else stage.edit(G.connect(stage.graph, source, target), `Link from ${source} to ${target} drawn`);
  return !reason;
}

/** @param {Stage} stage */
export function removeSelected(stage) {
  const { graph, selection, selectedLinks } = stage;
  const hidden = [...selection].filter((id) => G.nodeOf(graph, id)?.role === "hidden");
  const links = graph.links.filter((link) => selectedLinks.has(linkKey(...link)));
  if (!hidden.length && !links.length) {
    if (selection.size)
      stage.host.refuse(
        "Inputs and outputs belong to the data: choose other data to change their number.",
      );
    return;
  }
  const next = graph.nodes.find((node) => !hidden.includes(node.id))?.id;
  stage.select([]);
  stage.edit(G.remove(graph, hidden, links), "Removed");
  if (next) stage.focusNode(next); // else the keys would go nowhere
}

/** @param {Stage} stage */
export function duplicateSelected(stage) {
  const [graph, ids] = G.duplicate(stage.graph, [...stage.selection]);
  if (!ids.length) return stage.host.refuse("Select one or more hidden neurons to duplicate.");
  stage.select(ids);
  stage.edit(graph, `${ids.length} duplicated`);
}

/**
 * Lay the network out anew.
 *
 * @param {Stage} stage
 */
export function tidy(stage) {
  stage.fitted = true;
  stage.edit(G.move(stage.graph, G.tidy(stage.graph, stage.aspect)), "Layout tidied");
  stage.fit();
}
