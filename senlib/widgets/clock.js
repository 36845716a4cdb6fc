// A clock for a session. Time is taken from the browser's own clock, so a page that slept is right when it wakes.

import { follow, make, makeButton, makeRoot, soon } from "./dom.js";

const TICK = 250; // milliseconds between two looks at the time
const MINUTE = 60_000;

const minutes = (count) => (count === 1 ? "1 minute" : `${count} minutes`);
const sumOf = (activities) => activities.reduce((sum, one) => sum + one.minutes, 0);

// Minutes and seconds, rounded up so that the last second is seen; as long again after the end, rounded down.
function face(left) {
  const seconds = left >= 0 ? Math.ceil(left / 1000) : Math.floor(-left / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function timeIn(milliseconds) {
  const at = new Date(Date.now() + milliseconds);
  return at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

// How far a session is: the key of the activity under way ('' before the start, null at the end), what it has taken
// before it was last let run, and since when it has run (0 while it stands).
const FRESH = { at: "", taken: 0, since: 0 };

function readState(key) {
  try {
    const state = JSON.parse(sessionStorage.getItem(key));
    const isPlace = state.at === null || typeof state.at === "string";
    const isTime = Number.isFinite(state.taken) && Number.isFinite(state.since);
    return isPlace && isTime ? state : { ...FRESH };
  } catch {
    return { ...FRESH };
  }
}

function keepState(key, state) {
  try {
    sessionStorage.setItem(key, JSON.stringify(state));
  } catch {
    // A browser that keeps nothing still runs the clock; only a reload begins it anew.
  }
}

class Clock {
  constructor(model, el) {
    this.model = model;
    this.root = makeRoot("sl-clock", "section");
    const part = (name, attributes = {}) =>
      make("p", { class: `sl-clock-${name}`, ...attributes });
    this.title = part("title");
    this.now = part("now");
    this.left = part("left", { role: "timer", "aria-live": "off" });
    this.word = part("word");
    this.filled = make("span");
    const bar = { class: "sl-clock-bar", "aria-hidden": "true" };
    this.bar = make("div", bar, this.filled);
    this.next = part("next");
    this.whole = part("whole");
    this.spoken = part("spoken", { role: "status" });
    this.root.append(this.title, this.now, this.left, this.word, this.bar);
    this.root.append(this.next, this.whole, this.makeButtons(), this.spoken);
    el.append(this.root);
    this.state = readState(this.place);
  }

  makeButtons() {
    const go = () => this.startOrPause();
    this.go = makeButton("Start", go, { class: "sl-clock-first" });
    this.onward = makeButton("Next", () => this.goTo(this.index + 1));
    this.back = makeButton("Back", () => this.goBack());
    this.anew = makeButton("Begin again", () => this.beginAgain());
    this.large = makeButton("Fill the screen", () => this.fillOrLeave());
    const all = [this.go, this.onward, this.back, this.anew, this.large];
    const buttons = make("div", "sl-clock-buttons", ...all);
    const stop = (event) => {
      if (event.target.getAttribute?.("aria-disabled") === "true")
        event.stopImmediatePropagation();
    };
    buttons.addEventListener("click", stop, true);
    return buttons;
  }

  get activities() {
    return this.model.get("activities") || [];
  }

  get place() {
    return `senlib.clock.${this.model.get("key")}`;
  }

  get index() {
    return this.activities.findIndex((one) => one.key === this.state.at);
  }

  // The activity under way, if any.
  get current() {
    return this.activities[this.index];
  }

  get taken() {
    const { taken, since } = this.state;
    return taken + (since ? Math.max(Date.now() - since, 0) : 0);
  }

  put(changes) {
    this.state = { ...this.state, ...changes };
    keepState(this.place, this.state);
    this.draw();
  }

  say(words) {
    this.spoken.textContent = words;
  }

  goTo(number) {
    const { activities } = this;
    const one = activities[number];
    this.put({ at: one ? one.key : null, taken: 0, since: one ? Date.now() : 0 });
    if (!one) {
      this.say("The session is over.");
      return;
    }
    const after = activities[number + 1];
    const then = after ? `Next: ${after.title}.` : "It is the last.";
    this.say(`Now: ${one.title}, ${minutes(one.minutes)}. ${then}`);
  }

  startOrPause() {
    if (!this.current) this.goTo(0);
    else if (this.state.since) this.put({ taken: this.taken, since: 0 });
    else this.put({ since: Date.now() });
  }

  goBack() {
    this.goTo(this.current ? this.index - 1 : this.activities.length - 1);
  }

  beginAgain() {
    this.put({ ...FRESH });
    this.say("The clock stands at the beginning.");
    this.go.focus();
  }

  fillOrLeave() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.root.requestFullscreen?.().catch(() => {});
  }

  // What stands still between two changes.
  draw() {
    const { activities, current, large, model, root, state } = this;
    const ended = state.at === null;
    this.title.textContent = model.get("title");
    root.setAttribute("aria-label", `Clock: ${model.get("title")}`);
    root.classList.toggle("sl-clock-stands", !state.since);
    this.now.textContent = this.nowWords();
    this.next.textContent = this.nextWords();
    this.go.textContent = !current ? "Start" : state.since ? "Pause" : "Go on";
    // Left where it is when pressed for the last time, so that the keyboard's place is not lost.
    const allow = (button, yes) => button.setAttribute("aria-disabled", String(!yes));
    allow(this.go, activities.length > 0);
    allow(this.onward, Boolean(current));
    allow(this.back, current ? this.index > 0 : ended && activities.length > 0);
    allow(this.anew, state.at !== "");
    large.hidden = !document.fullscreenEnabled;
    const full = document.fullscreenElement;
    large.textContent = full ? "Leave the full screen" : "Fill the screen";
    this.tick();
  }

  nowWords() {
    if (this.current) return this.current.title;
    if (this.state.at === null) return "The session is over";
    return this.activities.length ? "Ready to start" : "No activity is chosen";
  }

  nextWords() {
    const { activities, current, state } = this;
    const first = state.at === null ? null : activities[0];
    const after = current ? activities[this.index + 1] : first;
    if (after) return `Next: ${after.title} (${minutes(after.minutes)})`;
    return current ? "This is the last." : "";
  }

  // What changes with the time.
  tick() {
    const { activities, current, root, state, taken } = this;
    for (const part of [this.left, this.word, this.bar]) part.hidden = !current;
    const left = current ? current.minutes * MINUTE - taken : 0;
    root.classList.toggle("sl-clock-over", left < 0);
    if (!current) {
      const sum = sumOf(activities);
      const end = `started now, it ends at ${timeIn(sum * MINUTE)}.`;
      const waits = activities.length && state.at !== null;
      this.whole.textContent = waits ? `${minutes(sum)} in all: ${end}` : "";
      return;
    }
    this.left.textContent = face(left);
    const word = left < 0 ? "over its time" : "minutes left";
    this.word.textContent = word + (state.since ? "" : ", paused");
    const share = Math.min(taken / (current.minutes * MINUTE), 1);
    this.filled.style.inlineSize = `${share * 100}%`;
    const later = sumOf(activities.slice(this.index + 1)) * MINUTE;
    const end = timeIn(Math.max(left, 0) + later);
    this.whole.textContent = `As it goes, the session ends at ${end}.`;
  }

  drawAnew() {
    this.state = readState(this.place);
    // An activity that was taken out of the plan is under way no longer.
    if (this.state.at && !this.current) this.state = { ...FRESH };
    this.draw();
  }

  // Follows the model; returns what ends that.
  begin() {
    const timer = setInterval(() => this.tick(), TICK);
    this.drawAnew();
    return follow(this.model, {
      changes: { "title key activities": soon(() => this.drawAnew()) },
      page: { fullscreenchange: () => this.draw() },
      end: () => clearInterval(timer),
    });
  }
}

export default { render: ({ model, el }) => new Clock(model, el).begin() };
