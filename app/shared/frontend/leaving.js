// Messages and the way to another page must not overtake each other.
//
// Streamlit (1.67) sends every message with the page it was sent from, a little after it was given, and
// the server does the newest: one that follows a click on a link to another page brings back the page
// that is being left, and the click is lost; one that is overtaken by the click is lost itself. So a
// click waits until what was said before it is answered, and nothing is said between it and the arrival.

// All of that must hold for every component of a page, and from before a page's first component is
// loaded. Each component has its own copy of this module, so that the guard lives in the document.

const SETTLE_MS = 60; // milliseconds until what was given to Streamlit is surely sent
const ANSWER_TIMEOUT_MS = 3000; // after which the answer to what was said is not waited for any more
const NAVIGATION_TIMEOUT_MS = 5000; // after which a page that did not come is given up
const BUSY_TIMEOUT_MS = 60_000; // the same while the server is at work, perhaps on that page
const BUTTON_TIMEOUT_MS = 1000; // the same for a button, which may or may not lead to another page
const RECHECK_INTERVAL_MS = 50; // between looks

export class NavigationGuard {
  constructor(place = globalThis.location, now = () => performance.now(), busy = scriptRuns) {
    this.place = place;
    this.now = now;
    this.busy = busy;
    this.gates = new Set();
    this.from = null;
    this.until = 0;
    this.latest = 0;
    this.sentAt = -SETTLE_MS;
  }

  /** Hear every click of a document before others do. */
  watch(document) {
    document.addEventListener("click", (event) => this.clicked(event), true);
    document.defaultView?.addEventListener("popstate", () => this.leave(BUTTON_TIMEOUT_MS));
    this.missed(document.activeElement, document.defaultView?.navigator.userActivation?.isActive);
    return this;
  }

  /** A link that was clicked before this module was loaded still has the focus. */
  missed(focused, active) {
    if (active && focused?.tagName === "A" && this.leadsAway(focused))
      this.leave(NAVIGATION_TIMEOUT_MS);
  }

  clicked(event) {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const part = event
      .composedPath()
      .find(({ tagName }) => tagName === "A" || tagName === "BUTTON");
    if (part?.tagName === "BUTTON") {
      if (part.dataset.testid?.startsWith("stBaseButton")) this.leave(BUTTON_TIMEOUT_MS);
    } else if (part && this.leadsAway(part)) this.follow(part, event);
  }

  leadsAway(link) {
    if (!link.href || link.download || link.target) return false;
    const { origin, pathname } = new URL(link.href);
    return origin === this.place.origin && pathname !== this.place.pathname;
  }

  follow(link, event) {
    this.leave(ANSWER_TIMEOUT_MS + NAVIGATION_TIMEOUT_MS);
    if (link === this.going || !this.unanswered) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.goLater(link, this.now() + ANSWER_TIMEOUT_MS);
  }

  goLater(link, latest) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.unanswered && this.now() < latest) return this.goLater(link, latest);
      this.going = link;
      link.click();
      this.going = null;
    }, RECHECK_INTERVAL_MS);
  }

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

/** Whether Streamlit's script runs, as its root element says. */
function scriptRuns() {
  const state = globalThis.document?.querySelector("[data-testid=stApp]")?.dataset.testScriptState;
  return state === "running";
}

/** The one guard of a document, whichever copy of this module made it. */
export function guardOf(document) {
  const key = Symbol.for("nbn-lab navigation guard");
  return (document[key] ??= new NavigationGuard().watch(document));
}

const here = globalThis.document ? guardOf(globalThis.document) : null;

/** The newest of what is given to it, sent at once or when the reader has not left after all. */
export class MessageGate {
  /** send: (state) => void; pending: () => whether something said is not answered yet. */
  constructor(send, pending, guard = here) {
    this.send = send;
    this.pending = pending;
    this.guard = guard;
    guard?.gates.add(this);
  }

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
