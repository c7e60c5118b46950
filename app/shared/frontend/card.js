// @ts-check
// A card that explains a word: on hover, on focus and on a tap, so that phones have it too.

import { el, setProp } from "./dom.js";

const HOVER_DELAY_MS = 250; // until a mouse that rests on a word is taken to ask for its meaning
const MARGIN = 8; // pixels between the card and the edge of the window

export class Card {
  /** Word whose card is open. @type {HTMLElement | null} */
  anchor = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer;
  /** Meanings of the words that explain themselves. @type {WeakMap<HTMLElement, string>} */
  words = new WeakMap();
  listening = new AbortController();

  /** @param {HTMLElement} root element in which the card is put */
  constructor(root) {
    this.box = el("div", { class: "word-card", role: "tooltip", hidden: true });
    root.append(this.box);
    const { signal } = this.listening;
    for (const type of ["pointerdown", "keydown", "scroll", "resize"])
      window.addEventListener(type, (event) => this.elsewhere(event), { capture: true, signal });
  }

  destroy() {
    this.close();
    this.listening.abort();
    this.box.remove();
  }

  /** @param {Event} event */
  elsewhere(event) {
    if (event.type === "scroll" && !this.anchor) return; // a word that is still under the mouse
    // Focus scrolls to a word that was out of sight: its card must stay, and go with it.
    if (event.type === "scroll" && this.anchor?.matches(":focus")) return this.place(this.anchor);
    const inside = this.anchor && event.composedPath().includes(this.anchor);
    if (event instanceof KeyboardEvent ? event.key === "Escape" : !inside) this.close();
  }

  /**
   * Let a word explain itself; without a meaning it stops doing so.
   *
   * @param {HTMLElement} anchor the word
   * @param {string} text its meaning, in one or more lines
   */
  attach(anchor, text) {
    const known = this.words.has(anchor);
    if (!known && !text) return;
    this.words.set(anchor, text);
    anchor.classList.toggle("word", text !== "");
    setProp(anchor, "aria-description", text || null); // the card itself is not read out
    if (!known) this.listen(anchor);
  }

  /** @param {HTMLElement} anchor */
  listen(anchor) {
    /**
     * @template {keyof HTMLElementEventMap} K
     * @param {K} type
     * @param {(event: HTMLElementEventMap[K]) => void} act
     */
    const on = (type, act) => anchor.addEventListener(type, act, { signal: this.listening.signal });
    on("pointerenter", (event) => {
      if (event.pointerType !== "mouse") return;
      this.timer = setTimeout(() => this.open(anchor), HOVER_DELAY_MS);
    });
    on("pointerleave", (event) => {
      if (event.pointerType === "mouse") this.close();
    });
    on("focus", () => this.open(anchor));
    on("blur", () => this.close());
    on("click", (event) => {
      if (!this.words.get(anchor)) return;
      event.preventDefault(); // a label would open the keyboard of a phone
      this.open(anchor);
    });
  }

  /** @param {HTMLElement} anchor */
  open(anchor) {
    const text = this.words.get(anchor);
    if (!text) return;
    clearTimeout(this.timer);
    this.anchor = anchor;
    this.box.replaceChildren(...text.split("\n").map((line) => el("p", { text: line })));
    this.box.hidden = false;
    this.place(anchor);
  }

  /**
   * Put the card beside its word.
   *
   * @param {HTMLElement} anchor
   */
  place(anchor) {
    const { left, top, bottom } = anchor.getBoundingClientRect();
    const { width, height } = this.box.getBoundingClientRect();
    const below = bottom + MARGIN + height < window.innerHeight;
    const x = Math.max(MARGIN, Math.min(left, window.innerWidth - width - MARGIN));
    const y = below ? bottom + 4 : Math.max(MARGIN, top - height - 4);
    this.box.style.left = `${x}px`;
    this.box.style.top = `${y}px`;
  }

  close() {
    clearTimeout(this.timer);
    this.anchor = null;
    this.box.hidden = true;
  }
}
