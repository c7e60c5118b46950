// @ts-check
// The network beside the matrix: the two weights that a cell couples are lit, the rest stands back.

import { required } from "../../shared/frontend/required.js";
import { el, fitCanvas, patch, svg } from "../../shared/frontend/dom.js";
import { linkCurve } from "../../shared/frontend/geometry.js";
import { placed } from "../../shared/frontend/graph.js";
import { at } from "../../shared/frontend/palette.js";
import { linkTone, linkWidth, traceCurve } from "../../shared/frontend/paintwork.js";
import { spread } from "./grid.js";

/** @import { Curve } from "../../shared/frontend/geometry.js" */
/** @import { Link } from "../../shared/frontend/payloads.d.ts" */
/** @import { Look } from "../../shared/frontend/theme.js" */
/** @import { CoupledNetwork } from "./payloads.d.ts" */

const PAD = 34;
const LEGIBLE = 9; // half sides, in pixels, below which names are left to the tooltip

export class CoupledWeights {
  /** @type {CoupledNetwork} */
  network;
  /** @type {Look} */
  look;
  /** @type {string | undefined} */
  key;
  /** @type {number} */
  width;
  /** @type {number} */
  height;
  /** @type {(Curve | null)[]} */
  curves;
  /** @type {Map<string, SVGGElement>} */
  nodes;
  /** @type {HTMLCanvasElement | undefined} */
  canvas;
  /** @type {SVGSVGElement | undefined} */
  svg;
  /** @type {Link[]} */
  lit = [];

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.observer = new ResizeObserver(() => this.build());
    this.observer.observe(root);
  }

  destroy() {
    this.observer.disconnect();
  }

  /**
   * @param {CoupledNetwork} network
   * @param {Look} look
   */
  receive(network, look) {
    this.look = look;
    const key = JSON.stringify([network.nodes, network.ends]);
    const known = key === this.key;
    Object.assign(this, { network, key });
    if (!known || !this.svg) this.build();
    // Else the view lights what is pointed at, which paints the links.
  }

  build() {
    const { clientWidth: width, clientHeight: height } = this.root;
    if (!this.network || !width || !height) return;
    const graph = placed(this.network, width / height);
    const { places, half } = spread(graph.nodes, {
      width: width - 2 * PAD,
      height: height - 2 * PAD,
    });
    const nodes = new Map(places.map((node) => [node.id, node]));
    Object.assign(this, { width, height });
    this.curves = this.network.ends.map(([source, target]) =>
      source === ""
        ? null
        : linkCurve(required(nodes.get(source)), required(nodes.get(target)), () => half),
    );
    this.nodes = new Map(places.map((node) => [node.id, makeNode(node, half)]));
    const label =
      `The network: ${places.length} nodes. ` +
      "The weights of the cell under the pointer are highlighted.";
    const viewBox = `${-PAD} ${-PAD} ${width} ${height}`;
    this.canvas = el("canvas", { class: "net", "aria-hidden": "true" });
    this.svg = svg("svg", { class: "net", role: "img", "aria-label": label, viewBox }, [
      ...this.nodes.values(),
    ]);
    this.root.replaceChildren(this.canvas, this.svg);
    this.light(this.lit ?? []);
  }

  /** Links on a canvas: a browser repaints hundreds of SVG curves too slowly for a replay. */
  colour() {
    if (!this.canvas) return;
    const context = fitCanvas(this.canvas, this.width, this.height);
    context.translate(PAD, PAD);
    context.lineCap = "round";
    const lit = new Set(this.lit.map(([source, target]) => linkName(source, target)));
    let found = 0;
    this.curves.forEach((curve, n) => {
      if (!curve) return;
      const isLit = lit.has(linkName(...this.network.ends[n]));
      if (isLit) found++;
      context.globalAlpha = isLit ? 1 : this.lit.length ? 0.1 : 0.8;
      context.strokeStyle = this.look.palette.css[at(linkTone(this.network.weights[n]))];
      context.lineWidth = linkWidth(this.network.weights[n]);
      context.beginPath();
      traceCurve(context, curve);
      context.stroke();
    });
    this.canvas.dataset.lit = String(found);
  }

  /**
   * Light weights, each given by its two ends; none gives the whole network.
   *
   * @param {Link[]} weights
   */
  light(weights) {
    this.lit = weights;
    if (!this.svg) return;
    const nodes = new Set(weights.flat());
    const biased = new Set(weights.filter(([source]) => !source).map(([, target]) => target));
    this.svg.classList.toggle("partly", weights.length > 0);
    for (const [name, group] of this.nodes) {
      patch(group, { class: nodes.has(name) ? "node lit" : "node" });
      patch(required(group.lastElementChild), { text: biased.has(name) ? "bias" : "" });
    }
    this.colour();
  }
}

/**
 * Names hold no control characters.
 *
 * @param {string} source
 * @param {string} target
 */
function linkName(source, target) {
  return `${source}\n${target}`;
}

/**
 * @param {{id: string, x: number, y: number}} options
 * @param {number} half
 */
function makeNode({ id, x, y }, half) {
  const name = half < LEGIBLE ? "" : id.length > 5 ? `${id.slice(0, 4)}\u2026` : id;
  return svg(
    "g",
    { class: "node", transform: `translate(${x} ${y})` },
    svg("title", { text: id }),
    svg("rect", { x: -half, y: -half, width: 2 * half, height: 2 * half, rx: half / 4 }),
    svg("text", { text: name }),
    svg("text", { class: "bias", y: half + 12 }),
  );
}
