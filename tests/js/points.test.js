// What painting does to points, and where they are on the screen.

import assert from "node:assert/strict";
import test from "node:test";

import * as edit from "../../app/data/frontend/points.js";
import {
  answers,
  clamp,
  frameOf,
  ticks,
  toPixels,
  toPlane,
} from "../../app/data/frontend/plane.js";

const DOMAIN = [-5, 5, -5, 5];
const near = (got, expected, tolerance = 1e-9) =>
  got.forEach((value, i) =>
    assert.ok(Math.abs(value - expected[i]) <= tolerance, `${got} is not ${expected}`),
  );

test("a stroke adds points at equal distances and ends at the pointer", () => {
  const places = edit.along([0, 0], [3, 4], [1, 1]);
  assert.equal(places.length, 5);
  near(places.at(-1), [3, 4]);
  near(places[0], [0.6, 0.8]);
  assert.deepEqual(edit.along([0, 0], [0.5, 0], [1, 1]), []);
});

test("points are added with their class up to a limit, in a new list", () => {
  const before = [[0, 0, 1]];
  assert.deepEqual(
    edit.put(
      before,
      [
        [1, 2],
        [3, 4],
      ],
      0,
      2,
    ),
    [
      [0, 0, 1],
      [1, 2, 0],
    ],
  );
  assert.deepEqual(before, [[0, 0, 1]]);
});

test("a curve has one target per input: the newest", () => {
  const once = edit.putOnCurve(
    [],
    [
      [0, 1],
      [1, 1],
      [2, 1],
    ],
    1,
    10,
  );
  const again = edit.putOnCurve(once, [[1.1, -1]], 1, 10);
  assert.deepEqual(again, [
    [0, 1, 1],
    [2, 1, 1],
    [1.1, -1, 1],
  ]);
  assert.equal(edit.putOnCurve(once, [[8, 0]], 1, 3).length, 3);
});

test("the eraser removes the points within its radius on the screen", () => {
  const points = [
    [0, 0, 0],
    [1, 0, 1],
    [0, 10, 1],
  ];
  assert.deepEqual(edit.erase(points, [0, 0], 1.5, [1, 1]), [[0, 10, 1]]);
  assert.deepEqual(edit.erase(points, [0, 0], 1.5, [0.1, 10]), [[1, 0, 1]]);
});

test("the point nearest to the pointer is found", () => {
  assert.equal(
    edit.nearest(
      [
        [0, 0, 0],
        [2, 2, 1],
      ],
      [1.5, 1],
      [1, 1],
    ),
    1,
  );
  assert.equal(edit.nearest([], [0, 0], [1, 1]), -1);
});

test("copies are symmetric around the center, and no point is copied onto another", () => {
  const points = [[1, 2, 0]];
  assert.deepEqual(edit.copies(points, "mirror", false, DOMAIN, 9), [
    [1, 2, 0],
    [-1, 2, 0],
  ]);
  assert.deepEqual(edit.copies(points, "flip", true, DOMAIN, 9), [
    [1, 2, 0],
    [1, -2, 1],
  ]);
  assert.deepEqual(edit.copies(points, "half", true, DOMAIN, 9), [
    [1, 2, 0],
    [-1, -2, 1],
  ]);
  const turned = edit.copies(points, "quarters", true, DOMAIN, 9);
  assert.equal(turned.length, 4);
  near(turned[1], [-2, 1, 1]);
  near(turned[2], [-1, -2, 0]);
  near(turned[3], [2, -1, 1]);
  assert.equal(edit.copies(turned, "quarters", true, DOMAIN, 9).length, 4);
  assert.equal(edit.copies([[0, 0, 1]], "half", true, DOMAIN, 9).length, 1);
  assert.equal(edit.copies(turned, "mirror", false, DOMAIN, 6).length, 6);
});

test("the center of symmetry is that of the visible plane", () => {
  assert.deepEqual(edit.copies([[1, 0, 1]], "mirror", false, [0, 10, -1, 1], 9), [
    [1, 0, 1],
    [9, 0, 1],
  ]);
});

test("noise moves every point a little within the plane; points of a curve only vertically", () => {
  let state = 1;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const points = Array.from({ length: 500 }, (_, i) => [5, 0, i % 2]);
  const moved = edit.noisy(points, [0.1, 0.2], false, DOMAIN, random);
  assert.ok(moved.every(([x, y]) => x <= 5 && x > 4 && Math.abs(y) < 1.5));
  const spread = Math.sqrt(moved.reduce((sum, [, y]) => sum + y * y, 0) / 500);
  assert.ok(spread > 0.17 && spread < 0.23, `${spread}`);
  assert.deepEqual(
    moved.map((point) => point[2]),
    points.map((point) => point[2]),
  );
  assert.ok(edit.noisy(points, [0.1, 0.2], true, DOMAIN, random).every(([x]) => x === 5));
});

test("points are counted in a sentence", () => {
  assert.equal(
    edit.counted(
      [
        [0, 0, 0],
        [0, 0, 1],
        [1, 1, 1],
      ],
      false,
      ["no", "yes"],
    ),
    "1 no, 2 yes",
  );
  assert.equal(edit.counted([[0, 0, 1]], true, []), "1 point");
  assert.deepEqual(edit.unpack([1, 2, 0, 3, 4, 1]), [
    [1, 2, 0],
    [3, 4, 1],
  ]);
});

test("positions convert to the screen and back, and the plane is square", () => {
  const frame = frameOf(700, 500, false);
  assert.equal(frame.width, frame.height);
  assert.ok(frameOf(700, 500, true).width > frameOf(700, 500, true).height);
  for (const place of [
    [-5, -5],
    [0, 0],
    [2.5, -1.25],
    [5, 5],
  ]) {
    near(toPlane(frame, DOMAIN, toPixels(frame, DOMAIN, place)), place);
  }
  assert.ok(toPixels(frame, DOMAIN, [0, 5])[1] < toPixels(frame, DOMAIN, [0, -5])[1]);
  assert.deepEqual(clamp(DOMAIN, [9, -9]), [5, -5]);
});

test("ticks are round and within the axis", () => {
  assert.deepEqual(ticks(-5, 5), [-4, -2, 0, 2, 4]);
  near(ticks(-1.2, 1.2), [-1, -0.5, 0, 0.5, 1]);
  assert.ok(ticks(1000, 1001).every((t) => t >= 1000 && t <= 1001));
});

test("the background shows the output of the network, top row first", () => {
  const weights = new Float64Array([0.5, 1, 2]); // bias, x1, x2
  const network = {
    n_inputs: 2,
    outputs: [0],
    neurons: [{ activation: "linear", gain: 1, leak: 0, sources: [0, 1] }],
    weights: btoa(String.fromCharCode(...new Uint8Array(weights.buffer))),
    unipolar: false,
  };
  const output = answers(network, DOMAIN, false);
  assert.equal(output.length, 72 * 72);
  const step = 10 / 72;
  near([output[0]], [0.5 + (-5 + step / 2) + 2 * (5 - step / 2)]);
  near([answers({ ...network, unipolar: true }, DOMAIN, false)[0]], [2 * output[0] - 1]);
});
