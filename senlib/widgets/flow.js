// A flow chart, walked question by question or drawn by a school. Data reach the page as text alone, never as markup.

const TRAITS = [
  "title",
  "nodes",
  "start",
  "answers",
  "passed",
  "asks",
  "done",
  "problems",
  "editable",
  "walkable",
];
const FIELDS = [
  "key",
  "kind",
  "text",
  "label",
  "yes",
  "no",
  "next",
  "leads_to",
  "counts_as",
];
const WAYS = { question: ["yes", "no"], step: ["next"], outcome: [] };
const KINDS = [
  ["question", "A question", "answered yes or no"],
  ["step", "A step", "something to do, then on"],
  ["outcome", "An outcome", "where the walk ends"],
];
const WAY_LABELS = { yes: "Yes leads to", no: "No leads to", next: "Then on to" };
const SVG = "http://www.w3.org/2000/svg";
// Ids are drawn by lot: each widget has a copy of this script to itself, so that counting would give several the same.
const newId = () => Math.random().toString(36).slice(2, 10);

function make(tag, attributes = {}, text = "") {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    element.setAttribute(name, value);
  if (text !== "") element.textContent = text;
  return element;
}

function makeShape(tag, attributes = {}, text = "") {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes))
    element.setAttribute(name, value);
  if (text !== "") element.textContent = text;
  return element;
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const capital = (words) => words && words[0].toUpperCase() + words.slice(1);
const sentence = (words) =>
  /[.!?…]$/.test(words.trim()) ? words.trim() : `${words.trim()}.`;

// ---- The chart

const plainBox = (box) =>
  Object.fromEntries(FIELDS.map((field) => [field, String(box[field] ?? "")]));
const waysOf = (box) => WAYS[box.kind] || [];
const nameOf = (box) => box.label.trim() || box.text.trim() || "A box without words";
const wordsOf = (box) => box.text.trim() || nameOf(box);
const boxesOf = (chart) => new Map(chart.nodes.map((box) => [box.key, box]));

function joinsOf(boxes) {
  const joins = new Map();
  for (const box of boxes.values()) {
    const ways = waysOf(box).filter((way) => boxes.has(box[way]));
    joins.set(
      box.key,
      ways.map((way) => ({
        from: box.key,
        way,
        to: box[way],
        up: false,
        beside: false,
      })),
    );
  }
  return joins;
}

// Depth first from the start, then from what it does not reach. Each part comes in an order in which every join leads
// on, except those marked 'up': they close a loop, or lead into a part drawn above.
function explore(boxes, joins, start) {
  const state = new Map();
  const parts = [];
  function follow(key, order, number) {
    state.set(key, "open");
    for (const join of joins.get(key)) {
      if (!state.has(join.to)) follow(join.to, order, number);
      else if (state.get(join.to) === "open" || state.get(join.to) !== number)
        join.up = true;
    }
    state.set(key, number);
    order.unshift(key);
  }
  function begin(key) {
    if (!boxes.has(key) || state.has(key)) return;
    const order = [];
    follow(key, order, parts.length);
    parts.push(order);
  }
  begin(start);
  const entered = new Set();
  for (const key of boxes.keys()) {
    if (!state.has(key))
      for (const join of joins.get(key)) if (join.to !== key) entered.add(join.to);
  }
  for (const key of boxes.keys()) if (!entered.has(key)) begin(key);
  for (const key of boxes.keys()) begin(key);
  return parts;
}

// The row of each box: as far below the start as its longest way there; boxes drawn beside another share its row.
function layersOf(parts, joins) {
  const layer = new Map();
  let base = 0;
  for (const order of parts) {
    let last = base;
    for (const key of order) {
      if (!layer.has(key)) layer.set(key, base);
      last = Math.max(last, layer.get(key));
      for (const join of joins.get(key)) {
        if (join.up) continue;
        layer.set(
          join.to,
          Math.max(layer.get(join.to) ?? base, layer.get(key) + (join.beside ? 0 : 1)),
        );
      }
    }
    base = last + 1;
  }
  return layer;
}

// Boxes as one reads them, from the top; a box's number among the questions comes from here. It does not depend on
// how wide the drawing is.
function readingOrder(boxes, start) {
  const joins = joinsOf(boxes);
  const layer = layersOf(explore(boxes, joins, start), joins);
  return [...boxes.keys()].sort((a, b) => layer.get(a) - layer.get(b));
}

// As one draws by hand: of a question's ways, one that leads to a step or outcome of its own goes to the side, and the
// other down. Yes goes to the side where both could.
function markBeside(boxes, joins, start) {
  const entries = new Map();
  for (const join of [...joins.values()].flat())
    entries.set(join.to, (entries.get(join.to) || 0) + 1);
  for (const box of boxes.values()) {
    if (box.kind !== "question") continue;
    const alone = (key) =>
      key !== start && boxes.get(key).kind !== "question" && entries.get(key) === 1;
    const side = joins.get(box.key).find((join) => !join.up && alone(join.to));
    if (side) side.beside = true;
  }
}

// ---- Who stands where in a row

// A row holds units (a box, and what is drawn beside it) and lanes, in which lines pass it by. All lines to one box
// share a lane, as on paper.
function plan(chart, { besides }) {
  const boxes = boxesOf(chart);
  const joins = joinsOf(boxes);
  const parts = explore(boxes, joins, chart.start);
  if (besides) markBeside(boxes, joins, chart.start);
  const layer = layersOf(parts, joins);
  const all = [...joins.values()].flat();
  const rows = Array.from({ length: Math.max(-1, ...layer.values()) + 1 }, () => []);
  const units = new Map();
  const lanes = new Map();
  const seen = new Set();

  function addUnit(key) {
    if (seen.has(key)) return;
    const side = joins.get(key).find((join) => join.beside);
    const unit = { keys: side ? [key, side.to] : [key], parent: null };
    for (const one of unit.keys) {
      seen.add(one);
      units.set(one, unit);
    }
    rows[layer.get(key)].push(unit);
    // Down the left: the way that goes straight on, questions before steps, no before yes.
    const onward = unit.keys
      .flatMap((one) => joins.get(one))
      .filter((join) => !join.beside && !join.up);
    const first = (join) =>
      (join.from === key ? 0 : 2) + (boxes.get(join.to).kind === "question" ? 0 : 1);
    onward.sort(
      (a, b) =>
        first(a) - first(b) || (a.way === "no" ? 0 : 1) - (b.way === "no" ? 0 : 1),
    );
    for (const join of onward) addUnit(join.to);
  }
  const beside = new Set(all.filter((join) => join.beside).map((join) => join.to));
  for (const part of parts) for (const key of part) if (!beside.has(key)) addUnit(key);

  const laneAt = (join, at) => lanes.get(`${join.up ? "up" : "down"} ${at} ${join.to}`);
  for (const join of all.filter((one) => !one.beside)) {
    const [from, to] = [layer.get(join.from), layer.get(join.to)];
    for (let at = join.up ? to : from + 1; join.up ? at <= from : at < to; at += 1) {
      if (laneAt(join, at)) continue;
      const lane = { to: join.to, up: join.up, at };
      lanes.set(`${join.up ? "up" : "down"} ${at} ${join.to}`, lane);
      if (!join.up) rows[at].push(lane);
    }
  }
  const made = { chart, boxes, joins: all, layer, rows, units, lanes, laneAt };
  untangle(made);
  placeUpLanes(made);
  chooseParents(made);
  return made;
}

// What a join passes from row to row: [item, shift inside it] each.
function trackOf({ layer, units, laneAt }, join) {
  const unit = units.get(join.from);
  const track = [[unit, unit.keys.indexOf(join.from) / 2]];
  for (let at = layer.get(join.from) + 1; at < layer.get(join.to); at += 1)
    track.push([laneAt(join, at), 0]);
  return [...track, [units.get(join.to), 0]];
}

function linksOf(made) {
  const links = made.rows.map(() => new Map());
  const numbers = new Map(made.rows.flat().map((item, i) => [item, i]));
  for (const join of made.joins.filter((one) => !one.up && !one.beside)) {
    const track = trackOf(made, join);
    for (let i = 0; i + 1 < track.length; i += 1) {
      const [[upper, shift], [lower]] = [track[i], track[i + 1]];
      const name = `${numbers.get(upper)} ${shift} ${numbers.get(lower)}`;
      links[made.layer.get(join.from) + i].set(name, [upper, shift, lower]);
    }
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
    for (let i = 0; i < ends.length; i += 1) {
      for (let j = 0; j < i; j += 1)
        if ((ends[i][0] - ends[j][0]) * (ends[i][1] - ends[j][1]) < 0) count += 1;
    }
  });
  return count;
}

// Each row in the order of what it is joined to, down and up in turn; the order with the fewest crossings stays.
function untangle(made) {
  const links = linksOf(made);
  const rows = made.rows.map((row) => [...row]);
  let fewest = crossings(rows, links);
  for (let turn = 0; turn < 8 && fewest; turn += 1) {
    const downward = turn % 2 === 0;
    const ats = rows.map((_, at) => at);
    for (const at of downward ? ats.slice(1) : ats.slice(0, -1).reverse()) {
      const pulls = new Map(rows[at].map((item) => [item, []]));
      for (const [upper, shift, lower] of links[downward ? at - 1 : at]) {
        if (downward) pulls.get(lower).push(rows[at - 1].indexOf(upper) + shift);
        else pulls.get(upper).push(rows[at + 1].indexOf(lower) - shift);
      }
      const weight = new Map(
        rows[at].map((item, i) => {
          const pull = pulls.get(item);
          return [
            item,
            pull.length ? pull.reduce((sum, one) => sum + one, 0) / pull.length : i,
          ];
        }),
      );
      rows[at] = [...rows[at]].sort((a, b) => weight.get(a) - weight.get(b));
    }
    const count = crossings(rows, links);
    if (count < fewest) {
      fewest = count;
      made.rows = rows.map((row) => [...row]);
    }
  }
}

// Lines that lead back up pass outside, on the side they come from; the longest outermost.
function placeUpLanes(made) {
  const chains = new Map();
  for (const lane of made.lanes.values())
    if (lane.up) chains.set(lane.to, [...(chains.get(lane.to) || []), lane]);
  for (const chain of [...chains.values()].sort((a, b) => a.length - b.length)) {
    const sources = made.joins.filter((join) => join.up && join.to === chain[0].to);
    const left = sources.every((join) => {
      const row = made.rows[made.layer.get(join.from)].filter((item) => item.keys);
      return row[0] === made.units.get(join.from) && row[0].keys[0] === join.from;
    });
    for (const lane of chain) {
      lane.left = left;
      if (left) made.rows[lane.at].unshift(lane);
      else made.rows[lane.at].push(lane);
    }
  }
}

// The box that a unit stands straight below: one of those that lead to it, and for which it is the first way on.
function chooseParents(made) {
  const order = (unit) => made.rows[made.layer.get(unit.keys[0])].indexOf(unit);
  const taken = new Set();
  for (const row of made.rows) {
    for (const unit of row.filter((item) => item.keys)) {
      const near = made.joins.filter(
        (join) =>
          !join.up &&
          !join.beside &&
          join.to === unit.keys[0] &&
          !taken.has(join.from) &&
          made.layer.get(join.from) === made.layer.get(join.to) - 1,
      );
      const places = (join) =>
        order(made.units.get(join.from)) +
        made.units.get(join.from).keys.indexOf(join.from) / 2;
      near.sort((a, b) => places(a) - places(b));
      if (!near.length) continue;
      unit.parent = near[0].from;
      taken.add(unit.parent);
    }
  }
}

// ---- How far across, in pixels

const GAP = 30; // between boxes, and less between narrow ones
const NARROW = 140;
const CLEAR = 16; // between a line and whatever stands beside it
const SIDE = 60; // between a question and what is drawn beside it: room for a word and an arrow
const NEAR = 9; // lines closer than this read as one

function placeAcross(made, width) {
  const x = new Map();
  const laneX = new Map();
  const size = (unit) => (unit.keys.length === 2 ? 2 * width + SIDE : width);
  const offset = (key) =>
    width / 2 + (made.units.get(key).keys.indexOf(key) ? width + SIDE : 0);
  const centre = (key) => x.get(made.units.get(key)) + offset(key);
  const room = (lanes) =>
    lanes ? CLEAR * (lanes + 1) : width < NARROW ? GAP / 2 : GAP;

  function wanted(unit) {
    if (unit.parent) return centre(unit.parent) - width / 2;
    const leading = made.joins.filter(
      (join) => join.to === unit.keys[0] && !join.up && !join.beside,
    );
    const above = leading.map((join) => centre(join.from));
    above.sort((a, b) => a - b);
    return above.length ? above[Math.floor((above.length - 1) / 2)] - width / 2 : 0;
  }
  function placeDown() {
    for (const row of made.rows) {
      let edge = null;
      let lanes = 0;
      for (const item of row) {
        if (!item.keys) {
          lanes += 1;
          continue;
        }
        x.set(item, Math.max(wanted(item), edge === null ? 0 : edge + room(lanes)));
        edge = x.get(item) + size(item);
        lanes = 0;
      }
    }
  }
  // A box whose way on stands further right moves over it where nothing is in its way.
  function placeUp() {
    const child = new Map();
    for (const unit of new Set(made.units.values()))
      if (unit.parent) child.set(unit.parent, unit);
    for (const row of [...made.rows].reverse()) {
      let edge = Infinity;
      let lanes = 0;
      for (const item of [...row].reverse()) {
        if (!item.keys) {
          lanes += 1;
          continue;
        }
        const key = item.keys.find((one) => child.has(one));
        const limit = edge - (edge === Infinity ? 0 : room(lanes)) - size(item);
        const over = key ? x.get(child.get(key)) + width / 2 - offset(key) : -Infinity;
        x.set(item, Math.max(x.get(item), Math.min(over, limit)));
        edge = x.get(item);
        lanes = 0;
      }
    }
  }
  placeDown();
  placeUp();
  placeDown();

  // Where a lane may run in its row, between whatever has its place already; room is kept for what has none yet.
  function bounds(lane) {
    const row = made.rows[lane.at];
    const reach = (step) => {
      let lanes = 1;
      for (let i = row.indexOf(lane) + step; row[i]; i += step) {
        if (row[i].keys)
          return x.get(row[i]) + (step < 0 ? size(row[i]) : 0) - step * CLEAR * lanes;
        if (laneX.has(row[i])) return laneX.get(row[i]) - step * CLEAR * lanes;
        lanes += 1;
      }
      return step * Infinity;
    };
    return [reach(-1), reach(1)];
  }
  const chains = new Map();
  for (const lane of [...made.lanes.values()].sort((a, b) => a.at - b.at)) {
    const name = `${lane.up} ${lane.to}`;
    chains.set(name, [...(chains.get(name) || []), lane]);
  }
  for (const chain of [...chains.values()].sort((a, b) => a.length - b.length)) {
    const source = made.joins.find(
      (join) =>
        join.to === chain[0].to &&
        !join.up &&
        made.layer.get(join.from) === chain[0].at - 1,
    );
    let want = chain[0].up
      ? chain[0].left
        ? Infinity
        : -Infinity
      : source
        ? centre(source.from)
        : 0;
    // Straight through as many rows as it can, then a bend.
    for (let i = 0; i < chain.length; ) {
      let [low, high] = bounds(chain[i]);
      let next = i + 1;
      for (; next < chain.length; next += 1) {
        const [lower, higher] = bounds(chain[next]);
        if (Math.max(low, lower) > Math.min(high, higher)) break;
        [low, high] = [Math.max(low, lower), Math.min(high, higher)];
      }
      want = Math.min(Math.max(want, low), high);
      for (; i < next; i += 1) laneX.set(chain[i], want);
    }
  }
  const lefts = [...x.values(), ...[...laneX.values()].map((lane) => lane - CLEAR / 2)];
  const shift = 4 - Math.min(...lefts);
  for (const [unit, left] of x) x.set(unit, left + shift);
  for (const [lane, left] of laneX) laneX.set(lane, left + shift);
  const rights = [
    ...[...x].map(([unit, left]) => left + size(unit)),
    ...[...laneX.values()].map((lane) => lane + CLEAR / 2),
  ];
  return {
    width,
    centre,
    laneX,
    total: Math.ceil(Math.max(0, ...rights) + 4),
    left: (key) => centre(key) - width / 2,
  };
}

// ---- Lines

const TRACK = 14; // between lines that run across between two rows
const HEAD = 30; // below a row: room for 'Yes' and 'No', and for an end that leads nowhere
const BEND = 16; // below a row without any of these
const FOOT = 20; // above a row: room for an arrow

// Where each way leaves its box: straight down from the middle where it can, the other from the side it leads to.
function portsOf(made, across) {
  const ports = new Map();
  for (const box of made.boxes.values()) {
    const middle = across.centre(box.key);
    const below = waysOf(box).flatMap((way) => {
      const join = made.joins.find((one) => one.from === box.key && one.way === way);
      if (!join) return [{ way, join, pin: Infinity }];
      if (join.beside) return [];
      const lane = made.laneAt(join, made.layer.get(box.key) + (join.up ? 0 : 1));
      return [
        { way, join, pin: lane ? across.laneX.get(lane) : across.centre(join.to) },
      ];
    });
    below.sort((a, b) => a.pin - b.pin);
    const straight = below.filter((one) => Math.abs(one.pin - middle) < 1);
    below.forEach((one, i) => {
      let share = below.length === 2 ? [0.3, 0.7][i] : 0.5;
      if (below.length === 2 && straight.length === 1)
        share = one === straight[0] ? 0.5 : one.pin > middle ? 0.84 : 0.16;
      ports.set(`${box.key}.${one.way}`, {
        ...one,
        from: box.key,
        x: across.left(box.key) + share * across.width,
      });
    });
  }
  return ports;
}

// All lines to one box that meet between two rows are one net: pins above, pins below, and one track across.
function netsOf(made, across, ports) {
  const channels = Array.from({ length: made.rows.length + 1 }, () => new Map());
  const net = (channel, to) => {
    if (!channels[channel].has(to))
      channels[channel].set(to, {
        to,
        above: new Set(),
        below: new Set(),
        entry: null,
      });
    return channels[channel].get(to);
  };
  for (const join of made.joins.filter((one) => !one.beside)) {
    const [from, to] = [made.layer.get(join.from), made.layer.get(join.to)];
    net(from + 1, join.to).above.add(ports.get(`${join.from}.${join.way}`).x);
    for (let at = join.up ? to : from + 1; join.up ? at <= from : at < to; at += 1) {
      const lane = across.laneX.get(made.laneAt(join, at));
      net(at, join.to).below.add(lane);
      net(at + 1, join.to).above.add(lane);
    }
    net(to, join.to).entry = across.centre(join.to);
  }
  return channels.map((nets) => [...nets.values()]);
}

const pinsBelow = (net) =>
  net.entry === null ? [...net.below] : [...net.below, net.entry];

function span(net) {
  const pins = [...net.above, ...pinsBelow(net)];
  return [Math.min(...pins), Math.max(...pins)];
}

const near = (some, others) =>
  [...some].some((one) => others.some((other) => Math.abs(one - other) < NEAR));

// Which tracks run above which: never two lines one over the other, then as few crossings as can be had.
function layTracks(nets) {
  const within = (pins, [low, high]) =>
    [...pins].filter((pin) => pin > low && pin < high).length;
  const mustBeAbove = (one, other) => near(one.above, pinsBelow(other));
  const cost = (one, other) =>
    within(other.above, span(one)) + within(pinsBelow(one), span(other));
  const left = nets.filter((net) => span(net)[1] - span(net)[0] >= 1);
  const straight = nets.filter((net) => !left.includes(net));
  const laid = [];
  while (left.length) {
    let free = left.filter(
      (net) => !left.some((other) => other !== net && mustBeAbove(other, net)),
    );
    const bound = !free.length;
    if (bound) free = left;
    const price = (net) => {
      const others = left.filter((other) => other !== net);
      return others.reduce(
        (sum, other) => sum + cost(net, other) - cost(other, net),
        0,
      );
    };
    const net = free.reduce((best, one) => (price(one) < price(best) ? one : best));
    // Two lines that each ought to be above the other: this one enters its box a little to the side.
    if (bound && net.entry !== null)
      net.entry += [...net.above].some((pin) => pin > net.entry) ? 2 * NEAR : -2 * NEAR;
    left.splice(left.indexOf(net), 1);
    const [low, high] = span(net);
    const meets = (other) =>
      span(other)[0] < high + NEAR && span(other)[1] > low - NEAR;
    const over = laid.filter((other) => meets(other) || mustBeAbove(other, net));
    net.track = Math.max(-1, ...over.map((other) => other.track)) + 1;
    laid.push(net);
  }
  for (const net of straight) net.track = 0;
  return Math.max(-1, ...laid.map((net) => net.track)) + 1;
}

function rounded(points) {
  const clean = points.filter(
    ([x, y], i) => i === 0 || x !== points[i - 1][0] || y !== points[i - 1][1],
  );
  let path = `M${clean[0].join(" ")}`;
  for (let i = 1; i < clean.length; i += 1) {
    const [here, next] = [clean[i], clean[i + 1]];
    if (!next) {
      path += `L${here.join(" ")}`;
      continue;
    }
    const towards = ([x, y], by) => {
      const share = by / Math.hypot(x - here[0], y - here[1]);
      const point = [here[0] + (x - here[0]) * share, here[1] + (y - here[1]) * share];
      return point.map((one) => Math.round(one * 10) / 10);
    };
    const half = (point) => Math.hypot(point[0] - here[0], point[1] - here[1]) / 2;
    const by = Math.min(6, half(clean[i - 1]), half(next));
    path += `L${towards(clean[i - 1], by).join(" ")}Q${here.join(" ")} ${towards(next, by).join(" ")}`;
  }
  return path;
}

// Rows one below the other, and for each join the points of its line; `heights` holds the height of each row.
function route(made, across, heights) {
  const ports = portsOf(made, across);
  const channels = netsOf(made, across, ports);
  const tops = [];
  const firstTrack = [];
  let y = made.rows.length ? FOOT + 6 : 0;
  channels.forEach((nets, channel) => {
    const tracks = layTracks(nets);
    const leaving = [...ports.values()].filter(
      (port) => made.layer.get(port.from) === channel - 1,
    );
    if (channel > 0)
      y += leaving.some((port) => port.way !== "next" || !port.join)
        ? HEAD
        : nets.length
          ? BEND
          : 0;
    firstTrack[channel] = y;
    y += tracks ? (tracks - 1) * TRACK : 0;
    if (channel < made.rows.length) {
      if (channel > 0 || tracks) y += FOOT;
      tops[channel] = y;
      y += heights[channel];
    } else y += tracks ? CLEAR / 2 : 0;
  });
  const bottom = (key) => tops[made.layer.get(key)] + heights[made.layer.get(key)];
  const lineOf = (join) => {
    const [from, to] = [made.layer.get(join.from), made.layer.get(join.to)];
    if (join.beside) {
      const middle = tops[from] + heights[from] / 2;
      return [
        [across.left(join.from) + across.width, middle],
        [across.left(join.to), middle],
      ];
    }
    const trackY = (channel) => {
      const net = channels[channel].find((one) => one.to === join.to);
      return firstTrack[channel] + net.track * TRACK;
    };
    let x = ports.get(`${join.from}.${join.way}`).x;
    const points = [[x, bottom(join.from)]];
    const over = (channel, next) => {
      if (Math.abs(x - next) >= 1)
        points.push([x, trackY(channel)], [next, trackY(channel)]);
      x = next;
    };
    if (join.up)
      for (let at = from; at >= to; at -= 1)
        over(at + 1, across.laneX.get(made.laneAt(join, at)));
    else
      for (let at = from + 1; at < to; at += 1)
        over(at, across.laneX.get(made.laneAt(join, at)));
    over(to, channels[to].find((net) => net.to === join.to).entry);
    return [...points, [x, tops[to]]];
  };
  const lines = made.joins.map((join) => ({ join, points: lineOf(join) }));
  const ends = [...ports.values()]
    .filter((port) => !port.join)
    .map((port) => ({ ...port, y: bottom(port.from) }));
  return { lines, ends, tops, ports, bottom, height: Math.ceil(y + 4) };
}

// As wide as there is room for: what is beside stays beside for as long as its words have room; a chart that will
// not fit keeps boxes of a size to read, and is scrolled.
function fit(chart, available) {
  const plans = {
    beside: plan(chart, { besides: true }),
    below: plan(chart, { besides: false }),
  };
  const tries = [
    ["beside", 260, NARROW],
    ["below", 260, 128],
    ["beside", NARROW - 1, 104],
    ["below", 127, 104],
  ];
  for (const [name, widest, narrowest] of tries) {
    if (placeAcross(plans[name], narrowest).total > available) continue;
    // The wider the boxes, the wider the drawing: halve what is left between a width that fits and one that may not.
    let [fits, over] = [narrowest, widest + 1];
    while (over - fits > 1) {
      const width = Math.floor((fits + over) / 2);
      if (placeAcross(plans[name], width).total <= available) fits = width;
      else over = width;
    }
    return [plans[name], placeAcross(plans[name], fits)];
  }
  const across = ["beside", "below"].map((name) => [
    plans[name],
    placeAcross(plans[name], 150),
  ]);
  return across[0][1].total <= across[1][1].total ? across[0] : across[1];
}

// The box to go to by an arrow key: the nearest that way, one straight ahead before one aslant.
function neighbour(places, from, key) {
  if (key === "Home") return places[0];
  if (key === "End") return places.at(-1);
  const here = places.find((place) => place.key === from);
  const ahead = places
    .filter((place) => place !== here)
    .map((place) => {
      const [dx, dy] = [place.x - here.x, place.y - here.y];
      const [along, aside] = {
        ArrowRight: [dx, dy],
        ArrowLeft: [-dx, dy],
        ArrowDown: [dy, dx],
        ArrowUp: [-dy, dx],
      }[key];
      return { place, along, far: along + 2 * Math.abs(aside) };
    })
    .filter((one) => one.along > 1);
  return ahead.sort((a, b) => a.far - b.far)[0]?.place;
}

// ---- The drawing

// What the page says of a chart at the moment, gathered once for the drawing, the walk and the form.
function viewOf(model, chart) {
  const boxes = boxesOf(chart);
  const order = readingOrder(boxes, chart.start);
  const questions = order.filter((key) => boxes.get(key).kind === "question");
  const passed = (model.get("passed") || []).filter((key) => boxes.has(key));
  const answers = model.get("answers") || {};
  const lit = new Set();
  passed.slice(0, -1).forEach((key, i) => {
    const way = boxes.get(key).kind === "question" ? answers[key] : "next";
    if (boxes.get(key)[way] === passed[i + 1]) lit.add(`${key}.${way}`);
  });
  const flagged = new Map();
  for (const problem of model.get("problems") || []) {
    for (const box of boxes.values()) {
      if (!problem.includes(`'${box.label || box.text || box.key}'`)) continue;
      flagged.set(box.key, [...(flagged.get(box.key) || []), problem]);
    }
  }
  const number = (key) => questions.indexOf(key) + 1;
  const asks =
    boxes.get(model.get("asks"))?.kind === "question" ? model.get("asks") : "";
  const done = model.get("done");
  return {
    chart,
    boxes,
    order,
    number,
    questions: questions.length,
    passed,
    asks,
    answers,
    lit,
    flagged,
    done,
  };
}

const short = (view, key) => {
  const { kind } = view.boxes.get(key);
  return kind === "question"
    ? `Q${view.number(key)}`
    : kind === "step"
      ? "Step"
      : "Outcome";
};

// The small words over a box's name: what it is, and how it stands, so that nothing hangs on colour.
function headOf(view, key) {
  if (view.flagged.has(key)) return `${short(view, key)} · check`;
  if (view.asks === key) return `${short(view, key)} · now`;
  if (!view.passed.includes(key)) return short(view, key);
  const { kind } = view.boxes.get(key);
  if (kind === "question")
    return view.answers[key]
      ? `${short(view, key)} · ${view.answers[key]}`
      : short(view, key);
  return `${short(view, key)} · ${kind === "step" ? "to do" : "reached"}`;
}

function spokenName(view, key) {
  const box = view.boxes.get(key);
  const words = [];
  const what =
    box.kind === "question"
      ? `Question ${view.number(key)} of ${view.questions}`
      : capital(box.kind);
  words.push(`${what}: ${sentence(nameOf(box))}`);
  if (box.label.trim() && box.text.trim()) words.push(sentence(box.text));
  if (view.chart.start === key) words.push("The chart starts here.");
  if (view.asks === key) words.push("Asked now.");
  else if (view.passed.includes(key)) {
    if (box.kind !== "question")
      words.push(box.kind === "step" ? "On the way taken." : "Reached.");
    else if (view.answers[key]) words.push(`Answered ${view.answers[key]}.`);
  }
  const onward = waysOf(box).map((way) => {
    const target = view.boxes.get(box[way]);
    return `${way === "next" ? "leads" : `${way} leads`} ${target ? `to “${nameOf(target)}”` : "nowhere yet"}`;
  });
  if (onward.length) words.push(`${capital(onward.join(", "))}.`);
  return [
    ...words,
    ...(view.flagged.get(key) || []).map((problem) => `To check: ${problem}`),
  ].join(" ");
}

function drawLine({ join, points }, lit) {
  const [tip, before] = [points.at(-1), points.at(-2)];
  const [length, half] = lit ? [13, 7] : [10, 5];
  const down = tip[0] === before[0];
  const base = down ? [tip[0], tip[1] - length] : [tip[0] - length, tip[1]];
  const [across, along] = down ? [half, 0] : [0, half];
  const wings = [
    [base[0] - across, base[1] - along],
    [base[0] + across, base[1] + along],
  ];
  const group = makeShape("g", {
    class: lit ? "sl-flow-join sl-flow-lit" : "sl-flow-join",
  });
  group.dataset.join = `${join.from}.${join.way}`;
  group.append(
    makeShape("path", {
      class: "sl-flow-line",
      d: rounded([...points.slice(0, -1), base]),
    }),
    makeShape("path", {
      class: "sl-flow-arrow",
      d: `M${tip.join(" ")}L${wings[0].join(" ")}L${wings[1].join(" ")}Z`,
    }),
  );
  return group;
}

function drawWay(words, x, y, anchor, lit) {
  const attributes = {
    class: lit ? "sl-flow-way sl-flow-lit" : "sl-flow-way",
    x,
    y,
    "text-anchor": anchor,
  };
  return makeShape("text", attributes, capital(words));
}

// Lines, arrows and the words on them; boxes are buttons laid over it, and wrap their words themselves.
function drawLines(view, made, across, drawn) {
  const parts = [];
  const lit = (join) => view.lit.has(`${join.from}.${join.way}`);
  const lines = [...drawn.lines].sort(
    (a, b) => Number(lit(a.join)) - Number(lit(b.join)),
  );
  parts.push(...lines.map((line) => drawLine(line, lit(line.join))));
  for (const end of drawn.ends) {
    const group = makeShape("g", { class: "sl-flow-end" });
    group.append(
      makeShape("path", {
        class: "sl-flow-line",
        d: `M${end.x} ${end.y}V${end.y + 14}`,
      }),
      makeShape("circle", { cx: end.x, cy: end.y + 18, r: 4 }),
    );
    parts.push(group);
  }
  for (const port of drawn.ports.values()) {
    if (port.way === "next") continue;
    const left = port.x < across.centre(port.from) - 1;
    const [x, y] = [port.x + (left ? -7 : 7), drawn.bottom(port.from) + 18];
    parts.push(
      drawWay(port.way, x, y, left ? "end" : "start", port.join && lit(port.join)),
    );
  }
  for (const { join, points } of drawn.lines.filter((line) => line.join.beside)) {
    parts.push(
      drawWay(
        join.way,
        (points[0][0] + points[1][0]) / 2 - 5,
        points[0][1] - 7,
        "middle",
        lit(join),
      ),
    );
  }
  const { start } = view.chart;
  if (made.boxes.has(start)) {
    const entered = made.joins.some((join) => join.to === start);
    const x = entered ? across.left(start) + across.width * 0.16 : across.centre(start);
    const top = drawn.tops[made.layer.get(start)];
    const group = makeShape("g", { class: "sl-flow-start" });
    group.append(
      makeShape("path", { class: "sl-flow-line", d: `M${x} ${top - 22}V${top - 9}` }),
      makeShape("path", {
        class: "sl-flow-arrow",
        d: `M${x} ${top}L${x - 5} ${top - 10}L${x + 5} ${top - 10}Z`,
      }),
      makeShape("text", { class: "sl-flow-way", x: x + 9, y: top - 9 }, "Start"),
    );
    parts.push(group);
  }
  return parts;
}

function makeDrawing({ press, tall }) {
  const root = make("div", { class: "sl-flow-drawing" });
  const region = make("div", { class: "sl-flow-region", role: "region" });
  const paper = make("div", { class: "sl-flow-paper" });
  const lines = makeShape("svg", { "aria-hidden": "true", focusable: "false" });
  const probe = make("span", { class: "sl-flow-probe", "aria-hidden": "true" }, "Mm");
  const nothing = make(
    "p",
    { class: "sl-flow-nothing" },
    "There are no boxes here yet.",
  );
  const reading = make("p", { class: "sl-flow-reading" });
  const hint = make("p", { class: "sl-flow-hint" });
  paper.append(lines, probe);
  region.append(nothing, paper);
  root.append(region, reading, hint);
  const buttons = new Map();
  let view = null;
  let places = [];
  let stop = ""; // the one box that Tab comes to
  let roomWas = 0;
  let fitted = { of: "", as: null }; // an answer lights other lines and moves no box across

  function fitOnce(room) {
    const shape = view.chart.nodes.map((box) => [
      box.key,
      box.kind,
      box.yes,
      box.no,
      box.next,
    ]);
    const of = JSON.stringify([room, view.chart.start, shape]);
    if (fitted.of !== of) fitted = { of, as: fit(view.chart, room) };
    return fitted.as;
  }

  function makeTabStop(key) {
    stop = key;
    for (const [other, button] of buttons) button.tabIndex = other === key ? 0 : -1;
  }

  function makeButton(key) {
    const button = make("button", { type: "button", tabindex: "-1" });
    button.append(
      make("span", { class: "sl-flow-head" }),
      make("span", { class: "sl-flow-label", dir: "auto" }),
    );
    button.dataset.key = key;
    button.addEventListener("click", () => press(key));
    button.addEventListener("focus", () => makeTabStop(key));
    button.addEventListener("keydown", (event) => {
      const moves = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"];
      if (
        !moves.includes(event.key) ||
        event.ctrlKey ||
        event.altKey ||
        event.metaKey ||
        event.shiftKey
      )
        return;
      event.preventDefault();
      const next = neighbour(places, key, event.key);
      if (next) buttons.get(next.key).focus();
    });
    buttons.set(key, button);
    return button;
  }

  function drawBoxes(chosen) {
    const focused = [...buttons.keys()].find(
      (key) => buttons.get(key) === document.activeElement,
    );
    for (const [key, button] of [...buttons]) {
      if (view.boxes.has(key)) continue;
      button.remove();
      buttons.delete(key);
    }
    view.order.forEach((key, i) => {
      const button = buttons.get(key) || makeButton(key);
      const box = view.boxes.get(key);
      const marks = {
        "sl-flow-passed": view.passed.includes(key),
        "sl-flow-asks": view.asks === key,
        "sl-flow-check": view.flagged.has(key),
      };
      const marked = Object.keys(marks).filter((mark) => marks[mark]);
      button.className = ["sl-flow-box", `sl-flow-${box.kind}`, ...marked].join(" ");
      button.setAttribute("aria-label", spokenName(view, key));
      button.setAttribute("aria-pressed", String(chosen === key));
      setText(button.children[0], headOf(view, key));
      setText(button.children[1], nameOf(box));
      // Boxes follow the lines and one another as they are read: moved only where they are not in that place yet.
      if (paper.children[i + 2] !== button)
        paper.insertBefore(button, paper.children[i + 2] || null);
    });
    const kept = focused && buttons.get(focused);
    if (kept && document.activeElement !== kept) kept.focus();
    if (!buttons.has(stop))
      makeTabStop(buttons.has(chosen) ? chosen : view.order[0] || "");
    else makeTabStop(stop);
    return Boolean(focused) && !kept;
  }

  function lay(room) {
    roomWas = room;
    if (!view || !room) return;
    nothing.hidden = view.order.length > 0;
    paper.hidden = !view.order.length;
    if (paper.hidden) return;
    const [made, across] = fitOnce(room);
    paper.classList.toggle("sl-flow-narrow", across.width < NARROW);
    for (const button of buttons.values()) {
      button.style.width = `${across.width}px`;
      button.style.height = "auto";
    }
    const heights = made.rows.map(() => 0);
    for (const [key, button] of buttons) {
      const at = made.layer.get(key);
      heights[at] = Math.max(heights[at], Math.ceil(button.offsetHeight));
    }
    const drawn = route(made, across, heights);
    const middle = (at) => drawn.tops[at] + heights[at] / 2;
    places = view.order.map((key) => ({
      key,
      x: across.centre(key),
      y: middle(made.layer.get(key)),
    }));
    for (const [key, button] of buttons) {
      button.style.height = `${heights[made.layer.get(key)]}px`;
      button.style.left = `${across.left(key)}px`;
      button.style.top = `${drawn.tops[made.layer.get(key)]}px`;
    }
    paper.style.width = `${across.total}px`;
    paper.style.height = `${drawn.height}px`;
    lines.setAttribute("width", across.total);
    lines.setAttribute("height", drawn.height);
    lines.replaceChildren(...drawLines(view, made, across, drawn));
    // A stop for the keyboard only where there is something to scroll.
    if (across.total > room) region.setAttribute("tabindex", "0");
    else region.removeAttribute("tabindex");
    tall(drawn.height > window.innerHeight);
    return across.total;
  }

  const room = () => region.clientWidth - 8;
  // A scroll bar that comes and goes by our own drawing changes the room a little: that is no reason to draw again.
  let probeWas = "";
  const watch = new ResizeObserver(() => {
    const probeNow = `${probe.offsetWidth} ${probe.offsetHeight}`;
    if (probeNow === probeWas && room() <= roomWas + 20 && room() >= roomWas) return;
    probeWas = probeNow;
    lay(room());
  });
  watch.observe(region);
  watch.observe(probe);

  return {
    root,
    show(next, { chosen, editable, title }) {
      view = next;
      region.setAttribute("aria-label", title || "Flow chart");
      const lost = drawBoxes(chosen);
      lay(room());
      const box = !editable && view.boxes.get(chosen);
      reading.replaceChildren();
      if (box) {
        reading.append(
          make("strong", {}, short(view, chosen)),
          make("span", { dir: "auto" }, wordsOf(box)),
        );
      }
      reading.hidden = !box;
      const what = editable ? "change it" : "read it in full";
      setText(hint, `Press a box to ${what}. Arrow keys go from box to box.`);
      hint.hidden = !view.order.length;
      return lost;
    },
    focus: (key) => buttons.get(key)?.focus(),
    print(width) {
      const total = lay(width);
      paper.style.zoom = total > width ? String(width / total) : "";
    },
    unprint() {
      paper.style.zoom = "";
      lay(room());
    },
    end: () => watch.disconnect(),
  };
}

// ---- The walk

// Why a walk stands still at a box, in a sentence; '' where it does not.
function standstill(view, key, way) {
  const box = view.boxes.get(key);
  const target = view.boxes.get(box[way]);
  const what = way === "next" ? "this step" : `“${way}”`;
  if (!target) return `The chart does not say yet where ${what} leads.`;
  if (!view.passed.includes(target.key)) return "";
  return `From here ${what} leads back to “${nameOf(target)}”: the chart goes round in a loop.`;
}

function makeWalk({ mine, send, say }) {
  const root = make("div", { class: "sl-flow-walk" });
  const trail = make("ol", { class: "sl-flow-trail", "aria-label": "So far" });
  const ask = make("div", {
    class: "sl-flow-ask",
    role: "group",
    "aria-labelledby": `${mine}-asks`,
  });
  const count = make("p", { class: "sl-flow-count" });
  const question = make("p", {
    class: "sl-flow-asked",
    id: `${mine}-asks`,
    dir: "auto",
  });
  const choices = make("div", { class: "sl-flow-choices" });
  const note = make("p", { class: "sl-flow-stop", tabindex: "-1" });
  const unanswered = make("p", { class: "sl-flow-unanswered" }, "Not answered yet");
  ask.append(count, question, choices, unanswered);
  root.append(trail, ask, note);
  let view = null;
  let sent = null; // the answer that Python has not taken yet
  let drawn = "";
  let spoken = null;
  let back = ""; // the question whose answer was taken back: the focus goes there

  const answer = (key, way) => {
    if (sent) return;
    sent = { key, way, turn: send({ kind: "answer", key, way }) };
    setText(note, "");
    note.hidden = true;
  };
  for (const way of ["yes", "no"]) {
    const button = make(
      "button",
      { type: "button", "aria-describedby": `${mine}-asks` },
      capital(way),
    );
    // The second press of a double click would answer the question that comes next.
    button.addEventListener(
      "click",
      (event) => event.detail < 2 && view.asks && answer(view.asks, way),
    );
    choices.append(button);
  }

  function makeLine(key, walkable) {
    const box = view.boxes.get(key);
    const line = make("li", { class: `sl-flow-line-${box.kind}`, tabindex: "-1" });
    const words = make("p", { dir: "auto" });
    line.append(make("span", { class: "sl-flow-count" }, short(view, key)), words);
    if (box.kind !== "question") {
      // The name first, as it stands in the drawing, unless the words begin with it.
      const named = box.text
        .trim()
        .toLowerCase()
        .startsWith(box.label.trim().toLowerCase());
      if (!named || !box.text.trim())
        words.append(make("strong", {}, sentence(nameOf(box))), " ");
      words.append(make("span", {}, box.text.trim()));
      return line;
    }
    words.textContent = wordsOf(box);
    const given = make("p", { class: "sl-flow-given" });
    given.append(make("strong", {}, capital(view.answers[key] || "")));
    if (walkable) {
      const which = `Change the answer to question ${view.number(key)}`;
      const change = make("button", { type: "button", "aria-label": which }, "Change");
      change.addEventListener("click", () => {
        back = key;
        answer(key, "");
      });
      given.append(change);
    }
    line.append(given);
    return line;
  }

  // What has come of the last answer, for those who hear the page: the steps since, then the next question or the end.
  function announce(past) {
    const steps = view.passed
      .slice(past)
      .map((key) => view.boxes.get(key))
      .filter((box) => box.kind !== "question");
    const words = steps.map((box) => `${capital(box.kind)}: ${sentence(wordsOf(box))}`);
    const asked = view.boxes.get(view.asks);
    if (asked)
      words.push(`Question ${view.number(view.asks)}: ${sentence(wordsOf(asked))}`);
    if (view.done) words.push("That is the end of the chart.");
    if (!note.hidden) words.push(note.textContent);
    say(words.join(" "));
  }

  function noteFor(walkable) {
    const last = view.passed.at(-1);
    if (view.asks && view.answers[view.asks])
      return standstill(view, view.asks, view.answers[view.asks]);
    if (!last)
      return walkable && !view.asks ? "The chart has no box to start from yet." : "";
    return view.boxes.get(last).kind === "step" && !view.done
      ? standstill(view, last, "next")
      : "";
  }

  return {
    root,
    show(next, { walkable }) {
      view = next;
      const inAsk = ask.contains(document.activeElement);
      const inTrail = trail.contains(document.activeElement);
      const lines = view.passed.filter((key) => key !== view.asks);
      const said = lines.map((key) => [
        view.boxes.get(key),
        short(view, key),
        view.answers[key],
      ]);
      const now = JSON.stringify([walkable, said]);
      const changed = now !== drawn;
      if (changed)
        trail.replaceChildren(...lines.map((key) => makeLine(key, walkable)));
      drawn = now;
      trail.hidden = !lines.length;
      const asked = view.boxes.get(view.asks);
      ask.hidden = !asked;
      choices.hidden = !walkable;
      if (asked) {
        setText(count, `Question ${view.number(view.asks)} of ${view.questions}`);
        setText(question, wordsOf(asked));
      }
      setText(note, noteFor(walkable));
      note.hidden = !note.textContent;
      root.hidden = !walkable && !lines.length;
      const stand = JSON.stringify([
        view.passed,
        view.asks,
        view.answers[view.asks],
        view.done,
      ]);
      if (spoken && stand !== spoken.stand) {
        const common = view.passed.findIndex((key, i) => key !== spoken.passed[i]);
        announce(common < 0 ? view.passed.length : common);
      }
      spoken = { stand, passed: view.passed };
      // The focus follows the walk: to the question whose answer was taken back, to where the chart ends, and on from
      // a line that has gone.
      const last = trail.hidden ? note : trail.lastElementChild;
      if (walkable && back && view.asks === back) {
        back = "";
        choices.firstChild.focus();
      } else if (inAsk && ask.hidden) last.focus();
      else if (inTrail && changed && !back)
        (ask.hidden || !walkable ? last : choices.firstChild).focus();
    },
    heard({ turn, held }) {
      if (!sent || sent.turn !== turn) return;
      sent = null;
      if (held) return;
      back = "";
      setText(note, "That answer was not taken. Please give it again.");
      note.hidden = false;
      say(note.textContent);
    },
  };
}

// ---- The form in which a school changes its chart

// A control whose value is given from outside; what is being typed in it stays.
function makeField(control) {
  const field = { control, base: control.value };
  field.isTyped = () => control.value !== field.base;
  field.show = (value) => {
    if (!field.isTyped() && control.value !== value) control.value = value;
    field.base = value;
  };
  return field;
}

function fillOptions(select, options, value) {
  const shown = [...select.options].map((option) => [option.value, option.textContent]);
  if (!same(shown, options)) {
    select.replaceChildren(
      ...options.map(([key, words]) => {
        const option = make("option", {}, words);
        option.value = key;
        return option;
      }),
    );
  }
  if (select.value !== value) select.value = value;
}

const clipped = (words) =>
  words.length > 60 ? `${words.slice(0, 58).trimEnd()} …` : words;

function makeForm({ mine, model, act }) {
  const root = make("div", { class: "sl-flow-form" });
  const labelled = (id, words, control, help = "") => {
    const line = make("div", { class: "sl-flow-field" });
    control.id = `${mine}-${id}`;
    line.append(make("label", { for: control.id }, words), control);
    if (help) {
      control.setAttribute("aria-describedby", `${control.id}-help`);
      line.insertBefore(
        make("span", { class: "sl-flow-help", id: `${control.id}-help` }, help),
        control,
      );
    }
    return line;
  };
  const makeButton = (words, press) => {
    const button = make("button", { type: "button" }, words);
    button.addEventListener("click", press);
    return button;
  };

  const which = make("select");
  const label = makeField(
    make("input", { type: "text", autocomplete: "off", dir: "auto" }),
  );
  const text = makeField(make("textarea", { rows: "3", dir: "auto" }));
  label.control.maxLength = model.get("longest_label");
  text.control.maxLength = model.get("longest_text");
  const kinds = make("fieldset");
  kinds.append(make("legend", {}, "What it is"));
  for (const [kind, words, help] of KINDS) {
    const line = make("label");
    const radio = make("input", { type: "radio", name: `${mine}-kind`, value: kind });
    line.append(
      radio,
      make("span", {}, words),
      make("span", { class: "sl-flow-help" }, help),
    );
    radio.addEventListener("change", () => act.setKind(kind));
    radio.addEventListener("blur", act.settle);
    kinds.append(line);
  }
  const ways = Object.fromEntries(
    Object.keys(WAY_LABELS).map((way) => [way, make("select")]),
  );
  const wayLines = Object.fromEntries(
    Object.keys(ways).map((way) => [way, labelled(way, WAY_LABELS[way], ways[way])]),
  );
  const counts = make("select");
  const countsLine = labelled(
    "counts",
    "What it comes to",
    counts,
    "How it adds up over a class",
  );
  const start = make("select");
  const startLine = labelled("start", "The chart starts at", start);
  const one = make("div", { class: "sl-flow-one" });
  one.append(
    labelled("label", "Its name in the drawing", label.control, "A few words"),
    labelled(
      "text",
      "What it says in full",
      text.control,
      "The whole question, what to do, or what it comes to",
    ),
    kinds,
    ...Object.values(wayLines),
    countsLine,
  );
  const add = makeButton("Add a box", () => act.add());
  const remove = makeButton("Delete this box", () => askSure());
  const undo = makeButton("Undo the last change", () => act.undo());
  const tools = make("div", { class: "sl-flow-tools" });
  tools.append(add, remove, undo);
  const sure = make("div", {
    class: "sl-flow-sure",
    role: "group",
    "aria-labelledby": `${mine}-sure`,
  });
  const sureWords = make("p", { id: `${mine}-sure`, tabindex: "-1" });
  const goOn = makeButton("Delete it", () => hideSure(() => act.remove()));
  const keep = makeButton("Keep it", () => hideSure(() => remove.focus()));
  sure.append(sureWords, goOn, keep);
  sure.hidden = true;
  const note = make("p", { class: "sl-flow-note", role: "status" });
  const problems = make("div", { class: "sl-flow-problems", role: "status" });
  root.append(
    labelled("which", "Box", which),
    one,
    tools,
    sure,
    note,
    startLine,
    problems,
  );
  let view = null;
  let chosen = "";
  let problemsShown = null;

  function askSure() {
    act.commit();
    if (!view.boxes.has(chosen)) return;
    const others = [...view.boxes.values()].filter((box) => box.key !== chosen);
    const joins = others.flatMap((box) =>
      waysOf(box).filter((way) => box[way] === chosen),
    ).length;
    const led = joins === 1 ? "One arrow leads to it" : `${joins} arrows lead to it`;
    const then = joins ? `${led}, and would lead nowhere.` : "No arrow leads to it.";
    sureWords.textContent = `This deletes “${nameOf(view.boxes.get(chosen))}”. ${then}`;
    sure.hidden = false;
    sureWords.focus();
  }
  function hideSure(then) {
    sure.hidden = true;
    then();
  }
  sure.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hideSure(() => remove.focus());
  });

  which.addEventListener("change", () => act.choose(which.value));
  for (const field of [label, text]) {
    field.control.addEventListener("change", () => act.commit());
    field.control.addEventListener("blur", act.settle);
    field.control.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && field.isTyped()) field.control.value = field.base;
    });
  }
  for (const [way, select] of Object.entries(ways)) {
    select.addEventListener("change", () => act.setWay(way, select.value));
    select.addEventListener("blur", act.settle);
  }
  counts.addEventListener("change", () => act.setCounts(counts.value));
  counts.addEventListener("blur", act.settle);
  start.addEventListener("change", () => act.setStart(start.value));
  start.addEventListener("blur", act.settle);

  function showProblems() {
    const found = model.get("problems") || [];
    if (same(found, problemsShown)) return;
    problemsShown = found;
    const list = make("ul");
    list.append(...found.map((problem) => make("li", { dir: "auto" }, problem)));
    const head = found.length
      ? "Still to see to. These boxes say “check” in the drawing:"
      : "Every way through the chart ends at an outcome.";
    problems.replaceChildren(make("p", {}, head), ...(found.length ? [list] : []));
  }

  return {
    root,
    // What is typed and not yet taken, field by field.
    typed() {
      const fields = Object.entries({ label, text }).filter(([, field]) =>
        field.isTyped(),
      );
      return Object.fromEntries(
        fields.map(([name, field]) => [name, field.control.value]),
      );
    },
    take() {
      for (const field of [label, text]) field.base = field.control.value;
    },
    show(next, now, canUndo) {
      if (now !== chosen) {
        this.take(); // committed before another box was chosen
        sure.hidden = true;
      }
      view = next;
      chosen = now;
      const name = (key) =>
        clipped(`${short(view, key)}: ${nameOf(view.boxes.get(key))}`);
      const all = view.order.map((key) => [key, name(key)]);
      const box = view.boxes.get(chosen);
      const flagged = all.map(([key, words]) => [
        key,
        view.flagged.has(key) ? `${words} (check)` : words,
      ]);
      fillOptions(which, flagged, chosen);
      which.parentElement.hidden =
        one.hidden =
        startLine.hidden =
        problems.hidden =
          !box;
      remove.hidden = !box;
      undo.setAttribute("aria-disabled", String(!canUndo));
      add.setAttribute("aria-disabled", String(view.order.length >= model.get("most")));
      showProblems();
      if (!box) return;
      label.show(box.label);
      text.show(box.text);
      for (const radio of kinds.querySelectorAll("input"))
        radio.checked = radio.value === box.kind;
      for (const [way, select] of Object.entries(ways)) {
        wayLines[way].hidden = !waysOf(box).includes(way);
        const targets = all.filter(([key]) => key !== chosen || box[way] === chosen);
        fillOptions(
          select,
          [["", "nowhere yet"], ...targets],
          view.boxes.has(box[way]) ? box[way] : "",
        );
      }
      const sums = model.get("sums") || [];
      countsLine.hidden = box.kind === "question" || !sums.length;
      fillOptions(counts, sums, box.counts_as);
      const started = view.boxes.has(view.chart.start);
      fillOptions(
        start,
        started ? all : [["", "not chosen yet"], ...all],
        started ? view.chart.start : "",
      );
    },
    say: (words) => setText(note, words),
    focusName() {
      label.control.focus();
      label.control.select();
    },
    focusWhich: () => (which.parentElement.hidden ? add : which).focus(),
    holdsFocus: () => root.contains(document.activeElement),
    comeIntoSight() {
      const { top, bottom } = root.getBoundingClientRect();
      if (top < 0 || Math.min(top + 80, bottom) > window.innerHeight)
        root.scrollIntoView({ block: "start" });
    },
  };
}

function render({ model, el }) {
  const mine = `sl-flow-${newId()}`;
  const root = make("div", { class: "sl-flow", "data-lm-suppress-shortcuts": "true" });
  const title = make("p", { class: "sl-flow-title" });
  const sides = make("div", { class: "sl-flow-sides" });
  const panel = make("div", { class: "sl-flow-panel" });
  const saved = make("p", { class: "sl-flow-saved", role: "status" });
  const heard = make("p", { class: "sl-flow-heard", role: "status" });

  let chart = { nodes: [], start: "" };
  let chosen = "";
  const history = []; // charts before each change, the latest last
  let going = ""; // the control whose changes are one for 'undo' until it is left
  const left = new Map(); // ways that a box had while it was of another kind
  const pending = new Set(); // changes sent that Python has not answered
  let turn = 0;
  let own = 0;

  const say = (words) => setText(heard, words);
  function send(content) {
    turn += 1;
    // 'Saved' is said of what was sent last, and of nothing before it.
    setText(saved, "");
    model.send({ ...content, turn });
    return turn;
  }

  const act = {
    commit,
    settle,
    choose,
    setKind,
    setWay,
    setCounts,
    setStart,
    add,
    remove,
    undo,
  };
  // Beside a drawing that is longer than the screen, the words go along with it.
  const tall = (is) => sides.classList.toggle("sl-flow-tall", is);
  const drawing = makeDrawing({ press, tall });
  const walk = makeWalk({ mine, send, say });
  const form = makeForm({ mine, model, act });
  panel.append(walk.root, form.root, saved);
  sides.append(panel, drawing.root);
  root.append(title, sides, heard);
  el.append(root);

  // While a change is on its way, the chart here is newer than the one Python holds.
  function takeChart() {
    if (pending.size) return;
    const given = {
      nodes: (model.get("nodes") || []).map(plainBox),
      start: model.get("start"),
    };
    if (same(given, chart)) return;
    chart = given;
    history.length = 0;
    left.clear();
  }

  function draw() {
    takeChart();
    const view = viewOf(model, chart);
    const editable = model.get("editable");
    if (!view.boxes.has(chosen))
      chosen = editable
        ? view.boxes.has(chart.start)
          ? chart.start
          : view.order[0] || ""
        : "";
    setText(title, model.get("title"));
    title.hidden = !model.get("title");
    walk.show(view, { walkable: model.get("walkable") });
    form.root.hidden = !editable;
    if (editable) form.show(view, chosen, history.length > 0);
    panel.hidden = walk.root.hidden && form.root.hidden;
    sides.classList.toggle("sl-flow-alone", panel.hidden);
    const lost = drawing.show(view, { chosen, editable, title: model.get("title") });
    if (lost) editable ? form.focusWhich() : drawing.focus(view.order[0]);
  }

  let waiting = false;
  function drawSoon() {
    if (waiting) return;
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      draw();
    });
  }

  function press(key) {
    if (!model.get("editable")) {
      chosen = chosen === key ? "" : key;
      draw();
      return;
    }
    choose(key);
    form.comeIntoSight();
  }

  function choose(key) {
    commit();
    chosen = key;
    form.say("");
    draw();
  }

  // One change of the chart: held here, sent whole, and undone in one.
  function change(next, words, control = "") {
    if (same(next, chart)) return;
    if (!control || control !== going) history.push({ chart, chosen, words });
    if (history.length > 100) history.shift();
    going = control;
    chart = next;
    sendChart();
  }

  function sendChart() {
    setText(saved, "");
    const keys = new Set(chart.nodes.map((box) => box.key));
    const there = (key) => (keys.has(key) ? key : "");
    const clean = (box) => ({
      ...box,
      yes: there(box.yes),
      no: there(box.no),
      next: there(box.next),
    });
    chart = { nodes: chart.nodes.map(clean), start: there(chart.start) };
    pending.add(send({ kind: "edit", nodes: chart.nodes, start: chart.start }));
    draw();
  }

  const nameNow = (key) => `“${nameOf(boxesOf(chart).get(key))}”`;
  const changed = (key, values) => {
    const nodes = chart.nodes.map((box) =>
      box.key === key ? { ...box, ...values } : box,
    );
    return { ...chart, nodes };
  };

  function commit() {
    if (!chosen || !model.get("editable")) return;
    const typed = form.typed();
    if (!Object.keys(typed).length) return;
    form.take();
    change(changed(chosen, typed), `the words of ${nameNow(chosen)}`);
  }

  function settle() {
    going = "";
  }

  // Arrow keys go through the kinds one by one: a box that passes another kind on the way gets its joins back.
  function setKind(kind) {
    commit();
    const box = boxesOf(chart).get(chosen);
    const ways = { ...left.get(chosen) };
    for (const way of waysOf(box)) ways[way] = box[way];
    left.set(chosen, ways);
    const first = ways.next || ways.yes || ways.no || "";
    const values = { kind, yes: "", no: "", next: "" };
    for (const way of WAYS[kind])
      values[way] = ways[way] ?? (way === "no" ? "" : first);
    change(changed(chosen, values), `what ${nameNow(chosen)} is`, `${chosen} kind`);
  }

  function setWay(way, key) {
    commit();
    change(
      changed(chosen, { [way]: key }),
      `where ${nameNow(chosen)} leads`,
      `${chosen} ${way}`,
    );
  }

  function setCounts(what) {
    commit();
    change(
      changed(chosen, { counts_as: what }),
      `what ${nameNow(chosen)} comes to`,
      `${chosen} counts`,
    );
  }

  function setStart(key) {
    commit();
    change({ ...chart, start: key }, "where the chart starts", "start");
  }

  function add() {
    commit();
    if (chart.nodes.length >= model.get("most")) {
      form.say(`A chart can have up to ${model.get("most")} boxes.`);
      return;
    }
    // Counted on from every number there has been: answers kept under a deleted box's key are not this one's.
    const numbers = chart.nodes.map((box) =>
      Number(/^own_([1-9][0-9]{0,8})$/.exec(box.key)?.[1] || 0),
    );
    own = Math.max(own, model.get("own") || 0, ...numbers) + 1;
    const key = `own_${own}`;
    const from = boxesOf(chart).get(chosen);
    const way = from && waysOf(from).find((one) => !boxesOf(chart).has(from[one]));
    const joined = way ? changed(chosen, { [way]: key }) : chart;
    const box = plainBox({ key, kind: from ? "step" : "question", label: "New box" });
    const next = {
      nodes: [...joined.nodes, box],
      start: chart.nodes.length ? chart.start : key,
    };
    const onward = way === "next" ? "" : ` on ${way}`;
    change(next, "adding a box");
    chosen = key;
    draw();
    if (way)
      form.say(
        `A box is added: “${nameOf(from)}” leads to it${onward}. Give it a name.`,
      );
    else form.say("A box is added. Give it a name, and choose which box leads to it.");
    form.focusName();
  }

  function remove() {
    const gone = chosen;
    const name = nameNow(gone);
    const joins = chart.nodes.flatMap((box) =>
      waysOf(box)
        .filter((way) => box.key !== gone && box[way] === gone)
        .map((way) => ({
          key: box.key,
          words: way === "next" ? `“${nameOf(box)}”` : `“${nameOf(box)}” on ${way}`,
        })),
    );
    const words = [`${name} is deleted.`];
    const led = joins.map((join) => join.words).join(", ");
    if (joins.length)
      words.push(`${led} ${joins.length === 1 ? "leads" : "lead"} nowhere now.`);
    if (chart.start === gone) words.push("Choose where the chart starts.");
    const next = { ...chart, nodes: chart.nodes.filter((box) => box.key !== gone) };
    const follow = joins[0]?.key || "";
    change(next, `deleting ${name}`);
    if (follow) chosen = follow;
    draw();
    form.say(words.join(" "));
    form.focusWhich();
  }

  function undo() {
    commit();
    const before = history.pop();
    if (!before) {
      form.say("There is nothing to undo.");
      return;
    }
    going = "";
    left.clear();
    chart = before.chart;
    chosen = before.chosen;
    sendChart();
    form.say(`Undone: ${before.words}.`);
  }

  function onMessage(message) {
    if (message.kind !== "heard") return;
    walk.heard(message);
    if (!pending.delete(message.turn) || message.held) return;
    showSaved("That change was not taken. Please make it again.", true);
  }

  function showSaved(words, fault = false) {
    setText(saved, words);
    saved.classList.toggle("sl-flow-fault", fault);
  }

  function onSaved() {
    const { at, fault } = model.get("saved") || {};
    if (fault) showSaved(fault, true);
    else showSaved(at ? `Saved ${at}` : "");
  }

  // A page that is left or put away keeps what was typed last.
  function commitTyped() {
    if (document.visibilityState === "hidden") commit();
  }

  // A4 with a margin; what is wider is made smaller.
  const beforePrint = () => drawing.print(660);
  const afterPrint = () => drawing.unprint();

  const changes = { "change:saved": onSaved, "msg:custom": onMessage };
  for (const name of TRAITS) changes[`change:${name}`] = drawSoon;
  for (const [event, hear] of Object.entries(changes)) model.on(event, hear);
  document.addEventListener("visibilitychange", commitTyped);
  window.addEventListener("beforeprint", beforePrint);
  window.addEventListener("afterprint", afterPrint);
  draw();
  onSaved();
  return () => {
    commit();
    for (const [event, hear] of Object.entries(changes)) model.off(event, hear);
    document.removeEventListener("visibilitychange", commitTyped);
    window.removeEventListener("beforeprint", beforePrint);
    window.removeEventListener("afterprint", afterPrint);
    drawing.end();
  };
}

export default { render };
