// An entry-to-outcome table whose cells can be pressed. Data reach the page as text alone, never as markup.

const TRAITS = [
  "title",
  "row_heading",
  "column_heading",
  "rows",
  "columns",
  "cells",
  "totals",
];

function make(tag, attributes = {}, text = "") {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    element.setAttribute(name, value);
  if (text !== "") element.textContent = text;
  return element;
}

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
  const head = make("thead");
  const first = make("tr");
  first.append(
    make(
      "th",
      { scope: "col", rowspan: "2", class: "sl-matrix-corner" },
      model.get("row_heading"),
    ),
    make("th", { scope: "colgroup", colspan: String(columns.length) }),
    make("th", { scope: "col", rowspan: "2", class: "sl-matrix-total" }, "Pupils"),
  );
  first.children[1].append(make("span", {}, model.get("column_heading")));
  const second = make("tr");
  for (const column of columns) second.append(make("th", { scope: "col" }, column));
  head.append(first, second);
  return head;
}

function drawCell(model, cells, i, j) {
  const cell = cells[i][j];
  const box = make("td", {
    class: lineSides(cells, i, j)
      .map((side) => `sl-matrix-line-${side}`)
      .join(" "),
  });
  if (!cell.count) {
    box.append(make("span", { class: "sl-matrix-none" }, "0"));
    return box;
  }
  const row = model.get("rows")[i];
  const column = model.get("columns")[j];
  const button = make("button", {
    type: "button",
    tabindex: "-1",
    "aria-pressed": "false",
    "aria-label": spokenName(model, cell, row, column),
  });
  button.dataset.place = `${i} ${j}`;
  button.style.setProperty("--share", String(cell.share ?? 0));
  button.append(make("span", { class: "sl-matrix-count" }, String(cell.count)));
  const share = percent(cell.share, "\u00a0");
  if (share) button.append(make("span", { class: "sl-matrix-share" }, share));
  box.append(button);
  return box;
}

function drawBody(model) {
  const body = make("tbody");
  const columns = model.get("columns");
  // While rows, columns and cells arrive one after the other they may not agree yet: what is missing is an empty cell.
  const cells = model
    .get("rows")
    .map((_, i) =>
      columns.map((_, j) => (model.get("cells")[i] || [])[j] || { count: 0 }),
    );
  model.get("rows").forEach((row, i) => {
    const line = make("tr");
    line.append(make("th", { scope: "row" }, row));
    line.append(...columns.map((_, j) => drawCell(model, cells, i, j)));
    line.append(
      make("td", { class: "sl-matrix-total" }, String(model.get("totals")[i] ?? "")),
    );
    body.append(line);
  });
  return [body, keyText(cells)];
}

// The button to move to from row i, column j: the next in the row, or the nearest in the next row that has one.
function neighbour(buttons, i, j, key) {
  const places = buttons.map((button) => [
    button,
    ...button.dataset.place.split(" ").map(Number),
  ]);
  const inRow = places.filter(([, row]) => row === i);
  if (key === "Home") return inRow[0][0];
  if (key === "End") return inRow.at(-1)[0];
  if (key === "ArrowRight") return inRow.find(([, , column]) => column > j)?.[0];
  if (key === "ArrowLeft")
    return inRow.filter(([, , column]) => column < j).at(-1)?.[0];
  const ahead =
    key === "ArrowDown"
      ? places.filter(([, row]) => row > i)
      : places.filter(([, row]) => row < i);
  const rows = ahead.map(([, row]) => row);
  const next = key === "ArrowDown" ? Math.min(...rows) : Math.max(...rows);
  const nearest = ahead
    .filter(([, row]) => row === next)
    .sort((a, b) => Math.abs(a[2] - j) - Math.abs(b[2] - j));
  return nearest[0]?.[0];
}

function render({ model, el }) {
  const root = make("div", {
    class: "sl-matrix",
    "data-lm-suppress-shortcuts": "true",
  });
  const region = make("div", {
    class: "sl-matrix-region",
    role: "region",
    tabindex: "0",
  });
  const table = make("table");
  const key = make("p", { class: "sl-matrix-key" });
  const more = make(
    "p",
    { class: "sl-matrix-more", hidden: "" },
    "The table is wider than the screen: move it sideways to see all of it.",
  );
  const hint = make(
    "p",
    { class: "sl-matrix-hint" },
    "Press a number to see the pupils behind it.",
  );
  region.append(table);
  root.append(region, more, key, hint);
  el.append(root);
  // Whether all columns are in sight depends on the window and on the letters that the reader chose.
  const sight = new ResizeObserver(() => {
    const wider = region.scrollWidth > region.clientWidth + 1;
    more.hidden = !wider;
    region.classList.toggle("sl-matrix-cut", wider);
  });
  sight.observe(root);
  sight.observe(table);

  const buttons = () => [...table.querySelectorAll("button")];
  const placeOf = (button) => button.dataset.place.split(" ").map(Number);
  const labelsOf = (button) => {
    const [i, j] = placeOf(button);
    return { row: model.get("rows")[i], column: model.get("columns")[j] };
  };
  const buttonAt = ({ row, column }) =>
    buttons().find((button) => {
      const labels = labelsOf(button);
      return labels.row === row && labels.column === column;
    });

  function makeTabStop(button) {
    for (const other of buttons()) other.tabIndex = other === button ? 0 : -1;
  }

  function markSelected() {
    const selected = buttonAt(model.get("selected") || {});
    for (const button of buttons())
      button.setAttribute("aria-pressed", String(button === selected));
    if (selected && !table.contains(document.activeElement)) makeTabStop(selected);
  }

  let heldLabels = null;
  function draw() {
    const focused = table.contains(document.activeElement) ? heldLabels : null;
    const [body, keyWords] = drawBody(model);
    const title = model.get("title");
    const parts = [drawHead(model, model.get("columns")), body];
    if (title) {
      parts.unshift(make("caption"));
      parts[0].append(make("span", {}, title));
    }
    table.replaceChildren(...parts);
    region.setAttribute(
      "aria-label",
      title ||
        `${model.get("row_heading")}, ${midSentence(model.get("column_heading"))}`,
    );
    key.replaceChildren(
      make("span", { class: "sl-matrix-sample", "aria-hidden": "true" }),
      make("span", {}, keyWords),
    );
    key.hidden = !keyWords;
    hint.hidden = !buttons().length;
    const stop = (focused && buttonAt(focused)) || buttons()[0];
    if (stop) makeTabStop(stop);
    if (focused) (stop || region).focus();
    markSelected();
  }

  let waiting = false;
  function drawSoon() {
    if (waiting) return;
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      draw();
    });
  }

  table.addEventListener("focusin", (event) => {
    if (!event.target.dataset.place) return;
    makeTabStop(event.target);
    heldLabels = labelsOf(event.target);
  });
  table.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const pressed = button.getAttribute("aria-pressed") === "true";
    model.set("selected", pressed ? {} : labelsOf(button));
    model.save_changes();
    markSelected();
  });
  table.addEventListener("keydown", (event) => {
    const moves = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"];
    if (!moves.includes(event.key) || event.ctrlKey || event.altKey || event.metaKey)
      return;
    const button = event.target.closest("button");
    if (!button) return;
    event.preventDefault();
    neighbour(buttons(), ...placeOf(button), event.key)?.focus();
  });

  for (const name of TRAITS) model.on(`change:${name}`, drawSoon);
  model.on("change:selected", markSelected);
  draw();
  return () => {
    sight.disconnect();
    for (const name of TRAITS) model.off(`change:${name}`, drawSoon);
    model.off("change:selected", markSelected);
  };
}

export default { render };
