// @ts-check
// Pure operations on the drawing: {nodes: [{id, role, activation, gain, leak, x, y}], links:
// [[source, target]]}. Every function returns a new drawing and leaves its argument alone.

import { required } from "./required.js";

/** @import { Pair } from "./geometry.js" */
/** @import { Link, Role, SentNode } from "./payloads.d.ts" */
/** @typedef {SentNode & {x: number, y: number}} Node */
/** @typedef {{nodes: Node[], links: Link[]}} Graph */
/** @typedef {{nodes: {id: string, role: Role}[], links: Link[]}} Shape a graph without places */

export const ROLES = { input: "input", hidden: "hidden neuron", output: "output neuron" };
const COLUMN = 104; // least distance of two columns
const ROW = 92;
const CROWD = 20; // nodes of a level that still stand in one column
const BLOCK = 66; // distance of nodes in a block

/**
 * @param {Graph} graph
 * @param {string} id
 * @returns {Node | undefined}
 */
export function nodeOf(graph, id) {
  return graph.nodes.find((node) => node.id === id);
}

/**
 * @param {Graph} graph
 * @param {string} id
 */
export function sourcesOf(graph, id) {
  return graph.links.filter((link) => link[1] === id).map((link) => link[0]);
}

/**
 * Whether `to` can be reached from `from` along links.
 *
 * @param {{links: Link[]}} graph
 * @param {string} from
 * @param {string} to
 */
export function reaches(graph, from, to) {
  const next = new Map();
  for (const [source, target] of graph.links) {
    if (!next.has(source)) next.set(source, []);
    next.get(source).push(target);
  }
  const seen = new Set([from]);
  const stack = [from];
  while (stack.length) {
    const node = stack.pop();
    if (node === to) return true;
    for (const child of next.get(node) || []) {
      if (!seen.has(child)) {
        seen.add(child);
        stack.push(child);
      }
    }
  }
  return false;
}

/**
 * Why this link cannot be drawn, in a sentence; null when it can.
 *
 * @param {Graph} graph
 * @param {string} source
 * @param {string} target
 * @returns {string | null}
 */
export function refusal(graph, source, target) {
  if (source === target) return "A neuron cannot read its own output: signals only run forward.";
  if (nodeOf(graph, target)?.role === "input")
    return `${target} is an input: it takes its value from the data, not from a link.`;
  if (graph.links.some((link) => link[0] === source && link[1] === target))
    return `${source} and ${target} are already linked.`;
  if (reaches(graph, target, source))
    return `This would close a loop: ${source} already depends on ${target}.`;
  return null;
}

/**
 * @param {Graph} graph
 * @param {string} source
 * @param {string} target
 * @returns {Graph}
 */
export function connect(graph, source, target) {
  return { ...graph, links: [...graph.links, [source, target]] };
}

/**
 * A name not yet used: h1, h2, ...
 *
 * @param {Graph} graph
 * @param {string} [stem]
 */
export function freeName(graph, stem = "h") {
  const used = new Set(graph.nodes.map((node) => node.id));
  let n = 1;
  while (used.has(stem + n)) n++;
  return stem + n;
}

/**
 * @param {Graph} graph
 * @param {number} x
 * @param {number} y
 * @returns {[Graph, string]}
 */
export function addNeuron(graph, x, y) {
  const model = graph.nodes.find((node) => node.role === "hidden");
  /** @type {Node} */
  const node = {
    id: freeName(graph),
    role: "hidden",
    activation: model ? model.activation : "bipolar",
    gain: model ? model.gain : 1,
    leak: model ? model.leak : 0,
    x,
    y,
  };
  return [{ ...graph, nodes: [...graph.nodes, node] }, node.id];
}

/**
 * Remove hidden neurons and links. Inputs and outputs belong to the data and stay.
 *
 * @param {Graph} graph
 * @param {string[]} ids
 * @param {Link[]} links
 * @returns {Graph}
 */
export function remove(graph, ids, links = []) {
  const gone = new Set(ids.filter((id) => nodeOf(graph, id)?.role === "hidden"));
  const cut = new Set(links.map((link) => link.join("\u0001")));
  return {
    ...graph,
    nodes: graph.nodes.filter((node) => !gone.has(node.id)),
    links: graph.links.filter(
      ([s, t]) => !gone.has(s) && !gone.has(t) && !cut.has(`${s}\u0001${t}`),
    ),
  };
}

/**
 * Copy hidden neurons with their links, those among the copies included.
 *
 * @param {Graph} graph
 * @param {string[]} ids
 * @returns {[Graph, string[]]}
 */
export function duplicate(graph, ids) {
  const nodes = ids.map((id) => nodeOf(graph, id)).filter((node) => node?.role === "hidden");
  const originals = /** @type {Node[]} */ (nodes);
  /** @type {Map<string, string>} */
  const names = new Map();
  let result = graph;
  for (const node of originals) {
    const id = freeName(result);
    names.set(node.id, id);
    result = {
      ...result,
      nodes: [...result.nodes, { ...node, id, x: node.x + 40, y: node.y + 40 }],
    };
  }
  /** @type {Link[]} */
  const added = [];
  for (const [source, target] of graph.links) {
    const [copyOfSource, copyOfTarget] = [names.get(source), names.get(target)];
    if (copyOfTarget) added.push([copyOfSource ?? source, copyOfTarget]);
    else if (copyOfSource) added.push([copyOfSource, target]);
  }
  return [{ ...result, links: [...result.links, ...added] }, [...names.values()]];
}

/**
 * @param {Graph} graph
 * @param {Map<string, Pair>} positions
 * @returns {Graph}
 */
export function move(graph, positions) {
  return {
    ...graph,
    nodes: graph.nodes.map((node) => {
      const to = positions.get(node.id);
      return to ? { ...node, x: to[0], y: to[1] } : node;
    }),
  };
}

/**
 * @param {Graph} graph
 * @param {string} id
 * @param {Partial<Node>} properties
 * @returns {Graph}
 */
export function change(graph, id, properties) {
  return {
    ...graph,
    nodes: graph.nodes.map((node) => (node.id === id ? { ...node, ...properties } : node)),
  };
}

/**
 * Longest path from an input, per node; loose neurons stand at level 1.
 *
 * @param {Shape} graph
 * @returns {Map<string, number>}
 */
export function levels(graph) {
  const roles = new Map(graph.nodes.map((node) => [node.id, node.role]));
  /** @type {Map<string, string[]>} */
  const sources = new Map(graph.nodes.map((node) => [node.id, []]));
  for (const [source, target] of graph.links) sources.get(target)?.push(source);
  /** @type {Map<string, number>} */
  const level = new Map();
  /** @type {(id: string) => number} */
  const visit = (id) => {
    const known = level.get(id);
    if (known !== undefined) return known;
    level.set(id, 0);
    const before = required(sources.get(id)).map(visit);
    const own = roles.get(id) === "input" ? 0 : Math.max(0, ...before) + 1;
    level.set(id, own);
    return own;
  };
  graph.nodes.forEach((node) => visit(node.id));
  return level;
}

/**
 * Tidy positions: a column a level, outputs in the last one; a cascade (one neuron a level) goes
 * up and down in turn, so that no link which skips a level hides behind a neuron. `aspect` is width
 * over height of the stage, which the drawing fills.
 *
 * @param {Shape} graph
 * @returns {Map<string, Pair>}
 */
export function tidy(graph, aspect = 1.6) {
  const level = levels(graph);
  /** @type {Shape["nodes"][]} */
  const columns = [];
  const last = Math.max(1, ...level.values());
  /**
   * @param {Shape["nodes"][number]} node
   * @param {number} column
   */
  const put = (node, column) => (columns[column] ??= []).push(node);
  for (const node of graph.nodes) {
    const own = required(level.get(node.id));
    put(node, node.role === "output" && !feedsOthers(graph, node.id) ? last : own);
  }
  const heightOf = (/** @type {Shape["nodes"]} */ column = []) =>
    column.length > CROWD ? Math.ceil(Math.sqrt(column.length)) : column.length;
  const tallest = Math.max(...columns.map(heightOf));
  const cascade = isCascade(columns);
  const least = cascade ? COLUMN * 0.6 : COLUMN;
  const inputs = ROW * Math.min(3, 0.9 + 0.4 * (columns[0].length - 1));
  const swing = cascade ? Math.max(inputs, (0.32 * (columns.length - 1) * least) / aspect) : 0;
  const height = Math.max(ROW * Math.max(tallest, 3), 2 * swing);
  const blocks = columns.map((column, index) =>
    index && column.length > CROWD ? (blockSide(column) - 1) * BLOCK : 0,
  );
  const room = 0.92 * aspect * height - blocks.reduce((sum, width) => sum + width, 0);
  const step = Math.max(least, Math.min(300, room / Math.max(1, columns.length - 1)));
  let before = 0; // width of the blocks so far: a crowd stands between the columns, not on one
  /** @type {Map<string, Pair>} */
  const positions = new Map();
  columns.forEach((column, index) => {
    const inner = index > 0 && index < columns.length - 1;
    const shift = inner ? (index % 2 ? -swing : swing) : 0;
    before += blocks[index];
    placeColumn(column, index * step + before, shift, tallest, positions);
  });
  return positions;
}

/** @param {Shape["nodes"][]} columns */
function isCascade(columns) {
  const inner = columns.slice(1, -1);
  return inner.length > 0 && inner.every((column) => !column || column.length === 1);
}

/**
 * @param {{links: Link[]}} graph
 * @param {string} id
 */
function feedsOthers(graph, id) {
  return graph.links.some((link) => link[0] === id);
}

/**
 * @param {Shape["nodes"]} column
 * @param {number} x
 * @param {number} shift
 * @param {number} tallest
 * @param {Map<string, Pair>} positions
 */
function placeColumn(column, x, shift, tallest, positions) {
  if (column.length > CROWD) return placeBlock(column, x, positions);
  const gap = column.length > 1 ? Math.min(ROW, (ROW * Math.max(tallest, 4)) / column.length) : ROW;
  column.forEach((node, row) => {
    positions.set(node.id, [x, shift + (row - (column.length - 1) / 2) * gap]);
  });
}

/** @param {Shape["nodes"]} column */
function blockSide(column) {
  return Math.ceil(Math.sqrt(column.length));
}

/**
 * Many nodes of one level stand in a square block: the inputs of an 8 x 8 picture look like it.
 *
 * @param {Shape["nodes"]} column
 * @param {number} x
 * @param {Map<string, Pair>} positions
 */
function placeBlock(column, x, positions) {
  const side = blockSide(column);
  const middle = (side - 1) / 2;
  column.forEach((node, i) => {
    positions.set(node.id, [
      x + ((i % side) - side + 1) * BLOCK,
      (Math.floor(i / side) - middle) * BLOCK,
    ]);
  });
}

/**
 * Give every node without a place its tidy one.
 *
 * @template {{id: string, role: Role, x: number | null, y: number | null}} N
 * @param {{nodes: N[], links: Link[]}} graph
 * @param {number} aspect
 * @returns {{nodes: (N & {x: number, y: number})[], links: Link[]}}
 */
export function placed(graph, aspect = 1.6) {
  const { nodes } = graph;
  if (nodes.every((node) => hasPlace(node)))
    return /** @type {{nodes: (N & {x: number, y: number})[], links: Link[]}} */ (graph);
  const spots = tidy(graph, aspect);
  return {
    ...graph,
    nodes: nodes.map((node) => {
      if (hasPlace(node)) return node;
      const [x, y] = required(spots.get(node.id));
      return { ...node, x, y };
    }),
  };
}

/**
 * @template {{x: number | null, y: number | null}} N
 * @param {N} node
 * @returns {node is N & {x: number, y: number}}
 */
function hasPlace(node) {
  return Number.isFinite(node.x) && Number.isFinite(node.y);
}
