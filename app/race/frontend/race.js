// @ts-check
// The race: lanes run on the server; the browser draws them during the race and replays them.

import { decodeFloats } from "../../shared/frontend/network.js";
import { required } from "../../shared/frontend/required.js";
import { counted, duration, whole } from "../../shared/frontend/numbers.js";
import { el, find, part, patch } from "../../shared/frontend/dom.js";
import { Outbox } from "../../shared/frontend/outbox.js";
import { Theme } from "../../shared/frontend/theme.js";
import { Card } from "./cards.js";
import { Chart } from "./chart.js";
import { AXES, decodeBytes, decodeCurve, lookAt, rowOf } from "./curves.js";
import { logRange, valueAt } from "./scales.js";

/** @import { Send } from "../../shared/frontend/outbox.js" */
/** @import { Axis, Curve, Snapshot } from "./curves.js" */
/**
 * @import { LaneBlock, NetworkScene, PlotScene, RaceHave, RaceMessages, RacePayload, SentLook,
 *   SentNetwork }
 *   from "./payloads.d.ts"
 */
/** @typedef {Omit<PlotScene, "x" | "y"> & {x: Float64Array, y: Float64Array}} Plot */
/** @typedef {Plot | NetworkScene} Scene */
/** @typedef {Omit<SentNetwork, "tones"> & {tones: Uint8Array}} Portrait */
/**
 * @typedef {Omit<LaneBlock, "curve" | "looks" | "newest"> &
 *   {curve: Curve, looks: Snapshot[], newest: Snapshot | null}} Lane
 */

const POLL_INTERVAL_MS = 120; // least time between an answer and the next request
const BUSY_FACTOR = 1.5; // wait this many times as long as the last answer took
const REPLAY_SECONDS = 9; // of a whole replay
/** @type {Record<Axis, string>} */
const SHORT_AXES = {
  iterations: "Iterations",
  seconds: "Time",
  work: "Work",
  evaluations: "Evaluations",
};
/** @type {Record<Axis, string>} */
const HINTS = {
  iterations: "Iterations of a rule: one of NBN is far more work than one of EBP",
  seconds: "Computing time on this server, without compiling",
  work:
    "One unit is a forward pass of all patterns through the network, " +
    "or as many multiplications",
  evaluations: "How often the error over all patterns was measured, rejected attempts included",
};
const DASHES = [[], [9, 4], [2, 3], [10, 3, 2, 3], [5, 3], [14, 4], [2, 2, 6, 2], [1, 4]];

export class Race {
  /** @type {Axis} */
  axis = "iterations";
  /** Position of the replay along the axis. @type {number} */
  share = 1;
  /** Whether the position is wherever the lanes are. @type {boolean} */
  live = true;
  /** @type {boolean} */
  playing = false;
  /** @type {Card[]} */
  cards = [];
  /** Pictures by lane number. @type {Map<number, Snapshot[]>} */
  looks = new Map();
  /** @type {Lane[]} */
  lanes = [];
  /** @type {Scene | undefined} */
  scene;
  /** Networks of the lanes, in their order. @type {Portrait[]} */
  networks = [];
  /** @type {RacePayload | undefined} */
  data;
  /** @type {string | undefined} */
  key;
  /** @type {number | undefined} */
  race;
  /** @type {number | undefined} */
  noticeId;
  /** @type {number | null} */
  asked = null;
  /** @type {number | undefined} */
  before;
  /** @type {boolean} */
  dirty = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  poller;

  /**
   * @param {HTMLElement} root
   * @param {Send} send
   */
  constructor(root, send) {
    this.root = root;
    /** @type {Outbox<RaceMessages, RaceHave>} */
    this.outbox = new Outbox(send);
    this.still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.box = find(root, ".race");
    this.theme = new Theme(this.box);
    this.go = el("button", { class: "primary", onclick: () => this.press() });
    this.on = el("button", {
      text: "Continue",
      onclick: () => this.outbox.post("go_on"),
      hidden: true,
    });
    part(this.root, "bar").append(this.go, this.on);
    this.axes = el("div", { class: "buttons axes", role: "group", "aria-label": "Axis" });
    for (const [name, label] of AXES) {
      const text = SHORT_AXES[name];
      const title = `${label}. ${HINTS[name]}.`;
      this.axes.append(
        el("button", { "data-axis": name, text, title, onclick: () => this.setAxis(name) }),
      );
    }
    this.toggle = el("button", { text: "Replay", onclick: () => this.play() });
    this.slider = el("input", {
      type: "range",
      min: "0",
      max: "1000",
      value: "1000",
      "aria-label": "Position of the replay",
    });
    this.slider.addEventListener("input", () => this.seek(Number(this.slider.value) / 1000));
    this.where = el("output", {});
    part(this.root, "player").append(
      this.axes,
      el("div", { class: "replay" }, this.toggle, this.slider, this.where),
    );
    this.chart = new Chart(part(this.root, "chart"), (share, by = 0) =>
      this.seek(share ?? this.share + by),
    );
    this.resizer = new ResizeObserver(() => (this.dirty = true));
    this.resizer.observe(this.box);
    this.setAxis(this.axis);
    this.outbox.post("hello");
    this.frame = requestAnimationFrame((now) => this.tick(now));
  }

  destroy() {
    this.outbox.close();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.poller);
    this.resizer.disconnect();
    for (const part of this.root.querySelectorAll("[data-part]")) part.replaceChildren();
  }

  // Answers of the server

  /** @param {RacePayload} data */
  receive(data) {
    this.outbox.acknowledge(data.ack);
    if (data.scene) this.setScene(data);
    if (data.race !== this.race) this.begin(data);
    this.data = data;
    this.lanes = data.lanes.map((lane) => this.takeLane(lane));
    this.showLanes();
    this.describe(data);
    this.outbox.have = {
      key: this.key,
      race: this.race,
      looks: Object.fromEntries([...this.looks].map(([number, looks]) => [number, looks.length])),
    };
    this.dirty = true;
    this.pollIfNeeded(data);
  }

  /** @param {RacePayload} racePayload */
  setScene({ key, scene, networks }) {
    this.key = key;
    if (!scene) return;
    this.networks = (networks ?? []).map((one) => ({ ...one, tones: decodeBytes(one.tones) }));
    this.scene =
      scene.kind === "network"
        ? scene
        : { ...scene, x: decodeFloats(scene.x), y: decodeFloats(scene.y) };
  }

  /** @param {RacePayload} data */
  begin(data) {
    this.race = data.race;
    this.looks = new Map();
    this.follow();
  }

  /**
   * @param {LaneBlock} lane
   * @returns {Lane}
   */
  takeLane(lane) {
    const kept = this.looks.get(lane.number) ?? [];
    const more = (lane.looks ?? []).map(unpack);
    const looks = kept.slice(0, lane.first ?? 0).concat(more);
    this.looks.set(lane.number, looks);
    return {
      ...lane,
      curve: decodeCurve(lane.curve),
      looks,
      newest: lane.newest ? unpack(lane.newest) : null,
    };
  }

  showLanes() {
    const root = part(this.root, "lanes");
    while (this.cards.length < this.lanes.length) {
      this.cards.push(new Card());
      root.append(required(this.cards.at(-1)).box);
    }
    for (const card of this.cards.splice(this.lanes.length)) card.box.remove();
    this.cards.forEach((card, i) => card.setLane(this.lanes[i], this.scene, this.networks[i]));
  }

  /** @param {RacePayload} data */
  describe(data) {
    patch(this.go, {
      text: data.running ? "Stop" : data.race ? "Start again" : "Start",
      disabled: Boolean(data.blocked),
    });
    this.go.classList.toggle("primary", !data.running);
    patch(this.on, { hidden: !data.can_go_on });
    // Announcing every iteration would hide everything else: only the outcome is read out.
    part(this.root, "headline").setAttribute("aria-live", data.running ? "off" : "polite");
    patch(part(this.root, "headline"), { text: data.blocked || data.headline });
    patch(part(this.root, "facts"), { text: data.facts });
    if (data.notice && data.notice.id !== this.noticeId) {
      this.noticeId = data.notice.id;
      patch(part(this.root, "notice"), { text: data.notice.text, hidden: false });
    }
  }

  /** @param {RacePayload} data */
  pollIfNeeded(data) {
    clearTimeout(this.poller);
    const took = this.asked ? performance.now() - this.asked : 0;
    this.asked = null;
    if (!data.poll) return;
    const wait = data.running ? Math.max(POLL_INTERVAL_MS, BUSY_FACTOR * took) : 700;
    this.poller = setTimeout(() => {
      this.asked = performance.now();
      this.outbox.replace("poll");
    }, wait);
  }

  // Actions of the reader

  press() {
    const kind = this.data?.running ? "stop" : "start";
    if (this.outbox.asked(kind)) return;
    patch(part(this.root, "notice"), { hidden: true });
    if (kind === "start") this.follow();
    this.outbox.post(kind);
  }

  /** @param {Axis} name */
  setAxis(name) {
    this.axis = name;
    for (const button of this.axes.children)
      button.setAttribute("aria-pressed", String(button.getAttribute("data-axis") === name));
    this.dirty = true;
  }

  follow() {
    [this.live, this.playing, this.share] = [true, false, 1];
    this.dirty = true;
  }

  /** @param {number} share */
  seek(share) {
    this.share = Math.max(0, Math.min(1, share));
    this.live = this.share >= 1;
    this.playing = false;
    this.dirty = true;
  }

  play() {
    if (this.playing) {
      this.playing = false;
    } else {
      if (this.share >= 1) this.share = 0;
      this.live = false;
      this.playing = true;
      if (this.still) this.follow();
    }
    this.dirty = true;
  }

  // Drawing

  /** @param {number} now */
  tick(now) {
    // Requested first: an error in one frame must not stop the next ones.
    this.frame = requestAnimationFrame((next) => this.tick(next));
    const dt = Math.min(0.1, (now - (this.before ?? now)) / 1000);
    this.before = now;
    if (this.playing) {
      this.share += dt / REPLAY_SECONDS;
      if (this.share >= 1) this.follow();
      this.dirty = true;
    }
    if (this.dirty && this.scene && this.data) {
      this.dirty = false;
      this.paint();
    }
  }

  paint() {
    const look = this.theme.look();
    const { palette } = look;
    const { axis } = this;
    const [data, scene] = [required(this.data), required(this.scene)];
    // Set with the numbers, so that both agree.
    this.box.dataset.state = data.running ? "running" : data.race ? "ended" : "ready";
    const range = logRange(this.lanes.map((lane) => lane.curve[axis]));
    const limit = this.live ? Infinity : valueAt(range, this.share);
    const drawn = this.lanes.map((lane) => ({
      title: lane.title,
      curve: lane.curve,
      colour: lane.colours[look.dark ? 1 : 0],
      dash: DASHES[lane.number % DASHES.length],
    }));
    this.lanes.forEach((lane, i) => {
      const at = rowOf(lane.curve, axis, limit);
      const picture = at === null || at.last ? lane.newest : lookAt(lane.looks, at.iterations);
      const { title, colour, dash } = drawn[i];
      const view = {
        title,
        colour,
        dash,
        palette,
        scene,
        look,
        target: data.target,
        counts: data.counts,
        patterns: data.patterns,
      };
      this.cards[i].show(lane, at, picture, view);
    });
    const any = drawn.some(({ curve }) => curve.count);
    this.chart.draw({
      lanes: drawn,
      axis,
      range,
      limit,
      share: this.share,
      live: this.live,
      target: data.target,
      look,
    });
    patch(this.toggle, { text: this.playing ? "Pause" : "Replay", disabled: !any });
    patch(this.slider, { disabled: !any });
    const place = String(Math.round(1000 * this.share));
    if (this.slider.value !== place) this.slider.value = place;
    patch(this.where, { text: any && !this.live ? positionText(axis, limit) : "" });
  }
}

/**
 * @param {SentLook} look
 * @returns {Snapshot}
 */
function unpack(look) {
  return { k: look.k, score: look.score ?? NaN, bytes: decodeBytes(look.tones) };
}

/**
 * @param {Axis} axis
 * @param {number} value
 */
function positionText(axis, value) {
  if (!Number.isFinite(value)) return "";
  if (axis === "seconds") return duration(value);
  const passed = Math.floor(value);
  if (axis === "work") return `${whole(passed)} ${passed === 1 ? "pass" : "passes"}`;
  return counted(passed, axis === "iterations" ? "iteration" : "evaluation");
}
