// Rows of a trace and their iterations.

import assert from "node:assert/strict";
import test from "node:test";

import { iterationAt, nearestRow, placeAt } from "../../app/shared/frontend/rows.js";

const SOME = [0, 1, 2, 4, 8, 100];

test("the nearest row of an iteration", () => {
  const found = [-5, 0, 1, 3, 5, 7, 53, 55, 1000].map((iteration) => nearestRow(SOME, iteration));
  assert.deepEqual(found, [0, 0, 1, 2, 3, 4, 4, 5, 5]);
  assert.equal(nearestRow([], 3), 0);
});

test("places between rows and their iterations are inverses", () => {
  assert.equal(iterationAt(SOME, 3.5), 6);
  for (let place = 0; place <= 5; place += 0.25)
    assert.ok(Math.abs(placeAt(SOME, iterationAt(SOME, place)) - place) < 1e-12);
  assert.equal(placeAt(SOME, 1000), 5);
  assert.equal(placeAt(SOME, -1), 0);
});
