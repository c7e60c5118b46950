// @ts-check
// The fields of a form: numbers, choices and switches, as the server lists them. A field stays the
// same element as long as it has the same name and kind: an answer that comes while a reader types
// takes neither the text nor the focus away.

import { arrange, el, patch, setProp } from "../../shared/frontend/dom.js";

/** @import { Card } from "../../shared/frontend/card.js" */
/** @import { FormField, SettingGroup } from "./payloads.d.ts" */

/** @typedef {HTMLInputElement | HTMLSelectElement} Input */
/** @typedef {"number" | "choice" | "check"} Kind */
/**
 * @typedef {object} Field
 * @property {Kind} kind
 * @property {HTMLElement} box
 * @property {HTMLElement} label
 * @property {Input} input
 * @property {FormField} entry
 */

/**
 * @typedef {object} FormActions
 * @property {(group: SettingGroup, name: string, value: number | string | boolean) => void} setting
 * @property {(text: string) => void} refuse
 */

export class Form {
  /** Fields by group and name. @type {Map<string, Field>} */
  fields = new Map();
  /** Whether the server has not answered yet. @type {boolean} */
  pending = false;
  /** Fields whose value was sent and not answered yet. @type {Set<Input>} */
  sent = new Set();
  /** Field that holds what was not sent yet. @type {Input | null} */
  typing = null;

  /** Definitions by term. @type {Map<string, string>} */
  glossary = new Map();

  /**
   * @param {FormActions} actions
   * @param {Card} card shows what a field means
   */
  constructor(actions, card) {
    this.actions = actions;
    this.card = card;
  }

  /**
   * Show one field for each entry; one that is being typed in keeps its text.
   *
   * @param {HTMLElement} root
   * @param {SettingGroup} group
   * @param {FormField[]} entries
   */
  show(root, group, entries) {
    const fields = entries.map((entry) => this.field(group, entry));
    arrange(
      root,
      fields.map(({ box }) => box),
    );
    if (!this.typing?.isConnected) this.typing = null;
    for (const { input, entry } of fields) {
      if ("checked" in entry) this.inHand(input) || patch(input, { checked: entry.checked });
      else this.fill(input, entry.value === null ? "" : String(entry.value));
    }
  }

  /**
   * @param {Input} input
   * @param {string} value
   */
  fill(input, value) {
    input.dataset.known = value;
    if (!this.inHand(input) && input.value !== value) input.value = value;
  }

  /**
   * Whether a field shows what the reader chose rather than what the server knows.
   *
   * @param {Input} input
   */
  inHand(input) {
    if (!this.pending) this.sent.clear();
    return this.typing === input || this.sent.has(input);
  }

  /**
   * Let a field show what the reader chose until the server has answered.
   *
   * @param {Input} input
   */
  hold(input) {
    this.sent.add(input);
    this.pending = true;
  }

  /**
   * The field of an entry: the one there is, or a new one.
   *
   * @param {SettingGroup} group
   * @param {FormField} entry
   * @returns {Field}
   */
  field(group, entry) {
    const key = `${group}.${entry.name}`;
    const kind = "choices" in entry ? "choice" : "checked" in entry ? "check" : "number";
    const there = this.fields.get(key);
    if (there?.kind === kind) {
      if (shapeOf(there.entry) !== shapeOf(entry)) this.describe(there, entry);
      there.entry = entry;
      return there;
    }
    const label = el("span");
    const input = this[kind](group, entry.name, () => made.entry);
    /** @type {Field} */
    const made = { kind, label, input, entry, box: el("label", { class: "field" }, label, input) };
    this.fields.set(key, made);
    this.describe(made, entry);
    return made;
  }

  /**
   * Give a field its label, its meaning, and its limits or choices.
   *
   * @param {Field} field
   * @param {FormField} entry
   */
  describe({ label, input }, entry) {
    patch(label, { text: entry.label });
    const meaning = this.meaning(entry);
    this.card.attach(label, meaning);
    setProp(input, "aria-description", meaning || null);
    if ("choices" in entry) {
      const chosen = input.value;
      input.replaceChildren(...entry.choices.map(([value, text]) => el("option", { value, text })));
      input.value = chosen;
    } else if ("low" in entry) {
      setProp(input, "min", entry.low);
      setProp(input, "max", entry.high);
      setProp(input, "step", entry.step || "any");
      setProp(input, "placeholder", entry.empty ?? "");
    }
  }

  /** @param {FormField} entry */
  meaning({ hint, term }) {
    const lines = hint ? [hint] : [];
    const definition = term && this.glossary.get(term);
    if (definition) lines.push(`${term}: ${definition}`);
    return lines.join("\n");
  }

  /**
   * @param {Input} input
   * @param {SettingGroup} group
   * @param {string} name
   * @param {number | string | boolean} value
   */
  send(input, group, name, value) {
    this.hold(input);
    this.actions.setting(group, name, value);
  }

  /**
   * @param {SettingGroup} group
   * @param {string} name
   * @param {() => FormField} entry the field as it was last described
   * @returns {HTMLInputElement}
   */
  number(group, name, entry) {
    const input = el("input", { type: "number", inputmode: "decimal" });
    const send = () => {
      this.typing = null;
      if (input.value !== "") return this.send(input, group, name, Number(input.value));
      if (input.validity.badInput) this.actions.refuse(`${entry().label} must be a number.`);
      input.value = input.dataset.known ?? "";
    };
    const leave = () => {
      if (this.typing === input) send();
    };
    input.addEventListener("input", () => (this.typing = input));
    input.addEventListener("change", send);
    input.addEventListener("blur", leave); // what is no number makes no change
    return input;
  }

  /**
   * @param {SettingGroup} group
   * @param {string} name
   * @returns {HTMLSelectElement}
   */
  choice(group, name) {
    /** @type {HTMLSelectElement} */
    const select = el("select", {
      onchange: () => this.send(select, group, name, select.value),
    });
    return select;
  }

  /**
   * @param {SettingGroup} group
   * @param {string} name
   * @returns {HTMLInputElement}
   */
  check(group, name) {
    /** @type {HTMLInputElement} */
    const input = el("input", {
      type: "checkbox",
      onchange: () => this.send(input, group, name, input.checked),
    });
    return input;
  }
}

/**
 * What a field looks like, whatever its value.
 *
 * @param {FormField} entry
 */
function shapeOf(entry) {
  return JSON.stringify({ ...entry, value: 0, checked: 0 });
}
