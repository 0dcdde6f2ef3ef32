// The app of the door: brings the reader, the camera, the screen and the sending together.
import { Camera } from "./camera.js";
import { drawList, forget, note, settle } from "./list.js";
import { forgetSearch, startSearch, startWalkIn } from "./people.js";
import { Reader } from "./reader.js";
import { drawStatus } from "./status.js";
import { Gone, NoSignal, Refused, flush, patience, prepare, refresh } from "./sync.js";
import { verifiers } from "./ticket.js";
import { Vault, wipe } from "./vault.js";
import { ask as askQuestions, make, ready, show, trouble, wake } from "./verdict.js";

const part = (name) => document.querySelector(`[data-door-${name}]`);
const root = document.querySelector("[data-door]");
const [, , slug = "", place = ""] = location.pathname.split("/");
const TICK = 5000;
const REFRESH = 30_000;
const COUNT = 15_000;
let vault = null;
let reader = null;
let camera = null;
let last = null; // {what, answer} on the screen
let turn = Promise.resolve(); // one reading after another
let syncing = null;
let refreshed = -Infinity;
let asked = -Infinity;
let isOnline = navigator.onLine;
let count = null;
let isLeaving = false;

// --- readings -------------------------------------------------------------------------------------------------------------------

function read(what, more) {
  const mine = turn.then(() => readOne(what, more)).catch(failed);
  turn = mine.catch(() => {}); // what broke one reading keeps none of the others from being read
  return mine;
}

async function readOne(what, more) {
  try {
    const answer = await reader.read(what, more);
    heard(answer.live);
    tell(what, answer);
  } catch (fault) {
    if (fault instanceof Refused) trouble("No se leyó", fault.message);
    else if (fault instanceof DOMException) trouble("No se guardó", "El teléfono no pudo guardar la lectura: libere espacio o use otro. La persona no quedó registrada.");
    else {
      if (!(fault instanceof Gone)) trouble("No se leyó", "Algo falló en este teléfono. Lea el código otra vez.");
      throw fault;
    }
  }
}

function tell(what, answer) {
  last = { what, answer };
  go("read");
  show(answer);
  note(answer);
  const asked = (answer.questions ?? []).map((key) => reader.event.questions.find((one) => one.key === key)).filter(Boolean);
  if (answer.verdict === "needs_answer" && asked.length) askQuestions(asked, (answers) => read({ ...what, answers: { ...what.answers, ...answers } }));
  if (answer.live && answer.verdict === "accepted") setTimeout(recount, 300);
  if (!answer.live) {
    navigator.serviceWorker?.ready.then((worker) => worker.sync?.register("eventos-puerta")).catch(() => {});
    if (answer.verdict === "accepted" && reader.direction === "in") counted((count?.accepted ?? 0) + 1, count?.expected);
  }
  draw();
}

async function undo(wrong) {
  go("read");
  try {
    const answer = await reader.undo(wrong);
    wrong.can_undo = false;
    show(answer);
    note(answer);
    sync();
  } catch (fault) {
    if (fault instanceof NoSignal) trouble("No se deshizo", "Sin señal no se puede: la lectura ya salió hacia el servidor. Inténtelo otra vez en un momento.");
    else if (fault instanceof Refused) trouble("No se deshizo", fault.message);
    else failed(fault);
  }
}

// --- with the server ------------------------------------------------------------------------------------------------------------

function sync() {
  syncing ??= syncOnce()
    .catch(failed)
    .finally(() => {
      syncing = null;
      draw();
    });
  return syncing;
}

async function syncOnce() {
  try {
    const answers = await flush(vault);
    settle(answers);
    if (performance.now() - refreshed > REFRESH || answers.length) {
      await take(await prepare(vault));
      await refresh(vault, slug);
      await askCount();
      refreshed = performance.now();
    } else if (performance.now() - asked > COUNT) await askCount();
    heard(true);
  } catch (fault) {
    if (isSilence(fault)) heard(false);
    else if (!(fault instanceof Refused)) throw fault;
  }
}

const isSilence = (fault) => fault instanceof NoSignal || fault instanceof TypeError || fault instanceof SyntaxError || fault.name === "TimeoutError" || fault.name === "AbortError";
const recount = () => askCount().catch((fault) => (isSilence(fault) ? heard(false) : failed(fault)));

async function askCount() {
  asked = performance.now();
  const answer = await fetch(`/acreditacion/${slug}/cuenta`, { credentials: "same-origin", cache: "no-store", signal: patience(TICK) });
  if (answer.status === 401) await prepare(vault); // whether it is the server who says so, or somebody in between
  if (!answer.ok) return;
  const numbers = await answer.json();
  counted(numbers.accepted, numbers.expected);
  await vault.set(`count:${slug}`, numbers);
}

function heard(online) {
  isOnline = online;
  if (online) reader.lost = -Infinity;
  else reader.lost = performance.now();
}

// What the server tells of the event may change while the door is open.
async function take(device) {
  const event = device.events.find((one) => one.slug === slug);
  const same = String(device.keys.ticket) === String(reader.device.keys.ticket);
  if (event) Object.assign(reader, { device, event, keys: same ? reader.keys : await verifiers(device.keys.ticket) });
  drawPlace();
}

async function failed(fault) {
  if (isLeaving) return;
  if (!(fault instanceof Gone)) throw fault;
  vault.erased = () => {};
  vault.close();
  await wipe();
  leave();
}

// Nothing of anybody stays on the screen either.
function leave() {
  isLeaving = true;
  camera?.stop();
  forget();
  location.replace("/acreditacion");
}

// --- the screen -----------------------------------------------------------------------------------------------------------------

function go(page) {
  for (const each of document.querySelectorAll("[data-door-page]")) each.hidden = each.dataset.doorPage !== page;
  for (const tool of document.querySelectorAll("[data-door-go]")) {
    if (tool.dataset.doorGo === page) tool.setAttribute("aria-current", "page");
    else tool.removeAttribute("aria-current");
  }
  if (page !== "search") forgetSearch();
  if (page === "list") drawList({ undo, now: reader.now() });
  if (page === "search") part("find").elements.text.focus();
  else if (page !== "read") document.querySelector(`[data-door-page="${page}"] h2`)?.focus();
}

function counted(accepted, expected) {
  count = { accepted, expected };
  for (const name of ["accepted", "expected"]) if (part(name) && count[name] !== undefined) part(name).textContent = count[name].toLocaleString("es-CO");
}

async function draw() {
  if (!vault || !reader) return;
  reader.offset = (await vault.get("offset")) ?? 0;
  await drawStatus(vault, { slug, isOnline, offset: reader.offset });
}

// Where this phone stands: a reload must not move it to another room.
function stand() {
  drawPlace();
  vault.set(`place:${slug}`, { room: reader.room, direction: reader.direction }).catch(failed);
}

function drawPlace() {
  const { event, rule } = reader;
  part("event").textContent = event.short_title;
  part("device").textContent = [reader.device.device.name, event.venue, event.demo && "demostración"].filter(Boolean).join(", ");
  const select = part("room");
  if (!event.rooms.some((room) => room.key === reader.room)) reader.room = event.rooms[0]?.key ?? "";
  select.replaceChildren(...event.rooms.map((room) => make("option", { value: room.key, textContent: room.name })));
  select.value = reader.room;
  select.hidden = event.rooms.length < 2;
  part("way").hidden = !rule.exits;
  part("change").hidden = reader.device.events.length < 2;
  part("place").hidden = select.hidden && !rule.exits && part("change").hidden;
  if (!rule.exits) reader.direction = "in";
  part("hint").textContent = reader.direction === "out" ? "Acerque el código de quien sale" : "Acerque el código";
  for (const button of part("way").children) button.setAttribute("aria-pressed", String(button.dataset.direction === reader.direction));
}

function choose(device) {
  part("event").textContent = "Puerta";
  part("events").replaceChildren(...device.events.map((event) => make("li", {}, make("a", { href: `/acreditacion/${event.slug}`, textContent: event.title }))));
  document.querySelector(".door__tools[aria-label]").hidden = true;
  go("choose");
}

// --- the camera -----------------------------------------------------------------------------------------------------------------

function cannot(words) {
  part("why").hidden = false;
  for (const shown of ["video", "frame", "hint"]) part(shown).hidden = true;
  part("reason").textContent = `${words} Escriba abajo el código, use un lector conectado, o busque a la persona por su nombre o documento.`;
}

async function openCamera() {
  if (!navigator.mediaDevices?.getUserMedia) return cannot("No hay cámara porque esta dirección no es segura (https): los navegadores solo la prestan a páginas seguras.");
  camera ??= new Camera(part("video"), {
    wasm: root.dataset.wasm,
    seen: (code) => read({ code: code.slice(0, 500) }),
    failed: () => cannot("Este navegador no pudo leer la imagen de la cámara."),
  });
  try {
    await camera.start();
  } catch (refused) {
    if (refused.name === "NotAllowedError") return cannot("El navegador no tiene permiso para usar la cámara: désela en los ajustes de esta página.");
    return cannot("Este equipo no tiene una cámara que se pueda usar.");
  }
  for (const shown of ["video", "frame", "hint"]) part(shown).hidden = false;
  part("why").hidden = true;
  part("torch").hidden = !camera.hasTorch;
  part("turn").hidden = (await camera.lenses()).length < 2;
}

// --- hands ----------------------------------------------------------------------------------------------------------------------

function listen() {
  const form = part("form");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const field = form.elements.code;
    const typed = field.value.trim();
    field.value = "";
    field.setCustomValidity(typed ? "" : "Escriba o lea un código.");
    if (typed) read({ code: typed.slice(0, 500) });
    else field.reportValidity();
  });
  form.elements.code.addEventListener("input", (event) => event.target.setCustomValidity(""));
  // Readers that act as a keyboard type wherever the page is.
  document.addEventListener("keydown", (event) => {
    const isFree = !event.target.closest?.(event.key === " " ? "input, select, textarea, button, a, summary, [tabindex='0']" : "input, textarea");
    if (isFree && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey && !part("form").closest("[hidden]")) form.elements.code.focus();
  });
  for (const tool of document.querySelectorAll("[data-door-go]")) {
    tool.addEventListener("click", (event) => {
      event.preventDefault();
      ready();
      go(tool.dataset.doorGo);
    });
  }
  part("next").addEventListener("click", ready);
  part("undo").addEventListener("click", () => undo(last.answer));
  part("search").addEventListener("click", () => {
    ready();
    go("search");
  });
  part("room").addEventListener("change", (event) => {
    reader.room = event.target.value;
    stand();
  });
  part("way").addEventListener("click", (event) => {
    reader.direction = event.target.closest("[data-direction]")?.dataset.direction ?? reader.direction;
    stand();
  });
  part("turn").addEventListener("click", () => camera.turn().catch(() => cannot("Esa cámara no se puede usar.")));
  part("torch").addEventListener("click", async (event) => {
    const button = event.currentTarget;
    const on = button.getAttribute("aria-pressed") !== "true";
    await camera.light(on);
    button.setAttribute("aria-pressed", String(on));
  });
  startSearch({ seek: (text) => reader.search(text), mark: (person, reason) => read({ registration: person.registration, reason }, { name: person.name }), failed });
  startWalkIn(reader.event, async (person) => {
    try {
      tell({ walk_in: person }, await reader.register(person));
    } catch (fault) {
      if (fault instanceof Gone) return failed(fault);
      throw fault;
    }
  });
  addEventListener("pointerdown", wake, { once: true });
  addEventListener("online", () => sync());
  addEventListener("offline", () => {
    heard(false);
    draw();
  });
  const awake = () => document.visibilityState === "visible" && navigator.wakeLock?.request("screen").catch(() => {});
  document.addEventListener("visibilitychange", awake);
  awake();
}

// --- the beginning --------------------------------------------------------------------------------------------------------------

async function start() {
  if (!globalThis.crypto?.subtle || !globalThis.indexedDB) return openCamera(); // no safe address: the forms of the page do it
  navigator.serviceWorker?.register("/acreditacion/sw.js", { type: "module", scope: "/acreditacion", updateViaCache: "none" }).catch(() => {});
  navigator.storage?.persist?.();
  vault = await Vault.open();
  vault.erased = leave;
  let device = await vault.get("device");
  if (!device) {
    try {
      device = await prepare(vault);
    } catch (fault) {
      if (!(fault instanceof NoSignal)) return failed(fault);
      return cannot("Este teléfono no se ha preparado: ábralo una vez con señal.");
    }
  }
  reader = await Reader.of(vault, device, slug);
  if (!reader && navigator.onLine) reader = await Reader.of(vault, await prepare(vault).catch(() => device), slug);
  if (!reader) return choose(device);
  reader.offset = (await vault.get("offset")) ?? 0;
  Object.assign(reader, await vault.get(`place:${slug}`));
  const numbers = await vault.get(`count:${slug}`);
  if (numbers) counted(numbers.accepted, numbers.expected);
  drawPlace();
  listen();
  go({ buscar: "search", inscribir: "walkin" }[place] ?? "read");
  document.querySelector('[data-door-go="list"]').hidden = false;
  document.documentElement.dataset.door = "ready";
  openCamera();
  setInterval(sync, TICK);
  await sync();
}
start().catch(failed);
