// The pieces of a card sort: the places where cards lie, the cards, and the sheet to cut out.

import { make, makeButton, makeShape } from "./dom.js";

export const count = (number) => `${number} ${number === 1 ? "card" : "cards"}`;

export const makeKey = (number) =>
  make("span", { class: "sl-cards-key", "aria-hidden": "true" }, String(number));

// Drawn, since not every typeface has a sign for it, and in the ink, so that it is seen in any colours.
function makeDots() {
  const picture = makeShape("svg", { viewBox: "0 0 12 18", width: 12, height: 18 });
  for (const cx of [3, 9])
    for (const cy of [3, 9, 15])
      picture.append(makeShape("circle", { cx, cy, r: 1.75 }));
  return picture;
}

// A place where cards lie: the pile, whose key is '', or one of the headings.
export function makeZone({ key, title }, id, level) {
  const zone = { key, title, node: make("div", { class: "sl-cards-zone" }) };
  zone.heading = make(level, { id });
  zone.number = make("span", { class: "sl-cards-number" });
  const words = make("span");
  words.append(make("span", { dir: "auto" }, title), " ", zone.number);
  zone.heading.append(words);
  zone.list = make("ul", { role: "list", "aria-labelledby": id });
  zone.empty = make("p", { class: "sl-cards-empty" }, "No card here yet");
  zone.node.append(zone.heading, zone.list, zone.empty);
  return zone;
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
  const card = { key, text, group, node: make("li") };
  const label = { role: "group", tabindex: "-1", "aria-labelledby": id };
  card.box = make("div", { class: "sl-cards-card", ...label });
  card.box.dataset.card = key;
  const handle = make("span", { class: "sl-cards-handle", "aria-hidden": "true" });
  handle.append(makeDots());
  card.words = make("p", { id, class: "sl-cards-words", dir: "auto" }, text);
  card.booklet = make("p", { class: "sl-cards-booklet" });
  card.mark = make("p", { class: "sl-cards-mark" });
  card.ways = make("div", { class: "sl-cards-ways", id: `${id}-ways` });
  const controls = { class: "sl-cards-toggle", "aria-controls": card.ways.id };
  card.toggle = makeButton("Move", null, controls);
  card.again = makeButton("Try again");
  card.foot = make("div", { class: "sl-cards-foot" });
  card.foot.append(card.toggle, card.again);
  card.buttons = groups.map((one, i) => {
    const button = makeWay(i + 1, one.title, "sl-cards-to", { dir: "auto" });
    button.dataset.to = one.key;
    return button;
  });
  card.back = makeWay(0, "Back to the pile", "sl-cards-to sl-cards-back");
  card.back.dataset.to = "";
  card.later = makeWay(0, "Leave for later", "sl-cards-later");
  card.ways.append(...card.buttons, card.back, card.later);
  const parts = [card.words, card.booklet, card.mark, card.foot, card.ways];
  card.box.append(handle, ...parts);
  card.node.append(card.box);
  return card;
}

// The sheet to cut out: headings, then cards two by two, in the order of the pile, so that nothing is given away.
export function makeSheet(groups, cards) {
  const sheet = make("div", { class: "sl-cards-sheet" });
  const addRow = (name, texts) => {
    const line = make("div", { class: name });
    line.append(...texts.map((text) => make("p", { dir: "auto" }, text)));
    sheet.append(line);
  };
  const titles = groups.map((group) => group.title);
  const texts = cards.map((card) => card.text);
  addRow("sl-cards-sheet-heads", titles);
  for (let i = 0; i < texts.length; i += 2)
    addRow("sl-cards-sheet-row", texts.slice(i, i + 2));
  return sheet;
}
