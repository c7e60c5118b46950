// @ts-check
// Importing this module makes it listen to every click of the page: messages and the way to another
// page must not overtake each other.
//
// Streamlit (1.67) sends every message with the page it was sent from, a little after it was given,
// and the server does the newest: one that follows a click on a link to another page brings back
// the page that is being left, and the click is lost; one that is overtaken by the click is lost
// itself. So a click waits until what was said before it is answered, and nothing is said between
// it and the arrival.

const SETTLE_MS = 60; // milliseconds until what was given to Streamlit is surely sent
// After which the answer to what was said is not waited for any more.
const ANSWER_TIMEOUT_MS = 3000;
const NAVIGATION_TIMEOUT_MS = 5000; // after which a page that did not come is given up
const BUTTON_TIMEOUT_MS = 1000; // the same for a button, which may or may not lead to another page
const RECHECK_INTERVAL_MS = 50; // between looks

export class NavigationGuard {
  /** @type {Set<MessageGate>} */
  gates = new Set();
  /** Path that is being left. @type {string | null} */
  from = null;
  until = 0;
  sentAt = -SETTLE_MS;
  /** Link that is being followed. @type {HTMLAnchorElement | null} */
  going = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer;

  /**
   * @param {{origin: string, pathname: string}} place
   * @param {() => number} now
   */
  constructor(place = globalThis.location, now = () => performance.now()) {
    this.place = place;
    this.now = now;
  }

  /**
   * Hear every click of a document before others do.
   *
   * @param {Document} document
   */
  watch(document) {
    document.addEventListener("click", (event) => this.clicked(event), true);
    document.defaultView?.addEventListener("popstate", () => this.leave(BUTTON_TIMEOUT_MS));
    return this;
  }

  /** @param {MouseEvent} event */
  clicked(event) {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    // Node's tests have no elements to be instances of.
    const path = /** @type {HTMLElement[]} */ (event.composedPath());
    const part = path.find(({ tagName }) => tagName === "A" || tagName === "BUTTON");
    if (part?.tagName === "BUTTON") {
      if (part.dataset.testid?.startsWith("stBaseButton")) this.leave(BUTTON_TIMEOUT_MS);
      return;
    }
    const link = /** @type {HTMLAnchorElement | undefined} */ (part);
    if (link && this.leadsAway(link)) this.follow(link, event);
  }

  /** @param {HTMLAnchorElement} link */
  leadsAway(link) {
    if (!link.href || link.download || link.target) return false;
    const { origin, pathname } = new URL(link.href);
    return origin === this.place.origin && pathname !== this.place.pathname;
  }

  /**
   * @param {HTMLAnchorElement} link
   * @param {MouseEvent} event
   */
  follow(link, event) {
    this.leave(ANSWER_TIMEOUT_MS + NAVIGATION_TIMEOUT_MS);
    if (link === this.going || !this.unanswered) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.goLater(link, this.now() + ANSWER_TIMEOUT_MS);
  }

  /**
   * @param {HTMLAnchorElement} link
   * @param {number} latest
   */
  goLater(link, latest) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.unanswered && this.now() < latest) return this.goLater(link, latest);
      this.going = link;
      link.click();
      this.going = null;
    }, RECHECK_INTERVAL_MS);
  }

  /** @param {number} patience */
  leave(patience) {
    [this.from, this.until] = [this.place.pathname, this.now() + patience];
  }

  get underWay() {
    return this.from === this.place.pathname && this.now() < this.until;
  }

  get unanswered() {
    return this.now() - this.sentAt < SETTLE_MS || [...this.gates].some((gate) => gate.pending());
  }
}

const here = globalThis.document ? new NavigationGuard().watch(globalThis.document) : null;

/**
 * Sends the newest state that is given to it: at once, or once the reader has not left after all.
 */
export class MessageGate {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer;

  /**
   * @param {import("./outbox.js").Send} send
   * @param {() => boolean} pending whether a message is not answered yet
   * @param {NavigationGuard | null} guard
   */
  constructor(send, pending, guard = here) {
    this.send = send;
    this.pending = pending;
    this.guard = guard;
    guard?.gates.add(this);
  }

  /** @param {object} state */
  pass(state) {
    clearTimeout(this.timer);
    if (this.guard?.underWay) this.timer = setTimeout(() => this.pass(state), RECHECK_INTERVAL_MS);
    else {
      if (this.guard) this.guard.sentAt = this.guard.now();
      this.send(state);
    }
  }

  close() {
    clearTimeout(this.timer);
    this.guard?.gates.delete(this);
  }
}
