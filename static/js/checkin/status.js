// The strip and the warnings of the door: whether there is a signal, what waits, and what may go wrong before it does.
import { CLOCK_TOLERANCE } from "./judge.js";
import { make } from "./verdict.js";

const STALE = 30 * 60_000;
const LITTLE = 30 * 1024 * 1024;
const part = (name) => document.querySelector(`[data-door-${name}]`);
// A screen reader hears of what changes, not of what is written again.
const say = (element, words) => element.textContent !== words && (element.textContent = words);
const minutes = (long) => Math.round(long / 60_000);

export async function drawStatus(vault, { slug, isOnline, offset }) {
  const [waiting, kept] = await Promise.all([vault.waiting(), vault.get(`event:${slug}`)]);
  const pending = waiting.filter((one) => !one.refused).length;
  part("strip").classList.toggle("strip--off", !isOnline);
  for (const icon of document.querySelectorAll("[data-door-icon]")) icon.hidden = icon.dataset.doorIcon !== (isOnline ? "online" : "offline");
  say(part("line"), isOnline ? "En línea" : "Sin señal, siga leyendo");
  say(part("end"), pending ? `${pending} por enviar` : kept?.synced ? ago(kept.synced) : "");
  const alerts = await warnings(kept, offset, waiting.length - pending);
  const box = part("alerts");
  box.hidden = !alerts.length;
  if (box.textContent !== alerts.join("")) box.firstElementChild.replaceChildren(...alerts.map((textContent) => make("li", { textContent })));
}

function ago(moment) {
  const seconds = Math.max(0, Math.round((Date.now() - moment) / 1000));
  if (seconds < 5) return "Sincronizado ahora";
  return seconds < 60 ? `Sincronizado hace ${seconds} s` : `Sincronizado hace ${minutes(seconds * 1000)} min`;
}

async function warnings(kept, offset, refused) {
  const told = [];
  if (Math.abs(offset) > CLOCK_TOLERANCE) {
    told.push(`El reloj de este teléfono está ${minutes(Math.abs(offset))} min ${offset > 0 ? "atrasado" : "adelantado"}: las lecturas se corrigen, pero póngalo en hora.`);
  }
  if (!kept?.whole) told.push("La lista de inscritos no se ha descargado entera: sin señal habrá códigos sin nombre.");
  else if (Date.now() - kept.synced > STALE) told.push(`La lista de inscritos tiene ${minutes(Date.now() - kept.synced)} min: sin señal no se conocen los cambios.`);
  if (refused) told.push(`${refused} ${refused === 1 ? "lectura que el servidor no aceptó sigue" : "lecturas que el servidor no aceptó siguen"} en este teléfono: avise al organizador.`);
  const space = await navigator.storage?.estimate?.();
  if (space && space.quota - space.usage < LITTLE) told.push("Queda poco espacio en este teléfono: libere un poco antes de seguir.");
  return told;
}
