// The one script every page loads: brings in the small modules whose elements the page holds.
import "./access.js";
import "./once.js";

const wanted = [
  ["[data-combobox]", "./combobox.js"],
  ["[data-rows]", "./rows.js"],
  ["[data-share]", "./share.js"],
  ["[data-poll]", "./poll.js"],
  ["[data-shown-if]", "./registration/questions.js"],
];
for (const [selector, module] of wanted) {
  if (document.querySelector(selector)) import(module);
}
// After a form comes back with errors, reading starts at the summary.
document.querySelector("[data-focus]")?.focus();
