// A list of people to sort, filter and fill in. Data reach the page as text alone, never as markup.

import {
  follow,
  make,
  makeButton,
  makeCell,
  makeColumnHead,
  makeRoot,
  makeRow,
  makeRowHead,
  makeRows,
  newId,
  place,
  setText,
} from "./dom.js";
import { EditableCell } from "./listing_cell.js";
import { inOrder, matches, plainText, readText } from "./listing_values.js";

const TYPING = 150; // milliseconds after which a search follows what is typed
const cellName = (id, key) => JSON.stringify([id, key]);
const classOf = ({ kind, upright }) =>
  `sl-listing-kind-${kind}${upright ? " sl-listing-upright" : ""}`;
const makeText = () => make("span", { dir: "auto", class: "sl-listing-text" });

class Listing {
  constructor(model, el) {
    this.model = model;
    this.mine = `sl-listing-${newId()}`;
    this.columns = [];
    this.records = new Map(); // id -> record, in the order given
    this.rows = new Map(); // id -> {node, cells, texts}, made when first in sight
    this.arranged = []; // ids that match, in the order on the page
    this.limit = 0;
    this.pending = new Map(); // changes sent that Python has not answered
    this.marks = new Map(); // what is said beside a cell
    this.turn = 0;
    this.typing = 0;
    this.build(el);
  }

  build(el) {
    const id = `${this.mine}-filter`;
    const search = { type: "search", autocomplete: "off", spellcheck: "false" };
    this.filter = make("input", { id, ...search });
    this.filter.addEventListener("input", () => this.onTyped());
    this.count = make("p", { class: "sl-listing-count", role: "status" });
    const label = make("label", { for: id }, "Show rows with");
    this.tools = make("div", "sl-listing-tools", label, this.filter, this.count);
    this.notes = make("div", "sl-listing-notes");
    this.caption = make("caption");
    this.head = makeRows("thead");
    this.body = makeRows("tbody");
    const table = make("table", { role: "table" }, this.caption, this.head, this.body);
    const scrolls = { role: "region", tabindex: "0" };
    this.region = make("div", { class: "sl-listing-region", ...scrolls }, table);
    this.nothing = make("p", { class: "sl-listing-nothing", tabindex: "-1" });
    const showMore = () => this.showMore();
    this.more = makeButton("", showMore, { class: "sl-listing-more" });
    this.heard = make("p", { class: "sl-listing-heard", role: "status" });
    const root = makeRoot("sl-listing", "div", this.tools, this.notes, this.region);
    root.append(this.nothing, this.more, this.heard);
    el.append(root);
  }

  get order() {
    return this.model.get("order") || {};
  }

  get editable() {
    return [...this.rows].flatMap(([id, row]) =>
      [...row.cells.values()].map((cell) => ({ id, cell })),
    );
  }

  // Changes not yet answered stand over records that Python sent before it heard of them.
  takeRecords() {
    const records = this.model.get("records") || [];
    this.records = new Map(records.map((record) => [record.id, record]));
    for (const { id, key, value } of this.pending.values())
      if (this.records.has(id)) this.records.get(id)[key] = value;
  }

  arrange() {
    const query = this.filter.value.trim();
    const records = [...this.records.values()].filter(
      (record) => !query || matches(this.columns, record, query),
    );
    const arranged = inOrder(this.columns, records, this.order);
    this.arranged = arranged.map((record) => record.id);
  }

  mark(id, key, text, fault = false) {
    this.marks.set(cellName(id, key), { text, fault });
    const cell = this.rows.get(id)?.cells.get(key);
    if (cell && !(cell.isTyped() && !fault)) cell.say(text, fault);
    this.heard.textContent = text;
  }

  commit(id, cell) {
    const { key } = cell.column;
    if (!this.records.has(id) || !cell.isTyped()) return;
    const { value, fault } = cell.read();
    if (fault) {
      this.mark(id, key, fault, true);
      return;
    }
    cell.take();
    cell.say("");
    this.marks.delete(cellName(id, key));
    this.records.get(id)[key] = value;
    this.turn += 1;
    this.pending.set(this.turn, { id, key, value });
    this.model.send({ kind: "edit", turn: this.turn, id, key, value });
    this.updateRow(id);
  }

  commitAll() {
    for (const { id, cell } of this.editable) this.commit(id, cell);
  }

  // A row's name; its address is the page's own making, never anything that a file said.
  makeName(id) {
    const { href } = this.records.get(id);
    if (!href) return makeText();
    return make("a", { href, class: "sl-listing-link" }, makeText());
  }

  makeRow(id) {
    const node = makeRow();
    const row = { node, cells: new Map(), texts: new Map() };
    this.columns.forEach((column, i) => {
      const attributes = { class: classOf(column), "data-label": column.label };
      const cell =
        i === 0 ? makeRowHead({ ...attributes, tabindex: "-1" }) : makeCell(attributes);
      if (column.editable) {
        const commit = (one) => this.commit(id, one);
        const editable = new EditableCell(column, this.helpId(column), commit);
        row.cells.set(column.key, editable);
        cell.append(editable.node);
      } else {
        const content = i === 0 ? this.makeName(id) : makeText();
        row.texts.set(column.key, content.querySelector("span") || content);
        cell.append(content);
      }
      node.append(cell);
    });
    this.rows.set(id, row);
    this.updateRow(id);
    for (const [key, cell] of row.cells) {
      const mark = this.marks.get(cellName(id, key));
      if (mark) cell.say(mark.text, mark.fault);
    }
    return row;
  }

  helpId(column) {
    return column.help ? `${this.mine}-help-${this.columns.indexOf(column)}` : "";
  }

  updateRow(id) {
    const { cells, texts } = this.rows.get(id);
    const record = this.records.get(id);
    const [first] = this.columns;
    const who = plainText(first, record[first.key]);
    for (const column of this.columns) {
      const value = record[column.key];
      const cell = cells.get(column.key);
      if (!cell) {
        setText(texts.get(column.key), readText(column, value));
        continue;
      }
      cell.show(value);
      const label = column === first ? column.label : `${column.label}, ${who}`;
      cell.control.setAttribute("aria-label", label);
    }
  }

  showCount(visible) {
    const { length } = this.arranged;
    const all = this.records.size;
    const some = length < all && visible < length;
    const of = some ? `${length} that match, ${all} in all` : `${all}`;
    setText(this.count, `Showing ${visible} of ${of}`);
  }

  drawRows() {
    const { body, filter, model, more, nothing, records, rows, tools } = this;
    const visible = this.arranged.slice(0, this.limit);
    const focusWas = body.contains(document.activeElement);
    for (const [id, row] of [...rows]) {
      if (records.has(id)) continue;
      row.node.remove();
      rows.delete(id);
    }
    for (const id of visible) if (rows.has(id)) this.updateRow(id);
    const nodes = visible.map((id) => (rows.get(id) || this.makeRow(id)).node);
    place(body, nodes);
    this.showCount(visible.length);
    const left = this.arranged.length - visible.length;
    const step = Math.min(left, model.get("page_size"));
    more.textContent = left > step ? `Show ${step} more` : `Show the last ${left}`;
    more.hidden = left === 0;
    this.region.hidden = !visible.length;
    tools.hidden = !records.size;
    const none = "No row has these words. Type fewer of them, or others.";
    nothing.textContent = records.size ? none : model.get("empty");
    nothing.hidden = Boolean(visible.length);
    if (focusWas && !body.contains(document.activeElement))
      (tools.hidden ? nothing : filter).focus();
  }

  drawOrder() {
    const { key, descending } = this.order;
    const [words, arrow] = descending ? ["descending", "▼"] : ["ascending", "▲"];
    for (const heading of this.head.querySelectorAll("th")) {
      const sorted = heading.dataset.key === key;
      heading.setAttribute("aria-sort", sorted ? words : "none");
      heading.querySelector(".sl-listing-arrow").textContent = sorted ? arrow : "";
    }
  }

  // Up, down, then as given: the order given may be the one that matters.
  sortBy(key) {
    const { order } = this;
    if (order.key !== key) this.set("order", { key, descending: false });
    else this.set("order", order.descending ? {} : { key, descending: true });
  }

  set(name, value) {
    this.model.set(name, value);
    this.model.save_changes();
  }

  drawHead() {
    this.notes.replaceChildren();
    const headings = this.columns.map((column) => {
      const { key, label, help } = column;
      const button = makeButton("", () => this.sortBy(key));
      const arrow = { class: "sl-listing-arrow", "aria-hidden": "true" };
      button.append(make("span", {}, label), make("span", arrow));
      const attributes = { class: classOf(column), "data-key": key };
      if (!help) return makeColumnHead(attributes, button);
      const quiet = { class: "sl-listing-help", "aria-hidden": "true" };
      this.notes.append(make("p", { id: this.helpId(column) }, `${label}: ${help}`));
      return makeColumnHead(attributes, button, make("span", quiet, help));
    });
    this.head.replaceChildren(makeRow({}, ...headings));
  }

  drawFrame() {
    const { model } = this;
    const focus = this.editable.find(
      ({ cell }) => cell.control === document.activeElement,
    );
    if (focus) this.commit(focus.id, focus.cell);
    this.columns = model.get("columns") || [];
    this.rows = new Map();
    this.body.replaceChildren();
    this.caption.textContent = model.get("caption");
    this.caption.hidden = !model.get("caption");
    this.region.setAttribute("aria-label", model.get("caption") || "List");
    this.drawHead();
    this.drawOrder();
    this.takeRecords();
    this.arrange();
    this.limit = Math.max(this.limit, model.get("page_size"));
    this.drawRows();
    const cells = focus && this.rows.get(focus.id)?.cells;
    cells?.get(focus.cell.column.key)?.control.focus();
  }

  // While someone fills in a row, rows stay where they are: sorting anew would carry the one being typed in away.
  drawRecords() {
    const before = this.records.size;
    this.takeRecords();
    const sameIds =
      this.records.size === before && this.arranged.every((id) => this.records.has(id));
    if (!sameIds || !this.body.contains(document.activeElement)) this.arrange();
    this.drawRows();
  }

  drawAnew() {
    this.drawOrder();
    this.arrange();
    this.drawRows();
  }

  onTyped() {
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.set("query", this.filter.value), TYPING);
  }

  onQuery() {
    const { filter, model } = this;
    if (document.activeElement !== filter) filter.value = model.get("query");
    this.limit = model.get("page_size");
    this.arrange();
    this.drawRows();
  }

  showMore() {
    const first = this.arranged[this.limit];
    this.limit += this.model.get("page_size");
    this.drawRows();
    this.rows.get(first).node.querySelector("th").focus();
  }

  onSaved() {
    const { id, key, at } = this.model.get("saved") || {};
    if (id !== undefined) this.mark(id, key, `Saved ${at}`);
  }

  onAnswer({ kind, turn, accepted }) {
    if (kind !== "heard" || !this.pending.has(turn)) return;
    const { id, key } = this.pending.get(turn);
    this.pending.delete(turn);
    if (!accepted) this.mark(id, key, "Not saved: please try again", true);
  }

  // On paper every row; afterwards as many as before.
  print() {
    this.limitOnScreen = this.limit;
    this.limit = Infinity;
    this.drawRows();
  }

  unprint() {
    this.limit = this.limitOnScreen;
    this.drawRows();
  }

  // Follows the model; returns what ends that.
  begin() {
    this.filter.value = this.model.get("query") || "";
    this.drawFrame();
    this.onSaved();
    return follow(this.model, {
      changes: {
        "caption columns page_size empty": () => this.drawFrame(),
        records: () => this.drawRecords(),
        order: () => this.drawAnew(),
        query: () => this.onQuery(),
        saved: () => this.onSaved(),
      },
      hear: (answer) => this.onAnswer(answer),
      window: { beforeprint: () => this.print(), afterprint: () => this.unprint() },
      leave: () => this.commitAll(),
    });
  }
}

export default { render: ({ model, el }) => new Listing(model, el).begin() };
