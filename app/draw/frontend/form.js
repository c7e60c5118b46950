// @ts-check
// The fields of a form: numbers, choices and switches, as the server lists them.

import { required } from "../../shared/frontend/required.js";
import { el, focusedNear } from "../../shared/frontend/dom.js";

/** @import { Card } from "../../shared/frontend/card.js" */
/**
 * @import { CheckField, ChoiceField, FormField, NumberField, SettingGroup }
 *   from "./payloads.d.ts"
 */

/**
 * @typedef {object} FormActions
 * @property {(group: SettingGroup, name: string, value: number | string | boolean) => void} setting
 * @property {(text: string) => void} refuse
 */

export class Form {
  /** @type {Map<string, HTMLInputElement | HTMLSelectElement>} */
  inputs = new Map();
  /** Whether the server has not answered yet. @type {boolean} */
  pending = false;
  /** Field that holds what was not sent yet. @type {HTMLInputElement | null} */
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
    const shape = JSON.stringify(entries.map((entry) => ({ ...entry, value: 0, checked: 0 })));
    if (root.dataset.shape !== shape) {
      root.dataset.shape = shape;
      root.replaceChildren(...entries.map((entry) => this.field(group, entry)));
    }
    for (const entry of entries) {
      const input = required(this.inputs.get(`${group}.${entry.name}`));
      if ("checked" in entry) /** @type {HTMLInputElement} */ (input).checked = entry.checked;
      else this.fill(input, entry.value === null ? "" : String(entry.value));
    }
  }

  /**
   * @param {HTMLInputElement | HTMLSelectElement} input
   * @param {string} value
   */
  fill(input, value) {
    input.dataset.known = value;
    const inHand = input === focusedNear(input) && (this.pending || this.typing === input);
    if (!inHand && input.value !== value) input.value = value;
  }

  /**
   * @param {SettingGroup} group
   * @param {FormField} entry
   */
  field(group, entry) {
    const { name, label } = entry;
    const input =
      "choices" in entry
        ? this.choice(group, entry)
        : "checked" in entry
          ? this.check(group, entry)
          : this.number(group, entry);
    this.inputs.set(`${group}.${name}`, input);
    const text = el("span", { text: label });
    const meaning = this.meaning(entry);
    if (meaning) {
      this.card.attach(text, meaning);
      input.setAttribute("aria-description", meaning);
    }
    return el("label", { class: "field" }, text, input);
  }

  /** @param {FormField} entry */
  meaning({ hint, term }) {
    const lines = hint ? [hint] : [];
    const definition = term && this.glossary.get(term);
    if (definition) lines.push(`${term}: ${definition}`);
    return lines.join("\n");
  }

  /**
   * @param {SettingGroup} group
   * @param {NumberField} entry
   * @returns {HTMLInputElement}
   */
  number(group, { name, label, low, high, step, empty }) {
    const input = el("input", {
      type: "number",
      min: low,
      max: high,
      step: step || "any",
      inputmode: "decimal",
      placeholder: empty ?? "",
    });
    const send = () => {
      this.typing = null;
      if (input.value !== "") return this.actions.setting(group, name, Number(input.value));
      if (input.validity.badInput) this.actions.refuse(`${label} must be a number.`);
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
   * @param {ChoiceField} entry
   * @returns {HTMLSelectElement}
   */
  choice(group, { name, choices }) {
    const options = choices.map(([value, text]) => el("option", { value, text }));
    /** @type {HTMLSelectElement} */
    const select = el(
      "select",
      { onchange: () => this.actions.setting(group, name, select.value) },
      options,
    );
    return select;
  }

  /**
   * @param {SettingGroup} group
   * @param {CheckField} entry
   * @returns {HTMLInputElement}
   */
  check(group, { name }) {
    /** @type {HTMLInputElement} */
    const input = el("input", {
      type: "checkbox",
      onchange: () => this.actions.setting(group, name, input.checked),
    });
    return input;
  }
}
