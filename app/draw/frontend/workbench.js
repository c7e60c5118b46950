// @ts-check
// The Draw page: keeps what the server sent, answers what the user does, and keeps the screen up to
// date. The screen itself is in screen.js.

import { leavesOut, Outbox } from "../../shared/frontend/outbox.js";
import { nearestRow } from "../../shared/frontend/rows.js";
import { Model } from "./model.js";
import { AT_ONCE, Playback } from "./replay.js";
import { remembered } from "./remembered.js";
import { Screen } from "./screen.js";

/** @import { DataBlock, DrawHave, DrawMessages, DrawPayload, Info, Run } from "./payloads.d.ts" */

const POLL_INTERVAL_MS = 90; // least time between an answer and asking for more rows of a training
const BUSY_FACTOR = 1.5; // wait this many times as long as the last answer took
const PATIENT_INTERVAL_MS = 500; // while kernels compile or the comparison is measured
const SCRUB_DELAY_MS = 250; // before the server is told where the slider rests

export class Workbench {
  /** @type {Info} */
  info;
  /** Row that a step asked for, until it arrives. @type {number | null} */
  stepping = null;
  /** Row to return to, as soon as it has arrived. @type {number | null} */
  returning = null;
  /** When the last poll was sent, until it is answered. @type {number | null} */
  asked = null;
  /** Time of the frame before. @type {number | undefined} */
  before;
  /** @type {number | undefined} */
  noticeId;
  /** @type {string | undefined} */
  dataKey;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  poller;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  scrubber;
  catalogue = false;
  dirty = false;
  /** Revision of the network shown. @type {number | null} */
  rev = null;
  /** Number of the last choice of a row outside the stage. @type {number | undefined} */
  jump;
  /** How often a click outside the stage let the training go on. @type {number | undefined} */
  resumed;

  /**
   * @param {HTMLElement} root
   * @param {import("../../shared/frontend/outbox.js").Send} send
   */
  constructor(root, send) {
    /** @type {Outbox<DrawMessages, DrawHave>} */
    this.outbox = new Outbox(send);
    this.model = new Model();
    this.playback = new Playback();
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) this.playback.speed = AT_ONCE;
    this.playback.speed = remembered.speed ?? this.playback.speed;
    this.screen = new Screen(root, this.host());
    this.outbox.post("hello");
    this.frame = requestAnimationFrame((now) => this.tick(now));
  }

  /** @returns {import("./screen.js").ScreenHost} */
  host() {
    /** @param {"stop" | "new_weights" | "undo" | "redo"} kind */
    const post = (kind) => () => this.outbox.post(kind);
    return {
      toolbar: {
        train: () => this.train(),
        step: () => this.step(),
        stop: post("stop"),
        reset: () => this.reset(),
        renew: post("new_weights"),
        seekIteration: (iteration) => this.seekIteration(iteration),
        toggle: () => this.toggle(),
        speed: (i) => {
          remembered.speed = this.playback.speed = i;
          this.redraw();
        },
      },
      panels: {
        problem: (name) => this.outbox.post("problem", { name }),
        setting: (group, name, value) => this.outbox.post("setting", { group, name, value }),
        rule: (name) => this.outbox.post("rule", { name }),
        refuse: (text) => this.screen.refuse(text),
      },
      edit: (graph) => this.outbox.replace("graph", { graph }),
      preset: (family, sizes) => this.outbox.post("preset", { family, sizes }),
      undo: post("undo"),
      redo: post("redo"),
      setWeight: (what, value) =>
        this.outbox.post("weight", { ...what, value, k: this.playback.k }),
      rename: (id, name) => this.outbox.post("rename", { id, name }),
      seek: (k) => this.seek(k),
      redraw: () => this.redraw(),
    };
  }

  destroy() {
    this.outbox.close();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.poller);
    clearTimeout(this.scrubber);
    this.screen.destroy();
  }

  // From the server.

  /** @param {DrawPayload} data */
  receive(data) {
    this.outbox.acknowledge(data.ack);
    if (data.catalogue) {
      this.screen.setCatalogue(data.catalogue, data.rules ?? [], data.glossary ?? []);
      this.catalogue = true;
    }
    // Data and network change together, or not yet: patterns of one mean nothing to the other.
    const lacking = leavesOut(data.data, data.data_key, this.dataKey);
    const settled = !this.outbox.pending && !lacking;
    if (data.data && settled) this.setData(data.data);
    if (data.network && settled && data.rev !== this.rev) {
      if (this.noticeId === (data.notice?.id ?? this.noticeId)) this.screen.hideNotice();
      this.setNetwork(data);
    }
    this.info = data.info;
    this.model.own = Boolean(data.info.own_outputs);
    if (data.rev === this.rev) this.addRun(data.run);
    if (data.notice && data.notice.id !== this.noticeId) {
      this.noticeId = data.notice.id;
      this.screen.refuse(data.notice.text);
    }
    this.updateHave();
    this.screen.describe(this.info, this.model.run, this.outbox.pending);
    this.redraw();
    if (lacking && !this.outbox.pending) this.poll();
    else this.pollIfNeeded(data.run);
  }

  /** @param {DataBlock} data */
  setData(data) {
    this.model.setData(data);
    this.screen.output.setData(data);
    this.dataKey = data.key;
  }

  /** @param {DrawPayload} data with the parts that a new network comes with */
  setNetwork({ rev, network, start, graph, loose, run }) {
    if (!network || !graph || !loose || start === undefined) return;
    this.rev = rev;
    const stay = run !== null && sameTraining(run.id, this.model.run?.id);
    this.model.setNetwork(network, start);
    this.screen.setNetwork(graph, network, loose, stay);
  }

  /** @param {Run | null} run */
  addRun(run) {
    const { model, playback } = this;
    const before = model.run?.id;
    const { last } = model;
    model.addRun(run);
    const coming = Boolean(run && model.behind);
    playback.setLast(model.last, this.training || coming, model.end, model.run?.iterations);
    if (run && sameTraining(run.id, before)) {
      // It goes on because of a click outside the stage, such as one that prunes.
      if (run.resumed !== this.resumed) {
        playback.position = last;
        playback.playing = true;
      }
    } else if (run) {
      this.returning = run.play ? null : run.shown;
      playback.position = 0;
      playback.playing = run.play;
    }
    if (run) this.resumed = run.resumed;
    if (run && run.jump !== this.jump) {
      if (this.jump !== undefined) {
        playback.playing = false;
        this.returning = run.shown;
      }
      this.jump = run.jump;
    }
    if (this.returning !== null) {
      playback.position = Math.min(this.returning, model.last);
      if (model.last >= this.returning) this.returning = null;
    }
    if (run && this.stepping && model.last >= this.stepping) {
      playback.seek(this.stepping);
      this.stepping = null;
    }
  }

  updateHave() {
    const { run } = this.model;
    this.outbox.have = {
      catalogue: this.catalogue,
      data: this.dataKey ?? null,
      rev: this.rev,
      run: run?.id ?? null,
      rows: run?.count ?? 0,
      predictions: run?.own?.iterations.length ?? 0,
    };
  }

  /** @param {Run | null} run */
  pollIfNeeded(run) {
    clearTimeout(this.poller);
    const behind = run && (run.state === "running" || this.model.behind);
    const patient = this.info.warming || this.info.measuring;
    if (behind || this.rev === null || patient) {
      const took = this.asked ? performance.now() - this.asked : 0;
      const wait =
        patient && !behind ? PATIENT_INTERVAL_MS : Math.max(POLL_INTERVAL_MS, BUSY_FACTOR * took);
      this.poller = setTimeout(() => this.poll(), wait);
    }
    this.asked = null;
  }

  poll() {
    this.asked = performance.now();
    this.outbox.replace("poll");
  }

  /** Whether a training runs, or has been asked for and is not answered yet. */
  get training() {
    return this.model.run?.state === "running" || this.outbox.asked("train");
  }

  // From the user.

  train() {
    const { model, playback } = this;
    this.stepping = this.returning = null;
    if (this.outbox.asked("train")) return;
    if (model.run?.state === "ended" && playback.k < model.end) playback.playing = true;
    else if (model.over) playback.play();
    else {
      playback.follow();
      this.outbox.post("train");
    }
    this.answerClick();
  }

  step() {
    const next = this.playback.k + 1;
    if (next <= this.model.last) return this.seek(next);
    if (this.outbox.asked("step")) return;
    this.stepping = next;
    this.outbox.post("step", { k: next });
  }

  reset() {
    this.stepping = this.returning = null;
    this.playback.seek(0);
    this.outbox.post("reset");
  }

  /** @param {number} k */
  seek(k) {
    this.returning = null;
    this.playback.seek(k);
    this.redraw();
    clearTimeout(this.scrubber);
    this.scrubber = setTimeout(() => this.scrub(), SCRUB_DELAY_MS);
  }

  /**
   * Show the row nearest to an iteration, or the next row, if the slider moved by less than a row.
   *
   * @param {number} iteration
   */
  seekIteration(iteration) {
    const { k } = this.playback;
    const moved = iteration - this.model.iteration(k);
    const row = nearestRow(this.model.run?.iterations ?? [0], iteration);
    this.seek(row === k ? k + Math.sign(moved) : row);
  }

  scrub() {
    this.outbox.replace("scrub", { k: this.playback.k });
  }

  toggle() {
    this.returning = null;
    if (this.playback.playing) this.playback.playing = false;
    else this.playback.play();
    this.answerClick();
  }

  /** A click is seen at once, before the next frame. */
  answerClick() {
    if (this.known) this.screen.paintToolbar(this);
    this.redraw();
  }

  // Frames.

  /** @param {number} now */
  tick(now) {
    // Ask for the next frame first: an error in one must not be the end.
    this.frame = requestAnimationFrame((next) => this.tick(next));
    const dt = Math.min(0.1, (now - (this.before ?? now)) / 1000);
    this.before = now;
    const wasPlaying = this.playback.playing;
    if (this.playback.tick(dt) || wasPlaying !== this.playback.playing) {
      this.redraw();
      if (wasPlaying && !this.playback.playing) this.scrub();
    }
    if (this.dirty && this.known) {
      this.dirty = false;
      this.screen.paint(this);
    }
  }

  /** Whether there is something to show. */
  get known() {
    return Boolean(this.model.network && this.model.data);
  }

  redraw() {
    this.dirty = true;
  }
}

/**
 * Whether two runs are the same training; after the dot is the number of the drawing.
 *
 * @param {string} id
 * @param {string | undefined} other
 */
function sameTraining(id, other) {
  return other !== undefined && id.split(".")[0] === other.split(".")[0];
}
