// @ts-check
// The stage: the drawing and everything the user does to it. It holds a drawing and a selection;
// edits are reported through `host.edit(graph, words)` and never change weights by themselves.

import { el, fitCanvas, svg } from "../../shared/frontend/dom.js";
import * as G from "../../shared/frontend/graph.js";
import * as geo from "../../shared/frontend/geometry.js";
import { tryLink } from "./edits.js";
import { Feedback } from "./feedback.js";
import { Gestures } from "./gestures.js";
import { stageKey } from "./keyboard.js";
import { NodeLayer } from "./nodes.js";
import { aboutLink, aboutNode } from "./values.js";
import { linkKey } from "../../shared/frontend/network.js";
import { Paintwork } from "../../shared/frontend/paintwork.js";
import { required } from "../../shared/frontend/required.js";

/** @import { Camera, Pair } from "../../shared/frontend/geometry.js" */
/** @import { Graph, Node } from "../../shared/frontend/graph.js" */
/** @import { WeightIndex } from "../../shared/frontend/network.js" */
/** @import { Tile } from "../../shared/frontend/paintwork.js" */
/** @import { SaliencyBlock } from "./payloads.d.ts" */
/** @import { Link, SentGraph } from "../../shared/frontend/payloads.d.ts" */
/** @import { Look } from "../../shared/frontend/theme.js" */

/**
 * @typedef {object} StageHost what the stage asks for
 * @property {(graph: Graph, words: string) => void} edit
 * @property {(id: string) => void} openNode
 * @property {(link: Link) => void} openLink
 * @property {() => void} close
 * @property {(text: string) => void} say
 * @property {(text: string) => void} refuse
 * @property {() => void} undo
 * @property {() => void} redo
 * @property {(name: string) => string} activationTitle
 */

/**
 * @typedef {Look & {weights: Float64Array, index: WeightIndex, biasIds: string[],
 *   loose: Map<string, string>, moving: boolean, tile: (id: string) => Tile | null,
 *   reshaped?: boolean, news?: Set<string>, saliency?: SaliencyBlock | null}} StageScene
 */

/**
 * A place in pixels of the stage, and in units of the drawing.
 *
 * @typedef {{px: number, py: number, x: number, y: number}} Spot
 */

export class Stage {
  /** @type {Graph} */
  graph = { nodes: [], links: [] };
  /** @type {StageScene | null} */
  scene = null;
  /** @type {Set<string>} */
  selection = new Set();
  /** @type {Set<string>} */
  selectedLinks = new Set();
  /** @type {Camera} */
  camera = { x: 0, y: 0, zoom: 1 };
  /** Whether the camera follows the drawing, until the user moves it. @type {boolean} */
  fitted = true;
  /** @type {string | null} */
  focusId = null;
  /** Node that a keyboard link starts from. @type {string | null} */
  linking = null;
  /** @type {string | null} */
  hoverLink = null;
  /** @type {number} */
  width = 0;
  /** @type {number} */
  height = 0;
  /** @type {number | null} */
  frame = null;
  /** Nodes and links of the drawing, as text. */
  wired = "";

  /**
   * @param {HTMLElement} root
   * @param {StageHost} host
   */
  constructor(root, host) {
    this.host = host;
    this.paintwork = new Paintwork();
    this.canvas = el("canvas", { class: "stage-canvas", "aria-hidden": "true" });
    this.nodes = new NodeLayer((id) => this.focused(id));
    this.feedback = new Feedback();
    const { ghost, band, card } = this.feedback;
    this.overlay = svg("svg", { class: "stage-overlay" }, this.nodes.layer, ghost, band);
    this.box = el(
      "div",
      {
        class: "stage-box",
        role: "application",
        "aria-label":
          "Network drawing. Arrow keys move from neuron to neuron, N adds one, L links, " +
          "Delete removes, Enter opens. The same network is shown as a table below.",
        tabindex: "-1",
        onkeydown: (event) => stageKey(this, event),
      },
      this.canvas,
      this.overlay,
      card,
    );
    root.append(this.box);
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.box);
    this.gestures = new Gestures(this);
  }

  destroy() {
    this.observer.disconnect();
    this.gestures.destroy();
  }

  resize() {
    this.width = this.box.clientWidth;
    this.height = this.box.clientHeight;
    if (this.fitted) this.fit();
    this.render();
  }

  get aspect() {
    return this.width && this.height ? this.width / this.height : 1.6;
  }

  fit() {
    this.fitted = true;
    if (this.width) this.camera = geo.fitCamera(this.graph, this.width, this.height);
    this.render();
  }

  /**
   * @param {number} factor
   * @param {number} [px]
   * @param {number} [py]
   */
  zoom(factor, px = this.width / 2, py = this.height / 2) {
    this.fitted = false;
    this.camera = geo.zoomAbout(this.camera, factor, px, py);
    this.render();
  }

  /**
   * Show a drawing that came from elsewhere (the server, undo, a preset).
   *
   * @param {SentGraph} graph
   * @param {boolean} [stay] whether its nodes stay where they are, if all of them are known
   */
  setGraph(graph, stay = false) {
    const same = this.graph.nodes.length === graph.nodes.length;
    const before = new Map(this.graph.nodes.map((node) => [node.id, node]));
    if (stay && graph.nodes.every((node) => before.has(node.id)))
      graph = {
        ...graph,
        nodes: graph.nodes.map((node) => {
          const { x, y } = required(before.get(node.id));
          return { ...node, x, y };
        }),
      };
    this.graph = G.placed(graph, this.aspect);
    const known = new Set(graph.nodes.map((node) => node.id));
    this.selection = new Set([...this.selection].filter((id) => known.has(id)));
    // Of another network no link is selected; its names may be those of links before.
    if (wiring(graph) !== this.wired) this.selectedLinks = new Set();
    this.wired = wiring(graph);
    this.hoverLink = null; // the pointer is elsewhere, or will tell
    if (!this.focusId || !known.has(this.focusId)) this.focusId = graph.nodes[0]?.id ?? null;
    if (this.fitted || !same) this.fit();
    this.nodes.sync(this.graph);
    this.render();
  }

  /**
   * Change the drawing as the user asked and report it; `words` tell a screen reader.
   *
   * @param {Graph} graph
   * @param {string} words
   */
  edit(graph, words) {
    this.graph = graph;
    this.wired = wiring(graph);
    this.nodes.sync(this.graph);
    this.render();
    this.host.edit(graph, words);
  }

  /**
   * @param {StageScene} scene
   */
  setScene(scene) {
    this.scene = scene;
    this.render();
  }

  /**
   * Move the drawing under the camera by so many pixels.
   *
   * @param {number} dx
   * @param {number} dy
   */
  pan(dx, dy) {
    this.fitted = false;
    this.camera = { ...this.camera, x: this.camera.x + dx, y: this.camera.y + dy };
    this.render();
  }

  /**
   * Show nodes at other places without reporting an edit.
   *
   * @param {Map<string, Pair>} places
   */
  previewMove(places) {
    this.fitted = false;
    this.graph = G.move(this.graph, places);
    this.render();
  }

  /** Report the places of now as an edit. */
  commitMove() {
    this.edit(this.graph, "Moved");
  }

  /** @param {Map<string, Pair>} places */
  move(places) {
    this.previewMove(places);
    this.commitMove();
  }

  /**
   * A link that is being drawn, from a node to another or to a place; `reason` says why not.
   *
   * @param {Node} source
   * @param {Node | null} target
   * @param {Spot} spot
   * @param {string | null} reason
   */
  showGhost(source, target, spot, reason) {
    this.feedback.showGhost(this.camera, this.width, source, target, spot, reason);
  }

  /**
   * The box in which nodes are selected, between two places of the screen.
   *
   * @param {Spot} start
   * @param {Spot} end
   */
  showBand(start, end) {
    this.feedback.showBand(start, end);
  }

  /** Take away what a gesture showed. */
  clearGesture() {
    this.feedback.clear();
  }

  /** Start a link at the focused node: the next node that is confirmed will be fed by it. */
  startLink() {
    if (!this.focusId) return;
    this.linking = this.focusId;
    this.host.say(
      `Linking from ${this.linking}: move to the neuron to connect to and press Enter; ` +
        "Escape cancels.",
    );
  }

  /** Link to the focused node if a link was started, else open it. */
  confirm() {
    if (!this.focusId) return;
    if (this.linking && this.linking !== this.focusId) {
      if (tryLink(this, this.linking, this.focusId)) this.linking = null;
    } else this.host.openNode(this.focusId);
  }

  /** Give up a started link, close what is open, select nothing. */
  cancel() {
    this.hoverLink = null;
    if (this.linking) this.host.say("Linking cancelled");
    this.linking = null;
    this.host.close();
    this.select([]);
  }

  /**
   * Move the focus from node to node with the arrow keys.
   *
   * @param {number} dx
   * @param {number} dy
   */
  focusNext(dx, dy) {
    if (!this.focusId) return false;
    const next = geo.neighbour(this.graph, this.focusId, dx, dy);
    if (!next) return true;
    if (!this.linking) this.select([next.id]);
    this.focusNode(next.id);
    if (this.linking) {
      const reason = G.refusal(this.graph, this.linking, next.id);
      this.host.say(reason || `Enter links ${this.linking} to ${next.id}`);
    }
    return true;
  }

  /**
   * Select a node under its new name.
   *
   * @param {string} id
   */
  follow(id) {
    this.focusId = id;
    this.select([id]);
  }

  /**
   * @param {Iterable<string>} ids
   * @param {Iterable<string>} [links]
   */
  select(ids, links = []) {
    this.selection = new Set(ids);
    this.selectedLinks = new Set(links);
    this.render();
  }

  /** @param {string} id */
  focused(id) {
    this.focusId = id;
    if (!this.selection.has(id)) this.select([id]);
  }

  /** @param {string} id */
  focusNode(id) {
    this.focusId = id;
    this.render();
    this.nodes.focus(id);
  }

  render() {
    if (this.frame || !this.width) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = null;
      this.paintNow();
    });
  }

  paintNow() {
    const { camera, scene } = this;
    if (!scene) return;
    const context = fitCanvas(this.canvas, this.width, this.height);
    this.paintwork.draw(context, {
      ...scene,
      graph: this.graph,
      camera,
      hoverLink: this.hoverLink,
      selectedLinks: this.selectedLinks,
    });
    const { focusId, selection } = this;
    this.nodes.update(this.graph, scene, { camera, focusId, selection });
  }

  /**
   * @param {Node | null} node
   * @param {Link | null} link
   * @param {number} px
   * @param {number} py
   */
  hover(node, link, px, py) {
    const key = link ? linkKey(...link) : null;
    if (key !== this.hoverLink) {
      this.hoverLink = key;
      this.render();
    }
    const { scene } = this;
    let text = "";
    if (node) text = aboutNode(scene, node, this.host.activationTitle(node.activation));
    else if (link) text = aboutLink(scene, link);
    this.feedback.showCard(text, px, py, this.width);
  }
}

/**
 * Nodes and links of a drawing as a text that is equal for equal ones.
 *
 * @param {{nodes: {id: string}[], links: Link[]}} graph
 */
function wiring({ nodes, links }) {
  return JSON.stringify([nodes.map((node) => node.id), links]);
}
