// A file input with a place to drop files on. Files go to Python in parts, each answered before the next is sent.

import { follow, make, makeRoot, newId } from "./dom.js";

const MEGABYTE = 1024 * 1024;

// Rounded up, so that a file over the limit never reads as the limit itself.
const sizeWords = (size) =>
  size >= MEGABYTE
    ? `${Math.ceil(size / MEGABYTE)} MB`
    : `${Math.ceil(size / 1024)} KB`;

function endings(accept) {
  const parts = accept.split(",").map((ending) => ending.trim().toLowerCase());
  return parts.filter((ending) => ending.startsWith("."));
}

function listWords(words) {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

function hintText(model) {
  const kinds = endings(model.get("accept"));
  const some = `Files ending in ${listWords(kinds)}`;
  const which = kinds.length ? some : "Files of any kind";
  const size = sizeWords(model.get("limit"));
  return `${which}: up to ${model.get("most")} at once, up to ${size} each.`;
}

// What is wrong with a choice before anything is sent, in a sentence with the remedy; '' if nothing is.
function problem(model, files) {
  const [most, limit, total] = ["most", "limit", "total"].map((name) =>
    model.get(name),
  );
  const kinds = endings(model.get("accept"));
  const fits = ({ name }) => kinds.some((kind) => name.toLowerCase().endsWith(kind));
  const other = kinds.length && files.find((file) => !fits(file));
  const large = files.find((file) => file.size > limit);
  const sum = files.reduce((before, file) => before + file.size, 0);
  if (files.length > most)
    return `${files.length} files are too many at once. Choose up to ${most}.`;
  if (other)
    return `‘${other.name}’ cannot be read here. Choose files ending in ${listWords(kinds)}.`;
  if (large)
    return `‘${large.name}’ is ${sizeWords(large.size)}. Each file can be up to ${sizeWords(limit)}. Nothing was read.`;
  if (sum > total)
    return `These files are too large together. Choose up to ${sizeWords(total)} at once.`;
  return "";
}

// Null for a folder, or a file that moved or is locked by another program.
async function read(file, from, to) {
  try {
    return await file.slice(from, to).arrayBuffer();
  } catch {
    return null;
  }
}

class FileChooser {
  constructor(model, el) {
    this.model = model;
    this.choice = ""; // the choice being sent, '' when none is
    this.arrived = false; // whether all of it is with Python, which says how far it is
    this.answered = null; // resolves with whether to go on
    this.build(el);
    // Emptied first, so that a file put right and chosen again counts as a change.
    this.input.addEventListener("click", () => {
      this.input.value = "";
    });
    this.input.addEventListener("change", () => this.choose([...this.input.files]));
    this.takeDrops();
  }

  build(el) {
    const id = `sl-chooser-${newId()}`;
    const described = { multiple: "", "aria-describedby": `${id}-hint` };
    const drop = { class: "sl-chooser-drop", "aria-hidden": "true" };
    this.label = make("label", { for: id });
    this.hint = make("p", { class: "sl-chooser-hint", id: `${id}-hint` });
    this.input = make("input", { type: "file", id, ...described });
    this.alert = make("p", { class: "sl-chooser-alert", role: "alert" });
    this.status = make("p", { class: "sl-chooser-status", role: "status" });
    const dropWords = make("p", drop, "or drop them here");
    const parts = [this.label, this.hint, this.input, dropWords];
    this.zone = make("div", "sl-chooser-zone", ...parts);
    el.append(makeRoot("sl-chooser", "div", this.zone, this.alert, this.status));
  }

  takeDrops() {
    const { input, zone } = this;
    let over = 0; // entering a child counts as leaving its parent
    const move = (by) => {
      over = by ? over + by : 0;
      zone.classList.toggle("sl-chooser-over", over > 0);
    };
    zone.addEventListener("dragenter", () => move(1));
    zone.addEventListener("dragleave", () => move(over > 0 ? -1 : 0));
    zone.addEventListener("dragover", (event) => event.preventDefault());
    zone.addEventListener("drop", (event) => {
      const { files } = event.dataTransfer;
      event.preventDefault();
      move(0);
      if (!files.length) return;
      input.files = files;
      this.choose([...files]);
    });
  }

  say({ trouble = "", progress = "" }) {
    this.alert.textContent = trouble;
    this.status.textContent = progress;
  }

  drawWords() {
    const { model } = this;
    this.label.textContent = model.get("label");
    this.hint.textContent = hintText(model);
    this.input.setAttribute("accept", model.get("accept"));
  }

  // Resolves with whether to go on.
  ask(content, buffers = []) {
    const answer = new Promise((resolve) => {
      this.answered = resolve;
    });
    this.model.send(content, undefined, buffers);
    return answer;
  }

  letGo() {
    this.choice = "";
    this.arrived = false;
    this.answered?.(false);
    this.answered = null;
  }

  // Ends the choice on its way, if any.
  stop() {
    if (this.choice) this.model.send({ kind: "stop", choice: this.choice });
    this.letGo();
  }

  async sendFile(choice, file, i) {
    const size = this.model.get("part");
    for (let part = 0; part * size < file.size; part += 1) {
      const content = await read(file, part * size, (part + 1) * size);
      if (this.choice !== choice) return false;
      if (!content) {
        const remedy = "Close it in other programs and choose it again.";
        this.stop();
        this.say({ trouble: `‘${file.name}’ could not be read. ${remedy}` });
        return false;
      }
      const onward = await this.ask({ kind: "part", choice, file: i, part }, [content]);
      if (!onward) return false;
    }
    return true;
  }

  async sendAll(files) {
    this.letGo();
    const choice = `${Date.now()}-${Math.random()}`;
    this.choice = choice;
    const names = files.map(({ name, size }) => ({ name, size }));
    const which = (i) =>
      names.length === 1 ? "the file" : `${i + 1} of ${names.length}`;
    const words = (i) => `Reading ${which(i)} …`;
    this.say({ progress: words(0) });
    if (!(await this.ask({ kind: "begin", choice, files: names }))) return;
    for (const [i, file] of files.entries()) {
      this.say({ progress: words(i) });
      if (!(await this.sendFile(choice, file, i))) return;
    }
    if (this.choice !== choice) return;
    this.arrived = true;
    this.say({ progress: this.model.get("message") || "Checking …" });
  }

  choose(files) {
    if (!files.length) return;
    const trouble = problem(this.model, files);
    if (!trouble) {
      this.sendAll(files);
      return;
    }
    this.stop();
    this.say({ trouble });
  }

  showMessage() {
    if (!this.choice || this.arrived) this.say({ progress: this.model.get("message") });
  }

  onAnswer({ kind, choice, text }) {
    if (!this.choice || choice !== this.choice) return;
    if (kind === "heard") this.answered?.(true);
    else if (kind === "refused") {
      this.letGo();
      this.say({ trouble: text });
    } else if (kind === "done") {
      this.choice = "";
      this.arrived = false;
      this.showMessage();
    }
  }

  // Follows the model; returns what ends that.
  begin() {
    this.drawWords();
    this.showMessage();
    return follow(this.model, {
      changes: {
        "label accept limit": () => this.drawWords(),
        message: () => this.showMessage(),
      },
      hear: (answer) => this.onAnswer(answer),
      end: () => this.stop(),
    });
  }
}

export default { render: ({ model, el }) => new FileChooser(model, el).begin() };
