// An entry-to-outcome table whose cells can be pressed. Data reach the page as text alone, never as markup.

import {
  ARROWS,
  follow,
  isModified,
  make,
  makeButton,
  makeRoot,
  setTabStop,
  soon,
} from "./dom.js";

const TRAITS = "title row_heading column_heading rows columns cells totals";
const MORE = "The table is wider than the screen: move it sideways to see all of it.";

function percent(share, space) {
  if (share === null || share === undefined) return "";
  const whole = Math.round(share * 100);
  return share > 0 && whole === 0 ? `under 1${space}%` : `${whole}${space}%`;
}

// 'Reached' becomes 'reached' in the middle of a sentence; an abbreviation such as 'KS3' stays as it is.
function midSentence(words) {
  return /^\p{Lu}\p{Ll}/u.test(words) ? words[0].toLowerCase() + words.slice(1) : words;
}

function spokenName(model, cell, row, column) {
  const where = `${model.get("row_heading")} ${row}, ${midSentence(model.get("column_heading"))} ${column}`;
  const who = `${cell.count} ${cell.count === 1 ? "pupil" : "pupils"}`;
  const share = percent(cell.share, " ");
  return `${where}: ${who}${share && `, ${share} of the row`}${cell.expected ? ", the expected gain or more" : ""}`;
}

// The sides on which the bold line runs: wherever 'expected' changes between neighbours. A row without any
// expectation (pupils whose entry is not known) has no line of its own.
function lineSides(cells, i, j) {
  const sides = [];
  const here = cells[i][j];
  const left = cells[i][j - 1];
  const above = cells[i - 1];
  if (here.edge || (left?.expected && !here.expected)) sides.push("left");
  const bothExpect =
    above &&
    cells[i].some((cell) => cell.expected) &&
    above.some((cell) => cell.expected);
  if (bothExpect && above[j] && Boolean(above[j].expected) !== Boolean(here.expected))
    sides.push("top");
  return sides;
}

function keyText(cells) {
  const expectation = cells.some((row) => row.some((cell) => cell.edge));
  if (!expectation) return "";
  const closes = cells.some((row) =>
    row.some((cell, j) => j > 0 && row[j - 1].expected && !cell.expected),
  );
  return closes
    ? "Inside the line: the expected gain or more"
    : "Right of the line: the expected gain or more";
}

function drawHead(model, columns) {
  const heading = (name, words) => {
    const attributes = { scope: "col", rowspan: "2", class: `sl-matrix-${name}` };
    return make("th", attributes, words);
  };
  const group = { scope: "colgroup", colspan: columns.length };
  const over = make("th", group, make("span", {}, model.get("column_heading")));
  const corner = heading("corner", model.get("row_heading"));
  const names = columns.map((column) => make("th", { scope: "col" }, column));
  const first = make("tr", {}, corner, over, heading("total", "Pupils"));
  return make("thead", {}, first, make("tr", {}, ...names));
}

function drawCell(model, cells, i, j) {
  const cell = cells[i][j];
  const sides = lineSides(cells, i, j).map((side) => `sl-matrix-line-${side}`);
  const box = (content) => make("td", sides.join(" "), content);
  if (!cell.count) return box(make("span", "sl-matrix-none", "0"));
  const row = model.get("rows")[i];
  const column = model.get("columns")[j];
  const button = makeButton("", null, {
    tabindex: "-1",
    "aria-pressed": "false",
    "aria-label": spokenName(model, cell, row, column),
  });
  button.dataset.place = `${i} ${j}`;
  button.style.setProperty("--share", String(cell.share ?? 0));
  const share = percent(cell.share, "\u00a0");
  button.append(make("span", "sl-matrix-count", String(cell.count)));
  if (share) button.append(make("span", "sl-matrix-share", share));
  return box(button);
}

// The cells, row by row. While rows, columns and cells arrive one after the other they may not agree yet: what is
// missing is an empty cell.
function cellsOf(model) {
  const cells = model.get("cells");
  const columns = model.get("columns");
  return model
    .get("rows")
    .map((_, i) => columns.map((_, j) => cells[i]?.[j] || { count: 0 }));
}

function drawBody(model, cells) {
  const totals = model.get("totals");
  const lines = model.get("rows").map((row, i) => {
    const boxes = cells[i].map((_, j) => drawCell(model, cells, i, j));
    const total = make("td", "sl-matrix-total", String(totals[i] ?? ""));
    return make("tr", {}, make("th", { scope: "row" }, row), ...boxes, total);
  });
  return make("tbody", {}, ...lines);
}

const placeOf = (button) => button.dataset.place.split(" ").map(Number);

// The button to move to from another: the next in the row, or the nearest in the next row that has one.
function neighbour(buttons, from, key) {
  const [i, j] = placeOf(from);
  const places = buttons.map((button) => [button, ...placeOf(button)]);
  const inRow = places.filter(([, row]) => row === i);
  if (key === "Home") return inRow[0][0];
  if (key === "End") return inRow.at(-1)[0];
  if (key === "ArrowRight") return inRow.find(([, , column]) => column > j)?.[0];
  if (key === "ArrowLeft") return inRow.findLast(([, , column]) => column < j)?.[0];
  const down = key === "ArrowDown";
  const ahead = places.filter(([, row]) => (down ? row > i : row < i));
  const rows = ahead.map(([, row]) => row);
  const next = down ? Math.min(...rows) : Math.max(...rows);
  const nearest = ahead
    .filter(([, row]) => row === next)
    .sort((a, b) => Math.abs(a[2] - j) - Math.abs(b[2] - j));
  return nearest[0]?.[0];
}

class Matrix {
  constructor(model, el) {
    const hint = "Press a number to see the pupils behind it.";
    const scrolls = { role: "region", tabindex: "0" };
    this.model = model;
    this.focused = null; // the labels of the cell that had the focus last
    this.table = make("table");
    this.region = make("div", { class: "sl-matrix-region", ...scrolls }, this.table);
    this.key = make("p", "sl-matrix-key");
    this.more = make("p", { class: "sl-matrix-more", hidden: "" }, MORE);
    this.hint = make("p", "sl-matrix-hint", hint);
    this.root = makeRoot("sl-matrix");
    this.root.append(this.region, this.more, this.key, this.hint);
    el.append(this.root);
    this.table.addEventListener("focusin", (event) => this.onFocus(event));
    this.table.addEventListener("click", (event) => this.onClick(event));
    this.table.addEventListener("keydown", (event) => this.onKey(event));
  }

  get buttons() {
    return [...this.table.querySelectorAll("button")];
  }

  labelsOf(button) {
    const [i, j] = placeOf(button);
    return { row: this.model.get("rows")[i], column: this.model.get("columns")[j] };
  }

  buttonAt({ row, column }) {
    return this.buttons.find((button) => {
      const labels = this.labelsOf(button);
      return labels.row === row && labels.column === column;
    });
  }

  // Whether all columns are in sight depends on the window and on the letters that the reader chose.
  showMore() {
    const wider = this.region.scrollWidth > this.region.clientWidth + 1;
    this.more.hidden = !wider;
    this.region.classList.toggle("sl-matrix-cut", wider);
  }

  markSelected() {
    const selected = this.buttonAt(this.model.get("selected") || {});
    for (const button of this.buttons)
      button.setAttribute("aria-pressed", String(button === selected));
    const inUse = this.table.contains(document.activeElement);
    if (selected && !inUse) setTabStop(this.buttons, selected);
  }

  draw() {
    const { model, region, table } = this;
    const focused = table.contains(document.activeElement) && this.focused;
    const cells = cellsOf(model);
    const title = model.get("title");
    const head = drawHead(model, model.get("columns"));
    table.replaceChildren(head, drawBody(model, cells));
    if (title) table.prepend(make("caption", {}, make("span", {}, title)));
    const outcome = midSentence(model.get("column_heading"));
    const name = title || `${model.get("row_heading")}, ${outcome}`;
    region.setAttribute("aria-label", name);
    this.drawKey(keyText(cells));
    this.hint.hidden = !this.buttons.length;
    const stop = (focused && this.buttonAt(focused)) || this.buttons[0];
    if (stop) setTabStop(this.buttons, stop);
    if (focused) (stop || region).focus();
    this.markSelected();
  }

  drawKey(words) {
    const sample = { class: "sl-matrix-sample", "aria-hidden": "true" };
    this.key.replaceChildren(make("span", sample), make("span", {}, words));
    this.key.hidden = !words;
  }

  onFocus({ target }) {
    if (!target.dataset.place) return;
    setTabStop(this.buttons, target);
    this.focused = this.labelsOf(target);
  }

  onClick(event) {
    const button = event.target.closest("button");
    if (!button) return;
    const pressed = button.getAttribute("aria-pressed") === "true";
    this.model.set("selected", pressed ? {} : this.labelsOf(button));
    this.model.save_changes();
    this.markSelected();
  }

  onKey(event) {
    const button = event.target.closest("button");
    if (!button || isModified(event) || !ARROWS.includes(event.key)) return;
    event.preventDefault();
    neighbour(this.buttons, button, event.key)?.focus();
  }

  // Follows the model; returns what ends that.
  begin() {
    const sight = new ResizeObserver(() => this.showMore());
    sight.observe(this.root);
    sight.observe(this.table);
    this.draw();
    return follow(this.model, {
      changes: {
        [TRAITS]: soon(() => this.draw()),
        selected: () => this.markSelected(),
      },
      end: () => sight.disconnect(),
    });
  }
}

export default { render: ({ model, el }) => new Matrix(model, el).begin() };
