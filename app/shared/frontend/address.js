// @ts-check
// The address bar holds a link to what is shown, and the browser keeps own data, which the link
// names. In place: an entry in the browser's history for every edit would keep its Back button from
// ever leaving the page.

import * as keeper from "./keeper.js";
import { component } from "./mounting.js";
import { Outbox } from "./outbox.js";

/** @import { AddressMessages, AddressPayload } from "./payloads.d.ts" */

// The experiment, and how far it is trained on opening, and the iteration that is shown.
const PARAMETERS = ["e", "n", "k"];
const AGAIN_MS = 5000; // until data that did not arrive are asked for again
const STORAGE_TIMEOUT_MS = 4000; // after which a storage that does not answer counts as empty

export class Address {
  /** Digest of the data that are looked after. @type {string | null} */
  own = null;
  /** Digest of the data that are brought to the server. @type {string | null} */
  wanted = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer;

  /** @param {import("./outbox.js").Send} send */
  constructor(send, storage = keeper) {
    /** @type {Outbox<AddressMessages, {}>} */
    this.outbox = new Outbox(send);
    this.storage = storage;
  }

  destroy() {
    this.outbox.close();
    clearTimeout(this.timer);
  }

  /** @param {AddressPayload} payload */
  async receive({ link, own, data, want, keep, ack }) {
    this.outbox.acknowledge(ack);
    if (link !== null) showLink(link);
    try {
      if (!keep) await this.storage.forget();
      else if (own && data) await this.storage.keep(own, data);
      else if (own && own !== this.own) await this.look(own);
    } catch {
      // A browser that keeps nothing, such as one in private mode: the page works without.
    }
    this.own = own;
    if (want && want !== this.wanted) {
      this.wanted = want;
      await this.bring(want);
    }
  }

  /**
   * Ask the server for data that are not kept yet.
   *
   * @param {string} digest
   */
  async look(digest) {
    this.own = digest;
    clearTimeout(this.timer);
    if ((await this.storage.has(digest)) || this.own !== digest) return;
    this.outbox.replace("need", { digest });
    this.timer = setTimeout(() => this.look(digest).catch(() => {}), AGAIN_MS);
  }

  /**
   * Bring data to the server that the address names.
   *
   * @param {string} digest
   */
  async bring(digest) {
    const text = await Promise.race([
      this.storage.kept(digest).catch(() => undefined),
      new Promise((resolve) => setTimeout(resolve, STORAGE_TIMEOUT_MS, undefined)),
    ]);
    if (text) this.outbox.post("found", { digest, text });
    else this.outbox.post("missing", { digest });
  }
}

/** @param {string} link */
function showLink(link) {
  carry(link);
  const { href } = window.location;
  const address = withLink(href, link);
  if (address !== href) window.history.replaceState(window.history.state, "", address);
}

/**
 * An address with a link in it, or without one.
 *
 * @param {string} href
 * @param {string} link what follows e=, with further parameters
 */
export function withLink(href, link) {
  const address = new URL(href);
  const wanted = new URLSearchParams(link ? `e=${link}` : "");
  const same = PARAMETERS.every(
    (name) => (address.searchParams.get(name) ?? "") === (wanted.get(name) ?? ""),
  );
  if (same) return href;
  for (const name of PARAMETERS) {
    const value = wanted.get(name);
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
  }
  return address.href;
}

const CARRIED = Symbol.for("nbn-lab link");

/**
 * Have the link in the address from the first moment of another page on. Streamlit (1.67) leaves it
 * out, and a reload before that page has answered would lose everything.
 *
 * @param {string} link
 */
function carry(link) {
  const { history, document } = window;
  const place = /** @type {Document & {[CARRIED]?: string}} */ (document);
  if (place[CARRIED] === undefined) {
    const push = history.pushState.bind(history);
    history.pushState = (state, unused, url) => {
      const next = new URL(url ?? "", window.location.href);
      const ours = next.origin === window.location.origin && !next.searchParams.has("e");
      push(state, unused, ours ? withLink(next.href, place[CARRIED] ?? "") : url);
    };
  }
  place[CARRIED] = link;
}

export default component((_, send) => new Address(send));
