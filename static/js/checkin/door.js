// The door: reads codes with the camera (decoded here, on the phone) or typed, asks the server, and says the answer in colour, words and sound.
// Nothing is kept on the phone: what could not be sent yet waits in this page's memory only, and goes when the device is revoked.
const root = document.querySelector("[data-door]");
const part = (name) => document.querySelector(`[data-door-${name}]`);
const view = part("view");
const verdict = part("verdict");
const form = part("form");
const marks = { accepted: 0, repeated: 1, refused: 2 };
const WHILE_HELD = 1500; // the same code is one scan until it has been out of sight this long
const BACK_AFTER = 2000;
const pending = [];
let sending = false;
let held = { code: "", at: 0 };
let back = 0;
let stream = null;
let sound = null;

// --- answers --------------------------------------------------------------------------------------------------------------------

function say(answer) {
  clearTimeout(back);
  view.hidden = true;
  verdict.hidden = false;
  verdict.className = `verdict verdict--${answer.tone}`;
  verdict.dataset.verdict = answer.verdict;
  verdict.querySelectorAll(".verdict__mark").forEach((mark, index) => mark.toggleAttribute("hidden", index !== marks[answer.tone]));
  part("word").textContent = answer.word;
  part("name").textContent = answer.name;
  part("document").textContent = answer.document;
  part("work").textContent = answer.work.join("\n");
  part("because").textContent = answer.why;
  part("undo").hidden = !answer.can_undo;
  part("undo").elements.nonce.value = answer.nonce;
  part("search").hidden = answer.tone !== "refused";
  beep(answer.tone);
  if (answer.tone === "accepted") back = setTimeout(ready, BACK_AFTER);
}

function ready() {
  clearTimeout(back);
  verdict.hidden = true;
  view.hidden = false;
}

function beep(tone) {
  const tunes = { accepted: [[880, 0.12]], repeated: [[520, 0.12], [520, 0.12]], refused: [[190, 0.4]] };
  navigator.vibrate?.(tone === "accepted" ? 60 : [120, 80, 120]);
  try {
    sound ??= new AudioContext();
    sound.resume();
    let at = sound.currentTime;
    for (const [pitch, long] of tunes[tone]) {
      const note = sound.createOscillator();
      const loud = sound.createGain();
      note.frequency.value = pitch;
      loud.gain.value = 0.25;
      note.connect(loud).connect(sound.destination);
      note.start(at);
      note.stop(at + long);
      at += long + 0.08;
    }
  } catch {
    // A phone without sound still shows the colour and the word.
  }
}

// --- sending --------------------------------------------------------------------------------------------------------------------

function nonce() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function present(code) {
  pending.push({ nonce: nonce(), code: code.slice(0, 500), at: Date.now(), offline: false });
  send();
}

async function send() {
  if (sending || !pending.length) return;
  sending = true;
  const batch = pending.slice(0, 20);
  try {
    const body = new URLSearchParams({ csrf_token: root.dataset.token, lecturas: JSON.stringify(batch) });
    const answer = await fetch(root.dataset.url, { method: "POST", body, credentials: "same-origin" });
    if (answer.status === 401) return gone();
    if (answer.status === 429 || answer.status >= 500) throw new Error(String(answer.status));
    pending.splice(0, batch.length);
    if (!answer.ok) {
      say({ verdict: "error", tone: "refused", word: "No se leyó", name: "", document: "", work: [], why: "Intente otra vez o busque por nombre.", can_undo: false, nonce: "" });
    } else {
      const told = (await answer.json()).lecturas;
      say(told.at(-1));
      count();
    }
    line("En línea", true);
  } catch {
    batch.forEach((scan) => (scan.offline = true));
    line(`Sin señal: ${pending.length} por enviar`, false);
    say({ verdict: "waiting", tone: "repeated", word: "Sin señal", name: "", document: "", work: [], why: "La lectura quedó en este teléfono y se enviará sola. No cierre esta página.", can_undo: false, nonce: "" });
    setTimeout(send, 3000);
  } finally {
    sending = false;
  }
  if (pending.length && !pending[0].offline) send();
}

async function count() {
  try {
    const answer = await fetch(root.dataset.count, { credentials: "same-origin" });
    if (answer.status === 401) return gone();
    const numbers = await answer.json();
    part("accepted").textContent = numbers.accepted.toLocaleString("es-CO");
    part("expected").textContent = numbers.expected.toLocaleString("es-CO");
  } catch {
    line("Sin señal", false);
  }
}

function line(words, online) {
  part("line").textContent = words;
  part("strip").classList.toggle("strip--off", !online);
}

// The device was revoked or is over: nothing of it stays on the phone.
function gone() {
  pending.length = 0;
  stream?.getTracks().forEach((track) => track.stop());
  location.replace("/acreditacion");
}

// --- the camera -----------------------------------------------------------------------------------------------------------------

function cannot(words) {
  part("reason").textContent = `${words} Escriba abajo el código, use un lector conectado, o busque a la persona por su nombre o documento.`;
  form.elements.code.focus();
}

async function camera() {
  if (!navigator.mediaDevices?.getUserMedia) {
    return cannot("No hay cámara porque esta dirección no es segura (https): los navegadores solo la prestan a páginas seguras.");
  }
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: { ideal: "environment" } }, audio: false });
  } catch (refused) {
    if (refused.name === "NotAllowedError") return cannot("El navegador no tiene permiso para usar la cámara: désela en los ajustes de esta página.");
    return cannot("Este equipo no tiene una cámara que se pueda usar.");
  }
  const video = part("video");
  video.srcObject = stream;
  await video.play();
  for (const shown of [video, part("frame"), part("hint")]) shown.hidden = false;
  part("why").hidden = true;
  torch(stream.getVideoTracks()[0]);
  const api = window.BarcodeDetectionAPI;
  api.prepareZXingModule({ overrides: { locateFile: (path, prefix) => (path.endsWith(".wasm") ? root.dataset.wasm : prefix + path) } });
  look(video, new api.BarcodeDetector({ formats: ["qr_code"] }));
}

async function look(video, detector) {
  try {
    const found = await detector.detect(video);
    for (const { rawValue } of found) seen(rawValue);
  } catch (fault) {
    if (fault.name !== "InvalidStateError") return cannot("Este navegador no pudo leer la imagen de la cámara.");
  }
  setTimeout(() => look(video, detector), 120);
}

function seen(code) {
  const now = performance.now();
  const again = code === held.code && now - held.at < WHILE_HELD;
  held = { code, at: now };
  if (!again) present(code);
}

function torch(track) {
  if (!track.getCapabilities?.().torch) return;
  const button = part("torch");
  part("torch-row").hidden = false;
  button.addEventListener("click", async () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    await track.applyConstraints({ advanced: [{ torch: on }] });
    button.setAttribute("aria-pressed", String(on));
  });
}

part("next").addEventListener("click", ready);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const field = form.elements.code;
  const typed = field.value.trim();
  field.value = "";
  field.setCustomValidity(typed ? "" : "Escriba o lea un código.");
  if (typed) present(typed);
  else field.reportValidity();
});
form.elements.code.addEventListener("input", (event) => event.target.setCustomValidity(""));
// What waits to be sent lives in this page only: the browser asks before it is left.
addEventListener("beforeunload", (event) => {
  if (pending.length) event.preventDefault();
});
// Browsers let a page sound only after somebody touched it, and phones darken while nobody does.
addEventListener("pointerdown", () => (sound ??= new AudioContext()).resume(), { once: true });
const awake = () => document.visibilityState === "visible" && navigator.wakeLock?.request("screen").catch(() => {});
document.addEventListener("visibilitychange", awake);
awake();
setInterval(count, 15000);
camera();
