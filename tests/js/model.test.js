// What the browser knows: answers put together to one run, and values from its weights.

import assert from "node:assert/strict";
import test from "node:test";

import { Model } from "../../app/draw/frontend/model.js";

const pack = (values) =>
  btoa(String.fromCharCode(...new Uint8Array(new Float64Array(values).buffer)));

/** y = w1 x + w0, on two patterns. */
function model() {
  const made = new Model();
  made.setData({
    key: "line",
    kind: "regression",
    I: 1,
    M: 1,
    domain: [-1, 1],
    input_ranges: [[-1, 1]],
    target_ranges: [[0, 4]],
    target_names: ["y"],
    train: { P: 2, inputs: pack([-1, 1]), targets: pack([0, 4]) },
    test: null,
  });
  const neurons = [{ id: "y", activation: "linear", gain: 1, leak: 0, sources: [0] }];
  made.setNetwork({ n_inputs: 1, inputs: ["x"], outputs: [0], neurons }, pack([0, 0]));
  return made;
}

/** Rows first..last of a run whose weights at k are [k, 2k]; only every stride-th has weights. */
function rows(first, last, { id = "r1", state = "running", total = last + 1, stride = 1 } = {}) {
  const ks = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const kept = ks.filter((k) => k % stride === 0 || (state === "ended" && k === total - 1));
  return {
    id,
    state,
    stop: null,
    sentence: "",
    total,
    best: null,
    play: false,
    shown: 0,
    first,
    iterations: ks,
    sse: ks.map((k) => 100 - k),
    mu: ks.map(() => 0.01),
    seconds: ks,
    validation: [],
    kept,
    weights: pack(kept.flatMap((k) => [k, 2 * k])),
  };
}

test("a run is assembled from its parts, even if parts arrive twice", () => {
  const made = model();
  assert.equal(made.addRun(rows(0, 3)), true);
  made.addRun(rows(0, 5));
  made.addRun(rows(6, 6));
  made.addRun(rows(4, 9, { state: "ended" }));
  assert.equal(made.last, 9);
  assert.deepEqual(
    made.run.sse,
    Array.from({ length: 10 }, (_, k) => 100 - k),
  );
  for (let k = 0; k <= 9; k++) assert.deepEqual([...made.weightsAt(k)], [k, 2 * k]);
  assert.equal(made.sseAt(4), 96);
});

test("a part with a gap before it is ignored", () => {
  const made = model();
  assert.equal(made.addRun(rows(3, 5)), false);
  assert.equal(made.run, null);
  made.addRun(rows(0, 1));
  assert.equal(made.addRun(rows(3, 5)), false);
  assert.equal(made.last, 1);
});

test("a run without rows shows the starting weights", () => {
  const made = model();
  made.addRun({ ...rows(0, -1), total: 0 });
  assert.equal(made.last, 0);
  assert.deepEqual([...made.weightsAt(0)], [0, 0]);
  assert.ok(Number.isNaN(made.sseAt(0)));
  made.addRun(rows(0, 2));
  assert.equal(made.last, 2);
});

test("another run replaces the current one, and no run removes it", () => {
  const made = model();
  made.addRun(rows(0, 4));
  made.addRun(rows(0, 1, { id: "r2" }));
  assert.equal(made.last, 1);
  assert.equal(made.addRun(null), true);
  assert.equal(made.addRun(null), false);
  assert.deepEqual([...made.weightsAt(3)], [0, 0]);
});

test("between kept rows the previous one is shown, and the last row is always kept", () => {
  const made = model();
  made.addRun(rows(0, 7, { stride: 5 }));
  assert.deepEqual([...made.weightsAt(7)], [5, 10]);
  made.addRun({ ...rows(8, 7, { state: "ended", total: 8 }), kept: [7], weights: pack([7, 14]) });
  assert.deepEqual([...made.weightsAt(7)], [7, 14]);
  assert.deepEqual([...made.weightsAt(4)], [0, 0]);
});

test("outputs, errors and tiles are those of the weights shown", () => {
  const made = model();
  assert.equal(made.startSse(), 16);
  made.addRun(rows(0, 2));
  assert.deepEqual([...made.output(2, "train", 0)], [-2, 6]);
  assert.deepEqual([...made.output(1, "train", 0)], [-1, 3]);
  const tile = made.tile(1, "y");
  assert.equal(tile.kind, "curve");
  assert.ok(Math.abs(tile.values[0] - (-1 - 2) / 2) < 1e-12);
  assert.equal(made.tile(1, "nobody"), null);
});

test("validation errors arrive row by row, and a run ends at the best row for them", () => {
  const made = model();
  const part = (first, last, more = {}) => ({
    ...rows(first, last, more),
    validation: Array.from({ length: last - first + 1 }, (_, i) => 50 - first - i),
  });
  made.addRun(part(0, 3));
  assert.equal(made.end, 3);
  made.addRun({ ...part(2, 9, { state: "ended" }), best: 6 });
  assert.deepEqual(
    made.run.validation,
    Array.from({ length: 10 }, (_, k) => 50 - k),
  );
  assert.equal(made.last, 9);
  assert.equal(made.end, 6);
  made.addRun({ ...rows(0, 2, { id: "r2" }), best: 6 });
  assert.equal(made.end, 2, "rows that have not arrived yet cannot be shown");
  assert.deepEqual(made.run.validation, []);
});

/** Predictions of a rule of its own way at these iterations: -k at the places, k at the patterns. */
const predictions = (first, iterations, total) => ({
  first,
  total,
  iterations,
  outputs: pack(iterations.flatMap((k) => [...new Array(120).fill(-k), k, k + 0.5])),
});

test("a rule that predicts in its own way shows its predictions, not the weights' outputs", () => {
  const made = model();
  made.own = true;
  assert.equal(made.output(0, "train", 0), null);
  assert.equal(made.tile(0, "y"), null);
  assert.ok(Number.isNaN(made.startSse()));
  assert.ok(made.tile(0, "x").values.length === 120, "an input is what it is");
  made.addRun({ ...rows(0, 4), iterations: [0, 1, 2, 5, 8], own: predictions(0, [0, 2], 3) });
  assert.ok(made.behind);
  made.addRun({ ...rows(5, 4, { total: 5 }), own: predictions(1, [2, 8], 3) });
  assert.ok(!made.behind);
  assert.deepEqual(made.run.own.iterations, [0, 2, 8]);
  assert.deepEqual([...made.output(4, "train", 0)], [8, 8.5]);
  assert.deepEqual([...made.output(3, "train", 0)], [2, 2.5], "the last one before it");
  assert.deepEqual([made.outputIteration(4), made.outputIteration(3)], [8, 2]);
  assert.deepEqual(new Set(made.output(2, "tile", 0)), new Set([-2]));
  made.own = false;
  assert.deepEqual([...made.output(2, "train", 0)], [-2, 6], "the drawn network's again");
});

test("predictions whose beginning is missing are not taken", () => {
  const made = model();
  made.own = true;
  made.addRun({ ...rows(0, 1), own: predictions(0, [0], 1) });
  made.addRun({ ...rows(0, 1), own: predictions(5, [9], 6) });
  assert.deepEqual(made.run.own.iterations, [0]);
  assert.ok(made.behind);
});

test("a change of the network is news at its row and shortly after", () => {
  const made = model();
  const changes = [
    { row: 2, title: "one", born: [], died: [["x", "y"]] },
    { row: 4, title: "two", born: [["x", "y"]], died: [] },
  ];
  made.addRun({ ...rows(0, 20), changes });
  const titles = [...Array(10).keys()].map((k) => made.changeAt(k)?.title ?? "");
  assert.deepEqual(titles, ["", "", "one", "one", "two", "two", "two", "two", "", ""]);
  made.addRun({ ...rows(0, 3, { id: "r2" }), changes: null });
  assert.equal(made.changeAt(2), null);
});

test("training can go on after a pause, a plateau and a change, and not after a solution", () => {
  const goesOn = (stop) => {
    const made = model();
    made.addRun({ ...rows(0, 3, { state: "ended" }), stop });
    return !made.over;
  };
  const stops = [null, "MAX_ITERATIONS", "PLATEAU", "STEPS_DONE", "SOLVED", "CONVERGED"];
  assert.deepEqual(stops.map(goesOn), [true, true, true, true, false, false]);
});
