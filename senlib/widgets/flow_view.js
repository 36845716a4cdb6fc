// What the page says of a chart at the moment: gathered once for the drawing, the walk and the form.

import { boxesOf, nameOf, readingOrder, waysOf } from "./flow_chart.js";

export const capital = (words) => words && words[0].toUpperCase() + words.slice(1);
export const sentence = (words) =>
  /[.!?…]$/.test(words.trim()) ? words.trim() : `${words.trim()}.`;

// The state of a chart's walk and of its problems, and words for its boxes.
export class View {
  constructor(model, chart) {
    this.chart = chart;
    this.boxes = boxesOf(chart);
    this.order = readingOrder(this.boxes, chart.start);
    this.questions = this.order.filter((key) => this.isQuestion(key));
    this.passed = (model.get("passed") || []).filter((key) => this.boxes.has(key));
    this.answers = model.get("answers") || {};
    this.asks = this.isQuestion(model.get("asks")) ? model.get("asks") : "";
    this.done = model.get("done");
    this.lit = this.joinsTaken();
    this.flagged = this.problemsOf(model.get("problems") || []);
  }

  isQuestion(key) {
    return this.boxes.get(key)?.kind === "question";
  }

  number(key) {
    return this.questions.indexOf(key) + 1;
  }

  joinsTaken() {
    const way = (key) => (this.isQuestion(key) ? this.answers[key] : "next");
    const taken = this.passed
      .slice(0, -1)
      .filter((key, i) => this.boxes.get(key)[way(key)] === this.passed[i + 1]);
    return new Set(taken.map((key) => `${key}.${way(key)}`));
  }

  // The problems of each box that has some: a problem names a box in single quotes.
  problemsOf(problems) {
    const flagged = new Map();
    for (const box of this.boxes.values()) {
      const name = `'${box.label || box.text || box.key}'`;
      const own = problems.filter((problem) => problem.includes(name));
      if (own.length) flagged.set(box.key, own);
    }
    return flagged;
  }

  short(key) {
    const { kind } = this.boxes.get(key);
    return kind === "question" ? `Q${this.number(key)}` : capital(kind);
  }

  // The small words over a box's name: what it is, and how it stands, so that nothing hangs on colour.
  head(key) {
    const standing = () => {
      if (this.flagged.has(key)) return "check";
      if (this.asks === key) return "now";
      if (!this.passed.includes(key)) return "";
      if (this.isQuestion(key)) return this.answers[key];
      return this.boxes.get(key).kind === "step" ? "to do" : "reached";
    };
    return [this.short(key), standing()].filter(Boolean).join(" · ");
  }

  // All that the drawing shows of a box, for those who hear it.
  spokenName(key) {
    const box = this.boxes.get(key);
    const what = this.isQuestion(key)
      ? `Question ${this.number(key)} of ${this.questions.length}`
      : capital(box.kind);
    const onward = waysOf(box).map((way) => {
      const target = this.boxes.get(box[way]);
      const where = target ? `to “${nameOf(target)}”` : "nowhere yet";
      return `${way === "next" ? "leads" : `${way} leads`} ${where}`;
    });
    const parts = [
      `${what}: ${sentence(nameOf(box))}`,
      box.label.trim() && box.text.trim() && sentence(box.text),
      this.chart.start === key && "The chart starts here.",
      this.standing(key),
      onward.length && `${capital(onward.join(", "))}.`,
      ...(this.flagged.get(key) || []).map((problem) => `To check: ${problem}`),
    ];
    return parts.filter(Boolean).join(" ");
  }

  standing(key) {
    if (this.asks === key) return "Asked now.";
    if (!this.passed.includes(key)) return "";
    if (this.isQuestion(key))
      return this.answers[key] ? `Answered ${this.answers[key]}.` : "";
    return this.boxes.get(key).kind === "step" ? "On the way taken." : "Reached.";
  }
}
