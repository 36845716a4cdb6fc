// The pieces of a review of columns: a list of meanings, a row for a column, and what is said of a file.

import {
  make,
  makeButton,
  makeCell,
  makeOptions,
  makeRow,
  makeRowHead,
  newId,
  setText,
} from "./dom.js";

export const STATES = {
  used: "Used",
  "left out": "Left out",
  "not recognised": "Not recognised",
};
const FILE_FIELDS = [
  ["supplied_by", "Who supplied it", "text"],
  ["dated", "Date of the list", "date"],
];

// A list of a hundred and fifty meanings that has one of them until it is reached: files have hundreds of columns.
// `choices` returns them all, `changed` hears which is chosen.
class MeaningList {
  constructor(choices, changed) {
    this.choices = choices;
    this.column = { meaning: "", label: "" };
    this.select = make("select");
    const fill = () => this.fill();
    this.select.addEventListener("pointerdown", fill);
    this.select.addEventListener("focus", fill);
    this.select.addEventListener("blur", () => {
      this.take();
      this.empty();
    });
    this.select.addEventListener("change", () => {
      this.take();
      changed(this.select.value);
    });
  }

  take() {
    const { selectedOptions, value } = this.select;
    this.column = { meaning: value, label: selectedOptions[0]?.textContent || "" };
  }

  makeOwn() {
    const { meaning, label } = this.column;
    return makeOptions([[meaning, label || "Not recognised: choose what it holds"]]);
  }

  empty() {
    this.select.replaceChildren(...this.makeOwn());
    this.select.value = this.column.meaning;
  }

  fill() {
    const { column, select } = this;
    if (select.options.length > 1) return;
    const groups = this.choices().flatMap(([name, pairs]) => {
      const options = makeOptions(pairs);
      return name ? [make("optgroup", { label: name }, ...options)] : options;
    });
    select.replaceChildren(...groups);
    const values = [...select.options].map((option) => option.value);
    if (!values.includes(column.meaning)) select.prepend(...this.makeOwn());
    select.value = column.meaning;
  }

  show({ meaning, label }) {
    if (meaning === this.column.meaning && this.select.options.length) return;
    this.column = { meaning, label };
    this.empty();
    if (this.select === document.activeElement) this.fill();
  }
}

// The row of a column. `review` has the model, `commit` for a change and `isPending` for one on its way.
export class ColumnRow {
  constructor(column, review) {
    const { model } = review;
    const commit = (value) => review.commit({ id: column.id, value });
    this.review = review;
    this.id = column.id;
    this.meaning = new MeaningList(() => model.get("choices") || [], commit);
    this.name = make("span", { dir: "auto", class: "sl-columns-text" });
    this.sample = makeCell({ "data-label": "What is in it" });
    this.badge = make("strong");
    this.remark = make("span", { dir: "auto", class: "sl-columns-remark" });
    const forgettable = model.get("forgettable");
    this.forget = forgettable ? makeButton("Forget", () => commit("")) : null;
    const cells = this.forget
      ? [makeCell({}, this.forget)]
      : [this.sample, makeCell({}, this.badge, this.remark)];
    const meaning = makeCell({}, this.meaning.select);
    this.node = makeRow({}, makeRowHead({}, this.name), meaning, ...cells);
    this.show(column);
  }

  show(column) {
    const { heading, state = "used", holds = "", remark = "" } = column;
    const label = `Meaning of ${heading || "the column without a heading"}`;
    this.state = state || "used";
    setText(this.name, heading);
    this.meaning.select.setAttribute("aria-label", label);
    this.forget?.setAttribute("aria-label", `Forget ${heading}`);
    setText(this.sample, holds);
    setText(this.badge, STATES[this.state]);
    setText(this.remark, remark);
    this.node.dataset.state = this.state;
    if (!this.review.isPending({ id: column.id })) this.meaning.show(column);
  }

  focus() {
    (this.forget || this.meaning.select).focus();
  }

  get hasFocus() {
    return this.node.contains(document.activeElement);
  }
}

// What is said of a file.
export class FileBox {
  constructor({ file }, review) {
    this.review = review;
    this.legend = make("legend", { dir: "auto" });
    this.outcome = make("p");
    this.inputs = new Map();
    this.node = make("fieldset", {}, this.legend, this.outcome);
    for (const [name, words, type] of FILE_FIELDS) {
      const id = `sl-columns-${newId()}`;
      const attributes = { id, type, autocomplete: "off", maxlength: "200" };
      const input = make("input", attributes);
      const commit = () => review.commit({ file, name, value: input.value });
      input.addEventListener("change", commit);
      this.node.append(make("div", {}, make("label", { for: id }, words), input));
      this.inputs.set(name, input);
    }
  }

  show(one) {
    setText(this.legend, one.file);
    setText(this.outcome, one.outcome || "");
    for (const [name, input] of this.inputs) {
      const pending = this.review.isPending({ file: one.file, name });
      if (pending || input === document.activeElement) continue;
      if (input.value !== (one[name] || "")) input.value = one[name] || "";
    }
  }
}
