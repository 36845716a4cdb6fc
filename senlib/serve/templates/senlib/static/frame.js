// The frame's own script: it dresses the page as was chosen, says how far each Task is, notices when its kernel is gone, and lets the kernel go with the page.
(() => {
  "use strict";

  const LOST = "This page has lost its engine. What was saved is safe.";
  const CLOSED =
    "The workbook has been closed. What was saved is safe. Start it again, then reopen this page.";
  let leaving = false;
  let lost = false;

  const configuration = () => {
    const element = document.getElementById("jupyter-config-data");
    return element ? JSON.parse(element.textContent) : null;
  };

  const make = (tag, properties) =>
    Object.assign(document.createElement(tag), properties);

  // What a browser keeps for us; one may refuse to keep anything.
  const recall = (store, name) => {
    try {
      return window[store].getItem(name) ?? "";
    } catch {
      return "";
    }
  };
  const keep = (store, name, value) => {
    try {
      window[store].setItem(name, value);
    } catch {
      // Then it counts for this page alone.
    }
  };

  // ---- How it looks: set before the first paint, kept on this computer, the same on every page that is open.

  const LOOKS = ["sl-theme", "sl-face"];
  const FACE = "/frame/atkinson-hyperlegible-next-latin.woff2";
  const moreContrast = matchMedia("(prefers-contrast: more)");

  const looksBy = (find) => Object.fromEntries(LOOKS.map((name) => [name, find(name)]));

  function dress(looks = looksBy((name) => recall("localStorage", name))) {
    const { dataset } = document.documentElement;
    dataset.slTheme = looks["sl-theme"] || (moreContrast.matches ? "contrast" : "");
    dataset.slFace = looks["sl-face"];
    for (const [name, value] of Object.entries(looks)) {
      const input = `input[name="${name}"][value="${CSS.escape(value)}"]`;
      const chosen = document.querySelector(input);
      if (chosen) chosen.checked = true;
    }
  }

  dress();
  if (document.documentElement.dataset.slFace) {
    const font = { as: "font", type: "font/woff2", crossOrigin: "anonymous" };
    document.head.append(make("link", { rel: "preload", href: FACE, ...font }));
  }
  moreContrast.addEventListener("change", () => dress());
  window.addEventListener("storage", ({ key }) => {
    if (key === null || LOOKS.includes(key)) dress();
  });
  document.addEventListener("change", ({ target }) => {
    if (!LOOKS.includes(target.name)) return;
    keep("localStorage", target.name, target.value);
    const chosen = (name) =>
      document.querySelector(`input[name="${name}"]:checked`)?.value ?? "";
    dress(looksBy(chosen));
  });

  // ---- How far each Task is: as the page's kernel says, and remembered until the next page's kernel says it again.

  function showFar() {
    let far = {};
    try {
      far = JSON.parse(recall("sessionStorage", "sl-far") || "{}");
    } catch {
      // Not ours.
    }
    for (const link of document.querySelectorAll("a[data-task]")) {
      const [begun, parts] = far[link.dataset.task] ?? [];
      let place = link.querySelector(".sl-far");
      if (!parts) {
        place?.remove();
        continue;
      }
      if (!place) {
        place = make("span", { className: "sl-far" });
        link.append(" ", place);
      }
      place.toggleAttribute("data-all", begun === parts);
      place.textContent = `${begun} of ${parts} begun`;
    }
  }

  // In the header of each page that asks something; it comes anew whenever something was begun.
  customElements.define(
    "sl-far",
    class extends HTMLElement {
      connectedCallback() {
        keep("sessionStorage", "sl-far", this.dataset.far);
        showFar();
        showSaved();
      }
    },
  );

  // ---- The menu on narrow screens.

  // The rail is there long before the page's end has come, which waits for the kernel.
  new MutationObserver((_, watch) => {
    if (!document.getElementById("content")) return;
    watch.disconnect();
    dress();
    showFar();
    const menu = document.querySelector(".sl-menu");
    const isOpen = () => menu?.getAttribute("aria-expanded") === "true";
    const open = (is) => menu.setAttribute("aria-expanded", String(is));
    menu?.addEventListener("click", () => open(!isOpen()));
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !isOpen()) return;
      open(false);
      menu.focus();
    });
  }).observe(document, { childList: true, subtree: true });

  document.addEventListener("DOMContentLoaded", () => {
    dress(); // what may be chosen after the rail, as at the door
    // The page broke off before its kernel had started.
    if (document.body.dataset.slState === "starting" && !configuration()) lose();
  });

  // ---- What is saved: the header says when; a link waits for what was typed last.

  let saved = "";

  function showSaved() {
    const place = document.querySelector(".sl-saved");
    if (place && saved) place.textContent = `Saved ${saved}`;
  }

  document.addEventListener("sl-saved", ({ detail }) => {
    saved = detail;
    showSaved();
  });

  const PATIENCE = 3000; // in milliseconds; after that the page is left as asked, and what was typed is not called saved

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    const { defaultPrevented, button, ctrlKey, metaKey, shiftKey } = event;
    if (!link || defaultPrevented || button || ctrlKey || metaKey || shiftKey) return;
    if (link.target || link.hasAttribute("download") || link.origin !== location.origin)
      return;
    if (lost || !document.querySelector("[data-sl-unsaved]")) return;
    event.preventDefault();
    const until = Date.now() + PATIENCE;
    const go = () => {
      if (document.querySelector("[data-sl-unsaved]") && Date.now() < until)
        setTimeout(go, 50);
      else location.href = link.href;
    };
    go();
  });

  // ---- A kernel that is gone.

  document.addEventListener("sl-kernel-doubt", () => look()); // from page.js, which has the connection

  // Ask whether the kernel is still there. A sleeping laptop's connection comes back by itself; a dead kernel does not.
  async function look(attempts = 5) {
    const page = configuration();
    if (leaving || lost || !page) return;
    try {
      const address = `${page.baseUrl}api/kernels/${page.kernelId}`;
      const answer = await fetch(address, { cache: "no-store" });
      if (answer.status === 404 || answer.status === 403) return lose(); // 403: the workbook was started anew, with another key
      if (attempts > 3) setTimeout(look, 1000, attempts - 1); // it may be on its way out
    } catch {
      if (attempts > 0) setTimeout(look, 1000, attempts - 1);
      else lose(CLOSED);
    }
  }

  function lose(words = LOST) {
    if (leaving || lost) return;
    lost = true;
    document.body.dataset.slState = "lost";
    document.getElementById("sl-status")?.replaceChildren();
    const banner = make("div", { className: "sl-lost" });
    banner.setAttribute("role", "alert");
    const button = make("button", { type: "button", textContent: "Reopen this page" });
    button.addEventListener("click", () => {
      const place = { href: location.href, down: scrollY, chosen: chosen() };
      keep("sessionStorage", "sl-place", JSON.stringify(place));
      location.reload();
    });
    banner.append(make("p", { textContent: words }), button);
    document.getElementById("content").before(banner);
  }

  // Lists and boxes of the page itself, each by its label; what is written in a sheet or a list of pupils is saved where it stands.
  const BOXES =
    ":is(select, textarea, input:is([type=text], [type=date], [type=number]))";

  function* boxes() {
    const met = new Map();
    for (const box of document.querySelectorAll(`.jupyter-widgets ${BOXES}`)) {
      const label = box.labels?.[0]?.textContent ?? "";
      const place = met.get(label) ?? 0;
      met.set(label, place + 1);
      if (!box.closest("[data-lm-suppress-shortcuts]"))
        yield { box, name: `${label} ${place}` };
    }
  }

  const chosen = () => [...boxes()].map(({ box, name }) => [name, box.value]);

  // One after the other, as a person would: what is chosen in one list may change what there is in the next.
  async function choose(all, settled) {
    for (const [name, value] of all) {
      const { box } = [...boxes()].find((one) => one.name === name) ?? {};
      const options = box?.options && [...box.options].map((option) => option.value);
      if (!box || box.value === value || options?.includes(value) === false) continue;
      box.value = value;
      for (const event of ["input", "change"])
        box.dispatchEvent(new Event(event, { bubbles: true }));
      await settled();
    }
  }

  // Reopened, the page goes back to where it was: once it is drawn, for before that it is too short.
  document.addEventListener("sl-ready", async ({ detail }) => {
    const place = JSON.parse(recall("sessionStorage", "sl-place") || "{}");
    keep("sessionStorage", "sl-place", "");
    if (place.href !== location.href) return;
    await choose(place.chosen, detail.settled);
    scrollTo(0, place.down);
  });

  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") look(3);
  });

  // ---- Leaving.

  window.addEventListener("pagehide", () => {
    leaving = true;
    const page = configuration();
    if (!page || lost) return;
    const goodbye = new FormData();
    goodbye.append("_xsrf", document.cookie.match(/(?:^|; )_xsrf=([^;]*)/)?.[1] ?? "");
    navigator.sendBeacon(`${page.baseUrl}voila/api/shutdown/${page.kernelId}`, goodbye);
  });

  // Come back to by the browser's memory, the page would have no kernel.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
})();
