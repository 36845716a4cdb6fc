// The form in which a school changes its chart.

import { make, makeButton, offer, same, setText } from "./dom.js";
import { nameOf, waysOf } from "./flow_chart.js";

const KINDS = [
  ["question", "A question", "answered yes or no"],
  ["step", "A step", "something to do, then on"],
  ["outcome", "An outcome", "where the walk ends"],
];
const WAY_LABELS = { yes: "Yes leads to", no: "No leads to", next: "Then on to" };

// A control whose value is given from outside; what is being typed in it stays.
class Field {
  constructor(control, act) {
    this.control = control;
    this.base = control.value;
    control.addEventListener("change", act.commit);
    control.addEventListener("blur", act.settle);
    control.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.isTyped()) control.value = this.base;
    });
  }

  isTyped() {
    return this.control.value !== this.base;
  }

  show(value) {
    if (!this.isTyped() && this.control.value !== value) this.control.value = value;
    this.base = value;
  }

  take() {
    this.base = this.control.value;
  }
}

function makeSelect(change, settle = null) {
  const select = make("select");
  select.addEventListener("change", () => change(select.value));
  if (settle) select.addEventListener("blur", settle);
  return select;
}

const clipped = (words) =>
  words.length > 60 ? `${words.slice(0, 58).trimEnd()} …` : words;

// `act` has what the form can do: commit, settle, choose, setKind, setWay, setCounts, setStart, add, remove, undo.
export class Form {
  constructor({ mine, model, act }) {
    this.mine = mine;
    this.model = model;
    this.act = act;
    this.view = null;
    this.chosen = "";
    this.problemsDrawn = null;
    this.which = makeSelect(act.choose);
    this.start = makeSelect(act.setStart, act.settle);
    this.startLine = this.labelled("start", "The chart starts at", this.start);
    this.note = make("p", { class: "sl-flow-note", role: "status" });
    this.problems = make("div", { class: "sl-flow-problems", role: "status" });
    this.root = make(
      "div",
      "sl-flow-form",
      this.labelled("which", "Box", this.which),
      this.makeOne(),
      this.makeTools(),
      this.makeSure(`${mine}-sure`),
      this.note,
      this.startLine,
      this.problems,
    );
  }

  labelled(name, words, control, help = "") {
    control.id = `${this.mine}-${name}`;
    const label = make("label", { for: control.id }, words);
    if (!help) return make("div", "sl-flow-field", label, control);
    const id = `${control.id}-help`;
    control.setAttribute("aria-describedby", id);
    const more = make("span", { class: "sl-flow-help", id }, help);
    return make("div", "sl-flow-field", label, more, control);
  }

  // All that is said of one box.
  makeOne() {
    const { act, model } = this;
    const input = make("input", { type: "text", autocomplete: "off", dir: "auto" });
    const area = make("textarea", { rows: "3", dir: "auto" });
    input.maxLength = model.get("longest_label");
    area.maxLength = model.get("longest_text");
    this.fields = { label: new Field(input, act), text: new Field(area, act) };
    this.ways = {};
    for (const way of Object.keys(WAY_LABELS))
      this.ways[way] = makeSelect((key) => act.setWay(way, key), act.settle);
    this.counts = makeSelect(act.setCounts, act.settle);
    const counted = ["counts", "What it comes to", this.counts];
    this.countsLine = this.labelled(...counted, "How it adds up over a class");
    const full = "The whole question, what to do, or what it comes to";
    this.one = make(
      "div",
      "sl-flow-one",
      this.labelled("label", "Its name in the drawing", input, "A few words"),
      this.labelled("text", "What it says in full", area, full),
      this.makeKinds(),
      ...Object.entries(this.ways).map(([way, select]) =>
        this.labelled(way, WAY_LABELS[way], select),
      ),
      this.countsLine,
    );
    return this.one;
  }

  makeKinds() {
    const lines = KINDS.map(([kind, words, help]) => {
      const name = `${this.mine}-kind`;
      const radio = make("input", { type: "radio", name, value: kind });
      const more = make("span", "sl-flow-help", help);
      radio.addEventListener("change", () => this.act.setKind(kind));
      radio.addEventListener("blur", this.act.settle);
      return make("label", {}, radio, make("span", {}, words), more);
    });
    this.kinds = make("fieldset", {}, make("legend", {}, "What it is"), ...lines);
    return this.kinds;
  }

  makeTools() {
    this.add = makeButton("Add a box", this.act.add);
    this.remove = makeButton("Delete this box", () => this.askSure());
    this.undo = makeButton("Undo the last change", this.act.undo);
    return make("div", "sl-flow-tools", this.add, this.remove, this.undo);
  }

  // What is asked before a box is deleted.
  makeSure(id) {
    this.sureWords = make("p", { id, tabindex: "-1" });
    const hide = (then) => () => {
      this.sure.hidden = true;
      then();
    };
    const keep = hide(() => this.remove.focus());
    const label = { role: "group", "aria-labelledby": id };
    this.sure = make(
      "div",
      { class: "sl-flow-sure", ...label },
      this.sureWords,
      makeButton("Delete it", hide(this.act.remove)),
      makeButton("Keep it", keep),
    );
    this.sure.hidden = true;
    this.sure.addEventListener("keydown", (event) => {
      if (event.key === "Escape") keep();
    });
    return this.sure;
  }

  askSure() {
    const { act, chosen } = this;
    act.commit();
    const box = this.view.boxes.get(chosen);
    if (!box) return;
    const others = [...this.view.boxes.values()].filter((one) => one.key !== chosen);
    const joins = others.flatMap((one) => waysOf(one).map((way) => one[way]));
    const count = joins.filter((key) => key === chosen).length;
    const led = count === 1 ? "One arrow leads to it" : `${count} arrows lead to it`;
    const then = count ? `${led}, and would lead nowhere.` : "No arrow leads to it.";
    this.sureWords.textContent = `This deletes “${nameOf(box)}”. ${then}`;
    this.sure.hidden = false;
    this.sureWords.focus();
  }

  showProblems() {
    const problems = this.model.get("problems") || [];
    if (same(problems, this.problemsDrawn)) return;
    this.problemsDrawn = problems;
    const lines = problems.map((problem) => make("li", { dir: "auto" }, problem));
    const head = problems.length
      ? "Still to see to. These boxes say “check” in the drawing:"
      : "Every way through the chart ends at an outcome.";
    this.problems.replaceChildren(make("p", {}, head));
    if (problems.length) this.problems.append(make("ul", {}, ...lines));
  }

  // What is typed and not yet taken, field by field.
  typed() {
    const typed = Object.entries(this.fields).filter(([, field]) => field.isTyped());
    return Object.fromEntries(
      typed.map(([name, { control }]) => [name, control.value]),
    );
  }

  take() {
    for (const field of Object.values(this.fields)) field.take();
  }

  show(view, chosen, canUndo) {
    if (chosen !== this.chosen) {
      this.take(); // committed before another box was chosen
      this.sure.hidden = true;
    }
    this.view = view;
    this.chosen = chosen;
    const box = view.boxes.get(chosen);
    const choices = view.order.map((key) => {
      const name = nameOf(view.boxes.get(key));
      return [key, clipped(`${view.short(key)}: ${name}`)];
    });
    const flag = (key) => (view.flagged.has(key) ? " (check)" : "");
    const flagged = choices.map(([key, words]) => [key, words + flag(key)]);
    offer(this.which, flagged, chosen);
    const parts = [this.which.parentElement, this.one, this.startLine, this.problems];
    for (const part of [...parts, this.remove]) part.hidden = !box;
    const full = view.order.length >= this.model.get("most");
    this.undo.setAttribute("aria-disabled", String(!canUndo));
    this.add.setAttribute("aria-disabled", String(full));
    this.showProblems();
    if (box) this.showBox(box, choices);
  }

  showBox(box, choices) {
    const { boxes, chart } = this.view;
    const there = (key) => (boxes.has(key) ? key : "");
    for (const [name, field] of Object.entries(this.fields)) field.show(box[name]);
    for (const radio of this.kinds.querySelectorAll("input"))
      radio.checked = radio.value === box.kind;
    for (const [way, select] of Object.entries(this.ways)) {
      const leads = ([key]) => key !== box.key || box[way] === box.key;
      const targets = [["", "nowhere yet"], ...choices.filter(leads)];
      select.parentElement.hidden = !waysOf(box).includes(way);
      offer(select, targets, there(box[way]));
    }
    const sums = this.model.get("sums") || [];
    this.countsLine.hidden = box.kind === "question" || !sums.length;
    offer(this.counts, sums, box.counts_as);
    const unset = boxes.has(chart.start) ? [] : [["", "not chosen yet"]];
    offer(this.start, [...unset, ...choices], there(chart.start));
  }

  say(words) {
    setText(this.note, words);
  }

  focusName() {
    this.fields.label.control.focus();
    this.fields.label.control.select();
  }

  focusWhich() {
    (this.which.parentElement.hidden ? this.add : this.which).focus();
  }

  comeIntoSight() {
    const { top, bottom } = this.root.getBoundingClientRect();
    if (top < 0 || Math.min(top + 80, bottom) > window.innerHeight)
      this.root.scrollIntoView({ block: "start" });
  }
}
