// A drawing as PNG: the SVG is drawn on a canvas at twice its size, and saved from there.

import { el } from "../../shared/frontend/dom.js";

const SCALE = 2;
const MAX_SIDE_PX = 8192; // the largest canvas that every browser supports

/** Build the button in `place`; `receive` says which drawing. */
export function pictureButton(place) {
  let drawing = null;
  const button = el("button", { type: "button", text: "PNG" });
  button.addEventListener("click", () => drawing && save(drawing));
  place.append(button);
  return {
    receive(data) {
      drawing = data;
    },
    destroy() {
      drawing = null;
    },
  };
}

async function save({ svg, name }) {
  const source = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = source;
    await image.decode();
    const scale = Math.min(SCALE, MAX_SIDE_PX / Math.max(image.naturalWidth, image.naturalHeight));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.naturalWidth * scale);
    canvas.height = Math.round(image.naturalHeight * scale);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    download(blob, `${name}.png`);
  } finally {
    URL.revokeObjectURL(source);
  }
}

function download(blob, name) {
  const address = URL.createObjectURL(blob);
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
