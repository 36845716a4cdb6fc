// A flow chart, walked question by question or drawn by a school. Data reach the page as text alone, never as markup.

import { follow, make, makeRoot, newId, same, setText, soon } from "./dom.js";
import { boxesOf, nameOf, plainBox, WAYS, waysOf } from "./flow_chart.js";
import { Drawing } from "./flow_drawing.js";
import { Form } from "./flow_form.js";
import { View } from "./flow_view.js";
import { Walk } from "./flow_walk.js";

const TRAITS = "title nodes start answers passed asks done problems editable walkable";
const UNDOS = 100;
const PAPER = 660; // A4 with a margin; what is wider is made smaller

// The chart as it is drawn here, and what was changed in it: each change is sent whole, and undone in one.
class Chart {
  constructor(send) {
    this.send = send;
    this.nodes = [];
    this.start = "";
    this.history = []; // charts before each change, the latest last
    this.going = ""; // the control whose changes are one for 'undo' until it is left
    this.left = new Map(); // ways that a box had while it was of another kind
    this.pending = new Set(); // changes sent that Python has not answered
    this.own = 0; // the highest number of a box made here
  }

  get boxes() {
    return boxesOf(this);
  }

  // “Its name” of a box, as sentences have it.
  quoted(key) {
    return `“${nameOf(this.boxes.get(key))}”`;
  }

  // While a change is on its way, the chart here is newer than the one Python has.
  take(model) {
    if (this.pending.size) return;
    const nodes = (model.get("nodes") || []).map(plainBox);
    const start = model.get("start");
    if (same([nodes, start], [this.nodes, this.start])) return;
    Object.assign(this, { nodes, start });
    this.history = [];
    this.left.clear();
  }

  // Changes what is said of one box: `values` by field.
  with(key, values) {
    return this.nodes.map((box) => (box.key === key ? { ...box, ...values } : box));
  }

  change({ nodes = this.nodes, start = this.start }, { chosen, words, control = "" }) {
    const before = { nodes: this.nodes, start: this.start };
    if (same({ nodes, start }, before)) return;
    if (!control || control !== this.going)
      this.history.push({ ...before, chosen, words });
    if (this.history.length > UNDOS) this.history.shift();
    this.going = control;
    this.put(nodes, start);
  }

  // The change that is undone, or undefined.
  undo() {
    const before = this.history.pop();
    if (!before) return before;
    this.going = "";
    this.left.clear();
    this.put(before.nodes, before.start);
    return before;
  }

  // A way to a box that is not there leads nowhere.
  put(nodes, start) {
    const keys = new Set(nodes.map((box) => box.key));
    const there = (key) => (keys.has(key) ? key : "");
    this.nodes = nodes.map((box) => ({
      ...box,
      yes: there(box.yes),
      no: there(box.no),
      next: there(box.next),
    }));
    this.start = there(start);
    this.pending.add(this.send({ kind: "edit", nodes: this.nodes, start: this.start }));
  }

  // Counted on from every number there has been: answers kept under a deleted box's key are not this one's.
  newKey(atLeast) {
    const number = ({ key }) => Number(/^own_([1-9][0-9]{0,8})$/.exec(key)?.[1] || 0);
    this.own = Math.max(this.own, atLeast || 0, ...this.nodes.map(number)) + 1;
    return `own_${this.own}`;
  }

  // The ways of a box that becomes of another kind. Arrow keys go through the kinds one by one: a box that passes another
  // kind on the way gets its joins back.
  waysAs(kind, box) {
    const ways = { ...this.left.get(box.key) };
    for (const way of waysOf(box)) ways[way] = box[way];
    this.left.set(box.key, ways);
    const first = ways.next || ways.yes || ways.no || "";
    const values = { kind, yes: "", no: "", next: "" };
    for (const way of WAYS[kind])
      values[way] = ways[way] ?? (way === "no" ? "" : first);
    return values;
  }
}

class FlowPage {
  constructor(model, el) {
    this.model = model;
    this.mine = `sl-flow-${newId()}`;
    this.chosen = "";
    this.turn = 0;
    const send = (content) => this.send(content);
    const say = (words) => setText(this.heard, words);
    this.chart = new Chart(send);
    this.build(el, { send, say });
  }

  build(el, { send, say }) {
    const { mine, model } = this;
    this.title = make("p", "sl-flow-title");
    this.saved = make("p", { class: "sl-flow-saved", role: "status" });
    this.heard = make("p", { class: "sl-flow-heard", role: "status" });
    const press = (key) => this.press(key);
    // Beside a drawing that is longer than the screen, the words go along with it.
    const tall = (is) => this.sides.classList.toggle("sl-flow-tall", is);
    this.drawing = new Drawing({ press, tall });
    this.walk = new Walk({ mine, send, say });
    this.form = new Form({ mine, model, act: this.actions() });
    const parts = [this.walk.root, this.form.root, this.saved];
    this.panel = make("div", "sl-flow-panel", ...parts);
    this.sides = make("div", "sl-flow-sides", this.panel, this.drawing.root);
    el.append(makeRoot("sl-flow", "div", this.title, this.sides, this.heard));
  }

  // What the form can do.
  actions() {
    return {
      commit: () => this.commit(),
      settle: () => {
        this.chart.going = "";
      },
      choose: (key) => this.choose(key),
      setKind: (kind) => this.setKind(kind),
      setWay: (way, key) => this.set({ [way]: key }, "where NAME leads", way),
      setCounts: (sum) => this.set({ counts_as: sum }, "what NAME comes to", "counts"),
      setStart: (start) => this.setStart(start),
      add: () => this.add(),
      remove: () => this.remove(),
      undo: () => this.undo(),
    };
  }

  send(content) {
    this.turn += 1;
    // 'Saved' is said of what was sent last, and of nothing before it.
    setText(this.saved, "");
    this.model.send({ ...content, turn: this.turn });
    return this.turn;
  }

  draw() {
    const { chart, drawing, form, model, walk } = this;
    chart.take(model);
    const view = new View(model, { nodes: chart.nodes, start: chart.start });
    const [editable, title] = [model.get("editable"), model.get("title")];
    if (!view.boxes.has(this.chosen)) this.chosen = editable ? this.firstOf(view) : "";
    setText(this.title, title);
    this.title.hidden = !title;
    walk.show(view, { walkable: model.get("walkable") });
    form.root.hidden = !editable;
    if (editable) form.show(view, this.chosen, chart.history.length > 0);
    this.panel.hidden = walk.root.hidden && form.root.hidden;
    this.sides.classList.toggle("sl-flow-alone", this.panel.hidden);
    const lost = drawing.show(view, { chosen: this.chosen, editable, title });
    if (lost && editable) form.focusWhich();
    else if (lost) drawing.focus(view.order[0]);
  }

  firstOf({ boxes, chart, order }) {
    return boxes.has(chart.start) ? chart.start : order[0] || "";
  }

  press(key) {
    if (!this.model.get("editable")) {
      this.chosen = this.chosen === key ? "" : key;
      this.draw();
      return;
    }
    this.choose(key);
    this.form.comeIntoSight();
  }

  choose(key) {
    this.commit();
    this.chosen = key;
    this.form.say("");
    this.draw();
  }

  change(next, words, control = "") {
    this.chart.change(next, { chosen: this.chosen, words, control });
    this.draw();
  }

  // Takes what is being typed.
  commit() {
    if (!this.chosen || !this.model.get("editable")) return;
    const typed = this.form.typed();
    if (!Object.keys(typed).length) return;
    this.form.take();
    const words = `the words of ${this.chart.quoted(this.chosen)}`;
    this.change({ nodes: this.chart.with(this.chosen, typed) }, words);
  }

  // Changes the chosen box; `words` say what is changed, with NAME for the box.
  set(values, words, control) {
    this.commit();
    const { chart, chosen } = this;
    const sentence = words.replace("NAME", () => chart.quoted(chosen));
    this.change(
      { nodes: chart.with(chosen, values) },
      sentence,
      `${chosen} ${control}`,
    );
  }

  setKind(kind) {
    this.commit();
    const values = this.chart.waysAs(kind, this.chart.boxes.get(this.chosen));
    this.set(values, "what NAME is", "kind");
  }

  setStart(start) {
    this.commit();
    this.change({ start }, "where the chart starts", "start");
  }

  add() {
    this.commit();
    const { chart, form, model } = this;
    if (chart.nodes.length >= model.get("most")) {
      form.say(`A chart can have up to ${model.get("most")} boxes.`);
      return;
    }
    const key = chart.newKey(model.get("own"));
    const { boxes } = chart;
    const from = boxes.get(this.chosen);
    const way = from && waysOf(from).find((one) => !boxes.has(from[one]));
    const nodes = way ? chart.with(from.key, { [way]: key }) : chart.nodes;
    const box = plainBox({ key, kind: from ? "step" : "question", label: "New box" });
    const start = nodes.length ? chart.start : key;
    this.change({ nodes: [...nodes, box], start }, "adding a box");
    this.chosen = key;
    this.draw();
    const onward = way === "next" ? "" : ` on ${way}`;
    form.say(
      way
        ? `A box is added: “${nameOf(from)}” leads to it${onward}. Give it a name.`
        : "A box is added. Give it a name, and choose which box leads to it.",
    );
    form.focusName();
  }

  remove() {
    const { chart, chosen, form } = this;
    const name = chart.quoted(chosen);
    const others = chart.nodes.filter((box) => box.key !== chosen);
    const joins = others.flatMap((box) => {
      const ways = waysOf(box).filter((way) => box[way] === chosen);
      return ways.map((way) => ({ box, on: way === "next" ? "" : ` on ${way}` }));
    });
    const led = joins.map(({ box, on }) => `“${nameOf(box)}”${on}`).join(", ");
    const words = [`${name} is deleted.`];
    if (led) words.push(`${led} ${joins.length === 1 ? "leads" : "lead"} nowhere now.`);
    if (chart.start === chosen) words.push("Choose where the chart starts.");
    this.change({ nodes: others }, `deleting ${name}`);
    if (joins.length) this.chosen = joins[0].box.key;
    this.draw();
    form.say(words.join(" "));
    form.focusWhich();
  }

  undo() {
    this.commit();
    const before = this.chart.undo();
    if (!before) {
      this.form.say("There is nothing to undo.");
      return;
    }
    this.chosen = before.chosen;
    this.draw();
    this.form.say(`Undone: ${before.words}.`);
  }

  hear(message) {
    if (message.kind !== "heard") return;
    this.walk.hear(message);
    if (this.chart.pending.delete(message.turn) && !message.accepted)
      this.showSaved("That change was not taken. Please make it again.", true);
  }

  showSaved(words, fault = false) {
    setText(this.saved, words);
    this.saved.classList.toggle("sl-flow-fault", fault);
  }

  onSaved() {
    const { at, fault } = this.model.get("saved") || {};
    this.showSaved(fault || (at ? `Saved ${at}` : ""), Boolean(fault));
  }

  // Follows the model; returns what ends that.
  begin() {
    this.draw();
    this.onSaved();
    return follow(this.model, {
      changes: { [TRAITS]: soon(() => this.draw()), saved: () => this.onSaved() },
      hear: (message) => this.hear(message),
      window: {
        beforeprint: () => this.drawing.print(PAPER),
        afterprint: () => this.drawing.unprint(),
      },
      leave: () => this.commit(),
      end: () => this.drawing.end(),
    });
  }
}

export default { render: ({ model, el }) => new FlowPage(model, el).begin() };
