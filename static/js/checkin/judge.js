// The twin of eventos/checkin/rules.py and rules_words.py: facts in, verdict out. tests/checkin/cases.json holds both to one answer.
// Moments are milliseconds since 1970; the dates are those of Bogotá, which has no daylight saving.
const MINUTE = 60_000;
const BOGOTA = -5 * 60 * MINUTE;
export const UNDO_WITHIN = 15 * MINUTE;
export const CLOCK_TOLERANCE = 5 * MINUTE;

const COMMON = { once: "day", entries: "one", exits: false, opens: 180, closes: 120, days: [], asks: [], self_checkin: false, offline_search: false };
const OPEN_STATES = new Set(["unconfirmed", "pending", "active", "waitlisted", "offered"]);

export const ruleOf = (kept) => ({ ...COMMON, ...kept });
export const dateOf = (at) => new Date(at + BOGOTA).toISOString().slice(0, 10);

// event: {state, days: [{starts_at, ends_at}]} with moments as the server writes them.
const daysOf = (event) => event.days.map((day) => ({ starts: Date.parse(day.starts_at), ends: Date.parse(day.ends_at) }));

export const doorDays = (event, rule) => daysOf(event).filter((day) => !rule.days.length || rule.days.includes(dateOf(day.starts)));
const opens = (day, rule) => day.starts - rule.opens * MINUTE;
const closes = (day, rule) => day.ends + rule.closes * MINUTE;
const isOpen = (day, rule, at) => opens(day, rule) <= at && at <= closes(day, rule);

function outOfHours(days, rule, at) {
  if (!days.length || days.some((day) => isOpen(day, rule, at))) return "";
  if (at < Math.min(...days.map((day) => opens(day, rule)))) return "too_early";
  return at > Math.max(...days.map((day) => closes(day, rule))) ? "too_late" : "other_day";
}

// Of two doors open at once it is the one that opened last.
export function dayOf(event, rule, at) {
  const open = doorDays(event, rule).filter((day) => isOpen(day, rule, at));
  return open.length ? dateOf(Math.max(...open.map((day) => day.starts))) : "";
}

export function countsOn(event, rule, at) {
  const date = dateOf(at);
  return dayOf(event, rule, at) || (doorDays(event, rule).some((day) => dateOf(day.starts) === date) ? date : "");
}

// shown: {ours, event, state ("" when nobody was told of it), revoked, unanswered: [keys]}; event.id is the one this door is of.
// past: accepted readings that stand in this room, {direction, at, where}. Gives {verdict, first}.
export function judge(shown, event, rule, past, at, direction = "in") {
  if (!shown.ours) return { verdict: "unknown" };
  if (shown.event !== event.id) return { verdict: "other_event" };
  if (event.state !== "published") return { verdict: "cancelled" };
  if (shown.revoked) return { verdict: "revoked" };
  if (shown.state && !OPEN_STATES.has(shown.state)) return { verdict: "cancelled" };
  if (shown.state && shown.state !== "active") return { verdict: "waitlisted" };
  const refused = outOfHours(doorDays(event, rule), rule, at);
  if (refused) return { verdict: refused };
  const day = countsOn(event, rule, at);
  const same = past.filter((one) => rule.once === "event" || countsOn(event, rule, one.at) === day).sort((one, other) => one.at - other.at);
  const before = same.filter((one) => one.at <= at);
  return direction === "out" ? leaving(before) : entering(shown, rule, before);
}

function entering(shown, rule, before) {
  const entered = before.filter((one) => one.direction === "in");
  const inside = entered.length && before.at(-1).direction === "in";
  if (entered.length && (rule.entries === "one" || (rule.entries === "after_exit" && inside))) {
    return { verdict: "repeated", first: rule.entries === "one" ? entered[0] : entered.at(-1) };
  }
  if (shown.unanswered?.length && !entered.length) return { verdict: "needs_answer" };
  return { verdict: "accepted" };
}

const leaving = (before) => (before.at(-1)?.direction === "out" ? { verdict: "repeated", first: before.at(-1) } : { verdict: "accepted" });

export const canUndo = (acceptedAt, now) => now - acceptedAt <= UNDO_WITHIN;

// --- in words -------------------------------------------------------------------------------------------------------------------

const WORDS = {
  accepted: "Adelante",
  repeated: "Ya ingresó",
  unknown: "Desconocido",
  other_event: "Otro evento",
  other_day: "Otro día",
  cancelled: "Cancelada",
  waitlisted: "En lista de espera",
  revoked: "Código retirado",
  too_early: "Muy temprano",
  too_late: "Ya terminó",
  needs_answer: "Falta una respuesta",
  annulled: "Deshecho",
};
const GOING = { accepted: "Salió", repeated: "Ya había salido" };
const WHY = {
  unknown: "Este código no es de una inscripción nuestra. Búsquelo por su nombre o inscríbalo ahora.",
  other_event: "Este código es de otro evento. Búsquelo por su nombre o inscríbalo ahora.",
  other_day: "La puerta de hoy no está abierta para este evento. Consulte con el organizador.",
  cancelled: "Su inscripción está cancelada. Si viene a asistir, inscríbalo de nuevo o consulte con el organizador.",
  waitlisted: "No tiene cupo confirmado todavía. El organizador decide si puede entrar.",
  revoked: "Este código fue reemplazado por otro. Pídale que abra el correo más reciente, o búsquelo por su nombre.",
  needs_answer: "Para entrar falta responder lo que pide el organizador. Pregúnteselo ahora y léalo otra vez.",
  annulled: "Se quitó el ingreso. Puede leer el código otra vez.",
};
const MONTHS = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(" ");
const WEEK = "domingo lunes martes miércoles jueves viernes sábado".split(" ");

export const toneOf = (verdict) => ({ accepted: "accepted", repeated: "repeated", annulled: "repeated" })[verdict] ?? "refused";
export const wordOf = (verdict, direction = "in") => (direction === "out" && GOING[verdict]) || WORDS[verdict];

const local = (at) => new Date(at + BOGOTA);
export const dateLong = (at) => `${local(at).getUTCDate()} de ${MONTHS[local(at).getUTCMonth()]} de ${local(at).getUTCFullYear()}`;
export const dateFull = (at) => `${WEEK[local(at).getUTCDay()]}, ${dateLong(at)}`;
export function timeShort(at) {
  const hour = local(at).getUTCHours();
  return `${hour % 12 || 12}:${String(local(at).getUTCMinutes()).padStart(2, "0")}\u00a0${hour < 12 ? "a" : "p"}.\u00a0m.`;
}

export function why(ruling, event, rule, at, direction = "in") {
  const { verdict } = ruling;
  if (verdict === "accepted") return "";
  if (verdict === "repeated") return firstWords(ruling.first, at, direction);
  if (verdict === "cancelled" && event.state !== "published") return "Este evento fue cancelado.";
  if (verdict === "annulled" && direction === "out") return "Se quitó la salida. Puede leer el código otra vez.";
  const days = doorDays(event, rule);
  if (verdict === "too_early" && days.length) {
    const first = Math.min(...days.map((day) => opens(day, rule)));
    return `La puerta abre el ${dateFull(first)}, a las ${timeShort(first)}`;
  }
  if (verdict === "too_late" && days.length) {
    const last = Math.max(...days.map((day) => closes(day, rule)));
    return `La puerta cerró el ${dateFull(last)}, a las ${timeShort(last)}`;
  }
  return WHY[verdict] ?? "";
}

function firstWords(first, at, direction) {
  const [did, had] = direction === "out" ? ["Salió", "salido"] : ["Ingresó", "ingresado"];
  if (!first) return `Esta inscripción ya había ${had}.`;
  const minutes = Math.floor((at - first.at) / MINUTE);
  const day = dateOf(first.at) === dateOf(at) ? "" : `el ${dateLong(first.at)} `;
  const ago = minutes >= 1 && minutes <= 180 ? `, hace ${minutes} ${minutes === 1 ? "minuto" : "minutos"}` : "";
  return `${did} ${day}a las ${timeShort(first.at)} por «${first.where}»${ago}. No suma otra vez.`;
}
