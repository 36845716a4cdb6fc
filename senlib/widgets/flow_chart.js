// A chart's boxes and the joins between them: what leads where, in which row, in which order.

const FIELDS = "key kind text label yes no next leads_to counts_as".split(" ");
export const WAYS = { question: ["yes", "no"], step: ["next"], outcome: [] };

export const plainBox = (box) =>
  Object.fromEntries(FIELDS.map((field) => [field, String(box[field] ?? "")]));
export const waysOf = (box) => WAYS[box.kind] || [];
export const nameOf = (box) =>
  box.label.trim() || box.text.trim() || "A box without words";
export const wordsOf = (box) => box.text.trim() || nameOf(box);
export const boxesOf = (chart) => new Map(chart.nodes.map((box) => [box.key, box]));

// The joins that leave each box.
export function joinsOf(boxes) {
  const joins = new Map();
  for (const box of boxes.values()) {
    const ways = waysOf(box).filter((way) => boxes.has(box[way]));
    const fresh = { from: box.key, up: false, beside: false };
    const join = (way) => ({ ...fresh, way, to: box[way] });
    joins.set(box.key, ways.map(join));
  }
  return joins;
}

// Depth first from the start, then from what it does not reach. Each part comes in an order in which every join leads
// on, except those marked 'up': they close a loop, or lead into a part drawn above.
export function explore(boxes, joins, start) {
  const state = new Map(); // "open" while what a box leads to is followed, then the number of its part
  const parts = [];
  function follow(key, order, number) {
    state.set(key, "open");
    for (const join of joins.get(key)) {
      if (!state.has(join.to)) follow(join.to, order, number);
      else if (state.get(join.to) !== number) join.up = true;
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
  const rest = [...boxes.keys()].filter((key) => !state.has(key));
  const onward = rest.flatMap((key) =>
    joins.get(key).filter((join) => join.to !== key),
  );
  const entered = new Set(onward.map((join) => join.to));
  for (const key of rest) if (!entered.has(key)) begin(key);
  for (const key of rest) begin(key);
  return parts;
}

// The row of each box: as far below the start as its longest way there; boxes drawn beside another share its row.
export function layersOf(parts, joins) {
  const layer = new Map();
  let base = 0;
  for (const order of parts) {
    let last = base;
    for (const key of order) {
      if (!layer.has(key)) layer.set(key, base);
      last = Math.max(last, layer.get(key));
      for (const join of joins.get(key).filter((one) => !one.up)) {
        const below = layer.get(key) + (join.beside ? 0 : 1);
        layer.set(join.to, Math.max(layer.get(join.to) ?? base, below));
      }
    }
    base = last + 1;
  }
  return layer;
}

// Boxes as one reads them, from the top; a box's number among the questions comes from here. It does not depend on
// how wide the drawing is.
export function readingOrder(boxes, start) {
  const joins = joinsOf(boxes);
  const layer = layersOf(explore(boxes, joins, start), joins);
  return [...boxes.keys()].sort((a, b) => layer.get(a) - layer.get(b));
}

// As one draws by hand: of a question's ways, one that leads to a step or outcome of its own goes to the side, and the
// other down. Yes goes to the side where both could.
export function markBeside(boxes, joins, start) {
  const entries = [...joins.values()].flat().map((join) => join.to);
  const alone = (key) =>
    key !== start &&
    boxes.get(key).kind !== "question" &&
    entries.filter((one) => one === key).length === 1;
  for (const box of boxes.values()) {
    if (box.kind !== "question") continue;
    const side = joins.get(box.key).find((join) => !join.up && alone(join.to));
    if (side) side.beside = true;
  }
}
