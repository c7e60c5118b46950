// @ts-check
// What the reader chose to look at, for as long as the tab is open: the page is built anew at each
// visit, and after each change of the data.

/** @import { View } from "./output_views.js" */

/**
 * @typedef {object} Remembered
 * @property {number | null} speed index into SPEEDS
 * @property {View | null} view of the output panel
 * @property {string | null} part of the patterns, in the output panel
 * @property {string | null} output name of the target shown
 */

/** @type {Remembered} */
export const remembered = { speed: null, view: null, part: null, output: null };
