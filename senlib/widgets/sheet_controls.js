// One box's native control: `node` goes on the page, `read` and `write` deal in text, `read` with a fault where there is one.

import { make, makeButton, offer, same } from "./dom.js";

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
  const grouped = /^[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/.test(bare);
  const number = grouped ? bare.replaceAll(",", "") : bare.replace(",", ".");
  if (!/^(\d+\.?\d*|\.\d+)$/.test(number)) return null;
  return number.replace(/^\./, "0.").replace(/\.$/, "");
}

function makeNumber() {
  const attributes = { type: "text", inputmode: "decimal", autocomplete: "off" };
  const control = makeTyped(make("input", attributes));
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
  const input = make("input", { type: "date" });
  const control = makeTyped(input);
  // Half a date has no text: it is said, and nothing is kept of it.
  control.isHalf = () => input.validity.badInput;
  control.read = () =>
    control.isHalf() || (input.value && input.value < EARLIEST)
      ? { value: input.value, fault: "Please type the whole date: day, month and year" }
      : { value: input.value };
  control.changes = false; // with each figure of a year
  return control;
}

function makeTick(spec) {
  const box = make("input", { type: "checkbox" });
  const words = spec.words && make("span", {}, spec.words);
  return {
    node: make("label", "sl-sheet-tick", box, words),
    inputs: [box],
    read: () => ({ value: box.checked ? "yes" : "" }),
    write: (text) => {
      box.checked = text === "yes";
    },
    name: (label) => box.setAttribute("aria-label", label),
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
    offer(control.node, choices, text);
  };
  control.offer = (choices) => {
    if (same(choices, offered)) return;
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
    const radio = make("input", { type: "radio", name, value: key });
    const label = make("label", {}, radio, make("span", {}, words));
    group.append(label);
    label.addEventListener("pointerdown", () => {
      pressed = radio.checked ? radio : null;
    });
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
    marked: group,
    read: () => ({ value: radios.find((radio) => radio.checked)?.value ?? "" }),
    write: (text) => {
      for (const radio of radios) radio.checked = radio.value === text;
    },
    name: (label) => group.setAttribute("aria-label", label),
  };
}

function makeLine(maxlength) {
  const attributes = { type: "text", dir: "auto", autocomplete: "off", maxlength };
  return makeTyped(make("input", attributes));
}

function makeInitials() {
  const control = makeLine(12);
  control.read = () => ({ value: control.node.value.toUpperCase() });
  return control;
}

export function makeControl(spec, id) {
  if (spec.kind === "yes") return makeTick(spec);
  if (spec.kind === "number") return makeNumber();
  if (spec.kind === "date") return makeDate();
  if (spec.kind === "initials") return makeInitials();
  if (spec.kind === "choice")
    return spec.style === "buttons" ? makeButtons(spec, id) : makeList();
  if (spec.kind !== "text") return makeLine(200);
  return makeTyped(make("textarea", { rows: spec.rows ?? 2, dir: "auto" }));
}

// Two specifications that one control serves.
export const sameControl = (a, b) =>
  a.kind === b.kind &&
  a.style === b.style &&
  (a.style !== "buttons" || same(a.choices, b.choices));

export const makeSmall = (words, press, attributes = {}) =>
  makeButton(words, press, { class: "sl-sheet-small", ...attributes });
