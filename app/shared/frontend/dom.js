// Small helpers for building the page without a framework. Text always goes through textContent.

const SVG = "http://www.w3.org/2000/svg";

/** Make an element; props starting with "on" are listeners, the rest attributes or properties. */
export function el(tag, props = {}, ...children) {
  return furnish(document.createElement(tag), props, children);
}

/** The same for SVG. */
export function svg(tag, props = {}, ...children) {
  return furnish(document.createElementNS(SVG, tag), props, children);
}

function furnish(node, props, children) {
  for (const [name, value] of Object.entries(props)) setProp(node, name, value);
  for (const child of children.flat()) {
    if (child !== null && child !== undefined) node.append(child);
  }
  return node;
}

function setProp(node, name, value) {
  if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
  else if (name === "text") node.textContent = value;
  else if (name === "value" || name === "checked" || name === "disabled" || name === "hidden")
    node[name] = value;
  else if (value === false || value === null || value === undefined) node.removeAttribute(name);
  else node.setAttribute(name, value === true ? "" : String(value));
}

/** Update properties only where they differ, so that focus and selection survive. */
export function patch(node, props) {
  for (const [name, value] of Object.entries(props)) {
    if (name === "text") {
      if (node.textContent !== value) node.textContent = value;
    } else if (name in node && typeof node[name] !== "object") {
      if (node[name] !== value) node[name] = value;
    } else if (node.getAttribute(name) !== String(value)) setProp(node, name, value);
  }
}

/**
 * The element that the HTML marks with `data-part`.
 *
 * @param {ParentNode} root
 * @param {string} name
 */
export function part(root, name) {
  const found = root.querySelector(`[data-part="${name}"]`);
  if (!found) throw new Error(`The HTML has no part "${name}".`);
  return /** @type {HTMLElement} */ (found);
}

/**
 * Have a screen reader read a text out; also a second time when it was the last one already.
 *
 * @param {HTMLElement} region an element with aria-live
 * @param {string} text
 */
export function announce(region, text) {
  const again = text !== "" && region.textContent === text;
  patch(region, { text: again ? `${text}\u00a0` : text });
}

/** Give a canvas the pixels of its box and the screen; returns its context in CSS pixels. */
export function fitCanvas(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const w = Math.max(1, Math.round(width * ratio));
  const h = Math.max(1, Math.round(height * ratio));
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}
