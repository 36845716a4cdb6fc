// A sheet to fill in: boxes, and tables of boxes, each kept as it is typed. Data reach the page as text alone, never as markup.

// Kept after a pause in typing, in milliseconds; leaving the box keeps it at once.
const PAUSE = 1000;
// With no answer for so long, the page says that it is waiting, and then that the text is not kept yet.
const SLOW = 1500;
const SILENT = 8000;
// Between the form and the field in a box's name.
const MARK = "\u001f";
// Ids are drawn by lot: each widget has a copy of this script to itself, so that counting would give several the same.
const newId = () => Math.random().toString(36).slice(2, 10);

function make(tag, attributes = {}, text = "") {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== "") element.textContent = text;
  return element;
}

// ---- One box's native control: `node` goes on the page, `read` and `write` deal in text.

function makeTyped(element) {
  return {
    node: element,
    inputs: [element],
    typed: true,
    read: () => ({ value: element.value }),
    write: (text) => {
      if (element.value !== text) element.value = text;
    },
    name: (label) => element.setAttribute("aria-label", label),
  };
}

function makeNumber() {
  const control = makeTyped(make("input", { type: "text", inputmode: "decimal", autocomplete: "off" }));
  control.read = () => {
    const text = control.node.value.trim().replace(",", ".").replace(/^£\s*/, "");
    return text === "" || /^\d+(\.\d+)?$/.test(text) ? { value: text } : { fault: "Please type a number, such as 1.5" };
  };
  return control;
}

function makeTick(spec) {
  const label = make("label", { class: "sl-sheet-tick" });
  const box = make("input", { type: "checkbox" });
  label.append(box);
  if (spec.words) label.append(make("span", {}, spec.words));
  return {
    node: label,
    inputs: [box],
    read: () => ({ value: box.checked ? "yes" : "" }),
    write: (text) => {
      box.checked = text === "yes";
    },
    name: (words) => box.setAttribute("aria-label", words),
  };
}

function makeList(spec) {
  const control = makeTyped(make("select"));
  control.typed = false;
  const fill = (extra) => {
    const choices = [["", "–"], ...spec.choices];
    // What is no longer offered stays as it is until it is changed by hand.
    if (extra && !choices.some(([key]) => key === extra)) choices.push([extra, extra]);
    control.node.replaceChildren(
      ...choices.map(([key, words]) => {
        const option = make("option", {}, words);
        option.value = key;
        return option;
      }),
    );
  };
  fill("");
  control.write = (text) => {
    fill(text);
    control.node.value = text;
  };
  return control;
}

function makeButtons(spec, name) {
  const group = make("div", { class: "sl-sheet-buttons", role: "radiogroup" });
  const radios = spec.choices.map(([key, words]) => {
    const label = make("label");
    const radio = make("input", { type: "radio", name });
    radio.value = key;
    label.append(radio, make("span", {}, words));
    group.append(label);
    // Pressed once more, or with Delete, an answer is taken back: a native radio button offers no way.
    let was = false;
    label.addEventListener("pointerdown", () => (was = radio.checked));
    radio.addEventListener("click", () => {
      if (was) clear(radio);
      was = false;
    });
    radio.addEventListener("keydown", (event) => {
      if (["Delete", "Backspace"].includes(event.key)) clear(radio);
    });
    return radio;
  });
  function clear(radio) {
    if (!radio.checked) return;
    radio.checked = false;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
  }
  return {
    node: group,
    inputs: radios,
    read: () => ({ value: radios.find((radio) => radio.checked)?.value ?? "" }),
    write: (text) => radios.forEach((radio) => (radio.checked = radio.value === text)),
    name: (label) => group.setAttribute("aria-label", label),
  };
}

function makeControl(spec, id) {
  if (spec.kind === "yes") return makeTick(spec);
  if (spec.kind === "choice") return spec.style === "buttons" ? makeButtons(spec, id) : makeList(spec);
  if (spec.kind === "number") return makeNumber();
  if (spec.kind === "date") return makeTyped(make("input", { type: "date" }));
  if (spec.kind === "text") return makeTyped(make("textarea", { rows: spec.rows ?? 2, dir: "auto" }));
  const initials = spec.kind === "initials";
  const control = makeTyped(make("input", { type: "text", dir: "auto", autocomplete: "off", maxlength: initials ? 12 : 200 }));
  if (initials) control.read = () => ({ value: control.node.value.toUpperCase() });
  return control;
}

// ---- One box: its control, what is said beside it, and what it has to send.

function makeCell(spec, id, hooks) {
  const control = makeControl(spec, id);
  const node = make("div", { class: `sl-sheet-cell sl-sheet-is-${spec.kind}` });
  const foot = make("div", { class: "sl-sheet-foot" });
  const mark = make("span", { class: "sl-sheet-mark", id: `${id}-mark` });
  const earlier = make("button", { type: "button", class: "sl-sheet-small", hidden: "" }, "Earlier texts");
  const panel = make("div", { class: "sl-sheet-panel", hidden: "" });
  earlier.setAttribute("aria-label", `Earlier texts: ${spec.label}`);
  foot.append(mark, earlier);
  node.append(control.node, foot, panel);
  if (spec.last) node.append(make("p", { class: "sl-sheet-last", dir: "auto" }, spec.last));
  control.name(spec.label);
  const describedBy = [spec.helpId, `${id}-mark`].filter(Boolean).join(" ");
  for (const input of control.inputs) {
    input.setAttribute("aria-describedby", describedBy);
    if (spec.disabled) input.disabled = true;
  }

  const cell = { spec, control, node, base: "", seen: 0, versions: 0, sent: null, refused: false };
  let timer = 0;
  let slow = 0;
  let silent = 0;
  let failed = null;
  const text = () => control.read().value ?? null;
  cell.isDirty = () => text() !== cell.base;
  cell.isOpen = () => cell.isDirty() || cell.sent !== null;
  cell.say = (words, fault = false) => {
    mark.textContent = words;
    mark.classList.toggle("sl-sheet-fault", fault);
    for (const input of control.inputs) {
      if (fault) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
  };
  cell.show = ({ value = "", seen = 0, versions = 0 } = {}) => {
    // What is being typed stays, and what it was typed over: whoever keeps it is told of the other text.
    if (cell.isOpen()) return;
    control.write(value);
    cell.base = text() ?? value;
    cell.seen = seen;
    cell.versions = versions;
    earlier.hidden = versions < 2;
  };
  cell.focus = () => (control.inputs.find((input) => input.checked) ?? control.inputs[0]).focus();
  cell.has = (element) => node.contains(element);

  cell.commit = () => {
    clearTimeout(timer);
    if (cell.sent || !cell.isDirty() || spec.disabled) return;
    const { value, fault } = control.read();
    if (fault) {
      if (mark.textContent !== fault) cell.say(fault, true);
      return;
    }
    // What was refused is not sent again by merely passing through the box.
    if (failed === value) return;
    cell.sent = { value, turn: hooks.send({ kind: "save", name: spec.name, value, seen: cell.seen }, cell) };
    slow = setTimeout(() => cell.say("Saving…"), SLOW);
    silent = setTimeout(() => {
      cell.refused = true;
      cell.say("Not saved yet: the page gets no answer", true);
      hooks.changed();
    }, SILENT);
    hooks.changed();
  };
  cell.again = () => {
    failed = null;
    cell.commit();
  };
  cell.heard = (answer) => {
    clearTimeout(slow);
    clearTimeout(silent);
    const { value } = cell.sent;
    cell.sent = null;
    if (answer.kind === "saved") {
      failed = null;
      cell.refused = false;
      cell.base = value;
      cell.seen = answer.id;
      cell.versions = answer.versions;
      earlier.hidden = cell.versions < 2;
      cell.say(`Saved ${answer.at}`);
      hooks.heard(`Saved ${answer.at}`, answer.at);
      if (answer.elsewhere) showElsewhere(answer.elsewhere);
      if (cell.isDirty()) cell.commit();
    } else {
      failed = value;
      cell.refused = true;
      cell.say(answer.why, true);
      hooks.heard(answer.why);
    }
    hooks.changed();
  };

  // ---- Other texts of this box: the one that another page kept meanwhile, and all that stood here before.

  const put = ({ id: number, value, at }, words) => {
    const entry = make("div", { class: "sl-sheet-entry" });
    const button = make("button", { type: "button", class: "sl-sheet-small" }, words);
    button.setAttribute("aria-label", `${words}: ${spec.label}, ${at}`);
    button.addEventListener("click", () => {
      hooks.send({ kind: "bring back", name: spec.name, id: number }, cell);
      panel.hidden = true;
      cell.focus();
    });
    entry.append(make("p", { class: "sl-sheet-when" }, at), make("p", { dir: "auto" }, cell.worded(value)), button);
    return entry;
  };
  cell.worded = (value) => {
    if (spec.kind === "yes") return value === "yes" ? "ticked" : "not ticked";
    const chosen = (spec.choices ?? []).find(([key]) => key === value);
    return chosen ? chosen[1] : value === "" ? "(empty)" : value;
  };
  function showElsewhere(other) {
    const said = `Changed elsewhere, ${other.at}. What you wrote is kept, and so is the other text:`;
    panel.replaceChildren(make("p", { class: "sl-sheet-clash" }, said), put(other, "Take this one"));
    panel.hidden = false;
    hooks.heard(`Changed elsewhere: ${spec.label}`);
  }
  cell.showHistory = (answers) => {
    const close = make("button", { type: "button", class: "sl-sheet-small" }, "Close");
    close.addEventListener("click", () => {
      panel.hidden = true;
      cell.focus();
    });
    panel.replaceChildren(...answers.map((answer) => put(answer, "Bring this back")), close);
    panel.hidden = false;
    panel.querySelector("button").focus();
  };
  cell.brought = ({ value, id: number, at, versions }) => {
    control.write(value);
    cell.base = text() ?? value;
    Object.assign(cell, { seen: number, versions, refused: false });
    earlier.hidden = versions < 2;
    cell.say(`Saved ${at}`);
    hooks.heard(`Brought back, saved ${at}`, at);
    hooks.changed();
  };
  earlier.addEventListener("click", () => hooks.send({ kind: "history", name: spec.name }, cell));

  for (const input of control.inputs) {
    input.addEventListener("input", () => {
      if (!control.typed) return;
      cell.say("");
      clearTimeout(timer);
      timer = setTimeout(cell.commit, PAUSE);
      hooks.changed();
    });
    input.addEventListener("change", cell.commit);
    input.addEventListener("blur", cell.commit);
  }
  node.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden) {
      panel.hidden = true;
      cell.focus();
    }
  });
  return cell;
}

// ---- What is on the page as a file, should the workbook be unable to keep it: the portable file of senlib.workbook.portable.

function portable(workbook, cells) {
  const now = new Date().toISOString().replace("Z", "000+00:00");
  const answers = cells.map(({ spec, control }) => {
    const [form, field] = spec.name.split(MARK);
    return { form, field, value: control.read().value ?? control.node.value ?? "", at: now };
  });
  return JSON.stringify({ format: "senlib workbook", version: 1, workbook, made_at: now, answers }, null, 1);
}

function saveAs(name, text) {
  const link = make("a", { download: name, href: URL.createObjectURL(new Blob([text], { type: "application/json" })) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function render({ model, el }) {
  const mine = `sl-sheet-${newId()}`;
  const root = make("section", { class: "sl-sheet", "data-lm-suppress-shortcuts": "true" });
  const head = make("div", { class: "sl-sheet-head" });
  const bar = make("div", { class: "sl-sheet-unsaved", role: "alert", hidden: "" });
  const body = make("div", { class: "sl-sheet-body" });
  const heard = make("p", { class: "sl-sheet-heard", role: "status" });
  root.append(head, bar, body, heard);
  el.append(root);

  let cells = new Map(); // by name
  let turn = 0;
  const waiting = new Map(); // turn -> cell

  const barWords = make("p", {}, "Some of what is on this page is not saved. It stays here until you close the page.");
  const again = make("button", { type: "button" }, "Try again");
  const keep = make("button", { type: "button" }, "Download what is on this page");
  again.addEventListener("click", () => [...cells.values()].forEach((cell) => cell.again()));
  keep.addEventListener("click", () => {
    const filled = [...cells.values()].filter((cell) => cell.isOpen() || cell.base !== "");
    saveAs("not-saved-in-the-workbook.json", portable(model.get("workbook"), filled));
  });
  bar.append(barWords, again, keep);

  const hooks = {
    send(message, cell) {
      turn += 1;
      if (message.kind === "save") waiting.set(turn, cell);
      model.send({ ...message, turn });
      return turn;
    },
    changed() {
      const all = [...cells.values()];
      root.toggleAttribute("data-sl-unsaved", all.some((cell) => cell.isOpen()));
      bar.hidden = !all.some((cell) => cell.refused && cell.isOpen());
    },
    heard(words, at) {
      heard.textContent = words;
      if (at) document.dispatchEvent(new CustomEvent("sl-saved", { detail: at }));
    },
  };

  function put(spec, i) {
    const cell = makeCell(spec, `${mine}-${i}`, hooks);
    cells.set(spec.name, cell);
    return cell.node;
  }

  // ---- Drawing

  let number = 0;
  const next = () => (number += 1);

  function helpLine(words) {
    const line = make("p", { class: "sl-sheet-help", id: `${mine}-help-${next()}` }, words);
    return line;
  }

  function drawFields(block) {
    const box = make("div", { class: "sl-sheet-fields" });
    for (const spec of block.fields) {
      const field = make("div", { class: `sl-sheet-field sl-sheet-field-${spec.kind}` });
      const above = make("div", { class: "sl-sheet-above" });
      above.append(make("p", { class: "sl-sheet-label", "aria-hidden": "true" }, spec.label));
      let helpId = "";
      if (spec.help) {
        const help = helpLine(spec.help);
        helpId = help.id;
        above.append(help);
      }
      field.append(above, put({ ...spec, helpId }, next()));
      box.append(field);
    }
    return box;
  }

  function drawShown(spec) {
    const box = make("div", { class: "sl-sheet-shown", dir: "auto" });
    for (const line of spec.lines) {
      // Only pages of the workbook: nothing that a file or a person wrote becomes an address.
      const part = line.href ? make("a", { href: line.href }, line.text) : make("span", {}, line.text);
      box.append(make("p", {}));
      box.lastChild.append(part);
    }
    return box;
  }

  function drawRow(row, block, helps) {
    const line = make("tr", { role: "row" });
    const first = make("th", { scope: "row", role: "rowheader", class: "sl-sheet-row" });
    if (row.own) {
      const own = put({ kind: "short", label: "Name of your own row", ...row.own }, next());
      const drop = make("button", { type: "button", class: "sl-sheet-small" }, "Take out");
      drop.setAttribute("aria-label", `Take out the row ${row.label}`);
      drop.addEventListener("click", () => hooks.send({ kind: "drop row", row: row.key }));
      first.append(own, drop);
    } else if (row.href) first.append(make("a", { href: row.href, dir: "auto" }, row.label));
    else first.append(make("span", { dir: "auto" }, row.label));
    if (row.note) first.append(make("p", { class: "sl-sheet-note", dir: "auto" }, row.note));
    line.append(first);
    for (const column of block.columns) {
      const place = make("td", { role: "cell", class: `sl-sheet-kind-${column.kind}` });
      place.dataset.label = column.label;
      const spec = row.cells[column.key];
      if (spec?.lines) place.append(drawShown(spec));
      else if (spec) {
        const label = row.label ? `${column.label}: ${row.label}` : column.label;
        place.append(put({ ...column, ...spec, label, helpId: helps.get(column.key) ?? "" }, next()));
      }
      line.append(place);
    }
    return line;
  }

  function drawAdd(group, block) {
    const line = make("tr", { role: "row", class: "sl-sheet-add" });
    const place = make("td", { role: "cell", colspan: String(block.columns.length + 1) });
    const id = `${mine}-add-${next()}`;
    const words = group.title ? `Add your own to ${group.title}` : block.add;
    const box = make("input", { type: "text", id, maxlength: "200", autocomplete: "off", dir: "auto" });
    const button = make("button", { type: "button", class: "sl-sheet-small" }, "Add");
    button.setAttribute("aria-label", words);
    const add = () => {
      if (box.value.trim() === "") return box.focus();
      hooks.send({ kind: "add row", section: group.key, label: box.value.trim() });
      box.value = "";
    };
    button.addEventListener("click", add);
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) add();
    });
    // Out of the way until it is wanted: a lesson is being watched, and there is a place under each heading.
    const closed = make("details");
    const open = make("summary", {}, words);
    closed.append(open, make("label", { for: id, class: "sl-sheet-heard" }, words), box, button);
    place.append(closed);
    line.append(place);
    return line;
  }

  function drawTable(block) {
    const region = make("div", { class: "sl-sheet-region", role: "region", tabindex: "0" });
    region.setAttribute("aria-label", block.caption);
    const table = make("table", { role: "table" });
    const caption = make("caption", {}, block.caption);
    const titles = make("tr", { role: "row" });
    const helps = new Map();
    const notes = make("div", { class: "sl-sheet-notes" });
    titles.append(make("th", { scope: "col", role: "columnheader" }, block.corner ?? ""));
    for (const column of block.columns) {
      const title = make("th", { scope: "col", role: "columnheader", class: `sl-sheet-kind-${column.kind}` }, column.label);
      if (column.help) {
        const help = helpLine(column.help);
        helps.set(column.key, help.id);
        title.append(help);
      }
      titles.append(title);
    }
    const thead = make("thead", { role: "rowgroup" });
    thead.append(titles);
    table.append(caption, thead);
    for (const group of block.groups) {
      const rows = make("tbody", { role: "rowgroup" });
      if (group.title) {
        const line = make("tr", { role: "row", class: "sl-sheet-group" });
        line.append(make("th", { scope: "rowgroup", role: "rowheader", colspan: String(block.columns.length + 1) }, group.title));
        rows.append(line);
      }
      rows.append(...group.rows.map((row) => drawRow(row, block, helps)));
      if (block.add) rows.append(drawAdd(group, block));
      table.append(rows);
    }
    region.append(table);
    const box = make("div");
    box.append(notes, region);
    return box;
  }

  function draw() {
    const active = document.activeElement;
    const held = [...cells.values()].find((cell) => cell.has(active))?.spec.name;
    for (const cell of cells.values()) cell.commit();
    // A box whose text is on its way, or was refused, is taken over with that text where the new sheet has it too.
    const open = new Map([...cells].filter(([, cell]) => cell.isOpen()));
    cells = new Map();
    const form = model.get("form") ?? {};
    head.replaceChildren();
    if (form.title) head.append(make(`h${form.level ?? 3}`, { id: `${mine}-title` }, form.title));
    if (form.intro) head.append(make("p", { class: "sl-sheet-intro" }, form.intro));
    if (form.title) root.setAttribute("aria-labelledby", `${mine}-title`);
    body.replaceChildren(...(form.blocks ?? []).map((block) => (block.kind === "table" ? drawTable(block) : drawFields(block))));
    takeValues();
    for (const [name, before] of open) {
      const cell = cells.get(name);
      if (!cell) continue;
      cell.control.write(before.control.read().value ?? "");
      for (const [one, waited] of waiting) if (waited === before) waiting.delete(one);
      cell.seen = before.seen;
      cell.commit();
    }
    if (held && cells.has(held)) cells.get(held).focus();
    hooks.changed();
  }

  function takeValues() {
    const values = model.get("values") ?? {};
    for (const [name, cell] of cells) cell.show(values[name]);
  }

  function hear(answer) {
    if (answer.kind === "history") return cells.get(answer.name)?.showHistory(answer.answers);
    if (answer.kind === "brought") return cells.get(answer.name)?.brought(answer);
    const cell = waiting.get(answer.turn);
    if (cell) {
      waiting.delete(answer.turn);
      cell.heard(answer);
    } else if (answer.kind === "refused") {
      heard.textContent = answer.why;
    }
  }

  // A page that is left or put away keeps what was typed last.
  function commitAll() {
    if (document.visibilityState === "hidden") for (const cell of cells.values()) cell.commit();
  }

  const changes = { "change:form": draw, "change:values": takeValues, "msg:custom": hear };
  for (const [event, act] of Object.entries(changes)) model.on(event, act);
  document.addEventListener("visibilitychange", commitAll);
  draw();
  return () => {
    for (const cell of cells.values()) cell.commit();
    for (const [event, act] of Object.entries(changes)) model.off(event, act);
    document.removeEventListener("visibilitychange", commitAll);
  };
}

export default { render };
