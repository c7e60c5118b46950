// @ts-check
// The terms that a page uses, in a line at its end; each opens the card of its definition.

import { Card } from "./card.js";
import { el, part } from "./dom.js";
import { component } from "./mounting.js";
import { Theme } from "./theme.js";

/** @import { WordsPayload } from "./payloads.d.ts" */

class Words {
  /** @type {string | undefined} */
  shown;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.box = part(root, "words");
    this.theme = new Theme(this.box);
    this.card = new Card(this.box);
  }

  /** @param {WordsPayload} data */
  receive({ words }) {
    this.theme.look(); // the reader may have switched between light and dark
    const names = words.map(([term]) => term).join();
    if (names === this.shown) return;
    this.shown = names;
    this.box.replaceChildren(
      el("span", { text: "Words on this page:" }),
      ...words.map(([term, definition]) => this.word(term, definition)),
      this.card.box,
    );
  }

  /**
   * @param {string} term
   * @param {string} definition
   */
  word(term, definition) {
    const word = el("span", { text: term, tabindex: "0" });
    this.card.attach(word, definition);
    return word;
  }

  destroy() {
    this.card.destroy();
  }
}

export default component((root) => new Words(root));
