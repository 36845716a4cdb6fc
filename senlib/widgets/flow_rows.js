// Who stands where in each row of a drawing. A row has units (a box, and what is drawn beside it) and lanes, in which
// lines pass it by. All lines to one box share a lane, as on paper.

import { boxesOf, explore, joinsOf, layersOf, markBeside } from "./flow_chart.js";

const laneName = (join, at) => `${join.up ? "up" : "down"} ${at} ${join.to}`;

// The rows that a join's lanes pass.
export function rowsPassed({ layer }, join) {
  const [from, to] = [layer.get(join.from), layer.get(join.to)];
  const [first, after] = join.up ? [to, from + 1] : [from + 1, to];
  return Array.from({ length: Math.max(0, after - first) }, (_, i) => first + i);
}

// The lanes that lead to one box on one side; the shortest chains first.
export function chainsOf(lanes) {
  const chains = new Map();
  for (const lane of lanes) {
    const name = `${lane.up} ${lane.to}`;
    chains.set(name, [...(chains.get(name) || []), lane]);
  }
  return [...chains.values()].sort((a, b) => a.length - b.length);
}

export function planRows(chart, { besides }) {
  const boxes = boxesOf(chart);
  const leaving = joinsOf(boxes);
  const parts = explore(boxes, leaving, chart.start);
  if (besides) markBeside(boxes, leaving, chart.start);
  const layer = layersOf(parts, leaving);
  const rows = Array.from({ length: Math.max(-1, ...layer.values()) + 1 }, () => []);
  const plan = { boxes, layer, rows, joins: [...leaving.values()].flat() };
  plan.units = placeUnits(plan, leaving, parts);
  plan.lanes = placeLanes(plan);
  plan.laneAt = (join, at) => plan.lanes.get(laneName(join, at));
  untangle(plan);
  placeUpLanes(plan);
  chooseParents(plan);
  return plan;
}

// The unit of each box. Down the left: the way that goes straight on, questions before steps, no before yes.
function placeUnits({ boxes, layer, rows, joins }, leaving, parts) {
  const units = new Map();
  function add(key) {
    if (units.has(key)) return;
    const side = leaving.get(key).find((join) => join.beside);
    const unit = { keys: side ? [key, side.to] : [key], parent: null };
    for (const one of unit.keys) units.set(one, unit);
    rows[layer.get(key)].push(unit);
    const onward = unit.keys
      .flatMap((one) => leaving.get(one))
      .filter((join) => !join.beside && !join.up);
    const rank = (join) =>
      (join.from === key ? 0 : 4) +
      (boxes.get(join.to).kind === "question" ? 0 : 2) +
      (join.way === "no" ? 0 : 1);
    onward.sort((a, b) => rank(a) - rank(b));
    for (const join of onward) add(join.to);
  }
  const beside = new Set(joins.filter((join) => join.beside).map((join) => join.to));
  for (const key of parts.flat()) if (!beside.has(key)) add(key);
  return units;
}

function placeLanes(plan) {
  const lanes = new Map();
  for (const join of plan.joins.filter((one) => !one.beside)) {
    for (const at of rowsPassed(plan, join)) {
      if (lanes.has(laneName(join, at))) continue;
      const lane = { to: join.to, up: join.up, at };
      lanes.set(laneName(join, at), lane);
      if (!join.up) plan.rows[at].push(lane);
    }
  }
  return lanes;
}

// For each row, what its units and lanes are joined to in the next: [upper, shift inside it, lower] each, once.
function linksOf(plan) {
  const links = plan.rows.map(() => new Map());
  const numbers = new Map(plan.rows.flat().map((item, i) => [item, i]));
  for (const join of plan.joins.filter((one) => !one.up && !one.beside)) {
    const unit = plan.units.get(join.from);
    const passed = rowsPassed(plan, join).map((at) => [plan.laneAt(join, at), 0]);
    const track = [
      [unit, unit.keys.indexOf(join.from) / 2],
      ...passed,
      [plan.units.get(join.to), 0],
    ];
    track.slice(1).forEach(([lower], i) => {
      const [upper, shift] = track[i];
      const name = `${numbers.get(upper)} ${shift} ${numbers.get(lower)}`;
      links[plan.layer.get(join.from) + i].set(name, [upper, shift, lower]);
    });
  }
  return links.map((row) => [...row.values()]);
}

function crossings(rows, links) {
  let count = 0;
  links.forEach((row, at) => {
    const ends = row.map(([upper, shift, lower]) => [
      rows[at].indexOf(upper) + shift,
      rows[at + 1].indexOf(lower),
    ]);
    ends.forEach(([top, bottom], i) => {
      const crossed = ([left, right]) => (top - left) * (bottom - right) < 0;
      count += ends.slice(0, i).filter(crossed).length;
    });
  });
  return count;
}

// A row in the order of what it is joined to in the row above or below it.
function sortedRow(rows, links, at, downward) {
  const pulls = new Map(rows[at].map((item) => [item, []]));
  for (const [upper, shift, lower] of links[downward ? at - 1 : at]) {
    if (downward) pulls.get(lower).push(rows[at - 1].indexOf(upper) + shift);
    else pulls.get(upper).push(rows[at + 1].indexOf(lower) - shift);
  }
  const mean = (pull) => pull.reduce((sum, one) => sum + one, 0) / pull.length;
  const weights = rows[at].map((item, i) => {
    const pull = pulls.get(item);
    return [item, pull.length ? mean(pull) : i];
  });
  return weights.sort((a, b) => a[1] - b[1]).map(([item]) => item);
}

// Each row in the order of what it is joined to, down and up in turn; the order with the fewest crossings stays.
function untangle(plan) {
  const links = linksOf(plan);
  const rows = [...plan.rows];
  let fewest = crossings(rows, links);
  for (let turn = 0; turn < 8 && fewest; turn += 1) {
    const downward = turn % 2 === 0;
    const places = [...rows.keys()];
    for (const at of downward ? places.slice(1) : places.slice(0, -1).reverse())
      rows[at] = sortedRow(rows, links, at, downward);
    const count = crossings(rows, links);
    if (count >= fewest) continue;
    fewest = count;
    plan.rows = [...rows];
  }
}

// Lines that lead back up pass outside, on the side they come from; the longest outermost.
function placeUpLanes(plan) {
  for (const chain of chainsOf([...plan.lanes.values()].filter((lane) => lane.up))) {
    const sources = plan.joins.filter((join) => join.up && join.to === chain[0].to);
    const left = sources.every((join) => {
      const first = plan.rows[plan.layer.get(join.from)].find((item) => item.keys);
      return first.keys[0] === join.from;
    });
    for (const lane of chain) {
      lane.left = left;
      if (left) plan.rows[lane.at].unshift(lane);
      else plan.rows[lane.at].push(lane);
    }
  }
}

// The box that a unit stands straight below: one of those that lead to it, and for which it is the first way on.
function chooseParents({ rows, joins, layer, units }) {
  const taken = new Set();
  const position = ({ from }) => {
    const unit = units.get(from);
    return rows[layer.get(from)].indexOf(unit) + unit.keys.indexOf(from) / 2;
  };
  for (const unit of rows.flat().filter((item) => item.keys)) {
    const key = unit.keys[0];
    const above = joins.filter(
      (join) =>
        !join.up &&
        !join.beside &&
        join.to === key &&
        !taken.has(join.from) &&
        layer.get(join.from) === layer.get(key) - 1,
    );
    const [nearest] = above.sort((a, b) => position(a) - position(b));
    if (!nearest) continue;
    unit.parent = nearest.from;
    taken.add(unit.parent);
  }
}
