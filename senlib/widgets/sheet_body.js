// The body of a sheet: its boxes one below the other, and its tables of boxes.

import { make } from "./dom.js";
import { Cell } from "./sheet_cell.js";
import { makeSmall } from "./sheet_controls.js";

const makeTrouble = () => make("p", { class: "sl-sheet-mark sl-sheet-fault" });

// What is only shown, line by line.
function makeLines({ lines }) {
  const box = make("div", { class: "sl-sheet-shown", dir: "auto" });
  for (const { text, href } of lines) {
    const line = make("p");
    // Only pages of the workbook: nothing that a file or a person wrote becomes an address.
    line.append(href ? make("a", { href }, text) : make("span", {}, text));
    box.append(line);
  }
  return box;
}

function makeGroupLine(title, colspan) {
  const line = make("tr", { role: "row", class: "sl-sheet-group" });
  const cell = { scope: "rowgroup", role: "rowheader", colspan };
  line.append(make("th", cell, title));
  return line;
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
    const box = make("div", { class: "sl-sheet-fields" });
    box.append(...block.fields.map((spec) => this.drawField(spec)));
    return box;
  }

  drawField(spec) {
    const name = `sl-sheet-field sl-sheet-field-${spec.kind}`;
    const field = make("div", { class: name });
    const above = make("div", { class: "sl-sheet-above" });
    const hidden = { class: "sl-sheet-label", "aria-hidden": "true" };
    const label = make("p", hidden, spec.label);
    label.addEventListener("click", () => this.cells.get(spec.name)?.focus());
    above.append(label);
    const help = spec.help && this.makeHelp(spec.help);
    if (help) above.append(help);
    field.append(above, this.put({ ...spec, helpId: help ? help.id : "" }));
    return field;
  }

  drawTable(block) {
    const scrolls = { role: "region", tabindex: "0", "aria-label": block.caption };
    const region = make("div", { class: "sl-sheet-region", ...scrolls });
    const table = make("table", { role: "table" });
    const thead = make("thead", { role: "rowgroup" });
    const titles = make("tr", { role: "row" });
    const helps = new Map();
    titles.append(
      block.corner
        ? make("th", { scope: "col", role: "columnheader" }, block.corner)
        : make("td", { role: "cell" }),
      ...block.columns.map((column) => this.drawTitle(column, helps)),
    );
    thead.append(titles);
    table.append(make("caption", {}, block.caption), thead);
    table.append(...block.groups.map((group) => this.drawGroup(group, block, helps)));
    region.append(table);
    const box = make("div");
    box.append(make("div", { class: "sl-sheet-notes" }), region);
    return box;
  }

  drawTitle({ key, kind, label, help }, helps) {
    const heading = { scope: "col", role: "columnheader" };
    const title = make("th", { class: `sl-sheet-kind-${kind}`, ...heading });
    title.append(make("span", { class: "sl-sheet-head" }, label));
    if (!help) return title;
    const line = this.makeHelp(help);
    helps.set(key, line.id);
    title.append(line);
    return title;
  }

  drawGroup(group, block, helps) {
    const rows = make("tbody", { role: "rowgroup" });
    if (group.title) rows.append(makeGroupLine(group.title, block.columns.length + 1));
    rows.append(...group.rows.map((row) => this.drawRow(row, block, helps)));
    if (block.add) rows.append(this.drawAdd(group, block));
    return rows;
  }

  drawRow(row, block, helps) {
    const line = make("tr", { role: "row" });
    line.append(this.drawRowHead(row));
    for (const column of block.columns) {
      const place = make("td", { role: "cell", class: `sl-sheet-kind-${column.kind}` });
      place.dataset.label = column.label;
      const spec = row.cells[column.key];
      if (spec?.lines) place.append(makeLines(spec));
      else if (spec) {
        const label = row.label ? `${column.label}: ${row.label}` : column.label;
        const helpId = helps.get(column.key) ?? "";
        place.append(this.put({ ...column, ...spec, label, helpId }));
      }
      line.append(place);
    }
    return line;
  }

  drawRowHead(row) {
    const heading = { scope: "row", role: "rowheader" };
    const first = make("th", { class: "sl-sheet-row", ...heading });
    if (row.own) first.append(...this.drawOwn(row));
    else if (row.href)
      first.append(make("a", { href: row.href, dir: "auto" }, row.label));
    else first.append(make("span", { dir: "auto" }, row.label));
    if (row.note)
      first.append(make("p", { class: "sl-sheet-note", dir: "auto" }, row.note));
    return first;
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
    const line = make("tr", { role: "row", class: "sl-sheet-add" });
    const place = make("td", { role: "cell", colspan: block.columns.length + 1 });
    place.append(form);
    line.append(place);
    return line;
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
    const closed = make("details");
    closed.append(
      make("summary", {}, words),
      make("label", { for: id, class: "sl-sheet-heard" }, words),
      box,
      makeSmall("Add", add, { "aria-label": words }),
      trouble,
    );
    return closed;
  }
}
