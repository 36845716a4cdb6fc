// The drawing of a chart: a button for each box, which arrow keys go through, over the picture of its lines.

import {
  ARROWS,
  isModified,
  make,
  makeButton,
  makeShape,
  setTabStop,
  setText,
} from "./dom.js";
import { fit, NARROW } from "./flow_across.js";
import { nameOf, wordsOf } from "./flow_chart.js";
import { route } from "./flow_lines.js";
import { drawLines } from "./flow_picture.js";

// The box to go to by an arrow key: the nearest that way, one straight ahead before one aslant.
function neighbour(places, from, key) {
  if (key === "Home") return places[0];
  if (key === "End") return places.at(-1);
  const here = places.find((place) => place.key === from);
  const ahead = places.flatMap((place) => {
    const [dx, dy] = [place.x - here.x, place.y - here.y];
    const [along, aside] = {
      ArrowRight: [dx, dy],
      ArrowLeft: [-dx, dy],
      ArrowDown: [dy, dx],
      ArrowUp: [-dy, dx],
    }[key];
    return along > 1 ? [{ place, far: along + 2 * Math.abs(aside) }] : [];
  });
  return ahead.sort((a, b) => a.far - b.far)[0]?.place;
}

// `press` hears which box is pressed, `tall` whether the drawing is longer than the screen.
export class Drawing {
  constructor({ press, tall }) {
    this.press = press;
    this.tall = tall;
    this.lines = makeShape("svg", { "aria-hidden": "true", focusable: "false" });
    const hidden = { class: "sl-flow-probe", "aria-hidden": "true" };
    this.probe = make("span", hidden, "Mm"); // changes its size with the reader's letters
    this.paper = make("div", "sl-flow-paper", this.lines, this.probe);
    this.nothing = make("p", "sl-flow-nothing", "There are no boxes here yet.");
    const region = { class: "sl-flow-region", role: "region" };
    this.region = make("div", region, this.nothing, this.paper);
    this.reading = make("p", "sl-flow-reading");
    this.hint = make("p", "sl-flow-hint");
    this.root = make("div", "sl-flow-drawing", this.region, this.reading, this.hint);
    this.buttons = new Map();
    this.view = null;
    this.places = [];
    this.stop = ""; // the one box that Tab comes to
    this.roomWas = 0;
    this.probeWas = "";
    this.fitted = { shape: "", across: null };
    this.watch = new ResizeObserver(() => this.onResize());
    this.watch.observe(this.region);
    this.watch.observe(this.probe);
  }

  // Draws a view; returns whether the focus was lost with its box.
  show(view, { chosen, editable, title }) {
    this.view = view;
    this.region.setAttribute("aria-label", title || "Flow chart");
    const lost = this.drawBoxes(chosen);
    this.lay(this.room());
    const box = !editable && view.boxes.get(chosen);
    this.reading.replaceChildren();
    if (box) {
      const words = make("span", { dir: "auto" }, wordsOf(box));
      this.reading.append(make("strong", {}, view.short(chosen)), words);
    }
    this.reading.hidden = !box;
    const what = editable ? "change it" : "read it in full";
    setText(this.hint, `Press a box to ${what}. Arrow keys go from box to box.`);
    this.hint.hidden = !view.order.length;
    return lost;
  }

  focus(key) {
    this.buttons.get(key)?.focus();
  }

  print(width) {
    const total = this.lay(width);
    this.paper.style.zoom = total > width ? String(width / total) : "";
  }

  unprint() {
    this.paper.style.zoom = "";
    this.lay(this.room());
  }

  end() {
    this.watch.disconnect();
  }

  room() {
    return this.region.clientWidth - 8;
  }

  // A scroll bar that comes and goes by our own drawing changes the room a little: that is no reason to draw again.
  onResize() {
    const probeNow = `${this.probe.offsetWidth} ${this.probe.offsetHeight}`;
    const more = this.room() - this.roomWas;
    if (probeNow === this.probeWas && more >= 0 && more <= 20) return;
    this.probeWas = probeNow;
    this.lay(this.room());
  }

  makeTabStop(key) {
    this.stop = key;
    setTabStop(this.buttons.values(), this.buttons.get(key));
  }

  makeBox(key) {
    const button = makeButton("", () => this.press(key), { tabindex: "-1" });
    const label = make("span", { class: "sl-flow-label", dir: "auto" });
    button.append(make("span", "sl-flow-head"), label);
    button.dataset.key = key;
    button.addEventListener("focus", () => this.makeTabStop(key));
    button.addEventListener("keydown", (event) => {
      if (!ARROWS.includes(event.key) || isModified(event) || event.shiftKey) return;
      event.preventDefault();
      const next = neighbour(this.places, key, event.key);
      if (next) this.focus(next.key);
    });
    this.buttons.set(key, button);
    return button;
  }

  drawBox(key, chosen) {
    const { view } = this;
    const button = this.buttons.get(key) || this.makeBox(key);
    const box = view.boxes.get(key);
    button.className = `sl-flow-box sl-flow-${box.kind}`;
    button.classList.toggle("sl-flow-passed", view.passed.includes(key));
    button.classList.toggle("sl-flow-asks", view.asks === key);
    button.classList.toggle("sl-flow-check", view.flagged.has(key));
    button.setAttribute("aria-label", view.spokenName(key));
    button.setAttribute("aria-pressed", String(chosen === key));
    setText(button.children[0], view.head(key));
    setText(button.children[1], nameOf(box));
    return button;
  }

  drawBoxes(chosen) {
    const { buttons, paper, view } = this;
    const [focused] =
      [...buttons].find(([, button]) => button === document.activeElement) || [];
    for (const [key, button] of [...buttons]) {
      if (view.boxes.has(key)) continue;
      button.remove();
      buttons.delete(key);
    }
    // Boxes follow the lines and one another as they are read: moved only where they are not in that place yet.
    view.order.forEach((key, i) => {
      const button = this.drawBox(key, chosen);
      const there = paper.children[i + 2];
      if (there !== button) paper.insertBefore(button, there || null);
    });
    const stays = buttons.get(focused);
    if (stays && document.activeElement !== stays) stays.focus();
    const first = buttons.has(chosen) ? chosen : view.order[0] || "";
    this.makeTabStop(buttons.has(this.stop) ? this.stop : first);
    return Boolean(focused) && !stays;
  }

  // An answer lights other lines and moves no box across.
  fitOnce(room) {
    const { nodes, start } = this.view.chart;
    const fields = ["key", "kind", "yes", "no", "next"];
    const ways = nodes.map((box) => fields.map((field) => box[field]));
    const shape = JSON.stringify([room, start, ways]);
    if (this.fitted.shape !== shape)
      this.fitted = { shape, across: fit(this.view.chart, room) };
    return this.fitted.across;
  }

  // Lays boxes and lines into a room of so many pixels; returns how wide they are.
  lay(room) {
    const { buttons, paper, view } = this;
    this.roomWas = room;
    if (!view || !room) return 0;
    this.nothing.hidden = view.order.length > 0;
    paper.hidden = !view.order.length;
    if (paper.hidden) return 0;
    const across = this.fitOnce(room);
    const row = (key) => across.plan.layer.get(key);
    paper.classList.toggle("sl-flow-narrow", across.width < NARROW);
    const heights = this.heightsOfRows(across, row);
    const routes = route(across, heights);
    for (const [key, button] of buttons) {
      button.style.height = `${heights[row(key)]}px`;
      button.style.left = `${across.left(key)}px`;
      button.style.top = `${routes.tops[row(key)]}px`;
    }
    this.places = view.order.map((key) => {
      const y = routes.tops[row(key)] + heights[row(key)] / 2;
      return { key, x: across.centre(key), y };
    });
    this.sizePaper(across.total, routes.height);
    this.lines.replaceChildren(...drawLines(view, across, routes));
    // A stop for the keyboard only where there is something to scroll.
    if (across.total > room) this.region.setAttribute("tabindex", "0");
    else this.region.removeAttribute("tabindex");
    this.tall(routes.height > window.innerHeight);
    return across.total;
  }

  // As high as the highest of its boxes, when these are as wide as they will be.
  heightsOfRows(across, row) {
    for (const button of this.buttons.values()) {
      button.style.width = `${across.width}px`;
      button.style.height = "auto";
    }
    const heights = across.plan.rows.map(() => 0);
    for (const [key, button] of this.buttons)
      heights[row(key)] = Math.max(heights[row(key)], Math.ceil(button.offsetHeight));
    return heights;
  }

  sizePaper(width, height) {
    this.paper.style.width = `${width}px`;
    this.paper.style.height = `${height}px`;
    this.lines.setAttribute("width", width);
    this.lines.setAttribute("height", height);
  }
}
