// A file input with a place to drop files on. Files go to Python in parts, each answered before the next is sent.

// Ids are drawn by lot: each widget has a copy of this script to itself, so that counting would give several the same.
const newId = () => Math.random().toString(36).slice(2, 10);

function make(tag, attributes = {}, text = "") {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    element.setAttribute(name, value);
  if (text !== "") element.textContent = text;
  return element;
}

// Rounded up, so that a file over the limit never reads as the limit itself.
function sizeWords(size) {
  const megabyte = 1024 * 1024;
  return size >= megabyte
    ? `${Math.ceil(size / megabyte)} MB`
    : `${Math.ceil(size / 1024)} KB`;
}

const endings = (accept) =>
  accept
    .split(",")
    .map((ending) => ending.trim().toLowerCase())
    .filter((ending) => ending.startsWith("."));

function listWords(words) {
  return words.length < 2
    ? words.join("")
    : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

function hintText(model) {
  const kinds = endings(model.get("accept"));
  const which = kinds.length
    ? `Files ending in ${listWords(kinds)}`
    : "Files of any kind";
  return `${which}: up to ${model.get("most")} at once, up to ${sizeWords(model.get("limit"))} each.`;
}

// What is wrong with a choice before anything is sent, in a sentence with the remedy; '' if nothing is.
function problem(model, files) {
  const kinds = endings(model.get("accept"));
  const most = model.get("most");
  const limit = model.get("limit");
  if (files.length > most)
    return `${files.length} files are too many at once. Choose up to ${most}.`;
  const other = files.find(
    (file) =>
      kinds.length && !kinds.some((kind) => file.name.toLowerCase().endsWith(kind)),
  );
  if (other)
    return `‘${other.name}’ cannot be read here. Choose files ending in ${listWords(kinds)}.`;
  const large = files.find((file) => file.size > limit);
  if (large) {
    return `‘${large.name}’ is ${sizeWords(large.size)}. Each file can be up to ${sizeWords(limit)}. Nothing was read.`;
  }
  if (files.reduce((sum, file) => sum + file.size, 0) > model.get("total")) {
    return `These files are too large together. Choose up to ${sizeWords(model.get("total"))} at once.`;
  }
  return "";
}

function render({ model, el }) {
  const mine = `sl-chooser-${newId()}`;
  const root = make("div", {
    class: "sl-chooser",
    "data-lm-suppress-shortcuts": "true",
  });
  const zone = make("div", { class: "sl-chooser-zone" });
  const label = make("label", { for: mine });
  const hint = make("p", { class: "sl-chooser-hint", id: `${mine}-hint` });
  const input = make("input", {
    type: "file",
    id: mine,
    multiple: "",
    "aria-describedby": `${mine}-hint`,
  });
  const drop = make(
    "p",
    { class: "sl-chooser-drop", "aria-hidden": "true" },
    "or drop them here",
  );
  const alert = make("p", { class: "sl-chooser-alert", role: "alert" });
  const status = make("p", { class: "sl-chooser-status", role: "status" });
  zone.append(label, hint, input, drop);
  root.append(zone, alert, status);
  el.append(root);

  let choice = ""; // the choice being sent, '' when none is
  let arrived = false; // whether all of it is with Python, which says how far it is
  let answered = null; // resolves with whether to go on

  function say({ trouble = "", progress = "" }) {
    alert.textContent = trouble;
    status.textContent = progress;
  }

  function drawWords() {
    label.textContent = model.get("label");
    hint.textContent = hintText(model);
    input.setAttribute("accept", model.get("accept"));
  }

  function ask(content, buffers = []) {
    const answer = new Promise((resolve) => {
      answered = resolve;
    });
    model.send(content, undefined, buffers);
    return answer;
  }

  function letGo() {
    choice = "";
    arrived = false;
    if (answered) answered(false);
    answered = null;
  }

  async function read(file, from, to) {
    try {
      return await file.slice(from, to).arrayBuffer();
    } catch {
      return null; // a folder, or a file that moved or is locked by another program
    }
  }

  async function sendFile(current, file, i) {
    const size = model.get("part");
    for (let part = 0; part * size < file.size; part += 1) {
      const content = await read(file, part * size, (part + 1) * size);
      if (choice !== current) return false;
      if (!content) {
        model.send({ kind: "stop", choice: current });
        letGo();
        say({
          trouble: `‘${file.name}’ could not be read. Close it in other programs and choose it again.`,
        });
        return false;
      }
      if (!(await ask({ kind: "part", choice: current, file: i, part }, [content])))
        return false;
    }
    return true;
  }

  async function sendAll(files) {
    letGo();
    const current = `${Date.now()}-${Math.random()}`;
    choice = current;
    const names = files.map((file) => ({ name: file.name, size: file.size }));
    const words = (i) =>
      files.length === 1
        ? "Reading the file …"
        : `Reading ${i + 1} of ${files.length} …`;
    say({ progress: words(0) });
    if (!(await ask({ kind: "begin", choice: current, files: names }))) return;
    for (const [i, file] of files.entries()) {
      say({ progress: words(i) });
      if (!(await sendFile(current, file, i))) return;
    }
    if (choice !== current) return;
    arrived = true;
    say({ progress: model.get("message") || "Checking …" });
  }

  function choose(files) {
    if (!files.length) return;
    const trouble = problem(model, files);
    if (!trouble) {
      sendAll(files);
      return;
    }
    if (choice) model.send({ kind: "stop", choice });
    letGo();
    say({ trouble });
  }

  function showMessage() {
    if (!choice || arrived) say({ trouble: "", progress: model.get("message") });
  }

  function onAnswer(answer) {
    if (!choice || answer.choice !== choice) return;
    if (answer.kind === "heard" && answered) {
      answered(true);
    } else if (answer.kind === "refused") {
      letGo();
      say({ trouble: answer.text });
    } else if (answer.kind === "done") {
      choice = "";
      arrived = false;
      showMessage();
    }
  }

  // Emptied first, so that a file put right and chosen again counts as a change.
  input.addEventListener("click", () => {
    input.value = "";
  });
  input.addEventListener("change", () => choose([...input.files]));

  let over = 0; // entering a child counts as leaving its parent
  const lift = () => {
    over = 0;
    zone.classList.remove("sl-chooser-over");
  };
  zone.addEventListener("dragenter", () => {
    over += 1;
    zone.classList.add("sl-chooser-over");
  });
  zone.addEventListener("dragleave", () => {
    over -= 1;
    if (over <= 0) lift();
  });
  zone.addEventListener("dragover", (event) => event.preventDefault());
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    lift();
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    choose([...input.files]);
  });

  const changes = {
    "change:label": drawWords,
    "change:accept": drawWords,
    "change:limit": drawWords,
    "change:message": showMessage,
    "msg:custom": onAnswer,
  };
  for (const [event, act] of Object.entries(changes)) model.on(event, act);
  drawWords();
  showMessage();
  return () => {
    if (choice) model.send({ kind: "stop", choice });
    letGo();
    for (const [event, act] of Object.entries(changes)) model.off(event, act);
  };
}

export default { render };
