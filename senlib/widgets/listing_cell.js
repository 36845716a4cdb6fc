// One cell of a list that can be filled in.

import { make, offer, setInvalid } from "./dom.js";
import { isBlank } from "./listing_values.js";

function makeControl({ kind }) {
  if (kind === "yes") return make("input", { type: "checkbox" });
  if (kind === "choice") return make("select");
  if (kind !== "number") return make("textarea", { rows: "1", dir: "auto" });
  return make("input", { type: "text", inputmode: "decimal", autocomplete: "off" });
}

function fillChoices(select, column, value) {
  const choices = ["", ...(column.choices || [])];
  // A value that is no longer offered stays as it is until it is changed by hand.
  if (!choices.includes(value)) choices.push(value);
  const pairs = choices.map((choice) => [choice, choice]);
  offer(select, pairs, value);
}

function textOf({ kind }, value) {
  if (kind === "yes") return String(value === true);
  return isBlank(value) ? "" : String(value);
}

// `base` is the text last taken from or given to Python: what differs is being typed. `commit` hears when it is to be sent.
export class EditableCell {
  constructor(column, helpId, commit) {
    this.column = column;
    this.commit = () => commit(this);
    this.control = makeControl(column);
    this.mark = make("span", "sl-listing-mark");
    if (helpId) this.control.setAttribute("aria-describedby", helpId);
    this.base = this.text();
    this.node = make("div", "sl-listing-edit", this.control, this.mark);
    const isPicked = column.kind === "choice" || column.kind === "yes";
    if (isPicked) this.control.addEventListener("change", this.commit);
    this.control.addEventListener("input", () => this.say(""));
    this.control.addEventListener("blur", this.commit);
    this.control.addEventListener("keydown", (event) => this.onKey(event));
  }

  // What stands in the control as text; two equal texts are one value.
  text() {
    return this.column.kind === "yes"
      ? String(this.control.checked)
      : this.control.value;
  }

  isTyped() {
    return this.text() !== this.base;
  }

  show(value) {
    const { column, control } = this;
    const text = textOf(column, value);
    const typed = this.isTyped();
    this.base = text;
    if (typed) return;
    if (column.kind === "yes") control.checked = text === "true";
    else if (column.kind === "choice") fillChoices(control, column, text);
    else if (control.value !== text) control.value = text;
    this.base = this.text();
  }

  // The value that is typed, or a fault.
  read() {
    const { column, control } = this;
    if (column.kind === "yes") return { value: control.checked };
    if (column.kind !== "number") return { value: control.value };
    const text = control.value.trim().replace(",", ".");
    if (text === "") return { value: null };
    const number = Number(text);
    return Number.isFinite(number)
      ? { value: number }
      : { fault: "Please type a number" };
  }

  take() {
    this.base = this.text();
  }

  say(text, fault = false) {
    this.mark.textContent = text;
    this.mark.classList.toggle("sl-listing-fault", fault);
    setInvalid(this.control, fault);
  }

  onKey(event) {
    const { column, control } = this;
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey && column.kind !== "choice") {
      event.preventDefault();
      this.commit();
    }
    if (event.key === "Escape" && this.isTyped() && column.kind !== "yes") {
      control.value = this.base;
      this.say("");
    }
  }
}
