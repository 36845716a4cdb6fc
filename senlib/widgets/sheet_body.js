// The body of a sheet: its boxes one below the other, and its tables of boxes.

import {
  make,
  makeCell,
  makeColumnHead,
  makeRow,
  makeRowHead,
  makeRows,
} from "./dom.js";
import { Cell } from "./sheet_cell.js";
import { makeSmall } from "./sheet_controls.js";

const makeTrouble = () => make("p", "sl-sheet-mark sl-sheet-fault");

// What is only shown, line by line.
function makeLines({ lines }) {
  // Only pages of the workbook: nothing that a file or a person wrote becomes an address.
  const parts = lines.map(({ text, href }) =>
    href ? make("a", { href }, text) : make("span", {}, text),
  );
  const paragraphs = parts.map((part) => make("p", {}, part));
  return make("div", { class: "sl-sheet-shown", dir: "auto" }, ...paragraphs);
}

// A box stays the same while the sheet has it: with its text, its place in the text, and what is said beside it.
export class Body {
  constructor(mine, hooks) {
    this.mine = mine;
    this.hooks = hooks;
    this.number = 0;
    this.cells = new Map(); // by name
    this.before = new Map(); // those of the last drawing that have no place yet in this one
    this.places = new Map(); // to add a row, by what they add to
    this.placesBefore = new Map();
  }

  // The blocks of a form; `before` is left with the boxes that it no longer has.
  draw(form, gone) {
    this.before = new Map([...gone, ...this.cells]);
    this.cells = new Map();
    this.placesBefore = this.places;
    this.places = new Map();
    return (form.blocks ?? []).map((block) =>
      block.kind === "table" ? this.drawTable(block) : this.drawFields(block),
    );
  }

  newId(what = "") {
    this.number += 1;
    return [this.mine, what, this.number].filter(Boolean).join("-");
  }

  put(spec) {
    let cell = this.before.get(spec.name);
    if (cell?.suits(spec)) {
      this.before.delete(spec.name);
      cell.change(spec);
    } else cell = new Cell(spec, this.newId(), this.hooks);
    this.cells.set(spec.name, cell);
    return cell.node;
  }

  makeHelp(words) {
    return make("p", { class: "sl-sheet-help", id: this.newId("help") }, words);
  }

  drawFields(block) {
    const fields = block.fields.map((spec) => this.drawField(spec));
    return make("div", "sl-sheet-fields", ...fields);
  }

  drawField(spec) {
    const hidden = { class: "sl-sheet-label", "aria-hidden": "true" };
    const label = make("p", hidden, spec.label);
    label.addEventListener("click", () => this.cells.get(spec.name)?.focus());
    const help = spec.help && this.makeHelp(spec.help);
    const above = make("div", "sl-sheet-above", label, help);
    const box = this.put({ ...spec, helpId: help ? help.id : "" });
    return make("div", `sl-sheet-field sl-sheet-field-${spec.kind}`, above, box);
  }

  drawTable(block) {
    const { caption, corner, columns } = block;
    const helps = new Map();
    const first = corner ? makeColumnHead({}, corner) : makeCell();
    const titles = columns.map((column) => this.drawTitle(column, helps));
    const groups = block.groups.map((group) => this.drawGroup(group, block, helps));
    const table = make(
      "table",
      { role: "table" },
      make("caption", {}, caption),
      makeRows("thead", makeRow({}, first, ...titles)),
      ...groups,
    );
    const scrolls = { role: "region", tabindex: "0", "aria-label": caption };
    const region = make("div", { class: "sl-sheet-region", ...scrolls }, table);
    return make("div", {}, make("div", "sl-sheet-notes"), region);
  }

  drawTitle({ key, kind, label, help }, helps) {
    const line = help && this.makeHelp(help);
    if (line) helps.set(key, line.id);
    const title = make("span", "sl-sheet-head", label);
    return makeColumnHead({ class: `sl-sheet-kind-${kind}` }, title, line);
  }

  drawGroup(group, block, helps) {
    const whole = { scope: "rowgroup", colspan: block.columns.length + 1 };
    const title = group.title && makeRowHead(whole, group.title);
    return makeRows(
      "tbody",
      title && makeRow({ class: "sl-sheet-group" }, title),
      ...group.rows.map((row) => this.drawRow(row, block, helps)),
      block.add && this.drawAdd(group, block),
    );
  }

  drawRow(row, block, helps) {
    const cells = block.columns.map((column) => {
      const kind = {
        class: `sl-sheet-kind-${column.kind}`,
        "data-label": column.label,
      };
      const spec = row.cells[column.key];
      if (!spec) return makeCell(kind);
      if (spec.lines) return makeCell(kind, makeLines(spec));
      const label = row.label ? `${column.label}: ${row.label}` : column.label;
      const helpId = helps.get(column.key) ?? "";
      return makeCell(kind, this.put({ ...column, ...spec, label, helpId }));
    });
    return makeRow({}, this.drawRowHead(row), ...cells);
  }

  drawRowHead(row) {
    const { href, label, note } = row;
    const name = href
      ? make("a", { href, dir: "auto" }, label)
      : make("span", { dir: "auto" }, label);
    const parts = row.own ? this.drawOwn(row) : [name];
    const below = note && make("p", { class: "sl-sheet-note", dir: "auto" }, note);
    return makeRowHead({ class: "sl-sheet-row" }, ...parts, below);
  }

  // A row of one's own: its name, and a way to take it out.
  drawOwn(row) {
    const own = this.put({ kind: "short", label: "Name of your own row", ...row.own });
    const trouble = makeTrouble();
    const hear = this.showsTroubleIn(trouble);
    const takeOut = () => this.hooks.send({ kind: "drop row", row: row.key }, hear);
    const label = { "aria-label": `Take out the row ${row.label}` };
    return [own, makeSmall("Take out", takeOut, label), trouble];
  }

  showsTroubleIn(place) {
    return (answer) => {
      place.textContent = answer.kind === "refused" ? answer.why : "";
      if (place.textContent) this.hooks.heard(answer.why);
    };
  }

  drawAdd(group, block) {
    const words = group.title ? `Add your own to ${group.title}` : block.add;
    const key = JSON.stringify([block.caption, group.key, words]);
    const form = this.placesBefore.get(key) ?? this.makeAdd(group.key, words);
    this.places.set(key, form);
    const place = makeCell({ colspan: block.columns.length + 1 }, form);
    return makeRow({ class: "sl-sheet-add" }, place);
  }

  // Out of the way until it is wanted: a lesson is being watched, and there is a place under each heading.
  makeAdd(section, words) {
    const id = this.newId("add");
    const free = { maxlength: "200", autocomplete: "off", dir: "auto" };
    const box = make("input", { type: "text", id, ...free });
    const trouble = makeTrouble();
    const showTrouble = this.showsTroubleIn(trouble);
    const add = () => {
      const label = box.value.trim();
      if (label === "") {
        box.focus();
        return;
      }
      this.hooks.send({ kind: "add row", section, label }, (answer) => {
        showTrouble(answer);
        if (answer.kind === "refused" && box.value === "") box.value = label;
      });
      box.value = "";
      trouble.textContent = "";
    };
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) add();
    });
    return make(
      "details",
      {},
      make("summary", {}, words),
      make("label", { for: id, class: "sl-sheet-heard" }, words),
      box,
      makeSmall("Add", add, { "aria-label": words }),
      trouble,
    );
  }
}
