// Columns of files with what each is taken for. Data reach the page as text alone, never as markup.

import {
  follow,
  make,
  makeButton,
  makeColumnHead,
  makeRoot,
  makeRow,
  makeRows,
  newId,
  offer,
  same,
  setText,
} from "./dom.js";
import { ColumnRow, FileBox, STATES } from "./column_review_pieces.js";

// Two changes that follow so fast are sent together.
const PAUSE_MS = 60;
// So long the page may take to draw what Python has changed.
const DRAWING_MS = 3000;

const targetOf = ({ id, file, name }) =>
  JSON.stringify(id === undefined ? [file, name] : [id]);
const shapeOf = (tables) =>
  tables.map(({ name, columns }) => [name, columns.map((column) => column.id)]);

class ColumnReview {
  constructor(model, el) {
    this.model = model;
    this.rows = new Map(); // id -> the row of a column
    this.boxes = new Map(); // file -> what is said of it
    this.shape = null;
    this.queue = []; // changes that are not sent yet
    this.sent = []; // changes that Python is at work on
    this.changed = false; // whether Python has changed the columns since
    this.timer = 0;
    this.turn = 0;
    this.build(el);
  }

  build(el) {
    const id = `sl-columns-${newId()}-filter`;
    this.root = makeRoot("sl-columns");
    this.summary = make("summary");
    this.details = make("details", {}, this.summary);
    this.filter = make("select", { id });
    this.filter.addEventListener("change", () => this.applyFilter());
    this.count = make("p", { class: "sl-columns-count", role: "status" });
    const label = make("label", { for: id }, "Show");
    this.tools = make("div", "sl-columns-tools", label, this.filter, this.count);
    this.nothing = make("p", { class: "sl-columns-nothing", tabindex: "-1" });
    this.tables = make("div");
    this.forgetAll = makeButton("Forget all", () => this.onForgetAll());
    this.files = make("div", "sl-columns-files");
    this.content = make("div", {}, this.tools, this.nothing, this.tables);
    this.content.append(this.forgetAll, this.files);
    el.append(this.root);
  }

  isPending(change) {
    const target = targetOf(change);
    return [...this.queue, ...this.sent].some((one) => targetOf(one) === target);
  }

  commit(change) {
    const target = targetOf(change);
    this.queue = this.queue.filter((one) => targetOf(one) !== target);
    this.queue.push(change);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), PAUSE_MS);
  }

  // What is changed while Python counts waits for it, and is counted once.
  flush() {
    clearTimeout(this.timer);
    if (this.sent.length || !this.queue.length) return;
    this.sent = this.queue;
    this.queue = [];
    this.changed = false;
    this.turn += 1;
    this.model.send({ kind: "changes", turn: this.turn, changes: this.sent });
  }

  makeTable({ name, columns }) {
    const heads = this.model.get("forgettable")
      ? ["Heading", "Meaning", "Forget"]
      : ["Heading", "Meaning", "What is in it", "Used?"];
    const cells = heads.map((words) => makeColumnHead({}, words));
    const rows = columns.map((column) => new ColumnRow(column, this));
    for (const row of rows) this.rows.set(row.id, row);
    const caption = name && make("caption", { dir: "auto" }, name);
    const head = makeRows("thead", makeRow({}, ...cells));
    const body = makeRows("tbody", ...rows.map((row) => row.node));
    const table = make("table", { role: "table" }, caption, head, body);
    return make("div", "sl-columns-table", table);
  }

  drawTables() {
    const tables = this.model.get("tables") || [];
    if (same(shapeOf(tables), this.shape)) {
      for (const column of tables.flatMap((table) => table.columns))
        this.rows.get(column.id).show(column);
    } else this.makeTables(tables);
    this.drawFilter();
  }

  // Other tables than before. The focus goes on to the next column that is still there.
  makeTables(tables) {
    const before = [...this.rows.keys()];
    const at = before.findIndex((id) => this.rows.get(id).hasFocus);
    this.shape = shapeOf(tables);
    this.rows = new Map();
    this.tables.replaceChildren(...tables.map((table) => this.makeTable(table)));
    if (at < 0) return;
    const nearest = [...before.slice(at), ...before.slice(0, at).reverse()];
    const next = nearest.find((id) => this.rows.has(id));
    if (next) this.rows.get(next).focus();
    else requestAnimationFrame(() => this.nothing.focus());
  }

  drawFilter() {
    const { filter, model, rows } = this;
    const states = [...rows.values()].map((row) => row.state);
    const number = (state) => states.filter((one) => one === state).length;
    const options = Object.entries(STATES).map(([key, label]) => [
      key,
      `${label} (${number(key)})`,
    ]);
    options.unshift(["", `All (${states.length})`]);
    offer(filter, options, filter.value);
    this.tools.hidden = model.get("forgettable") || !rows.size;
    this.forgetAll.hidden = !model.get("forgettable") || rows.size < 2;
    this.nothing.hidden = rows.size > 0 || !model.get("empty");
    setText(this.nothing, model.get("empty"));
    this.applyFilter();
  }

  // The row with the focus stays in view, though it may no longer be of those to show.
  applyFilter() {
    const { value } = this.filter;
    const rows = [...this.rows.values()];
    for (const row of rows)
      row.node.hidden = Boolean(value) && row.state !== value && !row.hasFocus;
    for (const section of this.tables.children)
      section.hidden = !section.querySelector("tbody tr:not([hidden])");
    const visible = rows.filter((row) => !row.node.hidden).length;
    setText(this.count, value ? `Showing ${visible} of ${rows.length}` : "");
  }

  drawFiles() {
    const files = this.model.get("files") || [];
    const names = files.map((one) => one.file);
    if (names.join("\n") !== [...this.boxes.keys()].join("\n")) {
      this.boxes = new Map(files.map((one) => [one.file, new FileBox(one, this)]));
      this.files.replaceChildren(...[...this.boxes.values()].map((box) => box.node));
    }
    for (const one of files) this.boxes.get(one.file).show(one);
  }

  drawFrame() {
    const fold = this.model.get("fold");
    setText(this.summary, fold);
    if (fold) this.details.append(this.content);
    this.root.replaceChildren(fold ? this.details : this.content);
  }

  // What this stands in, with all that belongs to it.
  get review() {
    return this.root.closest(".sl-review") || this.root;
  }

  bringIntoView() {
    if (!this.model.get("reveals")) return;
    // Once what was sent with it is drawn as well.
    requestAnimationFrame(() => this.review.scrollIntoView({ block: "start" }));
  }

  pointTo(id) {
    const row = this.rows.get(id);
    if (!row) return;
    if (this.model.get("fold")) this.details.open = true;
    if (row.node.hidden) {
      this.filter.value = "";
      this.applyFilter();
    }
    row.meaning.select.scrollIntoView({ block: "center" });
    row.meaning.select.focus({ preventScroll: true });
  }

  // A button that was pressed may go with what it was about; the focus goes on to the next, once that is drawn.
  catchFocus() {
    const until = performance.now() + DRAWING_MS;
    const look = () => {
      const active = document.activeElement || document.body;
      const next = this.review.querySelector(".sl-review-next:not(:disabled)");
      if (next && active === document.body) next.focus();
      else if (performance.now() < until) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }

  onMessage({ kind, id, turn }) {
    if (kind === "focus") this.pointTo(id);
    if (kind === "catch") this.catchFocus();
    if (kind !== "done" || turn !== this.turn) return;
    this.sent = [];
    // Where Python changed nothing, what was chosen stands.
    if (this.changed) this.drawTables();
    this.flush();
  }

  onForgetAll() {
    for (const id of this.rows.keys()) this.commit({ id, value: "" });
    requestAnimationFrame(() => this.summary.focus());
  }

  onTables() {
    this.changed = true;
    this.drawTables();
  }

  onForgettable() {
    this.shape = null;
    this.drawTables();
  }

  // Follows the model; returns what ends that.
  begin() {
    this.drawFrame();
    this.drawTables();
    this.drawFiles();
    this.bringIntoView();
    return follow(this.model, {
      changes: {
        tables: () => this.onTables(),
        forgettable: () => this.onForgettable(),
        empty: () => this.drawFilter(),
        files: () => this.drawFiles(),
        fold: () => this.drawFrame(),
        reveals: () => this.bringIntoView(),
      },
      hear: (message) => this.onMessage(message),
      leave: () => this.flush(),
    });
  }
}

export default { render: ({ model, el }) => new ColumnReview(model, el).begin() };
