// What the convergence chart says in words.

import assert from "node:assert/strict";
import test from "node:test";

import { across, decades, summary } from "../../app/draw/frontend/convergence.js";

const RUN = { k: 1, last: 2, at: 1, end: 2, sse: [8, 4, 2], mu: [0.1, 0.1, 0.1], target: 0.5 };

test("without validation patterns the summary does not mention them", () => {
  assert.ok(!summary(RUN).includes("validation"));
  assert.equal(summary({ ...RUN, last: 0 }), "Convergence: nothing trained yet.");
});

test("the summary has the validation SSE at the row shown and at the best row", () => {
  const said = summary({ ...RUN, validation: [9, 3, null], best: 1, bestAt: 1 });
  assert.ok(
    said.includes("At iteration 1: SSE 4, SSE of the validation patterns 3, damping 0.1."),
    said,
  );
  assert.ok(said.endsWith("The validation SSE was smallest at iteration 1: 3."), said);
  const growing = summary({ ...RUN, validation: [9, 3, 5] });
  assert.ok(!growing.includes("best"), growing);
});

test("the summary counts one iteration, and writes thousands with commas", () => {
  const one = summary({ ...RUN, k: 1, last: 1, at: 1, end: 1 });
  assert.ok(one.includes("in 1 iteration;"), one);
  const many = summary({ ...RUN, at: 1020, end: 12345, validation: [9, 3], best: 1, bestAt: 1020 });
  assert.ok(many.includes("in 12,345 iterations;"), many);
  assert.ok(many.includes("At iteration 1,020: "), many);
  assert.ok(many.includes("smallest at iteration 1,020:"), many);
});

test("values too large for an axis do not change it", () => {
  assert.deepEqual(decades([10, null, 0.1]), { low: -1, high: 2 });
});

test("the axis is linear in iterations", () => {
  const area = { left: 40, right: 240 };
  assert.equal(across(area, { end: 1242 }, 0), 40);
  assert.equal(across(area, { end: 1242 }, 1242), 240);
  assert.equal(across(area, { end: 1000 }, 200), 80);
});
