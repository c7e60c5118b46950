// One table of cases holds the number formats of both languages together.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  counted,
  duration,
  fieldText,
  roundTicks,
  short,
  whole,
} from "../../app/shared/frontend/numbers.js";

const cases = JSON.parse(readFileSync(new URL("../number_cases.json", import.meta.url), "utf8"));

test("numbers are formatted as in the table of cases", () => {
  for (const [value, digits, text] of cases.numbers)
    assert.equal(short(Number(value), digits), text, `${value} with ${digits} digits`);
});

test("durations are formatted as in the table of cases", () => {
  for (const [seconds, text] of cases.durations)
    assert.equal(duration(Number(seconds)), text, `${seconds} seconds`);
});

test("a value missing in JSON is shown as not a number", () => {
  assert.equal(short(null), "not a number");
  assert.equal(short(undefined), "not a number");
});

test("number fields get text that they accept", () => {
  assert.equal(fieldText(-12345.678), "-12345.7");
  assert.equal(fieldText(1.5e-9), "1.5e-9");
  assert.equal(fieldText(0.1 + 0.2), "0.3");
  assert.equal(fieldText(NaN), "");
});

test("whole numbers have commas between thousands", () => {
  assert.equal(whole(1234567), "1,234,567");
});

test("one of a kind has no plural", () => {
  assert.equal(counted(1, "iteration"), "1 iteration");
  assert.equal(counted(0, "iteration"), "0 iterations");
  assert.equal(counted(12345, "iteration"), "12,345 iterations");
});

test("ticks are round numbers between 0 and the end", () => {
  assert.deepEqual(roundTicks(1242, 4), [500, 1000]);
  assert.deepEqual(roundTicks(32, 4), [10, 20, 30]);
  assert.deepEqual(roundTicks(3, 4), [1, 2]);
  assert.deepEqual(roundTicks(1, 4), []);
  assert.deepEqual(roundTicks(20_000, 5), [5000, 10_000, 15_000]);
});
