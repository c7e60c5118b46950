// Cells of the quasi-Hessian: what was packed is unpacked, and nothing is drawn outside its place.

import assert from "node:assert/strict";
import test from "node:test";

import * as grid from "../../app/hessian/frontend/grid.js";

test("a symmetric matrix is restored from its upper triangle", () => {
  const full = grid.unpackCells(Uint8Array.from([1, 2, 3, 4, 5, 6]), {
    height: 3,
    width: 3,
    symmetric: true,
  });
  assert.deepEqual([...full], [1, 2, 3, 2, 4, 5, 3, 5, 6]);
});

test("a block is restored row by row", () => {
  const packed = Float32Array.from([1.5, -2, 3, 4, 5, 6]);
  assert.equal(grid.unpackCells(packed, { height: 2, width: 3, symmetric: false }), packed);
  const base64 = Buffer.from(packed.buffer).toString("base64");
  assert.deepEqual([...grid.decodeNumbers(base64, Float32Array)], [...packed]);
});

test("groups end where the next begins, and names without space are omitted", () => {
  const frames = [
    ["h1", 3],
    ["h2", 4],
    ["a long name", 5],
  ];
  assert.deepEqual(grid.edges(frames), [3, 7]);
  assert.deepEqual(
    grid.groupLabels(frames, 1).map(({ name, middle }) => [name, middle]),
    [
      ["h1", 1.5],
      ["h2", 5],
      ["a long\u2026", 9.5],
    ],
  );
  assert.deepEqual(
    grid.groupLabels(frames, 4).map(({ name }) => name),
    ["h1", "a long\u2026"],
  );
});

test("cells fill the available space and are at most slightly wider than high", () => {
  assert.deepEqual(grid.cellSize({ height: 10, width: 10 }, { width: 400, height: 300 }), {
    across: 40,
    down: 30,
  });
  const flat = grid.cellSize({ height: 40, width: 2 }, { width: 400, height: 400 });
  assert.deepEqual(flat, { across: 22, down: 10 });
});

test("arrow keys stay within the matrix", () => {
  assert.deepEqual(grid.clampCell([-1, 9], { height: 4, width: 4 }), [0, 3]);
});

test("nodes of a long cascade have a readable size and do not overlap", () => {
  const nodes = Array.from({ length: 14 }, (_, i) => ({
    id: `h${i}`,
    x: 160 * i,
    y: 60 * (i % 2),
  }));
  const { places, half } = grid.spread(nodes, { width: 480, height: 320 });
  assert.ok(half > 12, String(half));
  places.forEach((a, i) => {
    assert.ok(a.x >= 0 && a.x <= 480 && a.y >= 0 && a.y <= 320);
    for (const b of places.slice(i + 1))
      assert.ok(Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y)) >= 2 * half);
  });
  assert.deepEqual(grid.spread([{ x: 5, y: 7 }], { width: 100, height: 60 }).places, [
    { x: 50, y: 30 },
  ]);
});
