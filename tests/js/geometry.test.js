// Where things are on the stage.

import assert from "node:assert/strict";
import test from "node:test";

import * as geo from "../../app/shared/frontend/geometry.js";

const node = (id, role, x, y) => ({ id, role, x, y });
const GRAPH = {
  nodes: [node("x", "input", 0, 0), node("h", "hidden", 200, 0), node("y", "output", 400, 100)],
  links: [
    ["x", "h"],
    ["h", "y"],
  ],
};
const near = (got, expected, tolerance = 1e-9) => {
  assert.ok(Math.abs(got - expected) <= tolerance, `${got} is not ${expected}`);
};

test("a link goes from the right edge of its source to the left edge of its target", () => {
  const [x, h] = GRAPH.nodes;
  const curve = geo.linkCurve(x, h);
  assert.deepEqual(geo.pointOn(curve, 0), [geo.halfOf(x), 0]);
  assert.deepEqual(geo.pointOn(curve, 1), [200 - geo.halfOf(h), 0]);
  near(geo.pointOn(curve, 0.5)[0], (geo.halfOf(x) + 200 - geo.halfOf(h)) / 2);
});

test("the distance to a link equals that of a fine search", () => {
  const curve = geo.linkCurve(node("a", "hidden", -30, 40), node("b", "hidden", 250, -90));
  for (const [x, y] of [
    [0, 0],
    [100, 50],
    [-200, -200],
    [250, -90],
    [110, -25],
  ]) {
    let best = Infinity;
    for (let i = 0; i <= 20000; i++) {
      const [px, py] = geo.pointOn(curve, i / 20000);
      best = Math.min(best, Math.hypot(px - x, py - y));
    }
    near(geo.distanceTo(curve, x, y), best, 1);
  }
});

test("a link of length zero has a distance", () => {
  near(geo.distanceTo([5, 5, 5, 5, 5, 5, 5, 5], 8, 9), 5);
});

test("the node at the pointer is the one drawn last", () => {
  const graph = { ...GRAPH, nodes: [...GRAPH.nodes, node("top", "hidden", 210, 5)] };
  assert.equal(geo.nodeAt(graph, 205, 3).id, "top");
  assert.equal(geo.nodeAt(graph, 180, -20).id, "h");
  assert.equal(geo.nodeAt(graph, 100, 50), null);
  assert.equal(geo.nodeAt(graph, 200 + geo.SIZE.hidden / 2 + 15, 0, 10).id, "top");
});

test("the link at the pointer is the nearest within the tolerance", () => {
  const curve = geo.linkCurve(GRAPH.nodes[1], GRAPH.nodes[2]);
  const [x, y] = geo.pointOn(curve, 0.5);
  assert.deepEqual(geo.linkAt(GRAPH, x, y + 3, 7), ["h", "y"]);
  assert.equal(geo.linkAt(GRAPH, x, y + 60, 7), null);
  assert.equal(geo.linkAt({ nodes: [], links: [] }, 0, 0, 7), null);
});

test("the camera shows the whole drawing in a box of any size", () => {
  for (const [width, height] of [
    [800, 600],
    [390, 420],
    [3000, 300],
  ]) {
    const camera = geo.fitCamera(GRAPH, width, height);
    for (const { x, y, role } of GRAPH.nodes) {
      const half = (geo.SIZE[role] / 2) * camera.zoom;
      const [px, py] = [camera.x + x * camera.zoom, camera.y + y * camera.zoom];
      assert.ok(px - half >= 0 && px + half <= width && py - half >= 0 && py + half <= height);
    }
  }
});

test("an empty drawing and a single node have a camera", () => {
  for (const nodes of [[], [node("x", "input", 1e5, -1e5)]]) {
    const camera = geo.fitCamera({ nodes, links: [] }, 800, 600);
    assert.ok([camera.x, camera.y, camera.zoom].every(Number.isFinite) && camera.zoom > 0);
  }
});

test("zooming keeps the point at the pointer and has limits", () => {
  let camera = { x: 30, y: -20, zoom: 0.8 };
  const before = geo.toWorld(camera, 300, 200);
  for (const factor of [1.25, 2, 0.3, 100, 1e-6, 3]) {
    camera = geo.zoomAbout(camera, factor, 300, 200);
    geo.toWorld(camera, 300, 200).forEach((value, i) => near(value, before[i], 1e-6));
    assert.ok(camera.zoom >= 0.1 && camera.zoom <= 6);
  }
});

test("a selection box selects its contents, drawn from any corner", () => {
  for (const box of [
    [-10, -10, 210, 10],
    [210, 10, -10, -10],
    [-10, 10, 210, -10],
  ]) {
    assert.deepEqual(geo.inBox(GRAPH, ...box), ["x", "h"]);
  }
  assert.deepEqual(geo.inBox(GRAPH, 500, 500, 600, 600), []);
});

test("arrow keys move to the nearest neuron in their direction", () => {
  const grid = { nodes: [], links: [] };
  for (let i = 0; i < 3; i++)
    for (let j = 0; j < 3; j++) grid.nodes.push(node(`${i}${j}`, "hidden", 100 * i, 90 * j));
  assert.equal(geo.neighbour(grid, "11", 1, 0).id, "21");
  assert.equal(geo.neighbour(grid, "11", -1, 0).id, "01");
  assert.equal(geo.neighbour(grid, "11", 0, 1).id, "12");
  assert.equal(geo.neighbour(grid, "11", 0, -1).id, "10");
  assert.equal(geo.neighbour(grid, "21", 1, 0), null);
  assert.equal(geo.neighbour({ nodes: [grid.nodes[0]], links: [] }, "00", 1, 0), null);
});

test("every node is reached by arrow keys", () => {
  let seed = 1;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const graph = { nodes: [], links: [] };
  for (let i = 0; i < 25; i++)
    graph.nodes.push(node(`n${i}`, "hidden", 600 * random(), 400 * random()));
  const reached = new Set(["n0"]);
  const stack = ["n0"];
  while (stack.length) {
    const from = stack.pop();
    for (const [dx, dy] of [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ]) {
      const next = geo.neighbour(graph, from, dx, dy)?.id;
      if (next && !reached.has(next)) {
        reached.add(next);
        stack.push(next);
      }
    }
  }
  assert.equal(reached.size, 25);
});

test("a touch may miss a port to its right, but not inside the neuron", () => {
  const right = geo.halfOf(GRAPH.nodes[1]);
  assert.equal(geo.portAt(GRAPH, 200 + right + 12, 3, 16)?.id, "h");
  assert.equal(geo.portAt(GRAPH, 200 + right - 12, 0, 16), null);
  assert.equal(geo.portAt(GRAPH, 200 + right + 40, 0, 16), null);
});
