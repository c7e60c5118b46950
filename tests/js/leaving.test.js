// On the way to another page: a click waits for what was said before it, and nothing is said after
// it.

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { NavigationGuard, MessageGate, guardOf } from "../../app/shared/frontend/leaving.js";

let clock, place, guard, sent, clicks, pending, busy, away;

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  [clock, sent, clicks, pending, busy, away] = [1000, [], [], false, false, false];
  place = { origin: "http://lab", pathname: "/" };
  guard = new NavigationGuard(
    place,
    () => clock,
    () => busy,
    () => away,
  );
});

afterEach(() => mock.timers.reset());

const newGate = () =>
  new MessageGate(
    (state) => sent.push(state),
    () => pending,
    guard,
  );

function tick(milliseconds) {
  for (let t = 0; t < milliseconds; t += 10) {
    clock += 10;
    mock.timers.tick(10);
  }
}

function link(href, more = {}) {
  const made = { tagName: "A", href, click: () => press(made), ...more };
  return made;
}

/** What a browser does on a click; whether the page itself got to hear of it. */
function press(part, keys = {}) {
  let heard = true;
  const refuse = () => (heard = false);
  guard.clicked({
    button: 0,
    ...keys,
    composedPath: () => [{}, part],
    preventDefault() {},
    stopImmediatePropagation: refuse,
  });
  if (heard) clicks.push(part);
  return heard;
}

test("a click without pending messages is followed at once and holds later messages", () => {
  const gate = newGate();
  assert.equal(press(link("http://lab/share?e=1")), true);
  gate.pass("poll 1");
  gate.pass("poll 2");
  tick(300);
  assert.deepEqual(sent, []);
  place.pathname = "/share";
  tick(100);
  assert.deepEqual(sent, ["poll 2"]);
});

test("waiting for a page that does not open ends", () => {
  const gate = newGate();
  press(link("http://lab/share"));
  gate.pass("edit");
  tick(9000);
  assert.deepEqual(sent, ["edit"]);
});

test("a busy server prolongs the wait for a page, up to a limit", () => {
  const gate = newGate();
  press(link("http://lab/share"));
  gate.pass("poll");
  busy = true;
  tick(50_000);
  assert.deepEqual(sent, []);
  busy = false;
  tick(100);
  assert.deepEqual(sent, ["poll"]);
  press(link("http://lab/share"));
  gate.pass("edit");
  busy = true;
  tick(80_000);
  assert.deepEqual(sent, ["poll", "edit"]);
});

test("a link clicked before the listener was installed holds later messages", () => {
  const gate = newGate();
  guard.missed(link("http://lab/share"), true);
  gate.pass("hello");
  tick(3000);
  assert.deepEqual(sent, []);
  place.pathname = "/share";
  tick(100);
  assert.deepEqual(sent, ["hello"]);
});

test("a link that only has the focus holds no messages", () => {
  guard.missed(link("http://lab/data"), false);
  guard.missed({ tagName: "BUTTON" }, true);
  guard.missed(null, true);
  newGate().pass("hello");
  assert.deepEqual(sent, ["hello"]);
});

test("all copies of the module share the guard of the document", () => {
  const document = { addEventListener() {}, activeElement: null };
  assert.equal(guardOf(document), guardOf(document));
});

test("a click waits until earlier messages are answered and is followed once", () => {
  const gate = newGate();
  const share = link("http://lab/share");
  pending = true;
  gate.pass("edit");
  assert.equal(press(share), false);
  tick(500);
  assert.deepEqual([sent, clicks], [["edit"], []]);
  pending = false;
  tick(100);
  assert.deepEqual(clicks, [share]);
  place.pathname = "/share";
  tick(3000);
  assert.deepEqual(clicks, [share]);
});

test("a click is repeated if its page does not open although the server is idle", () => {
  const share = link("http://lab/share");
  press(share);
  busy = true;
  tick(5000);
  assert.deepEqual(clicks, [share]);
  busy = false;
  tick(1600);
  assert.deepEqual(clicks, [share, share]);
  place.pathname = "/share";
  tick(9000);
  assert.deepEqual(clicks, [share, share]);
});

test("a click on the way back to the page shown takes back the click before", () => {
  const gate = newGate();
  const [share, draw] = [link("http://lab/share"), link("http://lab/")];
  press(share);
  press(draw);
  gate.pass("edit");
  tick(900);
  assert.deepEqual(sent, []); // the server may still be on its way to the other page
  tick(9000);
  assert.deepEqual(clicks, [share, draw]);
  assert.deepEqual(sent, ["edit"]);
  press(link("http://lab/#main"));
  gate.pass("poll");
  assert.deepEqual(sent, ["edit", "poll"]);
});

test("going through the history takes back the click before", () => {
  let back = () => {};
  guard.watch({
    addEventListener() {},
    activeElement: null,
    defaultView: { addEventListener: (type, act) => (back = act), navigator: {} },
  });
  const share = link("http://lab/share");
  press(share);
  back();
  tick(9000);
  assert.deepEqual(clicks, [share]);
});

test("a link that Streamlit has replaced is followed through its replacement", () => {
  newGate();
  const now = link("http://lab/share");
  const ownerDocument = { querySelectorAll: () => [link("http://lab/data"), now] };
  const gone = link("http://lab/share", { isConnected: false, ownerDocument });
  pending = true;
  press(gone);
  pending = false;
  tick(100);
  assert.deepEqual(clicks, [now]);
});

test("repeating a click without effect ends after a limit", () => {
  press(link("http://lab/share"));
  tick(60_000);
  assert.ok(clicks.length < 8);
});

test("a click waits up to a limit, and the last of two clicks is followed", () => {
  newGate();
  pending = true;
  const [share, data] = [link("http://lab/share"), link("http://lab/data")];
  press(share);
  tick(1000);
  press(data);
  tick(3100);
  place.pathname = "/data";
  tick(3100);
  assert.deepEqual(clicks, [data]);
});

test("messages posted just before a click are sent first", () => {
  newGate().pass("poll");
  assert.equal(press(link("http://lab/share")), false);
  tick(110);
  assert.equal(clicks.length, 1);
});

test("links that stay on the page hold no messages", () => {
  const gate = newGate();
  press(link("http://lab/?e=2"));
  press(link("https://elsewhere/share"));
  press(link("blob:http://lab/1", { download: "network.json" }));
  press(link("http://lab/share", { target: "_blank" }));
  press(link("http://lab/share"), { ctrlKey: true });
  press({ tagName: "BUTTON", dataset: {} });
  gate.pass("poll");
  assert.deepEqual(sent, ["poll"]);
});

test("a button of Streamlit holds messages for a second, as it may lead to another page", () => {
  const gate = newGate();
  press({ tagName: "BUTTON", dataset: { testid: "stBaseButton-secondary" } });
  gate.pass("poll");
  tick(900);
  assert.deepEqual(sent, []);
  tick(300);
  assert.deepEqual(sent, ["poll"]);
});

test("a message waits for a lost connection, and only the newest is sent", () => {
  const gate = newGate();
  away = true;
  gate.pass("poll 1");
  tick(10_000);
  gate.pass("poll 2");
  tick(10_000);
  assert.deepEqual(sent, []);
  away = false;
  tick(100);
  assert.deepEqual(sent, ["poll 2"]);
});

test("a removed message gate sends nothing and is not waited for", () => {
  const gate = newGate();
  pending = true;
  guard.leave(5000);
  gate.pass("edit");
  gate.close();
  tick(6000);
  assert.deepEqual(sent, []);
  assert.equal(press(link("http://lab/share")), true);
});
