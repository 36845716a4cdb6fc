// The lines of a drawing: rows one below the other with room between them, and for each join the points of its line.

import { CLEAR } from "./flow_across.js";
import { waysOf } from "./flow_chart.js";
import { rowsPassed } from "./flow_rows.js";

const TRACK = 14; // between lines that run across between two rows
const HEAD = 30; // below a row: room for 'Yes' and 'No', and for an end that leads nowhere
const BEND = 16; // below a row without any of these
const FOOT = 20; // above a row: room for an arrow
const NEAR = 9; // lines closer than this read as one

// Where each way leaves its box: straight down from the middle where it can, the other from the side it leads to.
function portsOf(across) {
  const { plan } = across;
  const ports = new Map();
  for (const box of plan.boxes.values()) {
    const below = waysOf(box).flatMap((way) => {
      const join = plan.joins.find((one) => one.from === box.key && one.way === way);
      if (!join) return [{ way, join, pin: Infinity }];
      if (join.beside) return [];
      const lane = plan.laneAt(join, plan.layer.get(box.key) + (join.up ? 0 : 1));
      return [
        { way, join, pin: lane ? across.laneX.get(lane) : across.centre(join.to) },
      ];
    });
    below.sort((a, b) => a.pin - b.pin);
    const shares = sharesOf(below, across.centre(box.key));
    below.forEach((one, i) => {
      const x = across.left(box.key) + shares[i] * across.width;
      ports.set(`${box.key}.${one.way}`, { ...one, from: box.key, x });
    });
  }
  return ports;
}

// How far along the lower edge of its box each way leaves it.
function sharesOf(below, middle) {
  if (below.length < 2) return [0.5];
  const straight = below.filter((one) => Math.abs(one.pin - middle) < 1);
  if (straight.length !== 1) return [0.3, 0.7];
  const side = (one) => (one.pin > middle ? 0.84 : 0.16);
  return below.map((one) => (one === straight[0] ? 0.5 : side(one)));
}

// All lines to one box that meet between two rows are one net: pins above, pins below, and one track across.
function netsOf(across, ports) {
  const { plan, laneX } = across;
  const channels = Array.from({ length: plan.rows.length + 1 }, () => new Map());
  const net = (channel, to) => {
    const nets = channels[channel];
    if (!nets.has(to))
      nets.set(to, { to, above: new Set(), below: new Set(), entry: null });
    return nets.get(to);
  };
  for (const join of plan.joins.filter((one) => !one.beside)) {
    const { from, way, to } = join;
    net(plan.layer.get(from) + 1, to).above.add(ports.get(`${from}.${way}`).x);
    for (const at of rowsPassed(plan, join)) {
      const lane = laneX.get(plan.laneAt(join, at));
      net(at, to).below.add(lane);
      net(at + 1, to).above.add(lane);
    }
    net(plan.layer.get(to), to).entry = across.centre(to);
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
const mustBeAbove = (one, other) => near(one.above, pinsBelow(other));
const within = (pins, [low, high]) =>
  [...pins].filter((pin) => pin > low && pin < high).length;
// The lines that cross if one track runs above another.
const cost = (one, other) =>
  within(other.above, span(one)) + within(pinsBelow(one), span(other));

// The net whose track comes next below: of those that nothing else has to be above, the one with the fewest crossings.
function nextNet(nets) {
  const free = nets.filter(
    (net) => !nets.some((other) => other !== net && mustBeAbove(other, net)),
  );
  const prices = new Map(
    nets.map((net) => {
      const others = nets.filter((other) => other !== net);
      const differences = others.map((other) => cost(net, other) - cost(other, net));
      return [net, differences.reduce((sum, one) => sum + one, 0)];
    }),
  );
  const candidates = free.length ? free : nets;
  const net = candidates.reduce((best, one) =>
    prices.get(one) < prices.get(best) ? one : best,
  );
  // Two lines that each ought to be above the other: this one enters its box a little to the side.
  if (!free.length && net.entry !== null)
    net.entry += [...net.above].some((pin) => pin > net.entry) ? 2 * NEAR : -2 * NEAR;
  return net;
}

// Gives each net its track, never two lines one over the other; returns how many tracks there are.
function layTracks(nets) {
  for (const net of nets) net.track = 0;
  let rest = nets.filter((net) => span(net)[1] - span(net)[0] >= 1);
  const laid = [];
  while (rest.length) {
    const net = nextNet(rest);
    const [low, high] = span(net);
    const meets = (other) =>
      span(other)[0] < high + NEAR && span(other)[1] > low - NEAR;
    const over = laid.filter((other) => meets(other) || mustBeAbove(other, net));
    net.track = Math.max(-1, ...over.map((other) => other.track)) + 1;
    laid.push(net);
    rest = rest.filter((other) => other !== net);
  }
  return Math.max(-1, ...laid.map((net) => net.track)) + 1;
}

// `heights` has the height of each row.
export function route(across, heights) {
  const { plan } = across;
  const ports = portsOf(across);
  const channels = netsOf(across, ports);
  const { tops, firstTracks, height } = stack(plan, heights, channels, ports);
  const rows = { heights, tops, firstTracks, channels };
  const bottom = (key) => tops[plan.layer.get(key)] + heights[plan.layer.get(key)];
  const lines = plan.joins.map((join) => ({
    join,
    points: join.beside
      ? lineBeside(join, across, rows)
      : lineDown(join, across, rows, ports),
  }));
  const loose = [...ports.values()].filter((port) => !port.join);
  const ends = loose.map((port) => ({ ...port, y: bottom(port.from) }));
  return { lines, ends, tops, ports, bottom, height };
}

// Where each row begins, and where the tracks above it do.
function stack(plan, heights, channels, ports) {
  const tops = [];
  const firstTracks = [];
  let y = plan.rows.length ? FOOT + 6 : 0;
  channels.forEach((nets, channel) => {
    const tracks = layTracks(nets);
    if (channel > 0) y += roomBelow(plan, channel - 1, nets, ports);
    firstTracks.push(y);
    y += tracks ? (tracks - 1) * TRACK : 0;
    if (channel < plan.rows.length) {
      if (channel > 0 || tracks) y += FOOT;
      tops.push(y);
      y += heights[channel];
    } else y += tracks ? CLEAR / 2 : 0;
  });
  return { tops, firstTracks, height: Math.ceil(y + 4) };
}

function roomBelow(plan, row, nets, ports) {
  const leaving = [...ports.values()].filter(
    (port) => plan.layer.get(port.from) === row,
  );
  if (leaving.some((port) => port.way !== "next" || !port.join)) return HEAD;
  return nets.length ? BEND : 0;
}

function lineBeside({ from, to }, across, { heights, tops }) {
  const row = across.plan.layer.get(from);
  const middle = tops[row] + heights[row] / 2;
  return [
    [across.left(from) + across.width, middle],
    [across.left(to), middle],
  ];
}

function lineDown(join, { plan, laneX }, rows, ports) {
  const [from, to] = [plan.layer.get(join.from), plan.layer.get(join.to)];
  const netIn = (channel) => rows.channels[channel].find((one) => one.to === join.to);
  let { x } = ports.get(`${join.from}.${join.way}`);
  const points = [[x, rows.tops[from] + rows.heights[from]]];
  const over = (channel, next) => {
    const y = rows.firstTracks[channel] + netIn(channel).track * TRACK;
    if (Math.abs(x - next) >= 1) points.push([x, y], [next, y]);
    x = next;
  };
  const passed = rowsPassed(plan, join);
  if (join.up) passed.reverse();
  for (const at of passed)
    over(join.up ? at + 1 : at, laneX.get(plan.laneAt(join, at)));
  over(to, netIn(to).entry);
  return [...points, [x, rows.tops[to]]];
}

// A line through these points as a path with rounded corners.
export function rounded(points) {
  const corners = points.filter(([x, y], i) => {
    const [beforeX, beforeY] = points[i - 1] || [];
    return x !== beforeX || y !== beforeY;
  });
  const bends = corners.slice(1, -1).map((here, i) => {
    const [before, next] = [corners[i], corners[i + 2]];
    const far = (point) => Math.hypot(point[0] - here[0], point[1] - here[1]);
    const by = Math.min(6, far(before) / 2, far(next) / 2);
    const towards = (point) =>
      here
        .map((one, axis) => one + ((point[axis] - one) * by) / far(point))
        .map((one) => Math.round(one * 10) / 10)
        .join(" ");
    return `L${towards(before)}Q${here.join(" ")} ${towards(next)}`;
  });
  return `M${corners[0].join(" ")}${bends.join("")}L${corners.at(-1).join(" ")}`;
}
