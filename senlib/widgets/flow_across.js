// How far across each box and lane of a drawing stands, in pixels, and how wide the boxes can be.

import { chainsOf, planRows } from "./flow_rows.js";

const GAP = 30; // between boxes, and less between narrow ones
export const NARROW = 140;
export const CLEAR = 16; // between a line and whatever stands beside it
const SIDE = 60; // between a question and what is drawn beside it: room for a word and an arrow
const MARGIN = 4;

// The units of a row, each with the number of lanes between it and the one before.
function unitsOf(row) {
  let lanes = 0;
  return row.flatMap((item) => {
    if (!item.keys) {
      lanes += 1;
      return [];
    }
    const before = lanes;
    lanes = 0;
    return [[item, before]];
  });
}

// The rows of a plan with boxes of one width.
class Across {
  constructor(plan, width) {
    this.plan = plan;
    this.width = width;
    this.x = new Map(); // the left edge of each unit
    this.laneX = new Map();
    this.placeDown();
    this.placeUp();
    this.placeDown();
    const lanes = [...plan.lanes.values()].sort((a, b) => a.at - b.at);
    for (const chain of chainsOf(lanes)) this.placeChain(chain);
    this.total = this.moveIntoSight();
  }

  left(key) {
    const unit = this.plan.units.get(key);
    return this.x.get(unit) + (unit.keys.indexOf(key) ? this.width + SIDE : 0);
  }

  centre(key) {
    return this.left(key) + this.width / 2;
  }

  size(unit) {
    return unit.keys.length === 2 ? 2 * this.width + SIDE : this.width;
  }

  room(lanes) {
    if (lanes) return CLEAR * (lanes + 1);
    return this.width < NARROW ? GAP / 2 : GAP;
  }

  // Straight below the box that it goes on from, or below the middle one of those that lead to it.
  wanted(unit) {
    if (unit.parent) return this.left(unit.parent);
    const leading = this.plan.joins.filter(
      (join) => join.to === unit.keys[0] && !join.up && !join.beside,
    );
    const above = leading.map((join) => this.left(join.from)).sort((a, b) => a - b);
    return above.length ? above[Math.floor((above.length - 1) / 2)] : 0;
  }

  placeDown() {
    for (const row of this.plan.rows) {
      let edge = -Infinity;
      for (const [unit, lanes] of unitsOf(row)) {
        this.x.set(unit, Math.max(0, this.wanted(unit), edge + this.room(lanes)));
        edge = this.x.get(unit) + this.size(unit);
      }
    }
  }

  // A box whose way on stands further right moves over it where nothing is in its way.
  placeUp() {
    const children = new Map();
    for (const unit of this.x.keys()) if (unit.parent) children.set(unit.parent, unit);
    for (const row of [...this.plan.rows].reverse()) {
      let edge = Infinity;
      for (const [unit, lanes] of unitsOf([...row].reverse())) {
        const key = unit.keys.find((one) => children.has(one));
        const away = key ? this.x.get(children.get(key)) - this.left(key) : 0;
        const limit = edge - this.room(lanes) - this.size(unit) - this.x.get(unit);
        this.x.set(unit, this.x.get(unit) + Math.max(0, Math.min(away, limit)));
        edge = this.x.get(unit);
      }
    }
  }

  // How far a lane may go to one side, before what has its place already; room is kept for what has none yet.
  reach(lane, step) {
    const row = this.plan.rows[lane.at];
    let lanes = 1;
    for (let i = row.indexOf(lane) + step; row[i]; i += step) {
      const away = step * CLEAR * lanes;
      if (row[i].keys)
        return this.x.get(row[i]) + (step < 0 ? this.size(row[i]) : 0) - away;
      if (this.laneX.has(row[i])) return this.laneX.get(row[i]) - away;
      lanes += 1;
    }
    return step * Infinity;
  }

  // Straight through as many rows as it can, then a bend.
  placeChain(chain) {
    let x = this.wantedLane(chain[0]);
    let straight = [];
    let [low, high] = [-Infinity, Infinity];
    const settle = () => {
      x = Math.min(Math.max(x, low), high);
      for (const lane of straight) this.laneX.set(lane, x);
    };
    for (const lane of chain) {
      const [left, right] = [this.reach(lane, -1), this.reach(lane, 1)];
      if (straight.length && Math.max(low, left) > Math.min(high, right)) {
        settle();
        straight = [];
        [low, high] = [-Infinity, Infinity];
      }
      straight.push(lane);
      [low, high] = [Math.max(low, left), Math.min(high, right)];
    }
    settle();
  }

  wantedLane({ to, up, left, at }) {
    if (up) return left ? Infinity : -Infinity;
    const { joins, layer } = this.plan;
    const source = joins.find(
      (join) => join.to === to && !join.up && layer.get(join.from) === at - 1,
    );
    return source ? this.centre(source.from) : 0;
  }

  // Moves all to the left margin; returns how wide the drawing is.
  moveIntoSight() {
    const lanes = [...this.laneX.values()];
    const lefts = [...this.x.values(), ...lanes.map((x) => x - CLEAR / 2)];
    const shift = MARGIN - Math.min(...lefts);
    for (const places of [this.x, this.laneX])
      for (const [item, x] of places) places.set(item, x + shift);
    const rights = [...this.x].map(([unit, left]) => left + this.size(unit));
    const outer = lanes.map((x) => x + shift + CLEAR / 2);
    return Math.ceil(Math.max(0, ...rights, ...outer) + MARGIN);
  }
}

// As wide as there is room for: what is beside stays beside for as long as its words have room; a chart that will
// not fit keeps boxes of a size to read, and is scrolled.
export function fit(chart, available) {
  const beside = planRows(chart, { besides: true });
  const below = planRows(chart, { besides: false });
  const tries = [
    [beside, 260, NARROW],
    [below, 260, 128],
    [beside, NARROW - 1, 104],
    [below, 127, 104],
  ];
  for (const [plan, widest, narrowest] of tries) {
    const across = widestThatFits(plan, { widest, narrowest, available });
    if (across) return across;
  }
  const [one, other] = [new Across(beside, 150), new Across(below, 150)];
  return one.total <= other.total ? one : other;
}

// The wider the boxes, the wider the drawing: halve what is left between a width that fits and one that may not.
function widestThatFits(plan, { widest, narrowest, available }) {
  let best = new Across(plan, narrowest);
  if (best.total > available) return null;
  let over = widest + 1;
  while (over - best.width > 1) {
    const across = new Across(plan, Math.floor((best.width + over) / 2));
    if (across.total <= available) best = across;
    else over = across.width;
  }
  return best;
}
