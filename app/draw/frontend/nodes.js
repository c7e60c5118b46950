// @ts-check
// The nodes of the stage as elements: frame, name, bias and port. They take the keyboard focus and
// are read out; their heat maps are painted on the canvas below.

import { required } from "../../shared/frontend/required.js";
import { short } from "../../shared/frontend/numbers.js";
import { patch, svg } from "../../shared/frontend/dom.js";
import { linkKey } from "../../shared/frontend/network.js";
import * as G from "../../shared/frontend/graph.js";
import * as geo from "../../shared/frontend/geometry.js";

/** @import { Camera } from "../../shared/frontend/geometry.js" */
/** @import { Graph, Node } from "../../shared/frontend/graph.js" */
/** @import { StageScene } from "./stage.js" */
/** @typedef {{camera: Camera, focusId: string | null, selection: Set<string>}} Shown */

const NAMED_ZOOM = 0.45; // biases are left out of a drawing that is smaller

export class NodeLayer {
  /** @type {Map<string, {group: SVGGElement, bias: SVGTextElement}>} */
  nodes = new Map();

  /** @param {(id: string) => void} focused */
  constructor(focused) {
    this.focused = focused;
    this.layer = svg("g");
  }

  /**
   * Make elements for new nodes, and drop those of nodes that are gone.
   *
   * @param {Graph} graph
   */
  sync(graph) {
    const wanted = new Set(graph.nodes.map((node) => node.id));
    for (const [id, { group }] of this.nodes) {
      if (wanted.has(id)) continue;
      group.remove();
      this.nodes.delete(id);
    }
    for (const node of graph.nodes)
      if (!this.nodes.has(node.id)) this.nodes.set(node.id, this.make(node));
  }

  /** @param {Node} node */
  make({ id, role }) {
    const half = geo.SIZE[role] / 2;
    const side = 2 * half;
    const frame = svg("rect", { class: "frame", x: -half, y: -half, width: side, height: side });
    frame.setAttribute("rx", "7");
    const name = svg("text", { class: "name", y: -half - 6, "text-anchor": "middle", text: id });
    const bias = svg("text", { class: "bias", y: half + 13, "text-anchor": "middle" });
    const port = svg("circle", { class: "port", cx: half, r: 5.5, "data-port": id });
    const group = svg(
      "g",
      {
        class: `node ${role}`,
        "data-id": id,
        role: "button",
        tabindex: "-1",
        onfocus: () => this.focused(id),
      },
      frame,
      name,
      bias,
      port,
    );
    this.layer.append(group);
    return { group, bias };
  }

  /** @param {string} id */
  focus(id) {
    this.nodes.get(id)?.group.focus({ preventScroll: true });
  }

  /**
   * @param {Graph} graph
   * @param {StageScene} scene
   * @param {Shown} shown
   */
  update(graph, scene, shown) {
    const { x, y, zoom } = shown.camera;
    patch(this.layer, { transform: `translate(${x} ${y}) scale(${zoom})` });
    const biasAt = new Map(scene.biasIds.map((id, k) => [id, scene.index.bias[k]]));
    for (const node of graph.nodes) {
      const position = biasAt.get(node.id);
      const value = position === undefined ? undefined : scene.weights[position];
      this.updateNode(graph, node, scene, shown, value);
    }
  }

  /**
   * @param {Graph} graph
   * @param {Node} node
   * @param {StageScene} scene
   * @param {Shown} shown
   * @param {number | undefined} value its bias weight
   */
  updateNode(graph, node, scene, { camera, focusId, selection }, value) {
    const { group, bias } = required(this.nodes.get(node.id));
    const loose = scene.loose.get(node.id);
    // Only when nothing moves: a replay would drown a screen reader in numbers.
    if (!scene.moving) patch(group, { "aria-label": describe(graph, node, loose, value) });
    const selected = selection.has(node.id);
    const dead = scene.reshaped && node.role === "hidden" && !lives(graph, node, scene);
    const states = [selected && "selected", (loose || dead) && "loose"].filter(Boolean);
    patch(group, {
      transform: `translate(${node.x} ${node.y})`,
      tabindex: node.id === focusId ? "0" : "-1",
      class: ["node", node.role, ...states].join(" "),
      "aria-pressed": String(selected),
    });
    const small = camera.zoom < NAMED_ZOOM;
    patch(bias, { text: value === undefined || small ? "" : short(value, 2) });
    bias.setAttribute("class", (value ?? 0) < 0 ? "bias minus" : "bias plus");
  }
}

/**
 * What a screen reader says of a node.
 *
 * @param {Graph} graph
 * @param {Node} node
 * @param {string | undefined} loose why it does not take part in the network
 * @param {number | undefined} bias
 */
function describe(graph, node, loose, bias) {
  const sources = G.sourcesOf(graph, node.id);
  const parts = [`${node.id}, ${G.ROLES[node.role]}`];
  if (node.role !== "input") parts.push(`sources: ${sources.join(", ") || "none yet"}`);
  if (bias !== undefined) parts.push(`bias ${short(bias)}`);
  if (loose) parts.push(loose);
  return parts.join("; ");
}

/**
 * Whether a neuron feeds another one at the row shown, in a network that changes.
 *
 * @param {Graph} graph
 * @param {Node} node
 * @param {StageScene} scene
 */
function lives(graph, node, { weights, index }) {
  return graph.links.some(
    ([source, target]) =>
      source === node.id && weights[index.links.get(linkKey(source, target)) ?? -1] !== 0,
  );
}
