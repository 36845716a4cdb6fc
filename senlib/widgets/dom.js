// What the widgets' scripts have in common: making elements, writing text, keeping the focus, following the model.

// Random, since each widget has a copy of this script to itself: counting would give several widgets the same ids.
export const newId = () => Math.random().toString(36).slice(2, 10);

// `parts` are elements and texts; one that is "" or false is left out.
function fill(element, attributes, parts) {
  const named = typeof attributes === "string" ? { class: attributes } : attributes;
  for (const [name, value] of Object.entries(named)) element.setAttribute(name, value);
  element.append(...parts.filter(Boolean));
  return element;
}

// An element with attributes, or with a class alone, and what is in it.
export const make = (tag, attributes = {}, ...parts) =>
  fill(document.createElement(tag), attributes, parts);

export const makeShape = (tag, attributes = {}, ...parts) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, parts);

// The element in which a widget stands; JupyterLab leaves its keys alone.
export const makeRoot = (name, tag = "div", ...parts) =>
  make(tag, { class: name, "data-lm-suppress-shortcuts": "true" }, ...parts);

export function makeButton(words, press, attributes = {}) {
  const button = make("button", { type: "button", ...attributes }, words);
  if (press) button.addEventListener("click", press);
  return button;
}

// Parts of tables say what they are, since on narrow screens they are laid out as blocks.
export const makeRow = (attributes, ...cells) =>
  make("tr", { role: "row", ...attributes }, ...cells);
export const makeCell = (attributes, ...parts) =>
  make("td", { role: "cell", ...attributes }, ...parts);
export const makeColumnHead = (attributes, ...parts) =>
  make("th", { scope: "col", role: "columnheader", ...attributes }, ...parts);
export const makeRowHead = (attributes, ...parts) =>
  make("th", { scope: "row", role: "rowheader", ...attributes }, ...parts);
export const makeRows = (tag, ...rows) => make(tag, { role: "rowgroup" }, ...rows);

function makeOption([value, words]) {
  const option = make("option", {}, words);
  option.value = value;
  return option;
}

export const makeOptions = (pairs) => pairs.map(makeOption);

export const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

// Offers pairs of value and words in a list; options that are there already stay, for the list may be open.
export function offer(select, pairs, value) {
  const before = [...select.options].map((one) => [one.value, one.textContent]);
  if (!same(before, pairs)) select.replaceChildren(...makeOptions(pairs));
  if (select.value !== value) select.value = value;
}

// Written only where it differs, so that nothing is read out twice.
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function setInvalid(control, fault) {
  if (fault) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
}

// Of several buttons Tab comes to one, and arrow keys go on to the others.
export const ARROWS = "ArrowLeft ArrowRight ArrowUp ArrowDown Home End".split(" ");

export function setTabStop(buttons, stop) {
  for (const button of buttons) button.tabIndex = button === stop ? 0 : -1;
}

export const isModified = ({ ctrlKey, altKey, metaKey }) =>
  ctrlKey || altKey || metaKey;

// Puts nodes into a list in this order. The one with the focus is not moved, since that would take the focus away.
export function place(list, nodes) {
  const fixed = nodes.find(
    (node) => node.parentNode === list && node.contains(document.activeElement),
  );
  for (const node of [...list.children]) if (!nodes.includes(node)) node.remove();
  const split = fixed ? nodes.indexOf(fixed) : nodes.length;
  nodes.forEach((node, i) => {
    if (i >= split && node === fixed) return;
    if (list.children[i] !== node) list.insertBefore(node, list.children[i] || null);
  });
}

// Follows the model: `changes` of traits, one or several by name, messages that `hear` is called with, and events of the
// document (before its elements, for `early`) and the window. `leave` is called when the page is put away, and when all
// this ends: it keeps what was typed last. Returns what ends it, with `end`.
export function follow(model, { changes, hear, early, page, window, leave, end }) {
  const ended = new AbortController();
  const { signal } = ended;
  const add = (target, handlers = {}, capture = false) => {
    for (const [event, handler] of Object.entries(handlers))
      target.addEventListener(event, handler, { capture, signal });
  };
  const onHidden = () => document.visibilityState === "hidden" && leave?.();
  const traits = Object.entries(changes).flatMap(([names, handler]) =>
    names.split(" ").map((name) => [`change:${name}`, handler]),
  );
  const events = hear ? [...traits, ["msg:custom", hear]] : traits;
  add(document, early, true);
  add(document, { visibilitychange: onHidden, ...page });
  add(globalThis, window);
  for (const [event, handler] of events) model.on(event, handler);
  return () => {
    leave?.();
    end?.();
    ended.abort();
    for (const [event, handler] of events) model.off(event, handler);
  };
}

// Draws once for several traits that arrive together.
export function soon(draw) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      draw();
    });
  };
}
