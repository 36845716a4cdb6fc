// Cards to sort under headings, by drag, by button or by number key. Data reach the page as text alone, never as markup.

const FRAME = ["title", "groups", "cards"];
const PRINTING = "data-sl-cards-printing";
const DRAG_STARTS = 6; // pixels: less is a press with an unsteady hand
const IN_SIGHT = 88; // pixels of a heading's place that have to be on the screen to drop a card there with ease
// Ids are drawn by lot: each widget has a copy of this script to itself, so that counting would give several the same.
const newId = () => Math.random().toString(36).slice(2, 10);

function make(tag, attributes = {}, text = "") {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    element.setAttribute(name, value);
  if (text !== "") element.textContent = text;
  return element;
}

function makeButton(text, name = "") {
  const button = make("button", { type: "button" }, text);
  if (name) button.className = name;
  return button;
}

function makeKey(number) {
  return make("span", { class: "sl-cards-key", "aria-hidden": "true" }, String(number));
}

// Drawn, since not every typeface has a sign for it, and in the ink, so that it is seen in any colours.
function makeDots() {
  const space = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(space, "svg");
  for (const [name, value] of [
    ["viewBox", "0 0 12 18"],
    ["width", "12"],
    ["height", "18"],
  ])
    picture.setAttribute(name, value);
  for (const x of [3, 9]) {
    for (const y of [3, 9, 15]) {
      const dot = document.createElementNS(space, "circle");
      for (const [name, value] of [
        ["cx", x],
        ["cy", y],
        ["r", 1.75],
      ])
        dot.setAttribute(name, String(value));
      picture.append(dot);
    }
  }
  return picture;
}

const count = (number) => `${number} ${number === 1 ? "card" : "cards"}`;

// A place where cards lie: the pile, whose key is '', or one of the headings.
function makeZone(key, title, id, level) {
  const zone = { key, title, node: make("div", { class: "sl-cards-zone" }) };
  zone.heading = make(level, { id });
  zone.number = make("span", { class: "sl-cards-number" });
  zone.words = make("span");
  zone.words.append(make("span", { dir: "auto" }, title), " ", zone.number);
  zone.heading.append(zone.words);
  zone.list = make("ul", { role: "list", "aria-labelledby": id });
  zone.empty = make("p", { class: "sl-cards-empty" });
  zone.node.append(zone.heading, zone.list, zone.empty);
  return zone;
}

// One card with all that it may need; what it shows depends on where it lies.
function makeCard({ key, text }, id, groups) {
  const card = {
    key,
    text,
    node: make("li"),
    box: make("div", { class: "sl-cards-card", role: "group", tabindex: "-1" }),
  };
  card.box.setAttribute("aria-labelledby", id);
  card.box.dataset.card = key;
  card.handle = make("span", { class: "sl-cards-handle", "aria-hidden": "true" });
  card.handle.append(makeDots());
  card.words = make("p", { id, class: "sl-cards-words", dir: "auto" }, text);
  card.booklet = make("p", { class: "sl-cards-booklet" });
  card.mark = make("p", { class: "sl-cards-mark" });
  card.foot = make("div", { class: "sl-cards-foot" });
  card.toggle = makeButton("Move", "sl-cards-toggle");
  card.again = makeButton("Try again");
  card.foot.append(card.toggle, card.again);
  card.ways = make("div", { class: "sl-cards-ways", id: `${id}-ways` });
  card.toggle.setAttribute("aria-controls", card.ways.id);
  card.buttons = groups.map((group, i) => {
    const button = makeButton("", "sl-cards-to");
    button.dataset.to = group.key;
    if (i < 9) {
      button.setAttribute("aria-keyshortcuts", String(i + 1));
      button.append(makeKey(i + 1));
    }
    button.append(make("span", { dir: "auto" }, group.title));
    return button;
  });
  card.back = makeButton("", "sl-cards-to sl-cards-back");
  card.back.dataset.to = "";
  card.later = makeButton("", "sl-cards-later");
  card.back.append(makeKey(0), make("span", {}, "Back to the pile"));
  card.later.append(makeKey(0), make("span", {}, "Leave for later"));
  for (const button of [card.back, card.later])
    button.setAttribute("aria-keyshortcuts", "0");
  card.ways.append(...card.buttons, card.back, card.later);
  card.box.append(
    card.handle,
    card.words,
    card.booklet,
    card.mark,
    card.foot,
    card.ways,
  );
  card.node.append(card.box);
  return card;
}

// Nodes already in their place are not touched, and of the others none that holds the focus if it can be helped.
function place(list, nodes) {
  const held = nodes.find(
    (node) => node.parentNode === list && node.contains(document.activeElement),
  );
  for (const node of [...list.children]) if (!nodes.includes(node)) node.remove();
  const split = held ? nodes.indexOf(held) : nodes.length;
  nodes.slice(0, split).forEach((node, i) => {
    if (list.children[i] !== node) list.insertBefore(node, list.children[i] || null);
  });
  nodes.slice(split).forEach((node, i) => {
    if (node !== held && list.children[split + i] !== node)
      list.insertBefore(node, list.children[split + i] || null);
  });
}

// The sheet to cut out: headings, then cards two by two, in the order of the pile, so that nothing is given away.
function makeSheet(groups, cards) {
  const sheet = make("div", { class: "sl-cards-sheet" });
  const row = (name, texts) => {
    const line = make("div", { class: name });
    for (const text of texts) line.append(make("p", { dir: "auto" }, text));
    return line;
  };
  const texts = cards.map((card) => card.text);
  sheet.append(
    row(
      "sl-cards-sheet-heads",
      groups.map((group) => group.title),
    ),
  );
  for (let i = 0; i < texts.length; i += 2)
    sheet.append(row("sl-cards-sheet-row", texts.slice(i, i + 2)));
  return sheet;
}

function render({ model, el }) {
  const mine = `sl-cards-${newId()}`;
  const root = make("div", { class: "sl-cards", "data-lm-suppress-shortcuts": "true" });
  const title = make("h3", { class: "sl-cards-title", dir: "auto" });
  const hint = make("p", { class: "sl-cards-hint" });
  const keysHint = make("span", { class: "sl-cards-keys" });
  const spreadButton = makeButton("Show all cards", "sl-cards-tool sl-cards-spread");
  // The status lines stay in the page while empty, or their first words would not be read out.
  const status = make("p", { class: "sl-cards-status" });
  const heard = make("span", { role: "status" });
  const savedLine = make("span", { role: "status", class: "sl-cards-saved" });
  const tools = make("div", { class: "sl-cards-tools" });
  const compareButton = makeButton(
    "Where does the booklet have them?",
    "sl-cards-tool",
  );
  const printButton = makeButton("Print the cards to cut out", "sl-cards-tool");
  const verdict = make("p", { class: "sl-cards-verdict", role: "status" });
  const columns = make("div", { class: "sl-cards-columns" });
  const top = make("div");
  hint.append(
    make(
      "span",
      {},
      "Press the heading where you think a card belongs, or drag the card there by its dots.",
    ),
    " ",
    keysHint,
  );
  status.append(heard, " ", savedLine);
  tools.append(compareButton, printButton);
  root.append(title, hint, top, status, tools, verdict, columns);
  el.append(root);

  let groups = [];
  let zones = []; // the pile first
  let cards = new Map(); // key -> card, in the mixed order
  let placed = new Map(); // card -> group, latest last
  let pile = []; // keys of the cards still to sort, the card on top first
  let open = ""; // the placed card whose ways are shown
  let spread = false;
  let comparing = false;
  let turn = 0;
  const pending = new Map(); // moves sent that Python has not answered
  const unsaved = new Set(); // cards moved of which nobody has said yet that they are saved
  const marks = new Map(); // what is said on a card

  const where = (key) => placed.get(key) || "";
  const titleOf = (key) => groups.find((group) => group.key === key)?.title;
  const inGroup = (key) =>
    [...placed]
      .filter(([, group]) => group === key)
      .map(([card]) => card)
      .reverse();
  const say = (line, text) => {
    if (line.textContent !== text) line.textContent = text;
  };

  function hear(text, fault = false) {
    say(heard, text);
    status.classList.toggle("sl-cards-fault", fault);
    say(savedLine, "");
  }

  function put(card, group) {
    placed.delete(card);
    if (group) placed.set(card, group);
  }

  // Moves not yet answered stand over a record that Python sent before it heard of them.
  function takePlaced() {
    const before = placed;
    placed = new Map();
    for (const [card, group] of Object.entries(model.get("placed") || {})) {
      if (cards.has(card) && titleOf(group) !== undefined) placed.set(card, group);
    }
    for (const { card, group } of pending.values())
      if (cards.has(card)) put(card, group);
    for (const card of cards.keys()) {
      if ((before.get(card) || "") === where(card)) continue;
      marks.delete(card);
      unsaved.delete(card);
    }
  }

  function arrangePile() {
    pile = pile.filter((key) => cards.has(key) && !placed.has(key));
    for (const key of cards.keys())
      if (!placed.has(key) && !pile.includes(key)) pile.push(key);
  }

  function drawCard(card) {
    const group = where(card.key);
    const inPile = group === "";
    const bookletHas = titleOf(cards.get(card.key).group);
    const elsewhere =
      comparing &&
      !inPile &&
      cards.get(card.key).group !== group &&
      bookletHas !== undefined;
    say(card.booklet, elsewhere ? `The booklet has it under ${bookletHas}` : "");
    const mark = marks.get(card.key);
    say(card.mark, mark || "");
    card.box.classList.toggle("sl-cards-unsaved", Boolean(mark));
    card.node.classList.toggle(
      "sl-cards-under",
      inPile && !spread && card.key !== pile[0],
    );
    card.toggle.hidden = inPile;
    card.toggle.setAttribute("aria-expanded", String(open === card.key));
    card.again.hidden = !mark;
    card.foot.hidden = inPile && !mark;
    card.ways.hidden = !inPile && open !== card.key;
    for (const button of card.buttons) button.hidden = button.dataset.to === group;
    card.back.hidden = inPile;
    card.later.hidden = !inPile || spread || pile.length < 2;
  }

  function drawVerdict() {
    const known = [...placed].filter(
      ([card]) => titleOf(cards.get(card).group) !== undefined,
    );
    const same = known.filter(
      ([card, group]) => cards.get(card).group === group,
    ).length;
    const found = `As in the booklet: ${same} of ${count(known.length)} placed so far.`;
    const advice =
      "Take it as a start for a discussion, not a mark: some cards could lie in two.";
    const words = known.length
      ? `${found} ${advice}`
      : "There is nothing to compare yet: put a card under a heading first.";
    say(verdict, comparing ? words : "");
    compareButton.setAttribute("aria-pressed", String(comparing));
  }

  function draw({ keepFocus = true } = {}) {
    const held =
      keepFocus && root.contains(document.activeElement)
        ? document.activeElement
        : null;
    const heldCard = held?.closest(".sl-cards-card")?.dataset.card;
    arrangePile();
    for (const zone of zones) {
      const keys = zone.key === "" ? pile : inGroup(zone.key);
      place(
        zone.list,
        keys.map((key) => cards.get(key).node),
      );
      say(zone.number, `(${keys.length})`);
      zone.list.hidden = !keys.length;
      zone.empty.hidden = Boolean(keys.length);
    }
    for (const card of cards.values()) drawCard(card);
    root.classList.toggle("sl-cards-laid-out", spread);
    root.classList.toggle("sl-cards-deep", pile.length > 1);
    spreadButton.hidden = pile.length < 2;
    spreadButton.setAttribute("aria-pressed", String(spread));
    const done =
      "Every card has its place. You can still move any of them, or see where the booklet has them.";
    say(zones[0].empty, cards.size ? done : "There are no cards to sort.");
    drawVerdict();
    if (held && (document.activeElement !== held || !held.checkVisibility())) {
      if (held.isConnected && held.checkVisibility())
        held.focus({ preventScroll: true });
      else focusCard(heldCard, { preventScroll: true });
    }
  }

  // The card if it can be seen, else the one on top of the pile, else the sentence that stands in the pile's place.
  function focusCard(key, options = {}) {
    const card = cards.get(key);
    const goal = card?.box.checkVisibility() ? card : cards.get(pile[0]);
    (goal ? goal.box : zones[0].empty).focus(options);
  }

  // The next card is there to be read: however large the type, its words are on the screen and not the last button only.
  function turnUp(key) {
    focusCard(key, { preventScroll: true });
    const words = cards.get(key)?.words || zones[0].empty;
    words.scrollIntoView({ block: "nearest" });
  }

  function sayMoved(group) {
    const left = pile.length ? `${pile.length} still to sort` : "none left to sort";
    const there = group
      ? `Moved to ${titleOf(group)}: ${count(inGroup(group).length)} there`
      : "Back in the pile";
    hear(group ? `${there}, ${left}.` : `${there}: ${left}.`);
  }

  function send(card, group) {
    turn += 1;
    pending.set(turn, { card, group });
    unsaved.add(card);
    marks.delete(card);
    model.send({ kind: "move", turn, card, group });
  }

  // From the pile the focus goes on to the next card there; a card moved again keeps it.
  function move(key, group, options = {}) {
    const from = where(key);
    if (from === group || !cards.has(key)) return;
    const next = pile.indexOf(key);
    put(key, group);
    if (!group) pile.unshift(key);
    // The model's own record too, in place: else it would take what Python sends next for what it has already.
    const record = model.get("placed") || {};
    delete record[key];
    if (group) record[key] = group;
    open = "";
    send(key, group);
    draw({ keepFocus: false });
    if (from) focusCard(key, options);
    else turnUp(pile[Math.min(next, pile.length - 1)]);
    sayMoved(group);
  }

  function leaveForLater() {
    pile.push(pile.shift());
    draw({ keepFocus: false });
    turnUp(pile[0]);
    hear(`Left for later: ${pile.length} still to sort.`);
  }

  function sayFault(key, words) {
    marks.set(key, words);
    drawCard(cards.get(key));
    hear(words, true);
  }

  function onAnswer(answer) {
    if (answer.kind !== "moved" || !pending.has(answer.turn)) return;
    const { card } = pending.get(answer.turn);
    pending.delete(answer.turn);
    if (!answer.accepted && cards.has(card)) sayFault(card, "Not saved: please try again");
  }

  function onSaved() {
    const { card, at, fault } = model.get("saved") || {};
    // A card that has moved on since has another answer to come.
    if (!cards.has(card) || [...pending.values()].some((sent) => sent.card === card))
      return;
    if (fault) {
      sayFault(card, /^not saved\b/i.test(fault) ? fault : `Not saved. ${fault}`);
      return;
    }
    unsaved.delete(card);
    marks.delete(card);
    drawCard(cards.get(card));
    if (status.classList.contains("sl-cards-fault") && !marks.size) hear("");
    if (!unsaved.size) say(savedLine, `Saved ${at}`);
  }

  function drawFrame() {
    const held = root.contains(document.activeElement);
    const heldCard = held
      ? document.activeElement.closest(".sl-cards-card")?.dataset.card
      : undefined;
    endDrag();
    groups = model.get("groups") || [];
    title.textContent = model.get("title");
    title.hidden = !model.get("title");
    const level = model.get("title") ? "h4" : "h3";
    zones = [{ key: "", title: "Still to sort" }, ...groups].map((zone, i) =>
      makeZone(zone.key, zone.title, `${mine}-zone-${i}`, level),
    );
    zones[0].node.classList.add("sl-cards-pile");
    zones[0].empty.tabIndex = -1;
    zones[0].heading.after(spreadButton);
    zones.slice(1).forEach((zone, i) => {
      if (i < 9) zone.heading.prepend(makeKey(i + 1));
      zone.empty.textContent = "No card here yet";
    });
    cards = new Map(
      (model.get("cards") || []).map((card, i) => [
        card.key,
        { ...makeCard(card, `${mine}-card-${i}`, groups), group: card.group },
      ]),
    );
    top.replaceChildren(zones[0].node);
    columns.replaceChildren(...zones.slice(1).map((zone) => zone.node));
    root.style.setProperty("--columns", String(Math.max(1, groups.length)));
    const last = Math.min(9, groups.length);
    keysHint.textContent =
      last > 1
        ? `On the keyboard: 1 to ${last} for the headings, 0 to put a card back.`
        : "";
    takePlaced();
    draw({ keepFocus: false });
    if (held && !root.contains(document.activeElement))
      focusCard(heldCard, { preventScroll: true });
  }

  let waiting = false;
  function drawFrameSoon() {
    if (waiting) return;
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      drawFrame();
    });
  }

  function onPlaced() {
    takePlaced();
    if (placed.get(open) === undefined) open = "";
    draw();
  }

  root.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const key = button?.closest(".sl-cards-card")?.dataset.card;
    if (key === undefined) return;
    // A finger or a mouse stays where it is: only from the keyboard may the page scroll along.
    const options = { preventScroll: event.detail > 0 };
    const card = cards.get(key);
    if (button.dataset.to !== undefined) move(key, button.dataset.to, options);
    else if (button === card.later) leaveForLater();
    else if (button === card.toggle) {
      open = open === key ? "" : key;
      draw();
    } else if (button === card.again) {
      send(key, where(key));
      drawCard(card);
      focusCard(key, options);
      hear("Trying again …");
    }
  });

  root.addEventListener("keydown", (event) => {
    const key = event.target.closest(".sl-cards-card")?.dataset.card;
    // A key that is held down would sort the cards that come after, unread.
    if (
      key === undefined ||
      event.repeat ||
      event.ctrlKey ||
      event.altKey ||
      event.metaKey
    )
      return;
    if (event.key === "Escape" && open === key && !drag) {
      open = "";
      draw();
      cards.get(key).toggle.focus();
      return;
    }
    if (!/^[0-9]$/.test(event.key) || event.key > groups.length) return;
    event.preventDefault();
    if (event.key !== "0") move(key, groups[event.key - 1].key);
    else if (placed.has(key)) move(key, "");
    else if (!spread && pile.length > 1) leaveForLater();
  });

  spreadButton.addEventListener("click", () => {
    spread = !spread;
    draw();
  });
  compareButton.addEventListener("click", () => {
    comparing = !comparing;
    draw();
  });

  // Dragging, by pointer events, since what browsers offer as drag and drop does not work with a finger. With a finger
  // only the dots drag: elsewhere on a card a finger scrolls the page, as everywhere.
  let drag = null;

  const onScreen = (box) =>
    Math.min(box.bottom, window.innerHeight) - Math.max(box.top, 0);
  const isOver = (box, { clientX: x, clientY: y }) =>
    x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;

  // Places to drop at the edge of the screen, where the columns themselves are out of sight.
  function makeBar(key) {
    const bar = make("div", {
      class: "sl-cards-bar",
      popover: "manual",
      "aria-hidden": "true",
    });
    bar.classList.add(drag.barBelow ? "sl-cards-bar-below" : "sl-cards-bar-above");
    const places = [...zones.slice(1), ...(where(key) ? [zones[0]] : [])].filter(
      (zone) => zone.key !== where(key),
    );
    for (const zone of places) {
      const spot = make(
        "div",
        { dir: "auto" },
        zone.key ? zone.title : "Back to the pile",
      );
      drag.spots.push({ key: zone.key, node: spot });
      bar.append(spot);
    }
    return bar;
  }

  function beginDrag() {
    const { key, y } = drag;
    drag.begun = true;
    root.setPointerCapture(drag.pointer);
    document.getSelection()?.removeAllRanges();
    root.classList.add("sl-cards-dragging");
    cards.get(key).box.classList.add("sl-cards-lifted");
    drag.spots = [];
    drag.extras = [];
    if (
      zones
        .slice(1)
        .some((zone) => onScreen(zone.node.getBoundingClientRect()) < IN_SIGHT)
    ) {
      // Away from the pointer, which else might stand on one of the places before it has moved at all.
      drag.barBelow = y < window.innerHeight / 2;
      drag.extras.push(makeBar(key));
    }
    drag.spots.push(...zones.map((zone) => ({ key: zone.key, node: zone.node })));
    drag.ghost = make(
      "div",
      {
        class: "sl-cards-ghost",
        popover: "manual",
        "aria-hidden": "true",
        dir: "auto",
      },
      cards.get(key).text,
    );
    drag.extras.push(drag.ghost);
    root.append(...drag.extras);
    for (const extra of drag.extras) extra.showPopover?.();
  }

  function followDrag(event) {
    // Beside the pointer, on the side where it hides no place to drop, and never off the screen.
    const { offsetWidth: width, offsetHeight: height } = drag.ghost;
    const within = (value, most) => Math.max(4, Math.min(value, most - 4));
    const x = within(event.clientX - 16, window.innerWidth - width);
    const y = within(
      event.clientY + (drag.barBelow ? -height - 16 : 16),
      window.innerHeight - height,
    );
    drag.ghost.style.transform = `translate(${x}px, ${y}px)`;
    drag.over = drag.spots.find((spot) =>
      isOver(spot.node.getBoundingClientRect(), event),
    );
    for (const spot of drag.spots)
      spot.node.classList.toggle(
        "sl-cards-over",
        spot === drag.over && spot.key !== where(drag.key),
      );
  }

  function endDrag() {
    if (!drag) return;
    const { begun, extras = [], spots = [], key, pointer } = drag;
    drag = null;
    if (!begun) return;
    for (const extra of extras) extra.remove();
    for (const spot of spots) spot.node.classList.remove("sl-cards-over");
    root.classList.remove("sl-cards-dragging");
    cards.get(key)?.box.classList.remove("sl-cards-lifted");
    if (root.hasPointerCapture(pointer)) root.releasePointerCapture(pointer);
  }

  root.addEventListener("pointerdown", (event) => {
    const key = event.target.closest(".sl-cards-card")?.dataset.card;
    if (
      drag ||
      key === undefined ||
      !event.isPrimary ||
      event.button !== 0 ||
      event.target.closest("button")
    )
      return;
    if (event.pointerType !== "mouse" && !event.target.closest(".sl-cards-handle"))
      return;
    drag = {
      key,
      pointer: event.pointerId,
      x: event.clientX,
      y: event.clientY,
      begun: false,
    };
  });
  root.addEventListener("pointermove", (event) => {
    if (!drag || event.pointerId !== drag.pointer) return;
    if (!drag.begun) {
      if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < DRAG_STARTS)
        return;
      beginDrag();
    }
    followDrag(event);
  });
  root.addEventListener("pointerup", (event) => {
    if (!drag || event.pointerId !== drag.pointer) return;
    if (drag.begun) followDrag(event); // the page may have been scrolled by the wheel meanwhile
    const { begun, over, key } = drag;
    endDrag();
    if (begun && over) move(key, over.key, { preventScroll: true });
  });
  root.addEventListener("pointercancel", endDrag);
  root.addEventListener("lostpointercapture", (event) => {
    if (event.target === root) endDrag(); // a finger is first held by the dots, which let it go to the root
  });
  // A press that let go elsewhere, before it became a drag, is over as well.
  const onRelease = () => {
    if (drag && !drag.begun) endDrag();
  };
  const onEscape = (event) => {
    if (event.key === "Escape" && drag?.begun) endDrag();
  };

  let sheet = null;
  function putSheetAway() {
    sheet?.remove();
    sheet = null;
    document.documentElement.removeAttribute(PRINTING);
  }
  printButton.addEventListener("click", () => {
    putSheetAway();
    sheet = makeSheet(groups, [...cards.values()]);
    // Right under the body, so that nothing that holds the widget can cut the sheet short.
    document.body.append(sheet);
    document.documentElement.setAttribute(PRINTING, "");
    window.print();
  });

  const changes = {
    "change:placed": onPlaced,
    "change:saved": onSaved,
    "msg:custom": onAnswer,
  };
  for (const name of FRAME) changes[`change:${name}`] = drawFrameSoon;
  for (const [event, act] of Object.entries(changes)) model.on(event, act);
  window.addEventListener("afterprint", putSheetAway);
  window.addEventListener("pointerup", onRelease);
  document.addEventListener("keydown", onEscape);
  drawFrame();
  onSaved();
  return () => {
    endDrag();
    putSheetAway();
    for (const [event, act] of Object.entries(changes)) model.off(event, act);
    window.removeEventListener("afterprint", putSheetAway);
    window.removeEventListener("pointerup", onRelease);
    document.removeEventListener("keydown", onEscape);
  };
}

export default { render };
