// Lines, arrows and the words on them, as SVG; boxes are buttons laid over it, and wrap their words themselves.

import { makeShape } from "./dom.js";
import { rounded } from "./flow_lines.js";
import { capital } from "./flow_view.js";

const makeLine = (d) => makeShape("path", { class: "sl-flow-line", d });
const makeArrow = (...points) => {
  const d = `M${points.map((point) => point.join(" ")).join("L")}Z`;
  return makeShape("path", { class: "sl-flow-arrow", d });
};

function drawJoin({ join, points }, lit) {
  const [tip, before] = [points.at(-1), points.at(-2)];
  const [length, half] = lit ? [13, 7] : [10, 5];
  const down = tip[0] === before[0];
  const [x, y] = down ? [tip[0], tip[1] - length] : [tip[0] - length, tip[1]];
  const [across, along] = down ? [half, 0] : [0, half];
  const name = lit ? "sl-flow-join sl-flow-lit" : "sl-flow-join";
  return makeShape(
    "g",
    { class: name, "data-join": `${join.from}.${join.way}` },
    makeLine(rounded([...points.slice(0, -1), [x, y]])),
    makeArrow(tip, [x - across, y - along], [x + across, y + along]),
  );
}

const drawEnd = ({ x, y }) =>
  makeShape(
    "g",
    "sl-flow-end",
    makeLine(`M${x} ${y}V${y + 14}`),
    makeShape("circle", { cx: x, cy: y + 18, r: 4 }),
  );

const drawStart = (x, top) =>
  makeShape(
    "g",
    "sl-flow-start",
    makeLine(`M${x} ${top - 22}V${top - 9}`),
    makeArrow([x, top], [x - 5, top - 10], [x + 5, top - 10]),
    makeShape("text", { class: "sl-flow-way", x: x + 9, y: top - 9 }, "Start"),
  );

function drawWay(words, place, lit) {
  const name = lit ? "sl-flow-way sl-flow-lit" : "sl-flow-way";
  return makeShape("text", { class: name, ...place }, capital(words));
}

// The word on a line that leaves the lower edge of its box.
function drawWayBelow(port, across, { bottom }, lit) {
  const left = port.x < across.centre(port.from) - 1;
  const x = port.x + (left ? -7 : 7);
  const place = { x, y: bottom(port.from) + 18, "text-anchor": left ? "end" : "start" };
  return drawWay(port.way, place, lit);
}

function drawWayBeside({ join, points: [from, to] }, lit) {
  const x = (from[0] + to[0]) / 2 - 5;
  return drawWay(join.way, { x, y: from[1] - 7, "text-anchor": "middle" }, lit);
}

// All lines of a chart, those of the way taken on top; `routes` is what `route` returns.
export function drawLines(view, across, routes) {
  const { plan } = across;
  const { start } = view.chart;
  const lit = (join) => Boolean(join) && view.lit.has(`${join.from}.${join.way}`);
  const lines = [...routes.lines].sort((a, b) => lit(a.join) - lit(b.join));
  const ports = [...routes.ports.values()].filter((port) => port.way !== "next");
  const beside = routes.lines.filter((line) => line.join.beside);
  const parts = [
    ...lines.map((line) => drawJoin(line, lit(line.join))),
    ...routes.ends.map(drawEnd),
    ...ports.map((port) => drawWayBelow(port, across, routes, lit(port.join))),
    ...beside.map((line) => drawWayBeside(line, lit(line.join))),
  ];
  if (!plan.boxes.has(start)) return parts;
  const entered = plan.joins.some((join) => join.to === start);
  const x = entered ? across.left(start) + across.width * 0.16 : across.centre(start);
  return [...parts, drawStart(x, routes.tops[plan.layer.get(start)])];
}
