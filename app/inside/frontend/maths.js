// @ts-check
// A formula as elements: subscripts and superscripts, always through textContent.

import { el } from "../../shared/frontend/dom.js";
import { pieces } from "./notation.js";

/** @param {string} formula */
export function maths(formula) {
  return pieces(formula).map(({ text, level }) => el(level || "span", { text }));
}
