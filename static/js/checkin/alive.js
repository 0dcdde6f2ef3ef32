// The door's pages without a camera: the counter grows by itself, and a phone that was put out shows nobody any longer.
const url = document.querySelector("[data-door-alive]").dataset.doorAlive;

async function ask() {
  try {
    const answer = await fetch(url, { credentials: "same-origin" });
    if (answer.status === 401) return location.replace("/acreditacion");
    const numbers = await answer.json();
    for (const name of ["accepted", "expected"]) document.querySelector(`[data-door-${name}]`).textContent = numbers[name].toLocaleString("es-CO");
  } catch {
    // Without signal the page stays as it is; it says so when something is sent.
  }
}
setInterval(ask, 15000);
