// Operations on the drawing: each gives a new one, none breaks it, none changes its argument.

import assert from "node:assert/strict";
import test from "node:test";

import * as G from "../../app/shared/frontend/graph.js";
import { SIZE } from "../../app/shared/frontend/geometry.js";

function node(id, role = "hidden", more = {}) {
  return { id, role, activation: "bipolar", gain: 1, leak: 0, x: 0, y: 0, ...more };
}

/** Layers of these sizes, each fed by the one before. */
function layered(sizes) {
  const layers = sizes.map((size, level) => {
    const role = level === 0 ? "input" : level === sizes.length - 1 ? "output" : "hidden";
    return Array.from({ length: size }, (_, i) => node(`${role[0]}${level}.${i}`, role));
  });
  const links = layers
    .slice(1)
    .flatMap((layer, i) => layers[i].flatMap((a) => layer.map((b) => [a.id, b.id])));
  return { nodes: layers.flat(), links };
}

function cascade(inputs, hidden) {
  const nodes = Array.from({ length: inputs }, (_, i) => node(`x${i}`, "input"));
  const links = [];
  for (let k = 0; k <= hidden; k++) {
    const next = node(k < hidden ? `h${k}` : "y", k < hidden ? "hidden" : "output");
    links.push(...nodes.map((before) => [before.id, next.id]));
    nodes.push(next);
  }
  return { nodes, links };
}

function frozen(value) {
  Object.values(value).forEach((part) => typeof part === "object" && part && frozen(part));
  return Object.freeze(value);
}

const XOR = frozen({
  nodes: [node("x1", "input"), node("x2", "input"), node("h1"), node("h2"), node("y", "output")],
  links: [
    ["x1", "h1"],
    ["x2", "h1"],
    ["x1", "h2"],
    ["x2", "h2"],
    ["h1", "y"],
    ["h2", "y"],
  ],
});

function isSound(graph) {
  const ids = graph.nodes.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length, "a name twice");
  const keys = graph.links.map((link) => link.join(">"));
  assert.equal(new Set(keys).size, keys.length, "a link twice");
  for (const [source, target] of graph.links) {
    assert.ok(ids.includes(source) && ids.includes(target), "a link without an end");
    assert.ok(!G.reaches(graph, target, source), "a loop");
    assert.notEqual(G.nodeOf(graph, target).role, "input");
  }
}

test("a node and its sources are found", () => {
  assert.equal(G.nodeOf(XOR, "h2").id, "h2");
  assert.equal(G.nodeOf(XOR, "nobody"), undefined);
  assert.deepEqual(G.sourcesOf(XOR, "y"), ["h1", "h2"]);
  assert.deepEqual(G.sourcesOf(XOR, "x1"), []);
});

test("reachability follows links forward only", () => {
  assert.ok(G.reaches(XOR, "x1", "y"));
  assert.ok(!G.reaches(XOR, "y", "x1"));
  assert.ok(!G.reaches(XOR, "h1", "h2"));
  assert.ok(G.reaches(XOR, "h1", "h1"));
});

test("an invalid link is refused with the reason", () => {
  assert.match(G.refusal(XOR, "h1", "h1"), /its own output/);
  assert.match(G.refusal(XOR, "h1", "x1"), /x1 is an input/);
  assert.match(G.refusal(XOR, "x1", "h1"), /already linked/);
  assert.match(G.refusal(XOR, "y", "h1"), /close a loop: y already depends on h1/);
  assert.equal(G.refusal(XOR, "x1", "y"), null);
  assert.equal(G.refusal(XOR, "h1", "h2"), null);
});

test("a link is drawn", () => {
  const graph = G.connect(XOR, "x1", "y");
  isSound(graph);
  assert.deepEqual(graph.links.at(-1), ["x1", "y"]);
  assert.equal(XOR.links.length, 6);
});

test("a new neuron has an unused name and the settings of the others", () => {
  const odd = {
    ...XOR,
    nodes: XOR.nodes.map((n) =>
      n.role === "hidden" ? { ...n, activation: "unipolar", gain: 2, leak: 0.1 } : n,
    ),
  };
  const [graph, id] = G.addNeuron(frozen(odd), 5, 6);
  assert.equal(id, "h3");
  assert.deepEqual(
    graph.nodes.at(-1),
    node("h3", "hidden", { activation: "unipolar", gain: 2, leak: 0.1, x: 5, y: 6 }),
  );
  const [first] = G.addNeuron({ nodes: [node("x", "input")], links: [] }, 0, 0);
  assert.equal(first.nodes[1].activation, "bipolar");
  assert.equal(G.freeName({ nodes: [node("h1"), node("h3")] }), "h2");
});

test("hidden neurons and links can be removed, inputs and outputs cannot", () => {
  const graph = G.remove(
    XOR,
    ["h1", "x1", "y", "nobody"],
    [
      ["x1", "h2"],
      ["x1", "nobody"],
    ],
  );
  isSound(graph);
  assert.deepEqual(
    graph.nodes.map(({ id }) => id),
    ["x1", "x2", "h2", "y"],
  );
  assert.deepEqual(graph.links, [
    ["x2", "h2"],
    ["h2", "y"],
  ]);
});

test("links are removed correctly if a name contains another name", () => {
  const graph = {
    nodes: [node("a", "input"), node("a,b"), node("b,c"), node("c")],
    links: [
      ["a", "b,c"],
      ["a,b", "c"],
    ],
  };
  assert.deepEqual(G.remove(graph, [], [["a", "b,c"]]).links, [["a,b", "c"]]);
});

test("copies have the links of their originals, including those between copies", () => {
  const [graph, ids] = G.duplicate(cascadeFrozen, ["h0", "h1", "x0", "y"]);
  isSound(graph);
  assert.equal(ids.length, 2);
  const [a, b] = ids;
  assert.deepEqual(G.sourcesOf(graph, a), ["x0", "x1"]);
  assert.deepEqual(G.sourcesOf(graph, b), ["x0", "x1", a]);
  assert.ok(graph.links.some(([s, t]) => s === b && t === "y"));
  assert.notDeepEqual([G.nodeOf(graph, a).x, G.nodeOf(graph, a).y], [0, 0]);
});
const cascadeFrozen = frozen(cascade(2, 3));

test("moving and changing affect only the given nodes", () => {
  const moved = G.move(
    XOR,
    new Map([
      ["h1", [7, 8]],
      ["nobody", [1, 1]],
    ]),
  );
  assert.deepEqual(
    moved.nodes.map(({ x }) => x),
    [0, 0, 7, 0, 0],
  );
  const changed = G.change(XOR, "h2", { gain: 3 });
  assert.deepEqual(
    changed.nodes.map(({ gain }) => gain),
    [1, 1, 1, 3, 1],
  );
  assert.equal(changed.nodes[2], XOR.nodes[2]);
});

test("levels are longest paths; loose neurons are in the first column", () => {
  const level = G.levels(cascade(2, 3));
  assert.deepEqual(
    [..."x0 x1 h0 h1 h2 y".split(" ")].map((id) => level.get(id)),
    [0, 0, 1, 2, 3, 4],
  );
  const loose = G.levels({
    nodes: [node("x", "input"), node("a"), node("b")],
    links: [["a", "b"]],
  });
  assert.deepEqual([loose.get("a"), loose.get("b")], [1, 2]);
});

test("levels of a cascade of a thousand neurons are computed", () => {
  const nodes = [node("x", "input")];
  const links = [];
  for (let k = 0; k < 1000; k++) {
    links.push([nodes.at(-1).id, `h${k}`]);
    nodes.push(node(`h${k}`));
  }
  nodes.reverse();
  assert.equal(G.levels({ nodes, links }).get("h999"), 1000);
});

const DRAWINGS = {
  "2-8-8-1": layered([2, 8, 8, 1]),
  "64-20-10": layered([64, 20, 10]),
  "1-1": layered([1, 1]),
  "a cascade of 8": cascade(2, 8),
  "a cascade of 40": cascade(1, 40),
  "4-40-3": layered([4, 40, 3]),
  "2-30-30-1": layered([2, 30, 30, 1]),
  "loose parts": { nodes: [...XOR.nodes, node("a"), node("b")], links: [...XOR.links, ["a", "b"]] },
};

for (const [name, graph] of Object.entries(DRAWINGS)) {
  for (const aspect of [0.6, 1.6, 2.5]) {
    test(`tidy: ${name}, aspect ${aspect}: nothing overlaps, signals run to the right`, () => {
      const spots = G.tidy(frozen(graph), aspect);
      assert.equal(spots.size, graph.nodes.length);
      const all = [...spots.values()];
      all.forEach(([x, y], i) => {
        assert.ok(Number.isFinite(x) && Number.isFinite(y));
        for (const [u, v] of all.slice(0, i)) {
          assert.ok(
            Math.max(Math.abs(x - u), Math.abs(y - v)) >= SIZE.hidden,
            `${all[i]} covers ${[u, v]}`,
          );
        }
      });
      for (const [source, target] of graph.links)
        assert.ok(spots.get(source)[0] < spots.get(target)[0]);
    });
  }
}

test("an output that feeds others is in an earlier column; final outputs are in the last one", () => {
  const nodes = [node("x", "input"), node("y1", "output"), node("h"), node("y2", "output")];
  const graph = {
    nodes,
    links: [
      ["x", "y1"],
      ["y1", "h"],
      ["h", "y2"],
    ],
  };
  const spots = G.tidy(graph);
  assert.ok(spots.get("y1")[0] < spots.get("h")[0]);
  assert.ok(spots.get("h")[0] < spots.get("y2")[0]);
});

test("nodes with a position keep it, the others get one", () => {
  const graph = frozen({
    ...XOR,
    nodes: XOR.nodes.map((n, i) => ({ ...n, x: i === 2 ? 77 : null, y: i === 2 ? -5 : null })),
  });
  const placed = G.placed(graph);
  assert.deepEqual([placed.nodes[2].x, placed.nodes[2].y], [77, -5]);
  assert.ok(placed.nodes.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y)));
  assert.equal(G.placed(placed), placed);
});

test("random edits keep the drawing valid", () => {
  let seed = 7;
  const random = (n) => (seed = (seed * 16807) % 2147483647) % n;
  const pick = (list) => list[random(list.length)];
  let graph = XOR;
  for (let step = 0; step < 400; step++) {
    const ids = graph.nodes.map(({ id }) => id);
    const [a, b] = [pick(ids), pick(ids)];
    const action = random(6);
    if (action < 3) graph = G.refusal(graph, a, b) ? graph : G.connect(graph, a, b);
    else if (action === 3 && ids.length < 40)
      [graph] = G.addNeuron(graph, random(500), random(500));
    else if (action === 4) [graph] = ids.length < 40 ? G.duplicate(graph, [a, b]) : [graph];
    else
      graph = G.remove(
        graph,
        ids.length > 12 ? [a] : [],
        graph.links.length ? [pick(graph.links)] : [],
      );
    frozen(graph);
    isSound(graph);
    assert.ok([...G.tidy(graph).values()].flat().every(Number.isFinite));
  }
});
