// Own data in the browser's storage: what is kept, what is asked for, and the link in the address.

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { Address, withLink } from "../../app/shared/frontend/address.js";
import { superfluous } from "../../app/shared/frontend/keeper.js";

let stored, sent, address;

const storage = {
  has: async (digest) => stored.has(digest),
  kept: async (digest) => stored.get(digest),
  keep: async (digest, text) => void stored.set(digest, text),
  forget: async () => stored.clear(),
};

const NOTHING = { link: "", own: null, data: null, want: null, keep: true, ack: null };
const latest = () => sent.at(-1)?.messages.map(({ kind, ...rest }) => [kind, rest.digest]) ?? [];
const settled = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  [stored, sent] = [new Map(), []];
  globalThis.window = {
    location: { href: "http://lab/", origin: "http://lab" },
    history: { replaceState() {}, pushState() {} },
    document: {},
  };
  address = new Address((state) => sent.push(state), storage);
});

afterEach(() => {
  mock.timers.reset();
  delete globalThis.window;
});

test("data that are not kept are asked for, kept, and asked for again if they do not come", async () => {
  await address.receive({ ...NOTHING, own: "d1" });
  assert.deepEqual(latest(), [["need", "d1"]]);
  await address.receive({ ...NOTHING, own: "d1" });
  assert.equal(sent.length, 1);
  mock.timers.tick(5000);
  await settled();
  assert.ok(sent.length > 1);
  assert.equal(latest().at(-1)[1], "d1");
  await address.receive({ ...NOTHING, own: "d1", data: "text" });
  assert.equal(stored.get("d1"), "text");
});

test("data that are kept are not asked for", async () => {
  stored.set("d1", "text");
  await address.receive({ ...NOTHING, own: "d1" });
  assert.deepEqual(sent, []);
});

test("what the address names is brought once, or its absence is told", async () => {
  stored.set("d1", "text");
  await address.receive({ ...NOTHING, want: "d1" });
  await address.receive({ ...NOTHING, want: "d1" });
  assert.deepEqual(latest(), [["found", "d1"]]);
  assert.equal(sent[0].messages[0].text, "text");
  const other = new Address((state) => sent.push(state), storage);
  await other.receive({ ...NOTHING, want: "d2" });
  assert.deepEqual(latest(), [["missing", "d2"]]);
});

test("a storage that fails or never answers counts as empty", async () => {
  const broken = { ...storage, kept: () => Promise.reject(new Error("no storage")) };
  await new Address((state) => sent.push(state), broken).receive({ ...NOTHING, want: "d1" });
  assert.deepEqual(latest(), [["missing", "d1"]]);
  const silent = {
    ...storage,
    kept: () => new Promise(() => {}),
    has: () => new Promise(() => {}),
  };
  const waiting = new Address((state) => sent.push(state), silent).receive({
    ...NOTHING,
    want: "d3",
  });
  await settled();
  mock.timers.tick(4000);
  await waiting;
  assert.deepEqual(latest(), [["missing", "d3"]]);
});

test("without leave to keep anything, everything is forgotten", async () => {
  stored.set("d1", "text");
  await address.receive({ ...NOTHING, keep: false });
  assert.equal(stored.size, 0);
});

test("the newest entries stay, within their number, size and age", () => {
  const entry = (digest, used, size = 1) => ({ digest, used, text: "x".repeat(size) });
  const many = Array.from({ length: 15 }, (_, i) => entry(`d${i}`, 1000 + i));
  assert.deepEqual(superfluous(many, 2000), ["d2", "d1", "d0"]);
  const month = 30 * 24 * 3600 * 1000;
  assert.deepEqual(superfluous([entry("new", month), entry("old", 0)], month + 1), ["old"]);
  assert.deepEqual(superfluous([entry("only", 0)], 2 * month), []);
  const large = [entry("a", 3, 40e6), entry("b", 2, 30e6), entry("c", 1, 1)];
  assert.deepEqual(superfluous(large, 4), ["b", "c"]);
});

test("a link is put into an address, replaced and taken out", () => {
  assert.equal(withLink("http://lab/race", "abc"), "http://lab/race?e=abc");
  assert.equal(withLink("http://lab/?e=old&x=1#x", "abc"), "http://lab/?e=abc&x=1#x");
  assert.equal(withLink("http://lab/", "abc&n=9&k=0"), "http://lab/?e=abc&n=9&k=0");
  assert.equal(withLink("http://lab/?e=abc&n=9&k=3", "abc&n=9&k=4"), "http://lab/?e=abc&n=9&k=4");
  assert.equal(withLink("http://lab/?e=abc&n=9&k=3", "def"), "http://lab/?e=def");
  assert.equal(withLink("http://lab/?e=old", ""), "http://lab/");
  assert.equal(withLink("http://lab/?e=abc", "abc"), "http://lab/?e=abc");
});

test("an address whose data are awaited stays as it is", async () => {
  const replaced = [];
  globalThis.window.history.replaceState = (state, unused, url) => replaced.push(url);
  await address.receive({ ...NOTHING, link: null });
  assert.deepEqual(replaced, []);
  await address.receive({ ...NOTHING, link: "abc" });
  assert.deepEqual(replaced, ["http://lab/?e=abc"]);
});

test("another page has the link in its address from the first moment on", async () => {
  const pushed = [];
  globalThis.window.history.pushState = (state, unused, url) => pushed.push(String(url));
  await address.receive({ ...NOTHING, link: "abc" });
  await address.receive({ ...NOTHING, link: "def" });
  const { history } = globalThis.window;
  history.pushState({}, "", "/race");
  history.pushState({}, "", "/?e=own");
  history.pushState({}, "", "https://elsewhere/x");
  assert.deepEqual(pushed, ["http://lab/race?e=def", "/?e=own", "https://elsewhere/x"]);
});
