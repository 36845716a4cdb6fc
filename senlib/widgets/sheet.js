// A sheet to fill in: boxes, and tables of boxes, each kept as it is typed. Data reach the page as text alone, never as markup.

import { follow, make, makeButton, makeRoot, newId } from "./dom.js";
import { Body } from "./sheet_body.js";
import { Moments } from "./sheet_moments.js";

// Between the form and the field in a box's name.
const MARK = "\u001f";
const UNSAVED =
  "Some of what is on this page is not saved. It stays here until you close the page.";

// What is on the page as a file, should the workbook be unable to keep it: the portable file of senlib.workbook.portable.
function portable(workbook, cells) {
  const now = new Date().toISOString().replace("Z", "000+00:00");
  const answers = cells.map((cell) => {
    const [form, field] = cell.spec.name.split(MARK);
    return { form, field, value: cell.text(), at: now };
  });
  const head = { format: "senlib workbook", version: 1, workbook, made_at: now };
  return JSON.stringify({ ...head, answers }, null, 1);
}

function saveAs(name, text) {
  const href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  make("a", { download: name, href }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

// The rows that a school added to a form, by their keys.
function ownRows(form) {
  const groups = (form.blocks ?? []).flatMap((block) => block.groups ?? []);
  const rows = groups.flatMap((group) => group.rows).filter((row) => row.own);
  return new Map(rows.map((row) => [row.key, row.label]));
}

// Where somebody is in a text; a date and a list know no place.
const caretOf = (element) =>
  element.tagName === "TEXTAREA" || element.type === "text"
    ? [element.selectionStart, element.selectionEnd]
    : null;

class Sheet {
  constructor(model, el) {
    this.model = model;
    this.mine = `sl-sheet-${newId()}`;
    this.gone = new Map(); // boxes that the sheet no longer has, and whose text is not kept yet
    this.drawing = false;
    this.turn = 0;
    this.waiting = new Map(); // turn -> what hears the answer
    this.head = make("div", "sl-sheet-head");
    this.body = make("div", "sl-sheet-body");
    this.heard = make("p", { class: "sl-sheet-heard", role: "status" });
    this.bar = this.makeBar();
    const parts = [this.head, this.bar, this.body, this.heard];
    this.root = makeRoot("sl-sheet", "div", ...parts);
    this.root.setAttribute("role", "group");
    el.append(this.root);
    this.moments = new Moments(this.root);
    this.content = new Body(this.mine, this.hooks());
    this.own = ownRows(this.form);
  }

  get form() {
    return this.model.get("form") ?? {};
  }

  get cells() {
    return this.content.cells;
  }

  all() {
    return [...this.cells.values(), ...this.gone.values()];
  }

  makeBar() {
    const again = () => {
      for (const cell of this.all()) cell.again();
    };
    return make(
      "div",
      { class: "sl-sheet-unsaved", role: "alert", hidden: "" },
      make("p", {}, UNSAVED),
      makeButton("Try again", again),
      makeButton("Download what is on this page", () => this.download()),
    );
  }

  download() {
    const cells = this.all().filter((cell) => cell.isOpen() || cell.base !== "");
    const text = portable(this.model.get("workbook"), cells);
    saveAs("not-saved-in-the-workbook.json", text);
  }

  // What a box asks of its sheet.
  hooks() {
    return {
      send: (message, hear) => {
        this.turn += 1;
        this.waiting.set(this.turn, hear);
        this.model.send({ ...message, turn: this.turn });
        return this.turn;
      },
      changed: () => this.showUnsaved(),
      heard: (words, at) => {
        this.heard.textContent = words;
        if (at) document.dispatchEvent(new CustomEvent("sl-saved", { detail: at }));
      },
      isDrawing: () => this.drawing,
      later: (act) => this.moments.later(act),
    };
  }

  showUnsaved() {
    for (const [name, cell] of this.gone) if (!cell.isOpen()) this.gone.delete(name);
    const open = this.all().filter((cell) => cell.isOpen());
    this.root.toggleAttribute("data-sl-unsaved", open.length > 0);
    this.bar.hidden = !open.some((cell) => cell.refused);
  }

  // A row that came or went is seen by all but those who listen.
  sayRows() {
    const before = this.own;
    this.own = ownRows(this.form);
    const missing = (rows) => (key) => !rows.has(key);
    for (const key of [...before.keys()].filter(missing(this.own)))
      this.heard.textContent = `Taken out: ${before.get(key)}`;
    for (const key of [...this.own.keys()].filter(missing(before)))
      this.heard.textContent = `Added: ${this.own.get(key)}`;
  }

  draw() {
    const { form } = this;
    const focus = this.focusNow();
    this.drawing = true;
    this.drawHead(form);
    this.body.replaceChildren(...this.content.draw(form, this.gone));
    this.drawing = false;
    this.gone = this.content.before;
    for (const cell of this.gone.values()) cell.commit();
    this.takeValues();
    this.restoreFocus(focus);
    this.sayRows();
    this.showUnsaved();
  }

  drawHead({ title, level, intro }) {
    const id = `${this.mine}-title`;
    this.head.replaceChildren();
    if (title) this.head.append(make(`h${level ?? 3}`, { id }, title));
    if (intro) this.head.append(make("p", "sl-sheet-intro", intro));
    if (title) this.root.setAttribute("aria-labelledby", id);
    else this.root.removeAttribute("aria-labelledby");
  }

  focusNow() {
    const active = document.activeElement;
    if (!this.root.contains(active)) return {};
    const table = active.closest(".sl-sheet-region")?.getAttribute("aria-label");
    return { active, caret: caretOf(active), table };
  }

  restoreFocus({ active, caret, table }) {
    if (active?.isConnected) {
      active.focus();
      if (caret) active.setSelectionRange(...caret);
    } else if (active) {
      const regions = [...this.body.querySelectorAll(".sl-sheet-region")];
      regions.find((one) => one.getAttribute("aria-label") === table)?.focus();
    }
  }

  takeValues() {
    const values = this.model.get("values") ?? {};
    for (const [name, cell] of this.cells) cell.show(values[name]);
  }

  hear(answer) {
    const cell = this.cells.get(answer.name);
    if (answer.kind === "history") cell?.showHistory(answer.answers);
    if (answer.kind === "brought") cell?.hearBrought(answer);
    this.waiting.get(answer.turn)?.(answer);
    this.waiting.delete(answer.turn);
  }

  commitAll() {
    for (const cell of this.cells.values()) cell.commit();
  }

  // Follows the model; returns what ends that.
  begin() {
    const { moments } = this;
    this.draw();
    return follow(this.model, {
      changes: {
        form: () => moments.later(() => this.draw()),
        values: () => moments.later(() => this.takeValues()),
      },
      hear: (answer) => moments.later(() => this.hear(answer)),
      early: moments.events,
      leave: () => this.commitAll(),
    });
  }
}

export default { render: ({ model, el }) => new Sheet(model, el).begin() };
