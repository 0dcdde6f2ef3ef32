// A page that waits for the worker (an informe being made, an import being read): asks again until the state is no longer "pending".
// Without scripts the page's <noscript> meta refresh does the same. <section id="estado" data-poll="pending" data-poll-every="3">
const longest = 30;

async function ask(element, every) {
  try {
    const answer = await fetch(element.dataset.pollUrl || location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(element.id);
    if (!fresh || fresh.dataset.poll !== "pending") {
      location.reload();
      return;
    }
    if (element.contains(document.activeElement)) return wait(element, every); // whoever is in the middle of it is not pushed out
    if (fresh.textContent !== element.textContent) element.replaceChildren(...[...fresh.childNodes].map((node) => document.importNode(node, true)));
    wait(element, every);
  } catch {
    wait(element, Math.min(longest, every * 2));
  }
}

function wait(element, every) {
  setTimeout(() => ask(element, every), every * 1000);
}

for (const element of document.querySelectorAll("[data-poll='pending']")) wait(element, Number(element.dataset.pollEvery || 3));
