// The script of a page: it puts the outputs of the cells in their places, and brings their widgets to life over the kernel's channels.

import * as base from "@jupyter-widgets/base";
import { ManagerBase } from "@jupyter-widgets/base-manager";
import * as controls from "@jupyter-widgets/controls";
import { KernelConnection } from "@jupyterlab/services/lib/kernel/default";
import { CommsOverSubshells } from "@jupyterlab/services/lib/kernel/comm";
import { ServerConnection } from "@jupyterlab/services/lib/serverconnection";
import { Widget } from "@lumino/widgets";
import "anywidget";
import { anywidget } from "./define.js";

import "@lumino/widgets/style/index.css";
import "@jupyter-widgets/base/css/index.css";
import "@jupyter-widgets/controls/css/widgets-base.css";

const VIEW = "application/vnd.jupyter.widget-view+json";
const MODULES = {
  "@jupyter-widgets/base": base,
  "@jupyter-widgets/controls": controls,
  anywidget: anywidget(base),
};
const BROKEN =
  "This part of the page could not be made. Reopen the page; what you saved is safe.";

// Widgets as they are in the kernel.
class Manager extends ManagerBase {
  constructor(kernel) {
    super();
    this.kernel = kernel;
    kernel.registerCommTarget(this.comm_target_name, (comm, message) =>
      this.handle_comm_open(new base.shims.services.Comm(comm), message),
    );
  }

  async loadClass(name, module) {
    const widget = MODULES[module]?.[name];
    if (!widget) throw new Error(`There is no ${name} of ${module} on this page.`);
    return widget;
  }

  async _create_comm(target, id, data, metadata, buffers) {
    const comm = this.kernel.createComm(target, id);
    if (data || metadata) comm.open(data, metadata, buffers);
    return new base.shims.services.Comm(comm);
  }

  async _get_comm_info() {
    const { content } = await this.kernel.requestCommInfo({
      target_name: this.comm_target_name,
    });
    return content.status === "ok" ? content.comms : {};
  }

  // Every widget that there is, in one question.
  load() {
    return this._loadFromKernel();
  }
}

const GONE = ["dead", "restarting", "autorestarting"];
const CONNECTED_WITHIN = 5000; // in milliseconds

// Whenever the kernel may be gone frame.js is asked to look: it says so on the page, or leaves a lost connection to come back.
function watch(kernel) {
  const doubt = () => document.dispatchEvent(new Event("sl-kernel-doubt"));
  kernel.statusChanged.connect((_, status) => {
    if (GONE.includes(status)) doubt();
  });
  kernel.connectionStatusChanged.connect((_, status) => {
    if (status !== "connected") doubt();
  });
  kernel.iopubMessage.connect((_, { header }) => {
    if (header.msg_type === "shutdown_reply") doubt();
  });
  // A first connection that fails is tried again for a long time without a signal.
  setTimeout(() => {
    if (kernel.connectionStatus !== "connected") doubt();
  }, CONNECTED_WITHIN);
  return kernel;
}

// Which kernel is the page's is said in the page, some way down: this script may have been there first.
function connect() {
  const { kernelId } = JSON.parse(
    document.getElementById("jupyter-config-data").textContent,
  );
  const { origin } = location;
  const serverSettings = ServerConnection.makeSettings({
    baseUrl: `${origin}/`,
    wsUrl: `${origin.replace("http", "ws")}/`,
    appendToken: false,
  });
  // One thread does all that the page asks for, in the order in which it was asked.
  const commsOverSubshells = CommsOverSubshells.Disabled;
  return new KernelConnection({
    model: { id: kernelId, name: "python3" },
    serverSettings,
    commsOverSubshells,
  });
}

// The outputs of all cells come at the end of the page; each has its place among the words.
function place() {
  for (const result of document.querySelectorAll("#sl-results > [data-for]")) {
    document
      .querySelector(`[data-cell="${result.dataset.for}"]`)
      ?.append(...result.childNodes);
  }
  document.getElementById("sl-results")?.remove();
}

async function show(manager, output) {
  const data = JSON.parse(output.querySelector("script").textContent);
  output.replaceChildren();
  if (!data[VIEW]) {
    output.textContent = data["text/plain"] ?? "";
    return;
  }
  const view = await manager.create_view(await manager.get_model(data[VIEW].model_id));
  Widget.attach(view.luminoWidget, output);
  await whole(view);
}

// A view is there when those within it are.
async function whole(view) {
  const within = (await Promise.all(view.children_views?.views ?? [])).filter(Boolean);
  await Promise.all(within.map(whole));
}

async function draw() {
  place();
  document.body.dataset.slState = "drawing";
  const outputs = [...document.querySelectorAll(".sl-output")];
  let settled = async () => {}; // once the kernel has done all that it was asked
  if (outputs.length) {
    const manager = new Manager(watch(connect()));
    settled = () => manager.kernel.requestKernelInfo();
    await manager.load();
    const drawn = await Promise.allSettled(
      outputs.map((output) => show(manager, output)),
    );
    drawn.forEach(({ status, reason }, place) => {
      if (status === "fulfilled") return;
      console.error(reason);
      outputs[place].textContent = BROKEN;
    });
  }
  if (document.body.dataset.slState !== "drawing") return; // the kernel is gone meanwhile
  document.body.dataset.slState = "ready";
  document.getElementById("sl-status")?.replaceChildren();
  document.dispatchEvent(new CustomEvent("sl-ready", { detail: { settled } }));
}

if (document.readyState === "loading")
  document.addEventListener("DOMContentLoaded", draw);
else draw();
