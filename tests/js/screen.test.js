// The numbers of the Draw page: correct patterns, confusion, errors, as the core computes them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { summary } from "../../app/draw/frontend/convergence.js";
import { Model } from "../../app/draw/frontend/model.js";
import { confusion, sentence } from "../../app/draw/frontend/output_views.js";

const file = process.env.NBN_LAB_SCREEN;
const cases = file ? JSON.parse(readFileSync(file, "utf8")) : [];
const MISSING = "run `python -m pytest tests/test_javascript.py`, which asks the core";

test("there are cases of every kind of data", () => {
  assert.ok(cases.length >= 5, MISSING);
  assert.ok(cases.some(({ data }) => data.validation && data.test));
  assert.ok(
    cases.some(({ expected }) => expected.iteration > expected.row),
    "rows of epochs",
  );
});

for (const { name, data, network, start, run, expected } of cases) {
  test(`${name}: what the page says of the outputs is what the core computes`, () => {
    const model = new Model();
    model.setData(data);
    model.setNetwork(network, start);
    model.addRun(run);
    const k = expected.row ?? 0;
    const outputs = (part) => (m) => model.output(k, part, m);
    assert.equal(sentence({ data: model.data, outputs, remark: "" }), expected.sentence);
    if (run) {
      assert.equal(model.iteration(k), expected.iteration);
      const { iterations, sse, mu, validation } = model.run;
      const [at, end] = [model.iteration(k), model.iteration(model.last)];
      const shown = { k, last: model.last, at, end, iterations, sse, mu, validation, target: 0 };
      assert.ok(summary(shown).includes(expected.summary), summary(shown));
    }
    const sse = run ? model.sseAt(k) : model.startSse();
    assert.ok(Math.abs(sse - expected.sse) <= 1e-9 * Math.max(1, expected.sse), `${sse}`);
    for (const [part, counts] of Object.entries(expected.confusion)) {
      const found = confusion(model.data[part], outputs(part), data.M, data.threshold);
      assert.deepEqual(found, counts, part);
    }
  });
}
