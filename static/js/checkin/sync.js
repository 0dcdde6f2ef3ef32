// The phone and the server: prepares itself, asks for what changed, and sends what waits, in order. Runs in the page and in the worker.
const API = "/api/v1/checkin";
const AT_ONCE = 1000;
const BYTES = 900_000; // of the 1 MiB that the server takes
const LONG = 20_000;
const LATER = 30_000;

export class Gone extends Error {} // revoked or over: the phone erases itself
export class NoSignal extends Error {}
export class Refused extends Error {
  constructor(status, problem, after) {
    super(problem.title ?? "El servidor no aceptó la solicitud.");
    Object.assign(this, { status, fields: problem.errors ?? {}, after });
  }
}

// Browsers of 2022 and before have no AbortSignal.timeout.
export function patience(ms) {
  if (AbortSignal.timeout) return AbortSignal.timeout(ms);
  const control = new AbortController();
  setTimeout(() => control.abort(), ms);
  return control.signal;
}

// Gives the JSON answered, null for 304. Raises Gone, NoSignal, or Refused with what the server says.
export async function ask(method, path, body, { timeout = LONG, etag } = {}) {
  const headers = { Accept: "application/json" };
  if (body) headers["Content-Type"] = "application/json";
  if (etag) headers["If-None-Match"] = etag;
  let answer;
  let told;
  const began = Date.now();
  try {
    const way = { method, headers, body: body && JSON.stringify(body), credentials: "same-origin", cache: "no-store", signal: patience(timeout) };
    answer = await fetch(API + path, way);
    if (answer.status === 304) return null;
    told = await answer.json().catch((fault) => (fault.name === "SyntaxError" ? null : Promise.reject(fault)));
  } catch {
    throw new NoSignal();
  }
  const isOurs = (answer.headers.get("Content-Type") ?? "").includes("json") && told;
  if (answer.status === 401 && isOurs) throw new Gone();
  // A hotel's sign-in page or a proxy in between is no answer of ours.
  if (!isOurs || answer.status > 500) throw new NoSignal();
  if (!answer.ok) throw new Refused(answer.status, told, Number(answer.headers.get("Retry-After") ?? 0));
  return { ...told, etag: answer.headers.get("ETag") ?? "", offset: told.now ? Date.parse(told.now) - (began + Date.now()) / 2 : null };
}

// The events of this phone with their rooms and rules, and the keys. Gives the device as it is kept.
export async function prepare(vault) {
  const kept = await vault.get("device");
  const told = await ask("GET", "/device", null, { etag: kept?.etag });
  if (!told) return kept;
  await vault.set("offset", told.offset);
  await vault.set("device", told);
  await vault.keepOnly(told.events.map((event) => event.slug));
  return told;
}

// What changed since the last time, page by page; a phone that stops in the middle goes on from there.
export async function refresh(vault, slug) {
  const cursor = async () => (await vault.get(`event:${slug}`))?.cursor;
  const again = async () => vault.set(`event:${slug}`, { ...(await vault.get(`event:${slug}`)), cursor: "" });
  await pages(vault, `/events/${slug}/manifest`, { cursor, again, take: (page, began) => vault.takePage(slug, page, began) });
  await refreshNames(vault, slug);
}

// Names in clear, only where a room of the event lets phones search without a signal; they go when none does any longer.
async function refreshNames(vault, slug) {
  const event = (await vault.get("device"))?.events.find((one) => one.slug === slug);
  if (!event?.rooms.some((room) => room.rule.offline_search)) return vault.forgetNames(slug);
  const [cursor, again] = [() => vault.get(`names:${slug}`), () => vault.set(`names:${slug}`, "")];
  return pages(vault, `/events/${slug}/names`, { cursor, again, take: (page) => vault.takeNames(slug, page) });
}

// `again` is told when a cursor is none of the server's: from the beginning, then.
async function pages(vault, path, { cursor, again, take }) {
  let more = true;
  while (more) {
    const from = await cursor();
    const began = Date.now();
    try {
      const page = await ask("GET", `${path}?limit=2000${from ? `&cursor=${encodeURIComponent(from)}` : ""}`);
      await take(page, began);
      await vault.set("offset", page.offset);
      more = page.more;
    } catch (fault) {
      if (!(fault instanceof Refused && fault.status === 422 && from)) throw fault;
      await again();
    }
  }
}

const wire = (entry, late) => {
  const told = { nonce: entry.nonce, sealed: entry.sealed, room: entry.room, direction: entry.direction, scanned_at: new Date(entry.at).toISOString() };
  return late ? { ...told, offline: true, ...(entry.told ? { told: entry.told } : {}) } : told;
};

// One reading, now: the server judges it at once. Gives its answer.
export async function sendNow(vault, entry, timeout) {
  await vault.mark([entry.nonce], { tried: true });
  const told = await ask("POST", "/scans", { event: entry.slug, scans: [wire(entry, false)] }, { timeout });
  await vault.set("offset", told.offset);
  await vault.acknowledge(told.answers, Date.now());
  return told.answers[0];
}

// All that waits, in order. Gives the answers; whatever the server does not take stays, apart, with the reason.
export async function flush(vault) {
  const send = async () => {
    const answers = [];
    for (let batch = await next(vault); batch.length; batch = await next(vault)) answers.push(...(await sendBatch(vault, batch)));
    return answers;
  };
  return navigator.locks ? navigator.locks.request("eventos-puerta-envio", send) : send();
}

async function next(vault) {
  const waiting = (await vault.waiting()).filter((entry) => !entry.refused || (entry.again && entry.again < Date.now()));
  const batch = [];
  let size = 0;
  for (const entry of waiting) {
    size += entry.sealed.length + 300;
    if (entry.slug !== waiting[0].slug || batch.length === AT_ONCE || (batch.length && size > BYTES)) break;
    batch.push(entry);
  }
  return batch;
}

async function sendBatch(vault, chosen) {
  const still = new Set(await vault.mark(chosen.map((entry) => entry.nonce), { tried: true }));
  const batch = chosen.filter((entry) => still.has(entry.nonce)); // not what was undone meanwhile
  const nonces = batch.map((entry) => entry.nonce);
  if (!batch.length) return [];
  try {
    const told = await ask("POST", "/scans", { event: batch[0].slug, scans: batch.map((entry) => wire(entry, true)) }, { timeout: 60_000 });
    await vault.set("offset", told.offset);
    await vault.acknowledge(told.answers, Date.now());
    return told.answers;
  } catch (fault) {
    if (!(fault instanceof Refused) || fault.status === 429) throw fault;
    if (batch.length === 1) {
      // What the server cannot take now (500) is asked again in a while; what it will not take waits until the app is opened anew.
      await vault.mark(nonces, { refused: fault.message, again: fault.status >= 500 ? Date.now() + LATER : 0 });
      return [];
    }
    const half = Math.ceil(batch.length / 2);
    return [...(await sendBatch(vault, batch.slice(0, half))), ...(await sendBatch(vault, batch.slice(half)))];
  }
}
