// The pieces of a card sort: the places where cards lie, the cards, and the sheet to cut out.

import { make, makeButton, makeShape } from "./dom.js";

export const count = (number) => `${number} ${number === 1 ? "card" : "cards"}`;

export const makeKey = (number) =>
  make("span", { class: "sl-cards-key", "aria-hidden": "true" }, String(number));

// Drawn, since not every typeface has a sign for it, and in the ink, so that it is seen in any colours.
function makeDots() {
  const dot = (cx) => (cy) => makeShape("circle", { cx, cy, r: 1.75 });
  const dots = [3, 9].flatMap((cx) => [3, 9, 15].map(dot(cx)));
  return makeShape("svg", { viewBox: "0 0 12 18", width: 12, height: 18 }, ...dots);
}

// A place where cards lie: the pile, whose key is '', or one of the headings.
export function makeZone({ key, title }, id, level) {
  const number = make("span", "sl-cards-number");
  const words = make("span", {}, make("span", { dir: "auto" }, title), " ", number);
  const heading = make(level, { id }, words);
  const list = make("ul", { role: "list", "aria-labelledby": id });
  const empty = make("p", "sl-cards-empty", "No card here yet");
  const node = make("div", "sl-cards-zone", heading, list, empty);
  return { key, title, node, heading, number, list, empty };
}

// A button that takes a card somewhere, with the number that does the same.
function makeWay(number, words, name, attributes) {
  const shortcut = number < 10 ? { "aria-keyshortcuts": number } : {};
  const button = makeButton("", null, { class: name, ...shortcut });
  if (number < 10) button.append(makeKey(number));
  button.append(make("span", attributes, words));
  return button;
}

// One card with all that it may need; what it shows depends on where it lies.
export function makeCard({ key, text, group }, id, groups) {
  const card = { key, text, group };
  const quiet = { class: "sl-cards-handle", "aria-hidden": "true" };
  const handle = make("span", quiet, makeDots());
  card.words = make("p", { id, class: "sl-cards-words", dir: "auto" }, text);
  card.booklet = make("p", "sl-cards-booklet");
  card.mark = make("p", "sl-cards-mark");
  const controls = { class: "sl-cards-toggle", "aria-controls": `${id}-ways` };
  card.toggle = makeButton("Move", null, controls);
  card.again = makeButton("Try again");
  card.foot = make("div", "sl-cards-foot", card.toggle, card.again);
  card.buttons = groups.map((one, i) => {
    const button = makeWay(i + 1, one.title, "sl-cards-to", { dir: "auto" });
    button.dataset.to = one.key;
    return button;
  });
  card.back = makeWay(0, "Back to the pile", "sl-cards-to sl-cards-back");
  card.back.dataset.to = "";
  card.later = makeWay(0, "Leave for later", "sl-cards-later");
  const ways = { class: "sl-cards-ways", id: `${id}-ways` };
  card.ways = make("div", ways, ...card.buttons, card.back, card.later);
  const parts = [card.words, card.booklet, card.mark, card.foot, card.ways];
  const label = { role: "group", tabindex: "-1", "aria-labelledby": id };
  const attributes = { class: "sl-cards-card", "data-card": key, ...label };
  card.box = make("div", attributes, handle, ...parts);
  card.node = make("li", {}, card.box);
  return card;
}

// The sheet to cut out: headings, then cards two by two, in the order of the pile, so that nothing is given away.
export function makeSheet(groups, cards) {
  const line = (name, texts) =>
    make("div", name, ...texts.map((text) => make("p", { dir: "auto" }, text)));
  const titles = groups.map((group) => group.title);
  const texts = cards.map((card) => card.text);
  const sheet = make("div", "sl-cards-sheet", line("sl-cards-sheet-heads", titles));
  for (let i = 0; i < texts.length; i += 2)
    sheet.append(line("sl-cards-sheet-row", texts.slice(i, i + 2)));
  return sheet;
}
