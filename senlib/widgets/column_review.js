// Columns of files with what each is taken for. Data reach the page as text alone, never as markup.

// Ids are drawn by lot: each widget has a copy of this script to itself, so that counting would give several the same.
const newId = () => Math.random().toString(36).slice(2, 10);

const STATES = {
  used: "Used",
  "left out": "Left out",
  "not recognised": "Not recognised",
};
// Two changes that follow so fast are sent together.
const PAUSE_MS = 60;
// So long the page may take to draw what Python has changed.
const DRAWING_MS = 3000;

function make(tag, attributes = {}, text = "") {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    element.setAttribute(name, value);
  if (text !== "") element.textContent = text;
  return element;
}

function makeOption(key, label) {
  const option = make("option", {}, label);
  option.value = key;
  return option;
}

// Written only where it is another, so that nothing is read out twice.
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// A list of a hundred and fifty meanings that holds one of them until it is reached: files have hundreds of columns.
function makeSelect(choices, changed) {
  const select = make("select");
  let column = { meaning: "", label: "" };
  const own = () =>
    makeOption(column.meaning, column.label || "Not recognised: choose what it holds");
  const rest = () => {
    select.replaceChildren(own());
    select.value = column.meaning;
  };
  const fill = () => {
    if (select.options.length > 1) return;
    const groups = choices().map(([name, pairs]) => {
      const options = pairs.map(([key, label]) => makeOption(key, label));
      if (!name) return options;
      const group = make("optgroup", { label: name });
      group.append(...options);
      return [group];
    });
    select.replaceChildren(...groups.flat());
    if (![...select.options].some((option) => option.value === column.meaning))
      select.prepend(own());
    select.value = column.meaning;
  };
  select.addEventListener("pointerdown", fill);
  select.addEventListener("focus", fill);
  select.addEventListener("blur", () => {
    column = {
      meaning: select.value,
      label: select.selectedOptions[0]?.textContent || "",
    };
    rest();
  });
  select.addEventListener("change", () => {
    column = { meaning: select.value, label: select.selectedOptions[0].textContent };
    changed(select.value);
  });
  const show = (one) => {
    if (one.meaning === column.meaning && select.options.length) return;
    column = { meaning: one.meaning, label: one.label };
    const open = select === document.activeElement;
    rest();
    if (open) fill();
  };
  return { select, show };
}

function render({ model, el }) {
  const mine = `sl-columns-${newId()}`;
  const root = make("div", {
    class: "sl-columns",
    "data-lm-suppress-shortcuts": "true",
  });
  const details = make("details");
  const summary = make("summary");
  const held = make("div");
  const tools = make("div", { class: "sl-columns-tools" });
  const filterLabel = make("label", { for: `${mine}-filter` }, "Show");
  const filter = make("select", { id: `${mine}-filter` });
  const count = make("p", { class: "sl-columns-count", role: "status" });
  const nothing = make("p", { class: "sl-columns-nothing", tabindex: "-1" });
  const tables = make("div");
  const forgetAll = make("button", { type: "button" }, "Forget all");
  const files = make("div", { class: "sl-columns-files" });
  tools.append(filterLabel, filter, count);
  held.append(tools, nothing, tables, forgetAll, files);
  details.append(summary);
  el.append(root);

  let rows = new Map(); // id -> what is shown of a column
  let boxes = new Map(); // file -> what is said of it
  let shape = "";
  let queue = []; // changes that are not sent yet
  let sent = []; // changes that Python is at work on
  let told = false; // whether Python has told anything of the columns since
  let timer = 0;
  let turn = 0;

  const target = (change) =>
    JSON.stringify(change.id === undefined ? [change.file, change.name] : [change.id]);
  const isPending = (change) =>
    [...queue, ...sent].some((one) => target(one) === target(change));

  function commit(change) {
    queue = [...queue.filter((one) => target(one) !== target(change)), change];
    clearTimeout(timer);
    timer = setTimeout(flush, PAUSE_MS);
  }

  // What is changed while Python counts waits for it, and is counted once.
  function flush() {
    clearTimeout(timer);
    if (sent.length || !queue.length) return;
    sent = queue;
    queue = [];
    told = false;
    turn += 1;
    model.send({ kind: "changes", turn, changes: sent });
  }

  function makeRow(column) {
    const node = make("tr", { role: "row" });
    const heading = make("th", { scope: "row", role: "rowheader" });
    const name = make("span", { dir: "auto", class: "sl-columns-text" });
    const { select, show } = makeSelect(
      () => model.get("choices") || [],
      (value) => commit({ id: column.id, value }),
    );
    const meaning = make("td", { role: "cell" });
    const holds = make("td", { role: "cell" });
    const state = make("td", { role: "cell" });
    holds.dataset.label = "What is in it";
    const badge = make("strong");
    const remark = make("span", { dir: "auto", class: "sl-columns-remark" });
    heading.append(name);
    meaning.append(select);
    state.append(badge, remark);
    node.append(heading, meaning);
    const row = { node, select, state: "used", heading: "" };
    if (model.get("forgettable")) {
      const forget = make("button", { type: "button" }, "Forget");
      const place = make("td", { role: "cell" });
      forget.addEventListener("click", () => commit({ id: column.id, value: "" }));
      place.append(forget);
      node.append(place);
      row.forget = forget;
    } else node.append(holds, state);
    row.show = (one) => {
      row.state = one.state || "used";
      write(name, one.heading);
      select.setAttribute(
        "aria-label",
        `Meaning of ${one.heading || "the column without a heading"}`,
      );
      if (row.forget) row.forget.setAttribute("aria-label", `Forget ${one.heading}`);
      write(holds, one.holds || "");
      write(badge, STATES[row.state]);
      write(remark, one.remark || "");
      node.dataset.state = row.state;
      if (!isPending({ id: one.id })) show(one);
    };
    rows.set(column.id, row);
    row.show(column);
    return node;
  }

  function makeTable(table) {
    const section = make("div", { class: "sl-columns-table" });
    const element = make("table", { role: "table" });
    const caption = make("caption", { dir: "auto" }, table.name);
    const head = make("thead", { role: "rowgroup" });
    const line = make("tr", { role: "row" });
    const body = make("tbody", { role: "rowgroup" });
    const heads = model.get("forgettable")
      ? ["Heading", "Meaning", "Forget"]
      : ["Heading", "Meaning", "What is in it", "Used?"];
    line.append(
      ...heads.map((text) => make("th", { scope: "col", role: "columnheader" }, text)),
    );
    head.append(line);
    body.append(...table.columns.map(makeRow));
    if (table.name) element.append(caption);
    element.append(head, body);
    section.append(element);
    return section;
  }

  const shapeOf = (all) =>
    JSON.stringify(
      all.map((table) => [table.name, table.columns.map((column) => column.id)]),
    );

  function drawTables() {
    const all = model.get("tables") || [];
    if (shapeOf(all) === shape) {
      for (const column of all.flatMap((table) => table.columns))
        rows.get(column.id).show(column);
    } else {
      const order = [...rows.keys()];
      const at = order.findIndex((id) =>
        rows.get(id).node.contains(document.activeElement),
      );
      shape = shapeOf(all);
      rows = new Map();
      tables.replaceChildren(...all.map(makeTable));
      if (at >= 0) {
        const next = [...order.slice(at), ...order.slice(0, at).reverse()].find((id) =>
          rows.has(id),
        );
        if (next) (rows.get(next).forget || rows.get(next).select).focus();
        else requestAnimationFrame(() => nothing.focus());
      }
    }
    drawFilter();
  }

  function drawFilter() {
    const states = [...rows.values()].map((row) => row.state);
    const number = (state) => states.filter((one) => one === state).length;
    const before = filter.value;
    const options = [
      ["", `All (${states.length})`],
      ...Object.entries(STATES).map(([key, label]) => [
        key,
        `${label} (${number(key)})`,
      ]),
    ];
    if (
      [...filter.options].map((one) => one.textContent).join() !==
      options.map(([, label]) => label).join()
    ) {
      filter.replaceChildren(...options.map(([key, label]) => makeOption(key, label)));
      filter.value = before;
      if (filter.selectedIndex < 0) filter.value = "";
    }
    tools.hidden = model.get("forgettable") || !rows.size;
    forgetAll.hidden = !model.get("forgettable") || rows.size < 2;
    nothing.hidden = rows.size > 0 || !model.get("empty");
    write(nothing, model.get("empty"));
    applyFilter();
  }

  // The row with the focus stays in view, though it may no longer be of those to show.
  function applyFilter() {
    let visible = 0;
    for (const row of rows.values()) {
      const holds = row.node.contains(document.activeElement);
      row.node.hidden = Boolean(filter.value) && row.state !== filter.value && !holds;
      visible += row.node.hidden ? 0 : 1;
    }
    for (const section of tables.children) {
      section.hidden = ![...section.querySelectorAll("tbody tr")].some(
        (row) => !row.hidden,
      );
    }
    write(count, filter.value ? `Showing ${visible} of ${rows.size}` : "");
  }

  function makeFile(one) {
    const group = make("fieldset");
    const legend = make("legend", { dir: "auto" });
    const told = make("p");
    group.append(legend, told);
    const inputs = {};
    for (const [name, words, type] of [
      ["supplied_by", "Who supplied it", "text"],
      ["dated", "Date of the list", "date"],
    ]) {
      const id = `${mine}-${newId()}`;
      const input = make("input", { id, type, autocomplete: "off", maxlength: "200" });
      const place = make("div");
      place.append(make("label", { for: id }, words), input);
      input.addEventListener("change", () =>
        commit({ file: one.file, name, value: input.value }),
      );
      group.append(place);
      inputs[name] = input;
    }
    const show = (file) => {
      write(legend, file.file);
      write(told, file.told || "");
      for (const [name, input] of Object.entries(inputs)) {
        const value = file[name] || "";
        if (
          input !== document.activeElement &&
          !isPending({ file: file.file, name }) &&
          input.value !== value
        )
          input.value = value;
      }
    };
    boxes.set(one.file, show);
    show(one);
    return group;
  }

  function drawFiles() {
    const all = model.get("files") || [];
    if (all.map((one) => one.file).join("\n") === [...boxes.keys()].join("\n")) {
      for (const one of all) boxes.get(one.file)(one);
      return;
    }
    boxes = new Map();
    files.replaceChildren(...all.map(makeFile));
  }

  function drawFrame() {
    const fold = model.get("fold");
    write(summary, fold);
    if (fold) {
      details.append(held);
      root.replaceChildren(details);
    } else root.replaceChildren(held);
  }

  function bringIntoView() {
    if (!model.get("shown")) return;
    // Once what was sent with it is drawn as well.
    requestAnimationFrame(() =>
      (root.closest(".sl-review") || root).scrollIntoView({ block: "start" }),
    );
  }

  function pointTo(id) {
    const row = rows.get(id);
    if (!row) return;
    if (model.get("fold")) details.open = true;
    if (row.node.hidden) {
      filter.value = "";
      applyFilter();
    }
    row.select.scrollIntoView({ block: "center" });
    row.select.focus({ preventScroll: true });
  }

  // A button that was pressed may go with what it was about; the focus goes on to the next, once that is drawn.
  function catchFocus() {
    const until = performance.now() + DRAWING_MS;
    const look = () => {
      const lost = !document.activeElement || document.activeElement === document.body;
      const next =
        lost &&
        (root.closest(".sl-review") || root).querySelector(
          ".sl-review-next:not(:disabled)",
        );
      if (next) next.focus();
      else if (performance.now() < until) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }

  function onMessage(message) {
    if (message.kind === "focus") pointTo(message.id);
    if (message.kind === "catch") catchFocus();
    if (message.kind !== "done" || message.turn !== turn) return;
    sent = [];
    // Where Python told nothing, what was chosen stands.
    if (told) drawTables();
    flush();
  }

  function leave() {
    if (document.visibilityState === "hidden") flush();
  }

  filter.addEventListener("change", applyFilter);
  forgetAll.addEventListener("click", () => {
    for (const id of rows.keys()) commit({ id, value: "" });
    requestAnimationFrame(() => summary.focus());
  });
  const changes = {
    "change:tables": () => {
      told = true;
      drawTables();
    },
    "change:forgettable": () => {
      shape = "";
      drawTables();
    },
    "change:empty": drawFilter,
    "change:files": drawFiles,
    "change:fold": drawFrame,
    "change:shown": bringIntoView,
    "msg:custom": onMessage,
  };
  for (const [event, act] of Object.entries(changes)) model.on(event, act);
  document.addEventListener("visibilitychange", leave);
  drawFrame();
  drawTables();
  drawFiles();
  bringIntoView();
  return () => {
    flush();
    for (const [event, act] of Object.entries(changes)) model.off(event, act);
    document.removeEventListener("visibilitychange", leave);
  };
}

export default { render };
