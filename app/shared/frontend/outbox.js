// @ts-check
// Messages to Python: numbered, kept until acknowledged, so that a busy server neither loses one
// nor acts on one twice.

/** @import { Ack } from "./payloads.d.ts" */

const REPLACEABLE = ["poll", "scrub"]; // kinds of which only the newest counts
// Without an answer everything is sent again, then after twice as long.
const RESEND_DELAY_MS = 3000;

/** @typedef {{seq: number, kind: string}} Message the fields of its kind come with it */
/** @typedef {(state: object) => void} Send */
/**
 * Left out where there are no fields.
 *
 * @template F
 * @typedef {{} extends F ? [fields?: F] : [fields: F]} Body
 */

/**
 * @template {object} M the fields of each kind of message
 * @template {object} H what the browser has already
 */
export class Outbox {
  /** Messages that the server has not acted on yet. @type {Message[]} */
  waiting = [];
  /** What the browser has already, so that the server need not send it again. @type {H | {}} */
  have = {};
  next = 1;
  sent = 0;
  resendDelay = RESEND_DELAY_MS;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  again;

  /**
   * @param {Send} send called with the client, its messages, and what it has
   * @param {string} client
   */
  constructor(send, client = newClient()) {
    this.send = send;
    this.client = client;
  }

  /** Nothing is sent any more. */
  close() {
    clearTimeout(this.again);
    this.send = () => {};
  }

  /**
   * @template {keyof M & string} K
   * @param {K} kind
   * @param {Body<M[K]>} body
   */
  post(kind, ...[body]) {
    this.waiting.push({ seq: this.next++, kind, ...body });
    this.flush();
  }

  /**
   * Put a message in place of an unanswered one of the same kind. A drawing replaces one only if
   * nothing was asked for in between: a renaming must find the neuron that was drawn before it.
   *
   * @template {keyof M & string} K
   * @param {K} kind
   * @param {Body<M[K]>} body
   */
  replace(kind, ...body) {
    const passing = REPLACEABLE.includes(kind);
    const last = this.waiting.filter((message) => !REPLACEABLE.includes(message.kind)).at(-1);
    this.waiting = this.waiting.filter(
      (message) => message.kind !== kind || !(passing || message === last),
    );
    this.post(kind, ...body);
  }

  /** @param {Ack | null} ack */
  acknowledge(ack) {
    if (!ack || ack.client !== this.client) return;
    this.waiting = this.waiting.filter((message) => message.seq > ack.seq);
    this.resendDelay = RESEND_DELAY_MS;
    this.watch();
  }

  /** Whether edits are under way that the server has not answered yet. */
  get pending() {
    return this.waiting.some((message) => !REPLACEABLE.includes(message.kind));
  }

  /**
   * Whether such a request is under way: a double click asks once.
   *
   * @param {keyof M & string} kind
   */
  asked(kind) {
    return this.waiting.some((message) => message.kind === kind);
  }

  flush() {
    // Numbered, so that no two are equal: what equals the state before would not be sent.
    this.send({ client: this.client, messages: this.waiting, have: this.have, sent: ++this.sent });
    this.watch();
  }

  /**
   * A request or its answer can be lost on the way, with the connection; the server runs none twice.
   * Where a lost poll is not repeated, a training seems to stand still.
   */
  watch() {
    clearTimeout(this.again);
    if (this.waiting.length === 0) return;
    this.again = setTimeout(() => {
      this.resendDelay *= 2;
      this.flush();
    }, this.resendDelay);
    // No test waits for it: Node's timers are objects.
    if (typeof this.again === "object") this.again.unref();
  }
}

/**
 * Whether an answer leaves out a part that the browser has no longer: it had it when it asked, and
 * an answer with another came in between. brought is the part, named its key, held the key of what
 * is here.
 *
 * @param {unknown} brought the part
 * @param {string} named its key
 * @param {string | undefined} held the key of the part that is here
 */
export function leavesOut(brought, named, held) {
  return brought === undefined && named !== held;
}

/** A name for a view, so that messages of two are told apart. */
export function newClient() {
  return Math.random().toString(36).slice(2, 12);
}
