// The accessibility bar: high contrast and text size. The choice stays in localStorage; prefs.js restores it before the first paint.
const root = document.documentElement;
const sizes = ["smaller", "", "larger", "largest"];
const names = { smaller: "Letra pequeña", "": "Letra normal", larger: "Letra grande", largest: "Letra muy grande" };

function keep(name, value) {
  try {
    if (value) localStorage.setItem(`eventos.${name}`, value);
    else localStorage.removeItem(`eventos.${name}`);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}

function show() {
  const high = root.dataset.contrast === "high";
  for (const button of document.querySelectorAll("[data-access='contrast']")) button.setAttribute("aria-pressed", String(high));
  const at = sizes.indexOf(root.dataset.text ?? "");
  for (const button of document.querySelectorAll("[data-access='smaller']")) button.setAttribute("aria-disabled", String(at === 0));
  for (const button of document.querySelectorAll("[data-access='larger']")) button.setAttribute("aria-disabled", String(at === sizes.length - 1));
}

function say(words) {
  const status = document.querySelector("[data-access-status]");
  if (status) status.textContent = words;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-access]");
  if (!button) return;
  if (button.dataset.access === "contrast") {
    if (root.dataset.contrast === "high") delete root.dataset.contrast;
    else root.dataset.contrast = "high";
    keep("contrast", root.dataset.contrast);
  } else {
    const step = button.dataset.access === "larger" ? 1 : -1;
    const next = Math.min(sizes.length - 1, Math.max(0, sizes.indexOf(root.dataset.text ?? "") + step));
    if (sizes[next]) root.dataset.text = sizes[next];
    else delete root.dataset.text;
    keep("text", sizes[next]);
    say(names[sizes[next]]);
  }
  show();
});
show();
