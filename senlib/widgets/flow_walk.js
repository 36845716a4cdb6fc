// The walk through a chart: the question that is asked now, and what was answered so far.

import { make, makeButton, setText } from "./dom.js";
import { nameOf, wordsOf } from "./flow_chart.js";
import { capital, sentence } from "./flow_view.js";

// Why a walk stands still at a box, in a sentence; '' where it does not.
function standstill(view, key, way) {
  const target = view.boxes.get(view.boxes.get(key)[way]);
  const what = way === "next" ? "this step" : `“${way}”`;
  if (!target) return `The chart does not say yet where ${what} leads.`;
  if (!view.passed.includes(target.key)) return "";
  return `From here ${what} leads back to “${nameOf(target)}”: the chart goes round in a loop.`;
}

function noteFor(view, walkable) {
  const { passed, asks, answers } = view;
  const last = passed.at(-1);
  if (asks && answers[asks]) return standstill(view, asks, answers[asks]);
  if (!last) return walkable && !asks ? "The chart has no box to start from yet." : "";
  const stuck = view.boxes.get(last).kind === "step" && !view.done;
  return stuck ? standstill(view, last, "next") : "";
}

// The words of a step or outcome: the name first, as it stands in the drawing, unless the words begin with it.
function stepWords(box) {
  const text = box.text.trim();
  const opening = box.label.trim().toLowerCase();
  const words = make("span", {}, text);
  if (text !== "" && text.toLowerCase().startsWith(opening)) return [words];
  return [make("strong", {}, sentence(nameOf(box))), " ", words];
}

// What has come of the last answer, for those who hear the page: the steps since, then the next question or the end.
function announcement(view, past, note) {
  const boxes = view.passed.slice(past).filter((key) => !view.isQuestion(key));
  const steps = boxes.map((key) => {
    const box = view.boxes.get(key);
    return `${capital(box.kind)}: ${sentence(wordsOf(box))}`;
  });
  const question = view.boxes.get(view.asks);
  const asks =
    question && `Question ${view.number(view.asks)}: ${sentence(wordsOf(question))}`;
  const end = view.done && "That is the end of the chart.";
  return [...steps, asks, end, note].filter(Boolean).join(" ");
}

// `send` passes an answer to Python and returns its number, `say` speaks to those who hear the page.
export class Walk {
  constructor({ mine, send, say }) {
    this.send = send;
    this.say = say;
    this.trail = make("ol", { class: "sl-flow-trail", "aria-label": "So far" });
    this.note = make("p", { class: "sl-flow-stop", tabindex: "-1" });
    const ask = this.makeAsk(`${mine}-asks`);
    this.root = make("div", "sl-flow-walk", this.trail, ask, this.note);
    this.view = null;
    this.sent = null; // the answer that Python has not taken yet
    this.drawn = "";
    this.spoken = null;
    this.back = ""; // the question whose answer was taken back: the focus goes there
  }

  makeAsk(id) {
    this.count = make("p", "sl-flow-count");
    this.question = make("p", { class: "sl-flow-asked", id, dir: "auto" });
    const buttons = ["yes", "no"].map((way) => {
      // The second press of a double click would answer the question that comes next.
      const press = (event) => {
        if (event.detail < 2 && this.view.asks) this.answer(this.view.asks, way);
      };
      return makeButton(capital(way), press, { "aria-describedby": id });
    });
    this.choices = make("div", "sl-flow-choices", ...buttons);
    const unanswered = make("p", "sl-flow-unanswered", "Not answered yet");
    const group = { class: "sl-flow-ask", role: "group", "aria-labelledby": id };
    const parts = [this.count, this.question, this.choices, unanswered];
    this.ask = make("div", group, ...parts);
    return this.ask;
  }

  answer(key, way) {
    if (this.sent) return;
    this.sent = { key, way, turn: this.send({ kind: "answer", key, way }) };
    this.showNote("");
  }

  showNote(words) {
    setText(this.note, words);
    this.note.hidden = !words;
  }

  makeLine(key, walkable) {
    const { view } = this;
    const box = view.boxes.get(key);
    const isQuestion = view.isQuestion(key);
    const parts = isQuestion ? [wordsOf(box)] : stepWords(box);
    const words = make("p", { dir: "auto" }, ...parts);
    const given = make("strong", {}, capital(view.answers[key] || ""));
    const change = walkable && isQuestion && this.makeChange(key);
    return make(
      "li",
      { class: `sl-flow-line-${box.kind}`, tabindex: "-1" },
      make("span", "sl-flow-count", view.short(key)),
      words,
      isQuestion && make("p", "sl-flow-given", given, change),
    );
  }

  makeChange(key) {
    const press = () => {
      this.back = key;
      this.answer(key, "");
    };
    const label = `Change the answer to question ${this.view.number(key)}`;
    return makeButton("Change", press, { "aria-label": label });
  }

  show(view, { walkable }) {
    this.view = view;
    const inAsk = this.ask.contains(document.activeElement);
    const inTrail = this.trail.contains(document.activeElement);
    const changed = this.drawTrail(walkable);
    this.drawAsk(walkable);
    this.showNote(noteFor(view, walkable));
    this.root.hidden = !walkable && this.trail.hidden;
    this.announceChange();
    this.moveFocus({ walkable, inAsk, inTrail: inTrail && changed });
  }

  // Draws what was answered so far; returns whether it is another than before.
  drawTrail(walkable) {
    const { view, trail } = this;
    const keys = view.passed.filter((key) => key !== view.asks);
    const lines = keys.map((key) => [
      view.boxes.get(key),
      view.short(key),
      view.answers[key],
    ]);
    const drawn = JSON.stringify([walkable, lines]);
    const changed = drawn !== this.drawn;
    if (changed)
      trail.replaceChildren(...keys.map((key) => this.makeLine(key, walkable)));
    this.drawn = drawn;
    trail.hidden = !keys.length;
    return changed;
  }

  drawAsk(walkable) {
    const { view } = this;
    const box = view.boxes.get(view.asks);
    this.ask.hidden = !box;
    this.choices.hidden = !walkable;
    if (!box) return;
    const number = view.number(view.asks);
    setText(this.count, `Question ${number} of ${view.questions.length}`);
    setText(this.question, wordsOf(box));
  }

  announceChange() {
    const { passed, asks, answers, done } = this.view;
    const stand = JSON.stringify([passed, asks, answers[asks], done]);
    if (this.spoken && stand !== this.spoken.stand) {
      const changed = passed.findIndex((key, i) => key !== this.spoken.passed[i]);
      const past = changed < 0 ? passed.length : changed;
      this.say(announcement(this.view, past, this.note.textContent));
    }
    this.spoken = { stand, passed };
  }

  // The focus follows the walk: to the question whose answer was taken back, to where the chart ends, and on from a
  // line that has gone.
  moveFocus({ walkable, inAsk, inTrail }) {
    const first = this.choices.firstChild;
    const last = this.trail.hidden ? this.note : this.trail.lastElementChild;
    if (walkable && this.back && this.view.asks === this.back) {
      this.back = "";
      first.focus();
    } else if (inAsk && this.ask.hidden) last.focus();
    else if (inTrail && !this.back)
      (this.ask.hidden || !walkable ? last : first).focus();
  }

  // Python's reply to an answer.
  hear({ turn, accepted }) {
    if (this.sent?.turn !== turn) return;
    this.sent = null;
    if (accepted) return;
    this.back = "";
    this.showNote("That answer was not taken. Please give it again.");
    this.say(this.note.textContent);
  }
}
