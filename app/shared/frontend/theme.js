// @ts-check
// The colours of a component, for CSS and for drawing on a canvas: the only place that names them.
// Text and background are those of Streamlit's theme; the rest follows from a light or dark
// background.

import { isDark, makePalette } from "./palette.js";

const STREAMLIT = {
  ink: "var(--st-text-color, #1b1f24)",
  paper: "var(--st-background-color, #fff)",
};
const LIGHT = {
  muted: "#5c6670",
  faint: "#98a2ad",
  grid: "#e4e8ec",
  line: "#d5dbe1",
  accent: "#0868ac",
  second: "#b35806",
  halo: "rgba(8, 104, 172, 0.18)",
  raised: "#f5f7f9",
  never: "rgb(205, 211, 218)", // structural zeros of a matrix
};
const DARK = {
  muted: "#a3adb8",
  faint: "#6d7782",
  grid: "#262c34",
  line: "#333b45",
  accent: "#4ba5eb",
  second: "#fa9632",
  halo: "rgba(75, 165, 235, 0.26)",
  raised: "#1a1f26",
  never: "rgb(58, 66, 76)",
};

/**
 * @typedef {typeof LIGHT & {ink: string, paper: string, font: string, dark: boolean,
 *   palette: import("./palette.js").Palette}} Look colours and font to draw with
 */

/**
 * The theme of one component: sets `--muted` and the other colours on its box and reads them back.
 */
export class Theme {
  /** @param {HTMLElement} box outermost element of the component */
  constructor(box) {
    this.box = box;
    this.style = getComputedStyle(box);
    this.dark = this.backgroundIsDark();
    this.palette = makePalette(this.dark);
    this.apply();
  }

  /** The colours of now: the reader may have switched between light and dark. */
  /** @returns {Look} */
  look() {
    const dark = this.backgroundIsDark();
    if (dark !== this.dark) {
      this.dark = dark;
      this.palette = makePalette(dark);
      this.apply();
    }
    const { style } = this;
    return {
      ...(dark ? DARK : LIGHT),
      ink: style.getPropertyValue("--ink").trim(),
      paper: style.getPropertyValue("--paper").trim(),
      font: style.fontFamily,
      dark,
      palette: this.palette,
    };
  }

  backgroundIsDark() {
    return isDark(this.style.getPropertyValue("--st-background-color").trim() || "#fff");
  }

  apply() {
    const { dark, palette } = this;
    const colours = { ...STREAMLIT, ...(dark ? DARK : LIGHT), ...ends(palette) };
    for (const [name, value] of Object.entries(colours)) {
      this.box.style.setProperty(`--${name}`, value);
    }
    this.box.classList.toggle("dark", dark);
  }
}

/** @param {import("./palette.js").Palette} palette */
function ends({ negative, positive }) {
  return { negative, positive };
}
