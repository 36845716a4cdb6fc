// Cards to sort under headings, by drag, by button or by number key. Data reach the page as text alone, never as markup.

import {
  follow,
  isModified,
  make,
  makeButton,
  makeRoot,
  newId,
  place,
  setText,
  soon,
} from "./dom.js";
import { Drag } from "./card_sort_drag.js";
import { count, makeCard, makeKey, makeSheet, makeZone } from "./card_sort_pieces.js";

const PRINTING = "data-sl-cards-printing";
const HINT =
  "Press the heading where you think a card belongs, or drag the card there by its dots.";
const DONE =
  "Every card has its place. You can still move any of them, or see where the booklet has them.";
const ADVICE =
  "Take it as a start for a discussion, not a mark: some cards could lie in two.";
const NO_COMPARISON =
  "There is nothing to compare yet: put a card under a heading first.";

class CardSort {
  constructor(model, el) {
    this.model = model;
    this.mine = `sl-cards-${newId()}`;
    this.groups = [];
    this.zones = []; // the pile first
    this.cards = new Map(); // key -> card, in the mixed order
    this.placed = new Map(); // card -> group, latest last
    this.pile = []; // keys of the cards still to sort, the card on top first
    this.open = ""; // the placed card whose ways are in sight
    this.spread = false;
    this.comparing = false;
    this.turn = 0;
    this.pending = new Map(); // moves sent that Python has not answered
    this.unsaved = new Set(); // cards moved of which nobody has said yet that they are saved
    this.marks = new Map(); // what is said on a card
    this.sheet = null;
    this.build(el);
    this.drag = new Drag(this);
    this.root.addEventListener("click", (event) => this.onClick(event));
    this.root.addEventListener("keydown", (event) => this.onKey(event));
  }

  build(el) {
    this.root = makeRoot("sl-cards");
    this.title = make("h3", { class: "sl-cards-title", dir: "auto" });
    this.keysHint = make("span", "sl-cards-keys");
    const hint = make("p", "sl-cards-hint", make("span", {}, HINT), " ", this.keysHint);
    // The status lines stay in the page while empty, or their first words would not be read out.
    this.heard = make("span", { role: "status" });
    this.savedLine = make("span", { role: "status", class: "sl-cards-saved" });
    this.status = make("p", "sl-cards-status", this.heard, " ", this.savedLine);
    const tool = { class: "sl-cards-tool" };
    const compare = this.switcher("comparing");
    this.spreadButton = makeButton("Show all cards", this.switcher("spread"), {
      class: "sl-cards-tool sl-cards-spread",
    });
    const question = "Where does the booklet have them?";
    this.compareButton = makeButton(question, compare, tool);
    const print = () => this.print();
    const printButton = makeButton("Print the cards to cut out", print, tool);
    const tools = make("div", "sl-cards-tools", this.compareButton, printButton);
    this.verdict = make("p", { class: "sl-cards-verdict", role: "status" });
    this.columns = make("div", "sl-cards-columns");
    this.top = make("div");
    this.root.append(this.title, hint, this.top, this.status, tools);
    this.root.append(this.verdict, this.columns);
    el.append(this.root);
  }

  switcher(name) {
    return () => {
      this[name] = !this[name];
      this.draw();
    };
  }

  where(key) {
    return this.placed.get(key) || "";
  }

  titleOf(key) {
    return this.groups.find((group) => group.key === key)?.title;
  }

  inGroup(key) {
    const cards = [...this.placed].filter(([, group]) => group === key);
    return cards.map(([card]) => card).reverse();
  }

  hear(text, fault = false) {
    setText(this.heard, text);
    this.status.classList.toggle("sl-cards-fault", fault);
    setText(this.savedLine, "");
  }

  put(card, group) {
    this.placed.delete(card);
    if (group) this.placed.set(card, group);
  }

  // Moves not yet answered stand over a record that Python sent before it heard of them.
  takePlaced() {
    const before = this.placed;
    const record = Object.entries(this.model.get("placed") || {});
    this.placed = new Map(
      record.filter(
        ([card, group]) => this.cards.has(card) && this.titleOf(group) !== undefined,
      ),
    );
    for (const { card, group } of this.pending.values())
      if (this.cards.has(card)) this.put(card, group);
    for (const card of this.cards.keys()) {
      if ((before.get(card) || "") === this.where(card)) continue;
      this.marks.delete(card);
      this.unsaved.delete(card);
    }
  }

  arrangePile() {
    const left = [...this.cards.keys()].filter((key) => !this.placed.has(key));
    const before = this.pile.filter((key) => left.includes(key));
    this.pile = [...before, ...left.filter((key) => !before.includes(key))];
  }

  drawCard(card) {
    const group = this.where(card.key);
    const inPile = group === "";
    const title = this.titleOf(card.group);
    const differs = title !== undefined && !inPile && card.group !== group;
    const compared = this.comparing && differs;
    setText(card.booklet, compared ? `The booklet has it under ${title}` : "");
    const mark = this.marks.get(card.key);
    setText(card.mark, mark || "");
    card.box.classList.toggle("sl-cards-unsaved", Boolean(mark));
    const under = inPile && !this.spread && card.key !== this.pile[0];
    card.node.classList.toggle("sl-cards-under", under);
    card.toggle.hidden = inPile;
    card.toggle.setAttribute("aria-expanded", String(this.open === card.key));
    card.again.hidden = !mark;
    card.foot.hidden = inPile && !mark;
    card.ways.hidden = !inPile && this.open !== card.key;
    for (const button of card.buttons) button.hidden = button.dataset.to === group;
    card.back.hidden = inPile;
    card.later.hidden = !inPile || this.spread || this.pile.length < 2;
  }

  drawVerdict() {
    const known = [...this.placed].filter(
      ([key]) => this.titleOf(this.cards.get(key).group) !== undefined,
    );
    const alike = known.filter(([key, group]) => this.cards.get(key).group === group);
    const sum = `${alike.length} of ${count(known.length)} placed so far.`;
    const words = known.length ? `As in the booklet: ${sum} ${ADVICE}` : NO_COMPARISON;
    setText(this.verdict, this.comparing ? words : "");
    this.compareButton.setAttribute("aria-pressed", String(this.comparing));
  }

  // The element with the focus, and the card that it is on.
  focusNow() {
    const active = document.activeElement;
    if (!this.root.contains(active)) return {};
    return { active, key: active.closest(".sl-cards-card")?.dataset.card };
  }

  draw({ keepFocus = true } = {}) {
    const focus = keepFocus ? this.focusNow() : {};
    this.arrangePile();
    for (const zone of this.zones) {
      const keys = zone.key === "" ? this.pile : this.inGroup(zone.key);
      const nodes = keys.map((key) => this.cards.get(key).node);
      place(zone.list, nodes);
      setText(zone.number, `(${keys.length})`);
      zone.list.hidden = !keys.length;
      zone.empty.hidden = Boolean(keys.length);
    }
    for (const card of this.cards.values()) this.drawCard(card);
    this.root.classList.toggle("sl-cards-laid-out", this.spread);
    this.root.classList.toggle("sl-cards-deep", this.pile.length > 1);
    this.spreadButton.hidden = this.pile.length < 2;
    this.spreadButton.setAttribute("aria-pressed", String(this.spread));
    const empty = this.cards.size ? DONE : "There are no cards to sort.";
    setText(this.zones[0].empty, empty);
    this.drawVerdict();
    if (focus.active) this.restoreFocus(focus);
  }

  restoreFocus({ active, key }) {
    const inSight = active.isConnected && active.checkVisibility();
    if (inSight && document.activeElement === active) return;
    if (inSight) active.focus({ preventScroll: true });
    else this.focusCard(key, { preventScroll: true });
  }

  // The card if it can be seen, else the one on top of the pile, else the sentence that stands in the pile's place.
  focusCard(key, options = {}) {
    const card = this.cards.get(key);
    const goal = card?.box.checkVisibility() ? card : this.cards.get(this.pile[0]);
    (goal ? goal.box : this.zones[0].empty).focus(options);
  }

  // The next card is there to be read: however large the type, its words are on the screen and not the last button only.
  turnUp(key) {
    this.focusCard(key, { preventScroll: true });
    const words = this.cards.get(key)?.words || this.zones[0].empty;
    words.scrollIntoView({ block: "nearest" });
  }

  sayMoved(group) {
    const { length } = this.pile;
    const left = length ? `${length} still to sort` : "none left to sort";
    if (!group) {
      this.hear(`Back in the pile: ${left}.`);
      return;
    }
    const there = count(this.inGroup(group).length);
    this.hear(`Moved to ${this.titleOf(group)}: ${there} there, ${left}.`);
  }

  send(card, group) {
    this.turn += 1;
    this.pending.set(this.turn, { card, group });
    this.unsaved.add(card);
    this.marks.delete(card);
    this.model.send({ kind: "move", turn: this.turn, card, group });
  }

  // From the pile the focus goes on to the next card there; a card moved again keeps it.
  move(key, group, options = {}) {
    const from = this.where(key);
    if (from === group || !this.cards.has(key)) return;
    const next = this.pile.indexOf(key);
    this.put(key, group);
    if (!group) this.pile.unshift(key);
    // The model's own record too, in place: else it would take what Python sends next for what it has already.
    const record = this.model.get("placed") || {};
    delete record[key];
    if (group) record[key] = group;
    this.open = "";
    this.send(key, group);
    this.draw({ keepFocus: false });
    if (from) this.focusCard(key, options);
    else this.turnUp(this.pile[Math.min(next, this.pile.length - 1)]);
    this.sayMoved(group);
  }

  leaveForLater() {
    this.pile.push(this.pile.shift());
    this.draw({ keepFocus: false });
    this.turnUp(this.pile[0]);
    this.hear(`Left for later: ${this.pile.length} still to sort.`);
  }

  sayFault(key, words) {
    this.marks.set(key, words);
    this.drawCard(this.cards.get(key));
    this.hear(words, true);
  }

  onAnswer({ kind, turn, accepted }) {
    if (kind !== "heard" || !this.pending.has(turn)) return;
    const { card } = this.pending.get(turn);
    this.pending.delete(turn);
    if (!accepted && this.cards.has(card))
      this.sayFault(card, "Not saved: please try again");
  }

  onSaved() {
    const { card, at, fault } = this.model.get("saved") || {};
    // A card that has moved on since has another answer to come.
    const waits = [...this.pending.values()].some((sent) => sent.card === card);
    if (!this.cards.has(card) || waits) return;
    if (fault) {
      this.sayFault(card, /^not saved\b/i.test(fault) ? fault : `Not saved. ${fault}`);
      return;
    }
    this.unsaved.delete(card);
    this.marks.delete(card);
    this.drawCard(this.cards.get(card));
    const faulty = this.status.classList.contains("sl-cards-fault");
    if (faulty && !this.marks.size) this.hear("");
    if (!this.unsaved.size) setText(this.savedLine, `Saved ${at}`);
  }

  drawFrame() {
    const { mine, model, root } = this;
    const { active, key } = this.focusNow();
    this.drag.end();
    this.groups = model.get("groups") || [];
    setText(this.title, model.get("title"));
    this.title.hidden = !model.get("title");
    this.zones = this.makeZones(model.get("title") ? "h4" : "h3");
    const cards = (model.get("cards") || []).map((card, i) =>
      makeCard(card, `${mine}-card-${i}`, this.groups),
    );
    this.cards = new Map(cards.map((card) => [card.key, card]));
    const [pile, ...headings] = this.zones;
    this.top.replaceChildren(pile.node);
    this.columns.replaceChildren(...headings.map((zone) => zone.node));
    root.style.setProperty("--columns", String(Math.max(1, this.groups.length)));
    const last = Math.min(9, this.groups.length);
    const keys = `On the keyboard: 1 to ${last} for the headings, 0 to put a card back.`;
    setText(this.keysHint, last > 1 ? keys : "");
    this.takePlaced();
    this.draw({ keepFocus: false });
    if (active && !root.contains(document.activeElement))
      this.focusCard(key, { preventScroll: true });
  }

  makeZones(level) {
    const places = [{ key: "", title: "Still to sort" }, ...this.groups];
    const zones = places.map((one, i) =>
      makeZone(one, `${this.mine}-zone-${i}`, level),
    );
    zones[0].node.classList.add("sl-cards-pile");
    zones[0].empty.tabIndex = -1;
    zones[0].heading.after(this.spreadButton);
    zones.slice(1, 10).forEach((zone, i) => {
      zone.heading.prepend(makeKey(i + 1));
    });
    return zones;
  }

  onPlaced() {
    this.takePlaced();
    if (!this.placed.has(this.open)) this.open = "";
    this.draw();
  }

  onClick(event) {
    const button = event.target.closest("button");
    const key = button?.closest(".sl-cards-card")?.dataset.card;
    if (key === undefined) return;
    // A finger or a mouse stays where it is: only from the keyboard may the page scroll along.
    const options = { preventScroll: event.detail > 0 };
    const card = this.cards.get(key);
    if (button.dataset.to !== undefined) this.move(key, button.dataset.to, options);
    else if (button === card.later) this.leaveForLater();
    else if (button === card.toggle) {
      this.open = this.open === key ? "" : key;
      this.draw();
    } else if (button === card.again) {
      this.send(key, this.where(key));
      this.drawCard(card);
      this.focusCard(key, options);
      this.hear("Trying again …");
    }
  }

  onKey(event) {
    const key = event.target.closest(".sl-cards-card")?.dataset.card;
    // A key that is pressed for long would sort the cards that come after, unread.
    if (key === undefined || event.repeat || isModified(event)) return;
    if (event.key === "Escape" && this.open === key && !this.drag.now) {
      this.open = "";
      this.draw();
      this.cards.get(key).toggle.focus();
      return;
    }
    if (!/^[0-9]$/.test(event.key) || event.key > this.groups.length) return;
    event.preventDefault();
    if (event.key !== "0") this.move(key, this.groups[event.key - 1].key);
    else if (this.placed.has(key)) this.move(key, "");
    else if (!this.spread && this.pile.length > 1) this.leaveForLater();
  }

  print() {
    this.putSheetAway();
    this.sheet = makeSheet(this.groups, [...this.cards.values()]);
    // Right under the body, so that nothing around the widget can cut the sheet short.
    document.body.append(this.sheet);
    document.documentElement.setAttribute(PRINTING, "");
    window.print();
  }

  putSheetAway() {
    this.sheet?.remove();
    this.sheet = null;
    document.documentElement.removeAttribute(PRINTING);
  }

  // Follows the model; returns what ends that.
  begin() {
    this.drawFrame();
    this.onSaved();
    return follow(this.model, {
      changes: {
        "title groups cards": soon(() => this.drawFrame()),
        placed: () => this.onPlaced(),
        saved: () => this.onSaved(),
      },
      hear: (answer) => this.onAnswer(answer),
      page: { keydown: (event) => this.drag.cancel(event) },
      window: {
        afterprint: () => this.putSheetAway(),
        pointerup: () => this.drag.release(),
      },
      end: () => {
        this.drag.end();
        this.putSheetAway();
      },
    });
  }
}

export default { render: ({ model, el }) => new CardSort(model, el).begin() };
