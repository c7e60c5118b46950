// The forward pass of the browser is held to the core. tests/test_javascript.py asks the core, and
// says in NBN_LAB_NETWORK where its answers are.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import {
  decodeFloats,
  forward,
  gridInputs,
  linkKey,
  weightIndex,
} from "../../app/shared/frontend/network.js";

const TOLERANCE = 1e-12; // of 1, or of the value where it is larger; 1e-6 is what was promised

function cases() {
  const path = process.env.NBN_LAB_NETWORK;
  assert.ok(
    path,
    "run `python -m pytest tests/test_javascript.py`, which asks the core for its numbers",
  );
  return JSON.parse(readFileSync(path, "utf8"));
}

test("every node has the value that the core computes", () => {
  const all = cases();
  assert.ok(all.length >= 40);
  let worst = 0;
  for (const { network, patterns, inputs, weights, values } of all) {
    const expected = decodeFloats(values);
    const got = forward(network, decodeFloats(weights), decodeFloats(inputs), patterns);
    assert.equal(got.length, expected.length);
    got.forEach((value, i) => {
      assert.ok(Number.isFinite(value));
      worst = Math.max(worst, Math.abs(value - expected[i]) / Math.max(1, Math.abs(expected[i])));
    });
  }
  assert.ok(worst <= TOLERANCE, `largest difference ${worst}`);
});

test("the cases include all activations, gains, leaks, and outputs that feed others", () => {
  const all = cases();
  const neurons = all.flatMap(({ network }) => network.neurons);
  assert.deepEqual([...new Set(neurons.map((neuron) => neuron.activation))].sort(), [
    "bipolar",
    "elliot_bipolar",
    "elliot_unipolar",
    "linear",
    "unipolar",
  ]);
  assert.ok(
    neurons.some((neuron) => neuron.gain !== 1) && neurons.some((neuron) => neuron.leak > 0),
  );
  const feeding = all.filter(({ network }) =>
    network.neurons.some(({ sources }) =>
      sources.some((s) => network.outputs.includes(s - network.n_inputs)),
    ),
  );
  assert.ok(feeding.length > 3);
});

test("each weight has the index that the core gives it", () => {
  for (const { network, names } of cases()) {
    const ids = [...network.inputs, ...network.neurons.map((neuron) => neuron.id)];
    const index = weightIndex(network, ids);
    assert.equal(index.count, names.length);
    names.forEach(([source, target], n) => {
      if (source === "")
        assert.equal(index.bias[network.neurons.findIndex(({ id }) => id === target)], n);
      else assert.equal(index.links.get(linkKey(source, target)), n);
    });
    assert.equal(index.links.size + index.bias.length, names.length);
  }
});

test("floats are decoded to the bit", () => {
  const values = [0, -0, 1 / 3, 5e-324, 1.7976931348623157e308, Infinity, -Infinity];
  const bytes = new Uint8Array(new Float64Array(values).buffer);
  const text = btoa(String.fromCharCode(...bytes));
  const got = decodeFloats(text);
  values.forEach((value, i) => assert.ok(Object.is(got[i], value)));
  assert.equal(decodeFloats("").length, 0);
});

test("the grid starts at the top left with its points at the centers of pixels", () => {
  const inputs = gridInputs([-2, 2, 10, 14], 4);
  assert.deepEqual([...inputs.subarray(0, 4)], [-1.5, -0.5, 0.5, 1.5]);
  assert.deepEqual([...inputs.subarray(16, 20)], [13.5, 13.5, 13.5, 13.5]);
  assert.deepEqual([inputs[15], inputs[31]], [1.5, 10.5]);
});
