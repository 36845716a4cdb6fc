// A list of people to sort, filter and fill in. Data reach the page as text alone, never as markup.

const FRAME = ["caption", "columns", "page_size", "empty", "selectable"];
const alphabet = new Intl.Collator("en-GB", { numeric: true, sensitivity: "base" });
// Ids are drawn by lot: each widget has a copy of this script to itself, so that counting would give several the same.
const newId = () => Math.random().toString(36).slice(2, 10);

function make(tag, attributes = {}, text = "") {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    element.setAttribute(name, value);
  if (text !== "") element.textContent = text;
  return element;
}

const isBlank = (value) => value === null || value === undefined || value === "";

function shown(column, value) {
  if (isBlank(value)) return "";
  if (column.kind === "yes") return value ? "Yes" : "No";
  return String(value);
}

// As it is read; a search goes by what is typed, which has a hyphen before a number and no comma in it.
const written = (column, value) =>
  column.kind === "number" && !isBlank(value)
    ? value
        .toLocaleString("en-GB", { maximumFractionDigits: 20 })
        .replace(/^-/, "\u2212")
    : shown(column, value);

// For a search, 'Zoe' is 'Zoë' and 'ZOE'.
const plainLetters = (text) =>
  text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function matches(columns, record, query) {
  const text = plainLetters(
    columns.map((column) => shown(column, record[column.key])).join("\n"),
  );
  return plainLetters(query)
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function sortValue(column, value) {
  if (column.kind === "number") return Number(value);
  if (column.kind === "yes") return value ? 0 : 1;
  if (column.kind === "choice") {
    const place = (column.choices || []).indexOf(value);
    return place < 0 ? Infinity : place;
  }
  return String(value);
}

function compare(column, a, b) {
  const one = sortValue(column, a);
  const other = sortValue(column, b);
  if (typeof one === "string") return alphabet.compare(one, other);
  return one === other ? alphabet.compare(String(a), String(b)) : one < other ? -1 : 1;
}

// Blanks come last whichever way the column is sorted.
function inOrder(columns, records, order) {
  const column = columns.find((one) => one.key === order.key);
  if (!column) return records;
  const known = records.filter((record) => !isBlank(record[column.key]));
  const blank = records.filter((record) => isBlank(record[column.key]));
  const direction = order.descending ? -1 : 1;
  known.sort((a, b) => direction * compare(column, a[column.key], b[column.key]));
  return [...known, ...blank];
}

const cellName = (id, key) => JSON.stringify([id, key]);

function makeControl(column) {
  if (column.kind === "yes") return make("input", { type: "checkbox" });
  if (column.kind === "number")
    return make("input", { type: "text", inputmode: "decimal", autocomplete: "off" });
  if (column.kind === "choice") return make("select");
  return make("textarea", { rows: "1", dir: "auto" });
}

function fillChoices(select, column, value) {
  const choices = ["", ...(column.choices || [])];
  // A value that is no longer offered stays as it is until it is changed by hand.
  if (!choices.includes(value)) choices.push(value);
  select.replaceChildren(
    ...choices.map((choice) => {
      const option = make("option", {}, choice);
      option.value = choice;
      return option;
    }),
  );
}

// What stands in a control as text; two equal texts are one value.
const heldText = (column, control) =>
  column.kind === "yes" ? String(control.checked) : control.value;

const textOf = (column, value) =>
  column.kind === "yes" ? String(value === true) : isBlank(value) ? "" : String(value);

function setControl(column, control, value) {
  const text = textOf(column, value);
  if (column.kind === "yes") control.checked = text === "true";
  else {
    if (column.kind === "choice") fillChoices(control, column, text);
    if (control.value !== text) control.value = text;
  }
  return heldText(column, control);
}

function readControl(column, control) {
  if (column.kind === "yes") return { value: control.checked };
  if (column.kind !== "number") return { value: control.value };
  const text = control.value.trim().replace(",", ".");
  if (text === "") return { value: null };
  const number = Number(text);
  return Number.isFinite(number)
    ? { value: number }
    : { fault: "Please type a number" };
}

// One cell that can be filled in. `base` is the text last taken from or given to Python: what differs is being typed.
function makeEditable(column, helpId, commit) {
  const control = makeControl(column);
  const mark = make("span", { class: "sl-listing-mark" });
  if (helpId) control.setAttribute("aria-describedby", helpId);
  const cell = {
    column,
    control,
    mark,
    base: heldText(column, control),
    node: make("div", { class: "sl-listing-edit" }),
  };
  cell.node.append(control, mark);
  cell.isTyped = () => heldText(column, control) !== cell.base;
  cell.show = (value) => {
    if (!cell.isTyped()) cell.base = setControl(column, control, value);
    else cell.base = textOf(column, value);
  };
  cell.say = (text, fault = false) => {
    mark.textContent = text;
    mark.classList.toggle("sl-listing-fault", fault);
    if (fault) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  };
  control.addEventListener("input", () => cell.say(""));
  control.addEventListener("change", () => {
    if (control.tagName === "SELECT" || column.kind === "yes") commit(cell);
  });
  control.addEventListener("blur", () => commit(cell));
  control.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey && control.tagName !== "SELECT") {
      event.preventDefault();
      commit(cell);
    }
    if (event.key === "Escape" && cell.isTyped() && column.kind !== "yes") {
      control.value = cell.base;
      cell.say("");
    }
  });
  return cell;
}

function render({ model, el }) {
  const mine = `sl-listing-${newId()}`;
  const root = make("div", {
    class: "sl-listing",
    "data-lm-suppress-shortcuts": "true",
  });
  const tools = make("div", { class: "sl-listing-tools" });
  const filterLabel = make("label", { for: `${mine}-filter` }, "Show rows with");
  const filter = make("input", {
    type: "search",
    id: `${mine}-filter`,
    autocomplete: "off",
    spellcheck: "false",
  });
  const count = make("p", { class: "sl-listing-count", role: "status" });
  const notes = make("div", { class: "sl-listing-notes" });
  const region = make("div", {
    class: "sl-listing-region",
    role: "region",
    tabindex: "0",
  });
  const table = make("table", { role: "table" });
  const caption = make("caption");
  const head = make("thead", { role: "rowgroup" });
  const body = make("tbody", { role: "rowgroup" });
  const nothing = make("p", { class: "sl-listing-nothing", tabindex: "-1" });
  const more = make("button", { type: "button", class: "sl-listing-more" });
  const heard = make("p", { class: "sl-listing-heard", role: "status" });
  tools.append(filterLabel, filter, count);
  table.append(caption, head, body);
  region.append(table);
  root.append(tools, notes, region, nothing, more, heard);
  el.append(root);

  let columns = [];
  let records = new Map(); // id -> record, in the order given
  let rows = new Map(); // id -> {node, first, cells}, made when first shown
  let arranged = []; // ids that match, in the order shown
  let limit = 0;
  const pending = new Map(); // changes sent that Python has not answered
  const marks = new Map(); // what is said beside a cell
  let turn = 0;

  const isSorted = (key) => model.get("order")?.key === key;

  // Changes not yet answered stand over records that Python sent before it heard of them.
  function takeRecords() {
    records = new Map(
      (model.get("records") || []).map((record) => [record.id, record]),
    );
    for (const { id, key, value } of pending.values())
      if (records.has(id)) records.get(id)[key] = value;
  }

  function arrange() {
    const query = filter.value.trim();
    const found = [...records.values()].filter(
      (record) => !query || matches(columns, record, query),
    );
    arranged = inOrder(columns, found, model.get("order") || {}).map(
      (record) => record.id,
    );
  }

  function mark(id, key, text, fault = false) {
    marks.set(cellName(id, key), { text, fault });
    const cell = rows.get(id)?.cells.get(key);
    if (cell && !(cell.isTyped() && !fault)) cell.say(text, fault);
    heard.textContent = text;
  }

  function commit(id, cell) {
    if (!records.has(id) || !cell.isTyped()) return;
    const { value, fault } = readControl(cell.column, cell.control);
    if (fault) {
      mark(id, cell.column.key, fault, true);
      return;
    }
    cell.base = heldText(cell.column, cell.control);
    cell.say("");
    marks.delete(cellName(id, cell.column.key));
    records.get(id)[cell.column.key] = value;
    turn += 1;
    pending.set(turn, { id, key: cell.column.key, value });
    model.send({ kind: "edit", turn, id, key: cell.column.key, value });
    updateRow(id);
  }

  function makeFirst(id, _column) {
    // An address is the page's own making, never anything that a file said.
    const { href } = records.get(id);
    if (href) {
      const link = make("a", { href, class: "sl-listing-link" });
      link.append(make("span", { dir: "auto", class: "sl-listing-text" }));
      return link;
    }
    if (!model.get("selectable"))
      return make("span", { dir: "auto", class: "sl-listing-text" });
    const button = make("button", {
      type: "button",
      class: "sl-listing-name",
      "aria-pressed": "false",
    });
    button.append(make("span", { dir: "auto", class: "sl-listing-text" }));
    button.addEventListener("click", () => {
      model.set("selected", model.get("selected") === id ? "" : id);
      model.save_changes();
    });
    return button;
  }

  function makeRow(id) {
    const row = {
      node: make("tr", { role: "row" }),
      cells: new Map(),
      texts: new Map(),
    };
    columns.forEach((column, i) => {
      const place =
        i === 0
          ? make("th", { scope: "row", role: "rowheader", tabindex: "-1" })
          : make("td", { role: "cell" });
      place.dataset.label = column.label;
      place.classList.add(`sl-listing-kind-${column.kind}`);
      place.classList.toggle("sl-listing-upright", Boolean(column.upright));
      if (column.editable) {
        const cell = makeEditable(
          column,
          column.help ? `${mine}-help-${i}` : "",
          (one) => commit(id, one),
        );
        row.cells.set(column.key, cell);
        place.append(cell.node);
      } else {
        const holder =
          i === 0
            ? makeFirst(id, column)
            : make("span", { dir: "auto", class: "sl-listing-text" });
        row.texts.set(column.key, holder.querySelector("span") || holder);
        place.append(holder);
      }
      row.node.append(place);
    });
    rows.set(id, row);
    updateRow(id);
    for (const [key, cell] of row.cells) {
      const said = marks.get(cellName(id, key));
      if (said) cell.say(said.text, said.fault);
    }
    return row;
  }

  function updateRow(id) {
    const row = rows.get(id);
    const record = records.get(id);
    const who = shown(columns[0], record[columns[0].key]);
    for (const column of columns) {
      const cell = row.cells.get(column.key);
      if (cell) {
        cell.show(record[column.key]);
        cell.control.setAttribute(
          "aria-label",
          column === columns[0] ? column.label : `${column.label}, ${who}`,
        );
      } else {
        const place = row.texts.get(column.key);
        const text = written(column, record[column.key]);
        if (place.textContent !== text) place.textContent = text;
      }
    }
    const name = row.node.querySelector(".sl-listing-name");
    if (name) name.setAttribute("aria-pressed", String(model.get("selected") === id));
    row.node.classList.toggle(
      "sl-listing-chosen",
      Boolean(name) && model.get("selected") === id,
    );
  }

  // The row with the focus is never moved, since moving it would take the focus away: the others move around it.
  function place(nodes) {
    const held = nodes.find((node) => node.contains(document.activeElement));
    for (const node of [...body.children]) if (!nodes.includes(node)) node.remove();
    const split = held ? nodes.indexOf(held) : nodes.length;
    nodes.slice(0, split).forEach((node, i) => {
      if (body.children[i] !== node) body.insertBefore(node, body.children[i] || null);
    });
    nodes.slice(split).forEach((node, i) => {
      if (node !== held && body.children[split + i] !== node)
        body.insertBefore(node, body.children[split + i] || null);
    });
  }

  function showCount(visible) {
    const found = arranged.length;
    const all = records.size;
    const of =
      found < all && visible < found ? `${found} that match, ${all} in all` : `${all}`;
    const text = `Showing ${visible} of ${of}`;
    if (count.textContent !== text) count.textContent = text;
  }

  function drawRows() {
    const visible = arranged.slice(0, limit);
    const focusWas = body.contains(document.activeElement);
    for (const id of [...rows.keys()]) {
      if (records.has(id)) continue;
      rows.get(id).node.remove();
      rows.delete(id);
    }
    for (const id of visible) if (rows.has(id)) updateRow(id);
    place(visible.map((id) => (rows.get(id) || makeRow(id)).node));
    showCount(visible.length);
    const left = arranged.length - visible.length;
    const step = Math.min(left, model.get("page_size"));
    more.textContent = left > step ? `Show ${step} more` : `Show the last ${left}`;
    more.hidden = left === 0;
    region.hidden = !visible.length;
    tools.hidden = !records.size;
    nothing.textContent = records.size
      ? "No row has these words. Type fewer of them, or others."
      : model.get("empty");
    nothing.hidden = Boolean(visible.length);
    if (focusWas && !body.contains(document.activeElement))
      (tools.hidden ? nothing : filter).focus();
  }

  function drawOrder() {
    const order = model.get("order") || {};
    for (const heading of head.querySelectorAll("th")) {
      const sorted = isSorted(heading.dataset.key);
      heading.setAttribute(
        "aria-sort",
        sorted ? (order.descending ? "descending" : "ascending") : "none",
      );
      heading.querySelector(".sl-listing-arrow").textContent = sorted
        ? order.descending
          ? "▼"
          : "▲"
        : "";
    }
  }

  // Up, down, then as given: the order given may be the one that matters.
  function sortBy(key) {
    const order = model.get("order") || {};
    const next = !isSorted(key)
      ? { key, descending: false }
      : order.descending
        ? {}
        : { key, descending: true };
    model.set("order", next);
    model.save_changes();
  }

  function drawHead() {
    const line = make("tr", { role: "row" });
    notes.replaceChildren();
    columns.forEach((column, i) => {
      const heading = make("th", { scope: "col", role: "columnheader" });
      heading.dataset.key = column.key;
      heading.classList.add(`sl-listing-kind-${column.kind}`);
      heading.classList.toggle("sl-listing-upright", Boolean(column.upright));
      const button = make("button", { type: "button" });
      button.append(
        make("span", {}, column.label),
        make("span", { class: "sl-listing-arrow", "aria-hidden": "true" }),
      );
      button.addEventListener("click", () => sortBy(column.key));
      heading.append(button);
      if (column.help) {
        heading.append(
          make(
            "span",
            { class: "sl-listing-help", "aria-hidden": "true" },
            column.help,
          ),
        );
        notes.append(
          make("p", { id: `${mine}-help-${i}` }, `${column.label}: ${column.help}`),
        );
      }
      line.append(heading);
    });
    head.replaceChildren(line);
  }

  function drawFrame() {
    const active = document.activeElement;
    const focus = [...rows].flatMap(([id, row]) =>
      [...row.cells]
        .filter(([, cell]) => cell.control === active)
        .map(([key, cell]) => ({ id, key, cell })),
    )[0];
    if (focus) commit(focus.id, focus.cell);
    columns = model.get("columns") || [];
    rows = new Map();
    body.replaceChildren();
    caption.textContent = model.get("caption");
    caption.hidden = !model.get("caption");
    region.setAttribute("aria-label", model.get("caption") || "List");
    drawHead();
    drawOrder();
    takeRecords();
    arrange();
    limit = Math.max(limit, model.get("page_size"));
    drawRows();
    if (focus) rows.get(focus.id)?.cells.get(focus.key)?.control.focus();
  }

  // While someone fills in a row, rows stay where they are: sorting anew would carry the one being typed in away.
  function drawRecords() {
    const before = records.size;
    takeRecords();
    const known = arranged.every((id) => records.has(id));
    if (!(known && records.size === before && body.contains(document.activeElement)))
      arrange();
    drawRows();
  }

  function drawAnew() {
    drawOrder();
    arrange();
    drawRows();
  }

  let typing = 0;
  filter.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => {
      model.set("query", filter.value);
      model.save_changes();
    }, 150);
  });
  function onQuery() {
    if (document.activeElement !== filter) filter.value = model.get("query");
    limit = model.get("page_size");
    arrange();
    drawRows();
  }

  more.addEventListener("click", () => {
    const first = arranged[limit];
    limit += model.get("page_size");
    drawRows();
    rows.get(first).node.querySelector("th").focus();
  });

  function onSelected() {
    for (const id of rows.keys()) updateRow(id);
  }

  function onSaved() {
    const { id, key, at } = model.get("saved") || {};
    if (id !== undefined) mark(id, key, `Saved ${at}`);
  }

  function onAnswer(answer) {
    if (answer.kind !== "edit" || !pending.has(answer.turn)) return;
    const { id, key } = pending.get(answer.turn);
    pending.delete(answer.turn);
    if (!answer.accepted) mark(id, key, "Not saved: please try again", true);
  }

  // A page that is left or put away keeps what was typed last.
  function commitTyped() {
    if (document.visibilityState !== "hidden") return;
    for (const [id, row] of rows)
      for (const cell of row.cells.values()) commit(id, cell);
  }

  let limitOnScreen = 0;
  function beforePrint() {
    limitOnScreen = limit;
    limit = Infinity;
    drawRows();
  }
  function afterPrint() {
    limit = limitOnScreen;
    drawRows();
  }

  const changes = {
    "change:records": drawRecords,
    "change:order": drawAnew,
    "change:query": onQuery,
    "change:selected": onSelected,
    "change:saved": onSaved,
    "msg:custom": onAnswer,
  };
  for (const name of FRAME) changes[`change:${name}`] = drawFrame;
  for (const [event, act] of Object.entries(changes)) model.on(event, act);
  document.addEventListener("visibilitychange", commitTyped);
  window.addEventListener("beforeprint", beforePrint);
  window.addEventListener("afterprint", afterPrint);
  filter.value = model.get("query") || "";
  drawFrame();
  onSaved();
  return () => {
    for (const [id, row] of rows)
      for (const cell of row.cells.values()) commit(id, cell);
    for (const [event, act] of Object.entries(changes)) model.off(event, act);
    document.removeEventListener("visibilitychange", commitTyped);
    window.removeEventListener("beforeprint", beforePrint);
    window.removeEventListener("afterprint", afterPrint);
  };
}

export default { render };
