// @ts-check
// Small helpers for building the page without a framework. Text always goes through textContent.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Listeners of an element; their event has the element as its `currentTarget`.
 *
 * @template E
 * @typedef {{[K in keyof HTMLElementEventMap as `on${K}`]?:
 *   (event: HTMLElementEventMap[K] & {currentTarget: E}) => unknown}} Listeners
 */
/**
 * Attributes, properties and listeners of an element.
 *
 * @template E
 * @typedef {Listeners<E> & Record<string, unknown>} Props
 */

/** @typedef {Node | string | null | undefined | (Node | string)[]} Child */

/**
 * Make an element; props starting with "on" are listeners, the rest attributes or properties.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Props<HTMLElementTagNameMap[K]>} props
 * @param {Child[]} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, props = {}, ...children) {
  return furnish(document.createElement(tag), props, children);
}

/**
 * The same for SVG.
 *
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {Props<SVGElementTagNameMap[K]>} props
 * @param {Child[]} children
 * @returns {SVGElementTagNameMap[K]}
 */
export function svg(tag, props = {}, ...children) {
  return furnish(document.createElementNS(SVG, tag), props, children);
}

/**
 * @template {Element} E
 * @param {E} node
 * @param {Record<string, unknown>} props
 * @param {Child[]} children
 */
function furnish(node, props, children) {
  for (const [name, value] of Object.entries(props)) setProp(node, name, value);
  for (const child of children.flat()) {
    if (child !== null && child !== undefined) node.append(child);
  }
  return node;
}

const PROPERTIES = ["value", "checked", "disabled", "hidden"];

/**
 * Set a listener, the text, a property or an attribute; an attribute that is null or false goes.
 *
 * @param {Element} node
 * @param {string} name
 * @param {unknown} value
 */
export function setProp(node, name, value) {
  if (name.startsWith("on"))
    node.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
  else if (name === "text") node.textContent = /** @type {string} */ (value);
  else if (PROPERTIES.includes(name)) propertiesOf(node)[name] = value;
  else if (value === false || value === null || value === undefined) node.removeAttribute(name);
  else node.setAttribute(name, value === true ? "" : String(value));
}

/**
 * The properties of an element by their names.
 *
 * @param {Element} node
 */
function propertiesOf(node) {
  return /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (node));
}

/**
 * Update properties only where they differ, so that focus and selection survive.
 *
 * @param {Element} node
 * @param {Record<string, unknown>} props
 */
export function patch(node, props) {
  const own = propertiesOf(node);
  for (const [name, value] of Object.entries(props)) {
    if (name === "text") {
      if (node.textContent !== value) node.textContent = /** @type {string} */ (value);
    } else if (name in node && typeof own[name] !== "object") {
      if (own[name] !== value) own[name] = value;
    } else if (node.getAttribute(name) !== String(value)) setProp(node, name, value);
  }
}

/**
 * Give an element these children in this order. Those that stay are not taken out on the way, so
 * that focus, selection and an open menu survive.
 *
 * @param {Element} root
 * @param {Element[]} children
 */
export function arrange(root, children) {
  const wanted = new Set(children);
  for (const child of [...root.children]) if (!wanted.has(child)) child.remove();
  children.forEach((child, i) => {
    if (root.children[i] !== child) root.insertBefore(child, root.children[i] ?? null);
  });
}

/**
 * The element that the HTML marks with `data-part`.
 *
 * @param {ParentNode} root
 * @param {string} name
 */
export function part(root, name) {
  return find(root, `[data-part="${name}"]`);
}

/**
 * The element that a selector finds; there must be one.
 *
 * @param {ParentNode} root
 * @param {string} selector
 */
export function find(root, selector) {
  const found = root.querySelector(selector);
  if (!found) throw new Error(`The HTML has no element "${selector}".`);
  return /** @type {HTMLElement} */ (found);
}

/**
 * The element that has the focus within the document or shadow root of a node.
 *
 * @param {Node} node
 */
export function focusedNear(node) {
  return /** @type {Document | ShadowRoot} */ (node.getRootNode()).activeElement;
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

/**
 * The drawing context of a canvas.
 *
 * @param {HTMLCanvasElement} canvas
 */
export function contextOf(canvas) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
}

/**
 * Give a canvas the pixels of its box and the screen; returns its context in CSS pixels.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 */
export function fitCanvas(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const w = Math.max(1, Math.round(width * ratio));
  const h = Math.max(1, Math.round(height * ratio));
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  const context = contextOf(canvas);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}
