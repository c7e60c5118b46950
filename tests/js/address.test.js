// The link to copy leads to the first page of whatever server and folder this page came from.

import assert from "node:assert/strict";
import test from "node:test";

import { addressOf } from "../../app/share/frontend/address.js";

for (const [href, expected] of [
  ["http://127.0.0.1:8501/share", "http://127.0.0.1:8501/?e=abc"],
  ["http://127.0.0.1:8501/share?e=old#x", "http://127.0.0.1:8501/?e=abc"],
  ["https://lab.example/nbn/share", "https://lab.example/nbn/?e=abc"],
  ["https://lab.example/nbn/", "https://lab.example/nbn/?e=abc"],
]) {
  test(`the address of ${href} with a link`, () => assert.equal(addressOf(href, "abc"), expected));
}

test("without a link the address is that of the page", () =>
  assert.equal(addressOf("http://127.0.0.1:8501/share?e=old", ""), "http://127.0.0.1:8501/"));
