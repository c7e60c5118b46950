// @ts-check
// Importing this module tells the reader when the server does not answer, on every page: Streamlit
// (1.67) shows nothing for a server that stands still, and asks after the Internet for one that is
// gone.

import { el } from "./dom.js";
import { connectionIsLost, guardOf, scriptRuns } from "./leaving.js";

const LOOK_MS = 500;
const LOST_AFTER_MS = 1500;
const SILENT_AFTER_MS = 3000;
const BUSY_AFTER_MS = 6000;

const LOST =
  "The connection to the server is lost. Trying again: what you see stays, and goes on when the " +
  "server is back.";
const SILENT = "it is busy or has stopped. What you did is sent to it as soon as it answers.";

const STYLE = `
  position: fixed; z-index: 1000000; left: 0; right: 0; bottom: 1rem; margin: auto;
  width: fit-content; max-width: min(92vw, 44rem); box-sizing: border-box; padding: 0.6rem 1rem; border-radius: 0.5rem;
  background: #1b2026; color: #fff; border: 1px solid #6b7580; pointer-events: none;
  font: 0.95rem/1.35 "Source Sans", system-ui, sans-serif; text-align: center;
`;

/**
 * @typedef {object} Signs
 * @property {boolean} lost whether the connection is lost
 * @property {boolean} unanswered whether something was said and is not answered
 * @property {boolean} busy whether the server works on the page
 */

/** What to tell the reader, from what is seen of the server at intervals. */
export class Silence {
  /** Since when each sign has been there without a break. @type {Map<keyof Signs, number>} */
  since = new Map();

  /**
   * @param {Signs} signs
   * @param {number} now in milliseconds
   * @returns {string} empty if all is well
   */
  words(signs, now) {
    for (const name of /** @type {(keyof Signs)[]} */ (Object.keys(signs))) {
      if (!signs[name]) this.since.delete(name);
      else if (!this.since.has(name)) this.since.set(name, now);
    }
    /** @param {keyof Signs} name */
    const lasted = (name) => now - (this.since.get(name) ?? now);
    if (lasted("lost") >= LOST_AFTER_MS) return LOST;
    if (lasted("unanswered") >= SILENT_AFTER_MS)
      return `The server has not answered for ${seconds(lasted("unanswered"))}: ${SILENT}`;
    if (lasted("busy") >= BUSY_AFTER_MS)
      return `The server has been working on this page for ${seconds(lasted("busy"))}.`;
    return "";
  }
}

/**
 * A duration in words, in steps of five seconds: a screen reader reads every change out.
 *
 * @param {number} milliseconds
 */
function seconds(milliseconds) {
  const whole = Math.floor(milliseconds / 1000);
  return `${whole < 5 ? whole : whole - (whole % 5)} seconds`;
}

/**
 * Look at the server at intervals, and show what is wrong at the lower edge of the page.
 *
 * @param {Document} document
 */
function watch(document) {
  const silence = new Silence();
  const guard = guardOf(document);
  const box = el("div", {
    role: "status",
    "data-testid": "nbn-silence",
    style: STYLE,
    hidden: true,
  });
  document.body.append(box);
  setInterval(() => {
    const signs = {
      lost: connectionIsLost(),
      unanswered: [...guard.gates].some((gate) => gate.pending()),
      busy: scriptRuns(),
    };
    const words = silence.words(signs, performance.now());
    if (box.textContent !== words) box.textContent = words;
    box.hidden = !words;
  }, LOOK_MS);
  return silence;
}

const SILENCE = Symbol.for("nbn-lab silence");

/** @param {Document & {[SILENCE]?: Silence}} document */
function silenceOf(document) {
  return (document[SILENCE] ??= watch(document));
}

if (globalThis.document?.body) silenceOf(globalThis.document);
