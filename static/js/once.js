// A form is sent once: its buttons rest after the first submit and wake when the page is shown again (the back button).
// A form whose answer is a download carries data-once="off"; one that never answers wakes after fifteen seconds.
const patience = 15000;

function rest(form) {
  form.dataset.sent = "yes";
  for (const button of buttons(form)) {
    if (button.disabled) continue;
    button.dataset.resting = "yes";
    button.disabled = true;
    button.classList.add("is-busy");
  }
}

function wake(form) {
  delete form.dataset.sent;
  for (const button of buttons(form)) {
    if (!button.dataset.resting) continue;
    delete button.dataset.resting;
    button.disabled = false;
    button.classList.remove("is-busy");
  }
}

function buttons(form) {
  return [...form.elements].filter((element) => element.type === "submit");
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.dataset.once === "off" || form.getAttribute("method")?.toLowerCase() !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  // The pressed button's own name and value travel only if it is still enabled while the form is being read.
  setTimeout(() => rest(form));
  setTimeout(() => wake(form), patience);
});

addEventListener("pageshow", () => {
  for (const form of document.forms) wake(form);
});
