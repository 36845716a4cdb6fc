// A sheet to fill in: boxes, and tables of boxes, each kept as it is typed. Data reach the page as text alone, never as markup.

// Kept after a pause in typing, in milliseconds; leaving the box keeps it at once.
const PAUSE = 1000;
// With no answer for so long, the page says that it is waiting, and then that the text is not kept yet.
const SLOW = 1500;
const SILENT = 8000;
// A button held down for longer than this is not a press that anything has to wait for, in milliseconds.
const PRESS = 1500;
// Between the form and the field in a box's name.
const MARK = "\u001f";
// Ids are drawn by lot: each widget has a copy of this script to itself, so that counting would give several the same.
const newId = () => Math.random().toString(36).slice(2, 10);

function make(tag, attributes = {}, text = "") {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    element.setAttribute(name, value);
  if (text !== "") element.textContent = text;
  return element;
}

// ---- One box's native control: `node` goes on the page, `read` and `write` deal in text, `read` with a fault where there is one.

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

// '0,5', '.5', '£3' and '£1,250.00' are numbers as people write them; they are kept as '0.5', '0.5', '3' and '1250.00'.
function plainNumber(text) {
  const bare = text.trim().replace(/^£\s*/, "");
  const number = /^[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/.test(bare)
    ? bare.replaceAll(",", "")
    : bare.replace(",", ".");
  return /^(\d+\.?\d*|\.\d+)$/.test(number)
    ? number.replace(/^\./, "0.").replace(/\.$/, "")
    : null;
}

function makeNumber() {
  const control = makeTyped(
    make("input", { type: "text", inputmode: "decimal", autocomplete: "off" }),
  );
  control.read = () => {
    const text = control.node.value.trim();
    const number = text === "" ? "" : plainNumber(text);
    return number === null
      ? { value: text, fault: "Please type a number, such as 1.5" }
      : { value: number };
  };
  return control;
}

// Somebody is on the way to 2006 and has typed 2, or 20.
const EARLIEST = "1900";

function makeDate() {
  const control = makeTyped(make("input", { type: "date" }));
  const input = control.node;
  // Half a date has no text: it is told, and nothing is kept of it.
  control.isHalf = () => input.validity.badInput;
  control.read = () =>
    control.isHalf() || (input.value && input.value < EARLIEST)
      ? { value: input.value, fault: "Please type the whole date: day, month and year" }
      : { value: input.value };
  control.changes = false; // with each figure of a year
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

function makeList() {
  const control = makeTyped(make("select"));
  control.typed = false;
  let offered = [];
  control.write = (text) => {
    const choices = [["", "–"], ...offered];
    // What is no longer offered stays as it is until it is changed by hand.
    if (!choices.some(([key]) => key === text)) choices.push([text, text]);
    control.node.replaceChildren(
      ...choices.map(([key, words]) => {
        const option = make("option", {}, words);
        option.value = key;
        return option;
      }),
    );
    control.node.value = text;
  };
  control.offer = (choices) => {
    if (JSON.stringify(choices) === JSON.stringify(offered)) return;
    offered = choices;
    control.write(control.node.value);
  };
  return control;
}

function makeButtons(spec, name) {
  const group = make("div", { class: "sl-sheet-buttons", role: "radiogroup" });
  // Pressed once more, or with Delete, an answer is taken back: a native radio button offers no way.
  let pressed = null;
  function clear(radio) {
    radio.checked = false;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
  }
  const radios = spec.choices.map(([key, words]) => {
    const label = make("label");
    const radio = make("input", { type: "radio", name });
    radio.value = key;
    label.append(radio, make("span", {}, words));
    group.append(label);
    label.addEventListener(
      "pointerdown",
      () => (pressed = radio.checked ? radio : null),
    );
    // An arrow key makes a click too, and takes nothing back.
    radio.addEventListener("click", () => {
      if (pressed === radio) clear(radio);
      pressed = null;
    });
    return radio;
  });
  group.addEventListener("keydown", (event) => {
    pressed = null;
    if (["Delete", "Backspace"].includes(event.key) && event.target.checked)
      clear(event.target);
  });
  return {
    node: group,
    inputs: radios,
    told: group,
    read: () => ({ value: radios.find((radio) => radio.checked)?.value ?? "" }),
    write: (text) => {
      for (const radio of radios) radio.checked = radio.value === text;
    },
    name: (label) => group.setAttribute("aria-label", label),
  };
}

function makeControl(spec, id) {
  if (spec.kind === "yes") return makeTick(spec);
  if (spec.kind === "choice")
    return spec.style === "buttons" ? makeButtons(spec, id) : makeList();
  if (spec.kind === "number") return makeNumber();
  if (spec.kind === "date") return makeDate();
  if (spec.kind === "text")
    return makeTyped(make("textarea", { rows: spec.rows ?? 2, dir: "auto" }));
  const initials = spec.kind === "initials";
  const control = makeTyped(
    make("input", {
      type: "text",
      dir: "auto",
      autocomplete: "off",
      maxlength: initials ? 12 : 200,
    }),
  );
  if (initials) control.read = () => ({ value: control.node.value.toUpperCase() });
  return control;
}

// Two specifications that one control serves; what else differs, `change` below puts right.
const sameControl = (a, b) =>
  a.kind === b.kind &&
  a.style === b.style &&
  (a.style !== "buttons" || JSON.stringify(a.choices) === JSON.stringify(b.choices));

// ---- One box: its control, what is said beside it, and what it has to send.

function makeCell(spec, id, hooks) {
  const control = makeControl(spec, id);
  const node = make("div", { class: `sl-sheet-cell sl-sheet-is-${spec.kind}` });
  const foot = make("div", { class: "sl-sheet-foot" });
  const mark = make("span", { class: "sl-sheet-mark", id: `${id}-mark` });
  const earlier = make(
    "button",
    { type: "button", class: "sl-sheet-small", hidden: "" },
    "Earlier texts",
  );
  const panel = make("div", { class: "sl-sheet-panel", hidden: "" });
  const last = make("p", { class: "sl-sheet-last", dir: "auto" });
  foot.append(mark, earlier);
  node.append(control.node, foot, panel);

  const cell = { control, node, base: "", seen: 0, sent: null, refused: false };
  let timer = 0;
  let slow = 0;
  let silent = 0;
  let failed = null;
  const text = () => control.read().value;
  const isIn = () => node.contains(document.activeElement);
  cell.isDirty = () => text() !== cell.base || Boolean(control.isHalf?.());
  cell.isOpen = () => cell.isDirty() || cell.sent !== null;
  cell.suits = (other) => sameControl(cell.spec, other);
  cell.change = (other) => {
    spec = cell.spec = other;
    control.name(spec.label);
    control.offer?.(spec.choices ?? []);
    earlier.setAttribute("aria-label", `Earlier texts: ${spec.label}`);
    last.textContent = spec.last ?? "";
    if (spec.last) node.append(last);
    else last.remove();
    for (const input of control.inputs) {
      input.setAttribute(
        "aria-describedby",
        [spec.helpId, mark.id].filter(Boolean).join(" "),
      );
      input.disabled = Boolean(spec.disabled);
    }
  };
  cell.change(spec);
  cell.say = (words, fault = false) => {
    mark.textContent = words;
    mark.classList.toggle("sl-sheet-fault", fault);
    const told = control.told ?? control.inputs[0];
    if (fault) told.setAttribute("aria-invalid", "true");
    else told.removeAttribute("aria-invalid");
  };
  const take = ({ seen = 0, versions = 0 }) => {
    cell.seen = seen;
    earlier.hidden = versions < 2;
  };
  cell.show = ({ value = "", ...held } = {}) => {
    // What is being typed stays, and what it was typed over: whoever keeps it is told of the other text.
    if (cell.isOpen()) return;
    const before = text();
    control.write(value);
    cell.base = text();
    if (cell.base !== before) cell.say("");
    take(held);
  };
  cell.focus = () =>
    (control.inputs.find((input) => input.checked) ?? control.inputs[0]).focus();

  const noAnswer = () => {
    cell.refused = true;
    cell.say("Not saved yet: the page gets no answer", true);
    hooks.changed();
  };
  const tell = (fault) => {
    if (mark.textContent === fault || control.read().fault !== fault) return;
    cell.say(fault, true);
    hooks.heard(fault);
    hooks.changed();
  };
  const send = (value) => {
    clearTimeout(slow);
    clearTimeout(silent);
    cell.sent = {
      value,
      turn: hooks.send(
        { kind: "save", name: spec.name, value, seen: cell.seen },
        cell.heard,
      ),
    };
    const { turn } = cell.sent;
    const whileWaiting = (act) => () =>
      hooks.later(() => turn === cell.sent?.turn && act());
    slow = setTimeout(
      whileWaiting(() => cell.say("Saving…")),
      SLOW,
    );
    silent = setTimeout(whileWaiting(noAnswer), SILENT);
    hooks.changed();
  };
  cell.commit = () => {
    if (hooks.isDrawing()) return;
    clearTimeout(timer);
    timer = 0;
    if (cell.sent || spec.disabled || !cell.isDirty()) return;
    const { value, fault } = control.read();
    if (fault) hooks.later(() => tell(fault));
    else if (failed !== value) send(value); // what was refused is not sent again by merely passing through the box
  };
  // An answer that is waited for may be lost: the text is sent once more, and only the answer to that is heeded.
  cell.again = () => {
    failed = null;
    if (cell.sent && cell.refused) send(cell.sent.value);
    else cell.commit();
  };
  cell.heard = (answer) => {
    if (answer.turn !== cell.sent?.turn) return;
    clearTimeout(slow);
    clearTimeout(silent);
    const { value } = cell.sent;
    cell.sent = null;
    if (answer.kind === "saved") {
      failed = null;
      cell.refused = false;
      cell.base = value;
      take({ seen: answer.id, versions: answer.versions });
      cell.say(cell.isDirty() ? "" : `Saved ${answer.at}`);
      hooks.heard(`Saved ${answer.at}`, answer.at);
      if (answer.elsewhere) showElsewhere(answer.elsewhere);
      if (!cell.isDirty() && !isIn()) control.write(value);
      if (!timer) cell.commit();
    } else {
      failed = value;
      cell.refused = true;
      cell.say(answer.why, true);
      hooks.heard(answer.why);
    }
    hooks.changed();
  };
  const refuse = (answer) => {
    if (answer.kind !== "refused") return;
    cell.say(answer.why, true);
    hooks.heard(answer.why);
  };

  // ---- Other texts of this box: the one that another page kept meanwhile, and all that stood here before.

  const put = ({ id: number, value, at }, words) => {
    const entry = make("div", { class: "sl-sheet-entry" });
    const button = make("button", { type: "button", class: "sl-sheet-small" }, words);
    button.setAttribute("aria-label", `${words}: ${spec.label}, ${at}`);
    button.addEventListener("click", () => {
      hooks.send({ kind: "bring back", name: spec.name, id: number }, refuse);
      panel.hidden = true;
      cell.focus();
    });
    entry.append(
      make("p", { class: "sl-sheet-when" }, at),
      make("p", { dir: "auto" }, cell.worded(value)),
      button,
    );
    return entry;
  };
  cell.worded = (value) => {
    if (spec.kind === "yes") return value === "yes" ? "ticked" : "not ticked";
    const chosen = (spec.choices ?? []).find(([key]) => key === value);
    return chosen ? chosen[1] : value === "" ? "(empty)" : value;
  };
  function showElsewhere(other) {
    const said = `Changed elsewhere, ${other.at}. What you wrote is kept, and so is the other text:`;
    panel.replaceChildren(
      make("p", { class: "sl-sheet-clash" }, said),
      put(other, "Take this one"),
    );
    panel.hidden = false;
    hooks.heard(`Changed elsewhere: ${spec.label}`);
  }
  cell.showHistory = (answers) => {
    const close = make("button", { type: "button", class: "sl-sheet-small" }, "Close");
    close.addEventListener("click", () => {
      panel.hidden = true;
      cell.focus();
    });
    const entries = answers.map((answer) => put(answer, "Bring this back"));
    panel.replaceChildren(
      ...(entries.length ? entries : [make("p", {}, "Nothing else has stood here.")]),
      close,
    );
    panel.hidden = false;
    panel.querySelector("button").focus();
  };
  cell.brought = ({ value, id: number, at, versions }) => {
    control.write(value);
    cell.base = text();
    cell.refused = false;
    failed = null;
    take({ seen: number, versions });
    cell.say(`Saved ${at}`);
    hooks.heard(`Brought back, saved ${at}`, at);
    hooks.changed();
  };
  earlier.addEventListener("click", () =>
    hooks.send({ kind: "history", name: spec.name }, refuse),
  );

  function typed(event) {
    clearTimeout(timer);
    timer = 0;
    if (!cell.isOpen()) {
      // What was refused is taken back by hand.
      cell.refused = false;
      failed = null;
      cell.say("");
    }
    if (control.typed) cell.say("");
    hooks.changed();
    if (!control.typed) return;
    // Letters that are still being put together are no text yet. A fault is told when the box is left, not in the midst of typing.
    if (!event.isComposing)
      timer = setTimeout(() => {
        if (control.read().fault) timer = 0;
        else cell.commit();
      }, PAUSE);
  }
  for (const input of control.inputs) {
    input.addEventListener("input", typed);
    input.addEventListener("compositionend", typed);
    if (control.changes !== false) input.addEventListener("change", cell.commit);
    input.addEventListener("blur", cell.commit);
  }
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    if (!panel.hidden) {
      panel.hidden = true;
      cell.focus();
    } else if (control.typed && cell.isDirty() && !cell.refused) {
      // Back to what was kept last, or is on its way.
      control.node.value = cell.sent?.value ?? cell.base;
      cell.say("");
      cell.commit();
      hooks.changed();
    }
  });
  // Through a class and not by :focus-within: what moves while a mouse button is down makes the press miss its aim.
  const showHere = () =>
    hooks.later(() => node.classList.toggle("sl-sheet-here", isIn()));
  node.addEventListener("focusin", showHere);
  node.addEventListener("focusout", showHere);
  return cell;
}

// ---- What is on the page as a file, should the workbook be unable to keep it: the portable file of senlib.workbook.portable.

function portable(workbook, cells) {
  const now = new Date().toISOString().replace("Z", "000+00:00");
  const answers = cells.map(({ spec, control }) => {
    const [form, field] = spec.name.split(MARK);
    return { form, field, value: control.read().value, at: now };
  });
  return JSON.stringify(
    { format: "senlib workbook", version: 1, workbook, made_at: now, answers },
    null,
    1,
  );
}

function saveAs(name, text) {
  const link = make("a", {
    download: name,
    href: URL.createObjectURL(new Blob([text], { type: "application/json" })),
  });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

const rowsOf = (form) =>
  (form.blocks ?? []).flatMap((block) =>
    (block.groups ?? []).flatMap((group) => group.rows),
  );

// Where somebody is in a text; a date and a list know no place.
const caretOf = (element) =>
  element.tagName === "TEXTAREA" || element.type === "text"
    ? [element.selectionStart, element.selectionEnd]
    : null;

function render({ model, el }) {
  const mine = `sl-sheet-${newId()}`;
  const root = make("div", {
    class: "sl-sheet",
    role: "group",
    "data-lm-suppress-shortcuts": "true",
  });
  const head = make("div", { class: "sl-sheet-head" });
  const bar = make("div", { class: "sl-sheet-unsaved", role: "alert", hidden: "" });
  const body = make("div", { class: "sl-sheet-body" });
  const heard = make("p", { class: "sl-sheet-heard", role: "status" });
  root.append(head, bar, body, heard);
  el.append(root);

  let cells = new Map(); // by name
  let gone = new Map(); // those that the sheet no longer has, and whose text is not kept yet
  let places = new Map(); // to add a row, by what they add to
  let drawing = false;
  let turn = 0;
  const waiting = new Map(); // turn -> what hears the answer

  const all = () => [...cells.values(), ...gone.values()];

  const barWords = make(
    "p",
    {},
    "Some of what is on this page is not saved. It stays here until you close the page.",
  );
  const again = make("button", { type: "button" }, "Try again");
  const keep = make("button", { type: "button" }, "Download what is on this page");
  again.addEventListener("click", () => {
    for (const cell of all()) cell.again();
  });
  keep.addEventListener("click", () => {
    const filled = all().filter((cell) => cell.isOpen() || cell.base !== "");
    saveAs("not-saved-in-the-workbook.json", portable(model.get("workbook"), filled));
  });
  bar.append(barWords, again, keep);

  // ---- What happens at a bad moment waits: nothing on the page moves under a press, or while letters are being put together.

  let pressing = 0;
  let composing = false;
  const postponed = [];
  function later(act) {
    if (pressing || composing) postponed.push(act);
    else act();
  }
  function goOn() {
    while (postponed.length && !pressing && !composing) postponed.shift()();
  }
  function lift() {
    clearTimeout(pressing);
    pressing = 0;
    goOn();
  }
  const moments = {
    pointerdown: (event) => {
      if (event.button !== 0) return;
      clearTimeout(pressing);
      pressing = setTimeout(lift, PRESS);
    },
    pointerup: () => setTimeout(lift), // the click comes first
    pointercancel: () => setTimeout(lift),
    visibilitychange: commitAll,
  };
  root.addEventListener("compositionstart", () => (composing = true));
  root.addEventListener("compositionend", () => {
    composing = false;
    setTimeout(goOn);
  });

  const hooks = {
    send(message, hears) {
      turn += 1;
      waiting.set(turn, hears);
      model.send({ ...message, turn });
      return turn;
    },
    changed() {
      for (const [name, cell] of gone) if (!cell.isOpen()) gone.delete(name);
      root.toggleAttribute(
        "data-sl-unsaved",
        all().some((cell) => cell.isOpen()),
      );
      bar.hidden = !all().some((cell) => cell.refused && cell.isOpen());
    },
    heard(words, at) {
      heard.textContent = words;
      if (at) document.dispatchEvent(new CustomEvent("sl-saved", { detail: at }));
    },
    isDrawing: () => drawing,
    later,
  };

  // ---- Drawing

  let number = 0;
  const next = () => (number += 1);

  // A box stays the same while the sheet has it: with its text, its place in the text, and what is said beside it.
  let before = new Map();
  function put(spec) {
    let cell = before.get(spec.name);
    if (cell?.suits(spec)) {
      before.delete(spec.name);
      cell.change(spec);
    } else cell = makeCell(spec, `${mine}-${next()}`, hooks);
    cells.set(spec.name, cell);
    return cell.node;
  }

  function helpLine(words) {
    const line = make(
      "p",
      { class: "sl-sheet-help", id: `${mine}-help-${next()}` },
      words,
    );
    return line;
  }

  function drawFields(block) {
    const box = make("div", { class: "sl-sheet-fields" });
    for (const spec of block.fields) {
      const field = make("div", {
        class: `sl-sheet-field sl-sheet-field-${spec.kind}`,
      });
      const above = make("div", { class: "sl-sheet-above" });
      const label = make(
        "p",
        { class: "sl-sheet-label", "aria-hidden": "true" },
        spec.label,
      );
      label.addEventListener("click", () => cells.get(spec.name)?.focus());
      above.append(label);
      let helpId = "";
      if (spec.help) {
        const help = helpLine(spec.help);
        helpId = help.id;
        above.append(help);
      }
      field.append(above, put({ ...spec, helpId }));
      box.append(field);
    }
    return box;
  }

  function drawShown(spec) {
    const box = make("div", { class: "sl-sheet-shown", dir: "auto" });
    for (const line of spec.lines) {
      // Only pages of the workbook: nothing that a file or a person wrote becomes an address.
      const part = line.href
        ? make("a", { href: line.href }, line.text)
        : make("span", {}, line.text);
      box.append(make("p", {}));
      box.lastChild.append(part);
    }
    return box;
  }

  const tellsIn = (place) => (answer) => {
    place.textContent = answer.kind === "refused" ? answer.why : "";
    if (place.textContent) hooks.heard(answer.why);
  };

  function drawRow(row, block, helps) {
    const line = make("tr", { role: "row" });
    const first = make("th", {
      scope: "row",
      role: "rowheader",
      class: "sl-sheet-row",
    });
    if (row.own) {
      const own = put({ kind: "short", label: "Name of your own row", ...row.own });
      const drop = make(
        "button",
        { type: "button", class: "sl-sheet-small" },
        "Take out",
      );
      drop.setAttribute("aria-label", `Take out the row ${row.label}`);
      const trouble = make("p", { class: "sl-sheet-mark sl-sheet-fault" });
      drop.addEventListener("click", () =>
        hooks.send({ kind: "drop row", row: row.key }, tellsIn(trouble)),
      );
      first.append(own, drop, trouble);
    } else if (row.href)
      first.append(make("a", { href: row.href, dir: "auto" }, row.label));
    else first.append(make("span", { dir: "auto" }, row.label));
    if (row.note)
      first.append(make("p", { class: "sl-sheet-note", dir: "auto" }, row.note));
    line.append(first);
    for (const column of block.columns) {
      const place = make("td", { role: "cell", class: `sl-sheet-kind-${column.kind}` });
      place.dataset.label = column.label;
      const spec = row.cells[column.key];
      if (spec?.lines) place.append(drawShown(spec));
      else if (spec) {
        const label = row.label ? `${column.label}: ${row.label}` : column.label;
        place.append(
          put({ ...column, ...spec, label, helpId: helps.get(column.key) ?? "" }),
        );
      }
      line.append(place);
    }
    return line;
  }

  // Out of the way until it is wanted: a lesson is being watched, and there is a place under each heading.
  function makeAdd(section, words) {
    const id = `${mine}-add-${next()}`;
    const box = make("input", {
      type: "text",
      id,
      maxlength: "200",
      autocomplete: "off",
      dir: "auto",
    });
    const button = make("button", { type: "button", class: "sl-sheet-small" }, "Add");
    const trouble = make("p", { class: "sl-sheet-mark sl-sheet-fault" });
    button.setAttribute("aria-label", words);
    const add = () => {
      const label = box.value.trim();
      if (label === "") return box.focus();
      hooks.send({ kind: "add row", section, label }, (answer) => {
        tellsIn(trouble)(answer);
        if (answer.kind === "refused" && box.value === "") box.value = label;
      });
      trouble.textContent = box.value = "";
    };
    button.addEventListener("click", add);
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) add();
    });
    const closed = make("details");
    closed.append(
      make("summary", {}, words),
      make("label", { for: id, class: "sl-sheet-heard" }, words),
      box,
      button,
      trouble,
    );
    return closed;
  }

  function drawAdd(group, block, kept) {
    const words = group.title ? `Add your own to ${group.title}` : block.add;
    const key = JSON.stringify([block.caption, group.key, words]);
    places.set(key, kept.get(key) ?? makeAdd(group.key, words));
    const line = make("tr", { role: "row", class: "sl-sheet-add" });
    const place = make("td", {
      role: "cell",
      colspan: String(block.columns.length + 1),
    });
    place.append(places.get(key));
    line.append(place);
    return line;
  }

  function drawTable(block, kept) {
    const region = make("div", {
      class: "sl-sheet-region",
      role: "region",
      tabindex: "0",
    });
    region.setAttribute("aria-label", block.caption);
    const table = make("table", { role: "table" });
    const caption = make("caption", {}, block.caption);
    const titles = make("tr", { role: "row" });
    const helps = new Map();
    const notes = make("div", { class: "sl-sheet-notes" });
    titles.append(
      block.corner
        ? make("th", { scope: "col", role: "columnheader" }, block.corner)
        : make("td", { role: "cell" }),
    );
    for (const column of block.columns) {
      const title = make("th", {
        scope: "col",
        role: "columnheader",
        class: `sl-sheet-kind-${column.kind}`,
      });
      title.append(make("span", { class: "sl-sheet-head" }, column.label));
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
        line.append(
          make(
            "th",
            {
              scope: "rowgroup",
              role: "rowheader",
              colspan: String(block.columns.length + 1),
            },
            group.title,
          ),
        );
        rows.append(line);
      }
      rows.append(...group.rows.map((row) => drawRow(row, block, helps)));
      if (block.add) rows.append(drawAdd(group, block, kept));
      table.append(rows);
    }
    region.append(table);
    const box = make("div");
    box.append(notes, region);
    return box;
  }

  const ownRows = () =>
    new Map(
      rowsOf(model.get("form") ?? {})
        .filter((row) => row.own)
        .map((row) => [row.key, row.label]),
    );
  let own = ownRows();

  // A row that came or went is seen by all but those who listen.
  function tellRows() {
    const now = ownRows();
    for (const [key, label] of own)
      if (!now.has(key)) hooks.heard(`Taken out: ${label}`);
    for (const [key, label] of now) if (!own.has(key)) hooks.heard(`Added: ${label}`);
    own = now;
  }

  function draw() {
    const active = root.contains(document.activeElement)
      ? document.activeElement
      : null;
    const caret = active && caretOf(active);
    const table = active?.closest(".sl-sheet-region")?.getAttribute("aria-label");
    drawing = true;
    before = new Map([...gone, ...cells]);
    cells = new Map();
    const kept = places;
    places = new Map();
    const form = model.get("form") ?? {};
    head.replaceChildren();
    if (form.title)
      head.append(make(`h${form.level ?? 3}`, { id: `${mine}-title` }, form.title));
    if (form.intro) head.append(make("p", { class: "sl-sheet-intro" }, form.intro));
    if (form.title) root.setAttribute("aria-labelledby", `${mine}-title`);
    else root.removeAttribute("aria-labelledby");
    body.replaceChildren(
      ...(form.blocks ?? []).map((block) =>
        block.kind === "table" ? drawTable(block, kept) : drawFields(block),
      ),
    );
    drawing = false;
    gone = before;
    for (const cell of gone.values()) cell.commit();
    takeValues();
    if (active?.isConnected) {
      active.focus();
      if (caret) active.setSelectionRange(...caret);
    } else if (active)
      [...body.querySelectorAll(".sl-sheet-region")]
        .find((one) => one.getAttribute("aria-label") === table)
        ?.focus();
    tellRows();
    hooks.changed();
  }

  function takeValues() {
    const values = model.get("values") ?? {};
    for (const [name, cell] of cells) cell.show(values[name]);
  }

  function hear(answer) {
    if (answer.kind === "history") cells.get(answer.name)?.showHistory(answer.answers);
    if (answer.kind === "brought") cells.get(answer.name)?.brought(answer);
    waiting.get(answer.turn)?.(answer);
    waiting.delete(answer.turn);
  }

  // A page that is left or put away keeps what was typed last.
  function commitAll() {
    if (document.visibilityState === "hidden")
      for (const cell of cells.values()) cell.commit();
  }

  const changes = {
    "change:form": () => later(draw),
    "change:values": () => later(takeValues),
    "msg:custom": (answer) => later(() => hear(answer)),
  };
  for (const [event, act] of Object.entries(changes)) model.on(event, act);
  for (const [event, act] of Object.entries(moments))
    document.addEventListener(event, act, true);
  draw();
  return () => {
    for (const cell of cells.values()) cell.commit();
    for (const [event, act] of Object.entries(changes)) model.off(event, act);
    for (const [event, act] of Object.entries(moments))
      document.removeEventListener(event, act, true);
  };
}

export default { render };
