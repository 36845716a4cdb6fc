// Dragging cards, by pointer events, since what browsers offer as drag and drop does not work with a finger. With a
// finger only the dots drag: elsewhere on a card a finger scrolls the page, as everywhere.

import { make } from "./dom.js";

const DRAG_STARTS = 6; // pixels: less is a press with an unsteady hand
const IN_SIGHT = 88; // pixels of a heading's place that have to be on the screen to drop a card there with ease
const MARGIN = 4; // between what is dragged and the edge of the screen

const onScreen = (box) =>
  Math.min(box.bottom, window.innerHeight) - Math.max(box.top, 0);
const isOver = (box, { clientX: x, clientY: y }) =>
  x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
const within = (value, most) => Math.max(MARGIN, Math.min(value, most - MARGIN));

// `sort` has the root, the zones (the pile first), the cards, `where` a card lies, and `move` to move it.
export class Drag {
  constructor(sort) {
    this.sort = sort;
    this.now = null; // the drag that is under way, or may become one
    const { root } = sort;
    root.addEventListener("pointerdown", (event) => this.press(event));
    root.addEventListener("pointermove", (event) => this.move(event));
    root.addEventListener("pointerup", (event) => this.drop(event));
    root.addEventListener("pointercancel", () => this.end());
    root.addEventListener("lostpointercapture", (event) => {
      if (event.target === root) this.end(); // the dots have a finger first, and let it go to the root
    });
  }

  press(event) {
    const key = event.target.closest(".sl-cards-card")?.dataset.card;
    const other = !event.isPrimary || event.button !== 0;
    if (this.now || key === undefined || other || event.target.closest("button"))
      return;
    if (event.pointerType !== "mouse" && !event.target.closest(".sl-cards-handle"))
      return;
    const { pointerId: pointer, clientX: x, clientY: y } = event;
    this.now = { key, pointer, x, y, begun: false, spots: [], extras: [] };
  }

  move(event) {
    const { now } = this;
    if (event.pointerId !== now?.pointer) return;
    if (!now.begun) {
      const far = Math.hypot(event.clientX - now.x, event.clientY - now.y);
      if (far < DRAG_STARTS) return;
      this.begin();
    }
    this.follow(event);
  }

  drop(event) {
    if (event.pointerId !== this.now?.pointer) return;
    if (this.now.begun) this.follow(event); // the page may have been scrolled by the wheel meanwhile
    const { begun, over, key } = this.now;
    this.end();
    if (begun && over) this.sort.move(key, over.key, { preventScroll: true });
  }

  // A press that let go elsewhere, before it became a drag, is over as well.
  release() {
    if (!this.now?.begun) this.end();
  }

  cancel(event) {
    if (event.key === "Escape" && this.now?.begun) this.end();
  }

  begin() {
    const { now, sort } = this;
    now.begun = true;
    sort.root.setPointerCapture(now.pointer);
    document.getSelection()?.removeAllRanges();
    sort.root.classList.add("sl-cards-dragging");
    sort.cards.get(now.key).box.classList.add("sl-cards-lifted");
    const far = ({ node }) => onScreen(node.getBoundingClientRect()) < IN_SIGHT;
    if (sort.zones.slice(1).some(far)) now.extras.push(this.makeBar());
    now.spots.push(...sort.zones);
    now.ghost = this.makeExtra("sl-cards-ghost", { dir: "auto" });
    now.ghost.textContent = sort.cards.get(now.key).text;
    now.extras.push(now.ghost);
    sort.root.append(...now.extras);
    for (const extra of now.extras) extra.showPopover?.();
  }

  makeExtra(name, attributes = {}) {
    const hidden = { popover: "manual", "aria-hidden": "true" };
    return make("div", { class: name, ...hidden, ...attributes });
  }

  // Places to drop at the edge of the screen, where the columns themselves are out of sight. Away from the pointer, which
  // else might stand on one of the places before it has moved at all.
  makeBar() {
    const { now, sort } = this;
    now.barBelow = now.y < window.innerHeight / 2;
    const side = now.barBelow ? "below" : "above";
    const bar = this.makeExtra(`sl-cards-bar sl-cards-bar-${side}`);
    const [pile, ...headings] = sort.zones;
    for (const { key, title } of [...headings, pile]) {
      if (key === sort.where(now.key)) continue;
      const node = make("div", { dir: "auto" }, key ? title : "Back to the pile");
      now.spots.push({ key, node });
      bar.append(node);
    }
    return bar;
  }

  // Beside the pointer, on the side where it hides no place to drop, and never off the screen.
  follow(event) {
    const { now, sort } = this;
    const { offsetWidth: width, offsetHeight: height } = now.ghost;
    const away = now.barBelow ? -height - 16 : 16;
    const x = within(event.clientX - 16, window.innerWidth - width);
    const y = within(event.clientY + away, window.innerHeight - height);
    now.ghost.style.transform = `translate(${x}px, ${y}px)`;
    now.over = now.spots.find(({ node }) =>
      isOver(node.getBoundingClientRect(), event),
    );
    for (const spot of now.spots) {
      const over = spot === now.over && spot.key !== sort.where(now.key);
      spot.node.classList.toggle("sl-cards-over", over);
    }
  }

  end() {
    if (!this.now) return;
    const { root, cards } = this.sort;
    const { begun, extras, spots, key, pointer } = this.now;
    this.now = null;
    if (!begun) return;
    for (const extra of extras) extra.remove();
    for (const spot of spots) spot.node.classList.remove("sl-cards-over");
    root.classList.remove("sl-cards-dragging");
    cards.get(key)?.box.classList.remove("sl-cards-lifted");
    if (root.hasPointerCapture(pointer)) root.releasePointerCapture(pointer);
  }
}
