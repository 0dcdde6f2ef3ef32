// The last readings of this phone, in the memory of the page only: they go when it is closed.
import { canUndo, timeShort } from "./judge.js";
import { make } from "./verdict.js";

const MOST = 50;
const LOOK = { accepted: ["is-ok", 0], repeated: ["is-again", 1], refused: ["is-not", 2] };
const part = (name) => document.querySelector(`[data-door-${name}]`);
const recent = [];

export function note(answer) {
  recent.unshift(answer);
  recent.length = Math.min(recent.length, MOST);
}

// What the server said in the end of those that waited.
export function settle(answers) {
  const told = new Map(answers.map((answer) => [answer.nonce, answer]));
  for (const one of recent) if (told.has(one.nonce)) Object.assign(one, { sent: true, settled: told.get(one.nonce).word });
}

export function forget() {
  recent.length = 0;
}

export function drawList({ undo, now }) {
  const rows = recent.map((one) => row(one, undo, now));
  part("list").replaceChildren(...(rows.length ? rows : [make("li", { textContent: "Todavía no hay lecturas." })]));
}

function row(one, undo, now) {
  const [tone, mark] = LOOK[one.tone];
  const waits = !one.live && !one.sent;
  const words = [one.word, waits ? "por enviar" : "enviada", one.settled && one.settled !== one.word ? `el servidor dijo: ${one.settled}` : ""];
  const icon = part("marks").content.querySelectorAll("svg")[mark].cloneNode(true);
  const line = make("li", { className: waits && one.tone === "accepted" ? "is-wait" : tone }, icon, one.name || one.word);
  line.append(make("span", { textContent: words.filter(Boolean).join(", ") }), make("time", { textContent: timeShort(one.at ?? now) }));
  if (one.can_undo && canUndo(one.at, now)) {
    const button = make("button", { type: "button", className: "button button--second button--small", textContent: "Deshacer" });
    button.append(make("span", { className: "hidden-visually", textContent: ` el de ${one.name}` }));
    button.addEventListener("click", () => undo(one));
    line.append(button);
  }
  return line;
}
