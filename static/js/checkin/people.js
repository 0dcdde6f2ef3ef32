// Who comes without a code: looked for and marked by hand, or written down on the spot.
import { NoSignal, Refused } from "./sync.js";
import { timeShort } from "./judge.js";
import { make } from "./verdict.js";

const SHORTEST = 3;
const PAUSE = 250;
const part = (name) => document.querySelector(`[data-door-${name}]`);
const STATES = { waitlisted: "En lista de espera", offered: "Cupo ofrecido", unconfirmed: "Falta su autorización", pending: "Por aprobar", rejected: "Inscripción no aprobada", cancelled: "Inscripción cancelada" };
const CLOSED = new Set(["rejected", "cancelled"]);

// --- searching ------------------------------------------------------------------------------------------------------------------

// seek(text) gives who is found; mark(person, reason) lets them in.
export function startSearch({ seek, mark, failed }) {
  const input = part("find").elements.text;
  let waiting = 0;
  let latest = 0;
  const say = (words) => (part("found-words").textContent = words);
  const look = async () => {
    const text = input.value.trim();
    const mine = ++latest;
    if (text.replace(/\s/g, "").length < SHORTEST) {
      part("found").replaceChildren();
      return say(text ? "Escriba al menos tres letras o números." : "");
    }
    try {
      const found = await seek(text);
      if (mine !== latest) return;
      part("found").replaceChildren(...found.map((person, place) => row(person, place, mark)));
      say(found.length ? (found.length === 8 ? "Se muestran las primeras ocho personas: escriba más letras para acercarse." : "") : "No encontramos a nadie así entre los inscritos. Pruebe con otro apellido, o inscriba a la persona ahora.");
    } catch (fault) {
      part("found").replaceChildren();
      if (fault instanceof NoSignal) say("Sin señal no se puede buscar: los nombres no se guardan en el teléfono. Inscriba a la persona ahora, o anótela en papel.");
      else if (fault instanceof Refused) say(fault.status === 429 ? "Demasiadas búsquedas en un minuto. Espere un momento." : (Object.values(fault.fields)[0] ?? fault.message));
      else failed(fault);
    }
  };
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, PAUSE);
  });
  part("find").addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    look();
  });
}

export function forgetSearch() {
  part("find").reset();
  part("found").replaceChildren();
  part("found-words").textContent = "";
}

function row(person, place, mark) {
  const line = make("li", {}, make("strong", { textContent: person.name }), make("span", { textContent: [person.work[0], person.document].filter(Boolean).join(", ") }));
  if (person.entered_at) line.append(make("p", { className: "is-in", textContent: `Ingresó a las ${timeShort(Date.parse(person.entered_at))}` }));
  else if (STATES[person.state]) line.append(make("p", { textContent: STATES[person.state] }));
  if (person.entered_at || CLOSED.has(person.state)) return line;
  const summary = make("summary", { textContent: "Marcar" });
  summary.append(make("span", { className: "hidden-visually", textContent: ` a ${person.name}` }));
  const form = make("form", {}, part("reasons").content.cloneNode(true));
  form.querySelectorAll(".choice").forEach((choice, at) => {
    const [radio, label] = choice.children;
    radio.id = label.htmlFor = `motivo-${place}-${at}`;
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    mark(person, new FormData(form).get("reason"));
  });
  line.append(make("details", {}, summary, form));
  return line;
}

// --- writing down ---------------------------------------------------------------------------------------------------------------

const FIELDS = ["document_type", "document_number", "given_names", "family_names", "entity", "post", "municipio", "email"];

// event: with its form and its notice. register(person) writes them down; gives true when that is done.
export function startWalkIn(event, register) {
  const form = part("walkin");
  part("notice").textContent = event.consent.summary;
  part("notice-whole").textContent = event.consent.text;
  const options = (words) => words.map((value) => make("option", { value }));
  document.getElementById("w-lugares").replaceChildren(...options(event.form.places));
  document.getElementById("w-entidades").replaceChildren(...options(event.form.entities));
  form.onsubmit = async (submitted) => {
    submitted.preventDefault();
    const wrong = lacking(form);
    showWrong(form, wrong);
    if (Object.keys(wrong).length) return;
    const person = { consent: event.consent.sha256 };
    for (const name of FIELDS) if (form.elements[name].value.trim()) person[name] = form.elements[name].value.trim();
    const button = form.querySelector("[type=submit]");
    button.disabled = true;
    try {
      await register(person);
      form.reset();
    } catch (fault) {
      if (!(fault instanceof Refused)) throw fault;
      showWrong(form, fault.fields, fault.message);
    } finally {
      button.disabled = false;
    }
  };
}

function lacking(form) {
  const wrong = {};
  for (const control of form.elements) {
    if (!control.required) continue;
    if (control.type === "checkbox" && !control.checked) wrong[control.name] = "Sin su autorización no se puede inscribir.";
    else if (!control.value.trim()) wrong[control.name] = "Escriba este dato.";
  }
  return wrong;
}

// By the field, and what is of none of them above; what was typed stays.
function showWrong(form, wrong, words = "") {
  const named = Object.fromEntries(Object.entries(wrong).map(([name, why]) => [name.split(".").at(-1), why]));
  for (const control of form.elements) {
    const line = document.getElementById(`w-${control.name}-error`);
    if (!line) continue;
    line.textContent = named[control.name] ?? "";
    line.hidden = !named[control.name];
    if (named[control.name]) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
    if (named[control.name]) control.setAttribute("aria-describedby", line.id);
    else control.removeAttribute("aria-describedby");
  }
  const above = Object.keys(named).length ? "Revise los datos señalados." : words;
  part("walkin-error").textContent = above;
  part("walkin-error").hidden = !above;
  form.querySelector("[aria-invalid]")?.focus();
}
