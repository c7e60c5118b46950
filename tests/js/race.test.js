// The race's arithmetic: log axes with room for zero, and where on a curve the replay is.

import assert from "node:assert/strict";
import { test } from "node:test";

import { errorRange } from "../../app/race/frontend/chart.js";
import { decodeCurve, lastAtMost, lookAt } from "../../app/race/frontend/curves.js";
import {
  decadeTicks,
  logRange,
  shareOf,
  tickLabel,
  valueAt,
} from "../../app/race/frontend/scales.js";

function encode(columns) {
  return Buffer.from(new Float64Array(columns.flat()).buffer).toString("base64");
}

test("curves are decoded column by column", () => {
  const curve = decodeCurve(
    encode([
      [0, 1, 4],
      [0, 0.5, 2],
      [0, 3, 12],
      [1, 2, 5],
      [9, 3, Infinity],
    ]),
  );
  assert.equal(curve.count, 3);
  assert.deepEqual([...curve.iterations], [0, 1, 4]);
  assert.deepEqual([...curve.work], [0, 3, 12]);
  assert.deepEqual([...curve.sse], [9, 3, Infinity]);
  assert.equal(decodeCurve("").count, 0);
  assert.equal(decodeCurve(undefined).count, 0);
});

test("the replay is at the last row up to its position", () => {
  const values = [0, 1, 5, 5, 20];
  const expected = (most) =>
    Math.max(
      0,
      values.findLastIndex((value) => value <= most),
    );
  for (const most of [-1, 0, 0.5, 1, 4.9, 5, 19, 20, 1e9])
    assert.equal(lastAtMost(values, most), expected(most), String(most));
  const looks = [{ k: 0 }, { k: 3 }, { k: 9 }];
  assert.deepEqual(
    [0, 2, 3, 8, 99].map((k) => lookAt(looks, k).k),
    [0, 0, 3, 3, 9],
  );
  assert.equal(lookAt([], 4), null);
  assert.equal(lookAt([{ k: 7 }], 4).k, 7); // before the first picture there is none better
});

test("an axis holds twenty and two hundred thousand iterations", () => {
  const range = logRange([[0, 1, 20], [0, 1, 200000], []]);
  const shares = [0, 1, 20, 1000, 200000].map((value) => shareOf(range, value));
  assert.equal(shares[0], 0);
  assert.ok(Math.abs(shares.at(-1) - 1) < 1e-12);
  for (let i = 1; i < shares.length; i++) assert.ok(shares[i] > shares[i - 1] + 0.03);
  for (const value of [1, 20, 3333])
    assert.ok(Math.abs(valueAt(range, shareOf(range, value)) / value - 1) < 1e-9);
  assert.equal(valueAt(range, 0), 0);
  assert.equal(valueAt(range, 1), Infinity);
});

test("an axis without values or with a single one has a range", () => {
  for (const columns of [[], [[]], [[0]], [[0, 5]], [[NaN, Infinity, 3]]]) {
    const { low, high } = logRange(columns);
    assert.ok(Number.isFinite(low) && high > low);
  }
});

test("ticks are whole decades, thinned out, with readable labels", () => {
  assert.deepEqual(decadeTicks({ low: -0.2, high: 5.3 }, 9), [0, 1, 2, 3, 4, 5]);
  const thin = decadeTicks({ low: -16, high: 3 }, 5);
  assert.ok(thin.length <= 5 && thin.every(Number.isInteger));
  assert.deepEqual(
    [0, 3, 5].map((e) => tickLabel("iterations", e)),
    ["1", "1,000", "100,000"],
  );
  assert.deepEqual(
    [-4, -3, 0, 1].map((e) => tickLabel("seconds", e)),
    ["0.1 ms", "1 ms", "1 s", "10 s"],
  );
  assert.deepEqual(
    [-1, -7].map((e) => tickLabel("sse", e)),
    ["0.1", "1e-7"],
  );
});

test("a diverging lane does not flatten the curves of the others", () => {
  const lane = (sse) => ({ curve: { count: sse.length, sse } });
  const range = errorRange([lane([300, 20, 0.5]), lane([300, 1e30, Infinity])], 1);
  assert.ok(range.high <= 6, String(range.high));
  assert.ok(range.low <= -1);
  assert.deepEqual(errorRange([], 0), { low: -2, high: 3 });
});
