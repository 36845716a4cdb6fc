// What the widgets' scripts have in common: making elements, writing text, keeping the focus, following the model.

// Random, since each widget has a copy of this script to itself: counting would give several widgets the same ids.
export const newId = () => Math.random().toString(36).slice(2, 10);

function fill(element, attributes, text) {
  for (const [name, value] of Object.entries(attributes))
    element.setAttribute(name, value);
  if (text !== "") element.textContent = text;
  return element;
}

export const make = (tag, attributes = {}, text = "") =>
  fill(document.createElement(tag), attributes, text);

export const makeShape = (tag, attributes = {}, text = "") =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, text);

// The element in which a widget stands; JupyterLab leaves its keys alone.
export const makeRoot = (name, attributes = {}, tag = "div") =>
  make(tag, { class: name, "data-lm-suppress-shortcuts": "true", ...attributes });

export function makeButton(words, press = null, attributes = {}) {
  const button = make("button", { type: "button", ...attributes }, words);
  if (press) button.addEventListener("click", press);
  return button;
}

export function makeOption(value, words) {
  const option = make("option", {}, words);
  option.value = value;
  return option;
}

// Written only where it differs, so that nothing is read out twice.
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function setInvalid(control, fault) {
  if (fault) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
}

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

// Has functions called on events of the model, the document (before its elements, for `early`) or the window; returns
// what ends that.
export function listen(model, { changes = {}, early = {}, page = {}, window = {} }) {
  const ended = new AbortController();
  const { signal } = ended;
  const add = (target, handlers, capture = false) => {
    for (const [event, handler] of Object.entries(handlers))
      target.addEventListener(event, handler, { capture, signal });
  };
  add(document, early, true);
  add(document, page);
  add(globalThis, window);
  for (const [event, handler] of Object.entries(changes)) model.on(event, handler);
  return () => {
    ended.abort();
    for (const [event, handler] of Object.entries(changes)) model.off(event, handler);
  };
}

// One handler for several events.
export const onEach = (events, handler) =>
  Object.fromEntries(events.map((event) => [event, handler]));

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
