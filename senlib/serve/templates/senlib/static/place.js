// Puts what each cell has shown at its place among the words, before Voila draws it.
for (const result of document.querySelectorAll("#sl-results > [data-for]")) {
  document.querySelector(`[data-cell="${result.dataset.for}"]`)?.append(...result.childNodes);
}
document.getElementById("sl-results")?.remove();
document.body.dataset.slState = "drawing";
document.dispatchEvent(new Event("sl-placed"));
