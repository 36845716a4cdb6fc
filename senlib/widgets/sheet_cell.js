// One box: its control, what is said beside it, and what it has to send.

import { make, setInvalid } from "./dom.js";
import { makeControl, makeSmall, sameControl } from "./sheet_controls.js";

// Kept after a pause in typing, in milliseconds; leaving the box keeps it at once.
const PAUSE = 1000;
// With no answer for so long, the page says that it is waiting, and then that the text is not kept yet.
const SLOW = 1500;
const SILENT = 8000;

// `hooks` has `send`, `changed`, `heard`, `isDrawing` and `later` of the sheet.
export class Cell {
  constructor(spec, id, hooks) {
    this.hooks = hooks;
    this.control = makeControl(spec, id);
    this.base = ""; // the text last taken from or given to Python
    this.seen = 0;
    this.sent = null; // the text on its way to Python, with its turn
    this.refused = false;
    this.failed = null; // a text that was refused
    this.timer = 0;
    this.slow = 0;
    this.silent = 0;
    this.build(spec, id);
    this.change(spec);
    this.follow();
  }

  build(spec, id) {
    const history = () => {
      const content = { kind: "history", name: this.spec.name };
      this.hooks.send(content, (answer) => this.hearRefusal(answer));
    };
    this.mark = make("span", { class: "sl-sheet-mark", id: `${id}-mark` });
    this.earlier = makeSmall("Earlier texts", history, { hidden: "" });
    this.panel = make("div", { class: "sl-sheet-panel", hidden: "" });
    this.last = make("p", { class: "sl-sheet-last", dir: "auto" });
    const foot = make("div", "sl-sheet-foot", this.mark, this.earlier);
    const parts = [this.control.node, foot, this.panel];
    this.node = make("div", `sl-sheet-cell sl-sheet-is-${spec.kind}`, ...parts);
  }

  follow() {
    const { control, hooks, node } = this;
    const commit = () => this.commit();
    const typed = (event) => this.onTyped(event);
    for (const input of control.inputs) {
      input.addEventListener("input", typed);
      input.addEventListener("compositionend", typed);
      if (control.changes !== false) input.addEventListener("change", commit);
      input.addEventListener("blur", commit);
    }
    node.addEventListener("keydown", (event) => this.onKey(event));
    // Through a class and not by :focus-within: what moves while a mouse button is down makes the press miss its aim.
    const showHere = () =>
      hooks.later(() => node.classList.toggle("sl-sheet-here", this.isIn()));
    node.addEventListener("focusin", showHere);
    node.addEventListener("focusout", showHere);
  }

  text() {
    return this.control.read().value;
  }

  isIn() {
    return this.node.contains(document.activeElement);
  }

  isDirty() {
    return this.text() !== this.base || Boolean(this.control.isHalf?.());
  }

  isOpen() {
    return this.isDirty() || this.sent !== null;
  }

  suits(spec) {
    return sameControl(this.spec, spec);
  }

  // Another specification that the same control serves.
  change(spec) {
    const { control, last } = this;
    this.spec = spec;
    control.name(spec.label);
    control.offer?.(spec.choices ?? []);
    this.earlier.setAttribute("aria-label", `Earlier texts: ${spec.label}`);
    last.textContent = spec.last ?? "";
    if (spec.last) this.node.append(last);
    else last.remove();
    const described = [spec.helpId, this.mark.id].filter(Boolean).join(" ");
    for (const input of control.inputs) {
      input.setAttribute("aria-describedby", described);
      input.disabled = Boolean(spec.disabled);
    }
  }

  say(words, fault = false) {
    this.mark.textContent = words;
    this.mark.classList.toggle("sl-sheet-fault", fault);
    setInvalid(this.control.marked ?? this.control.inputs[0], fault);
  }

  take({ seen = 0, versions = 0 }) {
    this.seen = seen;
    this.earlier.hidden = versions < 2;
  }

  show({ value = "", ...stamp } = {}) {
    // What is being typed stays, and what it was typed over: the other text comes with the reply.
    if (this.isOpen()) return;
    const before = this.text();
    this.control.write(value);
    this.base = this.text();
    if (this.base !== before) this.say("");
    this.take(stamp);
  }

  focus() {
    const { inputs } = this.control;
    (inputs.find((input) => input.checked) ?? inputs[0]).focus();
  }

  // ---- Sending, and what comes of it

  send(value) {
    this.stopWaiting();
    const content = { kind: "save", name: this.spec.name, value, seen: this.seen };
    const turn = this.hooks.send(content, (answer) => this.hear(answer));
    this.sent = { value, turn };
    const whileWaiting = (act) => () =>
      this.hooks.later(() => turn === this.sent?.turn && act());
    const saySlow = whileWaiting(() => this.say("Saving…"));
    const saySilent = whileWaiting(() => this.sayNoAnswer());
    this.slow = setTimeout(saySlow, SLOW);
    this.silent = setTimeout(saySilent, SILENT);
    this.hooks.changed();
  }

  stopWaiting() {
    clearTimeout(this.slow);
    clearTimeout(this.silent);
  }

  sayNoAnswer() {
    this.refused = true;
    this.say("Not saved yet: the page gets no answer", true);
    this.hooks.changed();
  }

  sayFault(fault) {
    if (this.mark.textContent === fault || this.control.read().fault !== fault) return;
    this.say(fault, true);
    this.hooks.heard(fault);
    this.hooks.changed();
  }

  commit() {
    if (this.hooks.isDrawing()) return;
    clearTimeout(this.timer);
    this.timer = 0;
    if (this.sent || this.spec.disabled || !this.isDirty()) return;
    const { value, fault } = this.control.read();
    if (fault) this.hooks.later(() => this.sayFault(fault));
    else if (this.failed !== value) this.send(value); // what was refused is not sent again by merely passing through the box
  }

  // An answer that is waited for may be lost: the text is sent once more, and only the answer to that is heeded.
  again() {
    this.failed = null;
    if (this.sent && this.refused) this.send(this.sent.value);
    else this.commit();
  }

  hear(answer) {
    if (answer.turn !== this.sent?.turn) return;
    this.stopWaiting();
    const { value } = this.sent;
    this.sent = null;
    if (answer.kind === "saved") this.hearSaved(value, answer);
    else {
      this.failed = value;
      this.refused = true;
      this.hearRefusal(answer);
    }
    this.hooks.changed();
  }

  hearSaved(value, { id, versions, at, elsewhere }) {
    this.forgetRefusal();
    this.base = value;
    this.take({ seen: id, versions });
    this.say(this.isDirty() ? "" : `Saved ${at}`);
    this.hooks.heard(`Saved ${at}`, at);
    if (elsewhere) this.showElsewhere(elsewhere);
    if (!this.isDirty() && !this.isIn()) this.control.write(value);
    if (!this.timer) this.commit();
  }

  forgetRefusal() {
    this.failed = null;
    this.refused = false;
  }

  hearRefusal(answer) {
    if (answer.kind !== "refused") return;
    this.say(answer.why, true);
    this.hooks.heard(answer.why);
  }

  // ---- Other texts of this box: the one that another page kept meanwhile, and all that stood here before

  makeEntry({ id, value, at }, words) {
    const bringBack = () => {
      const content = { kind: "bring back", name: this.spec.name, id };
      this.hooks.send(content, (answer) => this.hearRefusal(answer));
      this.closePanel();
    };
    const label = { "aria-label": `${words}: ${this.spec.label}, ${at}` };
    return make(
      "div",
      "sl-sheet-entry",
      make("p", "sl-sheet-when", at),
      make("p", { dir: "auto" }, this.worded(value)),
      makeSmall(words, bringBack, label),
    );
  }

  worded(value) {
    if (this.spec.kind === "yes") return value === "yes" ? "ticked" : "not ticked";
    const choice = (this.spec.choices ?? []).find(([key]) => key === value);
    if (choice) return choice[1];
    return value === "" ? "(empty)" : value;
  }

  showElsewhere(other) {
    const words = `Changed elsewhere, ${other.at}. What you wrote is kept, and so is the other text:`;
    const clash = make("p", "sl-sheet-clash", words);
    this.panel.replaceChildren(clash, this.makeEntry(other, "Take this one"));
    this.panel.hidden = false;
    this.hooks.heard(`Changed elsewhere: ${this.spec.label}`);
  }

  showHistory(answers) {
    const entries = answers.map((answer) => this.makeEntry(answer, "Bring this back"));
    if (!entries.length) entries.push(make("p", {}, "Nothing else has stood here."));
    const close = makeSmall("Close", () => this.closePanel());
    this.panel.replaceChildren(...entries, close);
    this.panel.hidden = false;
    this.panel.querySelector("button").focus();
  }

  closePanel() {
    this.panel.hidden = true;
    this.focus();
  }

  // An earlier text stands here again.
  hearBrought({ value, id, at, versions }) {
    this.control.write(value);
    this.base = this.text();
    this.forgetRefusal();
    this.take({ seen: id, versions });
    this.say(`Saved ${at}`);
    this.hooks.heard(`Brought back, saved ${at}`, at);
    this.hooks.changed();
  }

  // ---- Typing

  onTyped(event) {
    const { control } = this;
    clearTimeout(this.timer);
    this.timer = 0;
    if (!this.isOpen()) {
      // What was refused is taken back by hand.
      this.forgetRefusal();
      this.say("");
    }
    if (control.typed) this.say("");
    this.hooks.changed();
    // Letters that are still being put together are no text yet.
    if (control.typed && !event.isComposing)
      this.timer = setTimeout(() => this.onPause(), PAUSE);
  }

  // A fault is said when the box is left, not in the midst of typing.
  onPause() {
    if (this.control.read().fault) this.timer = 0;
    else this.commit();
  }

  onKey(event) {
    const { control } = this;
    if (event.key !== "Escape" || event.isComposing) return;
    if (!this.panel.hidden) this.closePanel();
    else if (control.typed && this.isDirty() && !this.refused) {
      // Back to what was kept last, or is on its way.
      control.node.value = this.sent?.value ?? this.base;
      this.say("");
      this.commit();
      this.hooks.changed();
    }
  }
}
