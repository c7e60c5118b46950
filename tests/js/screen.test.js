// The numbers of the Draw page: correct patterns, confusion, errors, as the core computes them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { Model } from "../../app/draw/frontend/model.js";
import { confusion, sentence } from "../../app/draw/frontend/output_views.js";

const file = process.env.NBN_LAB_SCREEN;
const cases = file ? JSON.parse(readFileSync(file, "utf8")) : [];
const MISSING = "run `python -m pytest tests/test_javascript.py`, which asks the core";

test("there are cases of every kind of data", () => {
  assert.ok(cases.length >= 5, MISSING);
  assert.ok(cases.some(({ data }) => data.validation && data.test));
});

for (const { name, data, network, start, expected } of cases) {
  test(`${name}: what the page says of the outputs is what the core computes`, () => {
    const model = new Model();
    model.setData(data);
    model.setNetwork(network, start);
    const outputs = (part) => (m) => model.output(0, part, m);
    assert.equal(sentence({ data: model.data, outputs, remark: "" }), expected.sentence);
    const sse = model.startSse();
    assert.ok(Math.abs(sse - expected.sse) <= 1e-9 * Math.max(1, expected.sse), `${sse}`);
    for (const [part, counts] of Object.entries(expected.confusion)) {
      const found = confusion(model.data[part], outputs(part), data.M, data.threshold);
      assert.deepEqual(found, counts, part);
    }
  });
}
