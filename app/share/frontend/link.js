// @ts-check
// The address of this experiment, and a button that copies it.

import { el, patch } from "../../shared/frontend/dom.js";
import { addressOf } from "./address.js";

/** @import { SharePayload } from "./payloads.d.ts" */

const FEEDBACK_MS = 1600; // for which the button says what it did

/**
 * Build the row in `place`; `receive` shows a link.
 *
 * @param {HTMLElement} place
 */
export function linkRow(place) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const field = el("input", {
    type: "text",
    readonly: true,
    "aria-label": "Link to this experiment",
  });
  const button = el("button", { type: "button", class: "primary", text: "Copy link" });
  const said = el("span", { class: "said", role: "status" });
  field.addEventListener("focus", () => field.select());
  button.addEventListener("click", async () => {
    const done = await copied(field);
    patch(button, { text: done ? "Copied" : "Press Ctrl+C" });
    patch(said, { text: done ? "The link is copied." : "The link is selected: press Ctrl+C." });
    clearTimeout(timer);
    timer = setTimeout(() => {
      patch(button, { text: "Copy link" });
      patch(said, { text: "" });
    }, FEEDBACK_MS);
  });
  place.append(el("div", { class: "row" }, field, button), said);
  return {
    /** @param {SharePayload} data */
    receive(data) {
      const link = "link" in data ? data.link : "";
      patch(field, { value: addressOf(window.location.href, link) });
    },
    destroy() {
      clearTimeout(timer);
    },
  };
}

/**
 * Copy what is in a field; without https browsers allow it only for a selection.
 *
 * @param {HTMLInputElement} field
 */
async function copied(field) {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    field.focus();
    field.select();
    return document.execCommand("copy");
  }
}
