// Questions that depend on an answer appear when it is given. Without scripts all are shown, each saying when it applies, and the server
// leaves out those that do not. `data-shown-if` is the name of a field, `data-any-of` the values (without spaces) that show the question.
const dependent = [...document.querySelectorAll("[data-shown-if]")];

function answers(name) {
  const fields = [...document.getElementsByName(name)].filter((field) => !field.closest("[hidden]"));
  return fields.filter((field) => field.checked).map((field) => field.value);
}

function settle() {
  // In the order of the page: a question that depends on a hidden one is hidden too.
  for (const box of dependent) {
    const wanted = box.dataset.anyOf.split(" ");
    box.hidden = !answers(box.dataset.shownIf).some((value) => wanted.includes(value));
  }
}

document.addEventListener("change", settle);
addEventListener("pageshow", settle);
settle();
