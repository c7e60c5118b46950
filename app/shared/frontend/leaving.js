// @ts-check
// Importing this module makes it listen to every click of the page: messages and the way to another
// page must not overtake each other.
//
// Streamlit (1.67) sends every message with the page it was sent from, a little after it was given,
// and the server does the newest: one that follows a click on a link to another page brings back
// the page that is being left, and the click is lost; one that is overtaken by the click is lost
// itself. So a click waits until what was said before it is answered, and nothing is said between
// it and the arrival.

// All of that must hold for every component of a page, and from before a page's first component is
// loaded. Each component has its own copy of this module, so that the guard lives in the document.

const SETTLE_MS = 60; // milliseconds until what was given to Streamlit is surely sent
// After which the answer to what was said is not waited for any more.
const ANSWER_TIMEOUT_MS = 3000;
const NAVIGATION_TIMEOUT_MS = 5000; // after which a page that did not come is given up
const BUSY_TIMEOUT_MS = 60_000; // the same while the server is at work, perhaps on that page
const BUTTON_TIMEOUT_MS = 1000; // the same for a button, which may or may not lead to another page
const REST_MS = 1500; // of a server at rest after which a click counts as lost
const RECHECK_INTERVAL_MS = 50; // between looks

export class NavigationGuard {
  /** @type {Set<MessageGate>} */
  gates = new Set();
  /** Path that is being left. @type {string | null} */
  from = null;
  until = 0;
  latest = 0;
  sentAt = -SETTLE_MS;
  /** Link that is being followed. @type {HTMLAnchorElement | null} */
  going = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer;

  /**
   * @param {{origin: string, pathname: string}} place
   * @param {() => number} now
   * @param {() => boolean} busy whether the server is at work
   * @param {() => boolean} away whether the connection to the server is lost
   */
  constructor(
    place = globalThis.location,
    now = () => performance.now(),
    busy = scriptRuns,
    away = connectionIsLost,
  ) {
    this.place = place;
    this.now = now;
    this.busy = busy;
    this.away = away;
  }

  /**
   * Hear every click of a document before others do.
   *
   * @param {Document} document
   */
  watch(document) {
    document.addEventListener("click", (event) => this.clicked(event), true);
    document.defaultView?.addEventListener("popstate", () => this.turnBack());
    this.missed(document.activeElement, document.defaultView?.navigator.userActivation?.isActive);
    return this;
  }

  /**
   * A link that was clicked before this module was loaded still has the focus.
   * @param {Element | null} focused
   * @param {boolean | undefined} active whether the reader has just acted
   */
  missed(focused, active) {
    const link = /** @type {HTMLAnchorElement | null} */ (focused);
    if (active && link?.tagName === "A" && this.leadsAway(link)) this.leave(NAVIGATION_TIMEOUT_MS);
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
    if (!link) return;
    if (this.leadsAway(link)) this.follow(link, event);
    else if (this.underWay && this.leadsHere(link)) this.turnBack();
  }

  /**
   * The reader wants the page that is shown after all, or goes through the history: a link clicked
   * before counts no longer.
   */
  turnBack() {
    clearTimeout(this.timer);
    this.leave(BUTTON_TIMEOUT_MS);
  }

  /** @param {HTMLAnchorElement} link */
  leadsHere(link) {
    if (!link.href || link.download || link.target) return false;
    const { origin, pathname, hash } = new URL(link.href);
    return origin === this.place.origin && pathname === this.place.pathname && !hash;
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
    if (link === this.going) return;
    this.leave(ANSWER_TIMEOUT_MS + NAVIGATION_TIMEOUT_MS);
    if (!this.unanswered) return this.insist(link);
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
      this.press(link);
    }, RECHECK_INTERVAL_MS);
  }

  /** @param {HTMLAnchorElement} link */
  press(link) {
    this.going = successorOf(link);
    this.going.click();
    this.going = null;
    this.insist(link);
  }

  /**
   * Press a link again whose page does not come though the server is at rest: its click was lost.
   *
   * @param {HTMLAnchorElement} link
   * @param {number} restingSince
   */
  insist(link, restingSince = this.now()) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.from !== this.place.pathname || this.now() >= this.until) return;
      if (this.busy()) this.insist(link);
      else if (this.now() - restingSince < REST_MS) this.insist(link, restingSince);
      else this.press(link);
    }, RECHECK_INTERVAL_MS);
  }

  /** @param {number} patience */
  leave(patience) {
    [this.from, this.until] = [this.place.pathname, this.now() + patience];
    this.latest = this.until + BUSY_TIMEOUT_MS;
  }

  get underWay() {
    if (this.from !== this.place.pathname || this.now() >= this.latest) return false;
    return this.now() < this.until || this.busy();
  }

  get unanswered() {
    return this.now() - this.sentAt < SETTLE_MS || [...this.gates].some((gate) => gate.pending());
  }
}

/**
 * The link to the same page that is in the document now: Streamlit may have replaced it.
 *
 * @param {HTMLAnchorElement} link
 * @returns {HTMLAnchorElement}
 */
function successorOf(link) {
  if (link.isConnected !== false) return link;
  /** @type {NodeListOf<HTMLAnchorElement>} */
  const links = link.ownerDocument.querySelectorAll("a[href]");
  return [...links].find(({ href }) => href === link.href) ?? link;
}

/** Whether Streamlit's script runs, as its root element says. */
export function scriptRuns() {
  return rootSays("data-test-script-state") === "running";
}

/** Whether Streamlit waits for its connection; what is sent meanwhile is lost. */
export function connectionIsLost() {
  return (rootSays("data-test-connection-state") ?? "CONNECTED") !== "CONNECTED";
}

/** @param {string} attribute */
function rootSays(attribute) {
  return globalThis.document?.querySelector("[data-testid=stApp]")?.getAttribute(attribute);
}

const GUARD = Symbol.for("nbn-lab navigation guard");

/**
 * The one guard of a document, whichever copy of this module made it.
 *
 * @param {Document & {[GUARD]?: NavigationGuard}} document
 * @returns {NavigationGuard}
 */
export function guardOf(document) {
  return (document[GUARD] ??= new NavigationGuard().watch(document));
}

const here = globalThis.document ? guardOf(globalThis.document) : null;

/**
 * Sends the newest state that is given to it: at once, or once the reader has not left after all
 * and the server can be reached.
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
    if (this.guard?.underWay || this.guard?.away())
      this.timer = setTimeout(() => this.pass(state), RECHECK_INTERVAL_MS);
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
