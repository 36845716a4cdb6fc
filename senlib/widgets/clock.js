// A clock for a session. Time is taken from the browser's own clock, so a page that slept is right when it wakes.

const TICK = 250; // milliseconds between two looks at the time
const MINUTE = 60_000;

function make(tag, attributes = {}, text = "") {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    element.setAttribute(name, value);
  if (text !== "") element.textContent = text;
  return element;
}

function minutes(count) {
  return count === 1 ? "1 minute" : `${count} minutes`;
}

// Minutes and seconds, rounded up so that the last second is seen; as long again after the end, rounded down.
function face(left) {
  const seconds = left >= 0 ? Math.ceil(left / 1000) : Math.floor(-left / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function timeOfDay(at) {
  return new Date(at).toLocaleTimeString("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
  });
}

// How far a session is: the key of the activity under way ('' before the start, null at the end), what it has taken
// before it was last let run, and since when it has run (0 while it stands).
const FRESH = { at: "", taken: 0, since: 0 };

function held(key) {
  try {
    const found = JSON.parse(sessionStorage.getItem(key));
    const fits = found && (found.at === null || typeof found.at === "string");
    return fits && Number.isFinite(found.taken) && Number.isFinite(found.since)
      ? found
      : { ...FRESH };
  } catch {
    return { ...FRESH };
  }
}

function hold(key, state) {
  try {
    sessionStorage.setItem(key, JSON.stringify(state));
  } catch {
    // A browser that keeps nothing still runs the clock; only a reload begins it anew.
  }
}

function render({ model, el }) {
  const root = make("section", {
    class: "sl-clock",
    "data-lm-suppress-shortcuts": "true",
  });
  const title = make("p", { class: "sl-clock-title" });
  const now = make("p", { class: "sl-clock-now" });
  const left = make("p", { class: "sl-clock-left", role: "timer", "aria-live": "off" });
  const word = make("p", { class: "sl-clock-word" });
  const bar = make("div", { class: "sl-clock-bar", "aria-hidden": "true" });
  const next = make("p", { class: "sl-clock-next" });
  const whole = make("p", { class: "sl-clock-whole" });
  const spoken = make("p", { class: "sl-clock-spoken", role: "status" });
  const buttons = make("div", { class: "sl-clock-buttons" });
  const fill = make("span");
  bar.append(fill);
  const button = (words, act) => {
    const one = make("button", { type: "button" }, words);
    one.addEventListener("click", act);
    buttons.append(one);
    return one;
  };

  const activities = () => model.get("activities") || [];
  const place = () => `senlib.clock.${model.get("key")}`;
  let state = held(place());

  const index = () => activities().findIndex((one) => one.key === state.at);
  const under = () => activities()[index()];
  const taken = () =>
    state.taken + (state.since ? Math.max(Date.now() - state.since, 0) : 0);
  const remaining = () => under().minutes * MINUTE - taken();

  function put(changes) {
    state = { ...state, ...changes };
    hold(place(), state);
    draw();
  }

  function say(words) {
    spoken.textContent = words;
  }

  function sayUnderWay() {
    const after = activities()[index() + 1];
    say(
      `Now: ${under().title}, ${minutes(under().minutes)}. ${after ? `Next: ${after.title}.` : "It is the last."}`,
    );
  }

  function goTo(number) {
    const one = activities()[number];
    put({ at: one ? one.key : null, taken: 0, since: one ? Date.now() : 0 });
    if (one) sayUnderWay();
    else say("The session is over.");
  }

  const go = button("Start", () => {
    if (!under()) goTo(0);
    else if (state.since) put({ taken: taken(), since: 0 });
    else put({ since: Date.now() });
  });
  go.className = "sl-clock-first";
  const onward = button("Next", () => goTo(index() + 1));
  const back = button("Back", () =>
    goTo(under() ? index() - 1 : activities().length - 1),
  );
  const anew = button("Begin again", () => {
    put({ ...FRESH });
    say("The clock stands at the beginning.");
    go.focus();
  });
  const large = button("Fill the screen", () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else root.requestFullscreen?.().catch(() => {});
  });

  function able(one, yes) {
    // Left where it is when pressed for the last time, so that the keyboard's place is not lost.
    one.setAttribute("aria-disabled", String(!yes));
  }
  buttons.addEventListener(
    "click",
    (event) => {
      if (event.target.getAttribute?.("aria-disabled") === "true")
        event.stopImmediatePropagation();
    },
    true,
  );

  // What stands still between two changes.
  function draw() {
    const all = activities();
    const one = under();
    const ended = state.at === null;
    title.textContent = model.get("title");
    root.setAttribute("aria-label", `Clock: ${model.get("title")}`);
    root.classList.toggle("sl-clock-stands", !state.since);
    now.textContent = one
      ? one.title
      : ended
        ? "The session is over"
        : all.length
          ? "Ready to start"
          : "No activity is chosen";
    const after = one ? all[index() + 1] : ended ? null : all[0];
    next.textContent = after
      ? `Next: ${after.title} (${minutes(after.minutes)})`
      : one
        ? "This is the last."
        : "";
    go.textContent = !one ? "Start" : state.since ? "Pause" : "Go on";
    able(go, all.length > 0);
    able(onward, Boolean(one));
    able(back, one ? index() > 0 : ended && all.length > 0);
    able(anew, state.at !== "");
    large.hidden = !document.fullscreenEnabled;
    large.textContent = document.fullscreenElement
      ? "Leave the full screen"
      : "Fill the screen";
    tick();
  }

  // What changes with the time.
  function tick() {
    const one = under();
    const all = activities();
    left.hidden = word.hidden = bar.hidden = !one;
    root.classList.toggle("sl-clock-over", Boolean(one) && remaining() < 0);
    if (!one) {
      const sum = all.reduce((total, activity) => total + activity.minutes, 0);
      whole.textContent =
        all.length && state.at !== null
          ? `${minutes(sum)} in all: started now, it ends at ${timeOfDay(Date.now() + sum * MINUTE)}.`
          : "";
      return;
    }
    const ms = remaining();
    left.textContent = face(ms);
    word.textContent = `${ms < 0 ? "over its time" : "minutes left"}${state.since ? "" : ", paused"}`;
    fill.style.inlineSize = `${Math.min((taken() / (one.minutes * MINUTE)) * 100, 100)}%`;
    const later =
      all.slice(index() + 1).reduce((total, activity) => total + activity.minutes, 0) *
      MINUTE;
    whole.textContent = `As it goes, the session ends at ${timeOfDay(Date.now() + Math.max(ms, 0) + later)}.`;
  }

  function drawAnew() {
    state = held(place());
    // An activity that was taken out of the plan is under way no longer.
    if (state.at && !under()) state = { ...FRESH };
    draw();
  }

  root.append(title, now, left, word, bar, next, whole, buttons, spoken);
  el.append(root);
  let waiting = false;
  const drawSoon = () => {
    if (waiting) return;
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      drawAnew();
    });
  };
  for (const name of ["title", "key", "activities"])
    model.on(`change:${name}`, drawSoon);
  document.addEventListener("fullscreenchange", draw);
  const timer = setInterval(tick, TICK);
  drawAnew();
  return () => {
    clearInterval(timer);
    document.removeEventListener("fullscreenchange", draw);
    for (const name of ["title", "key", "activities"])
      model.off(`change:${name}`, drawSoon);
  };
}

export default { render };
