// One door on one phone: what a code is told, by the server when it answers in time, else by the phone alone. Without a screen.
import { UNDO_WITHIN, canUndo, countsOn, judge, ruleOf, toneOf, why, wordOf } from "./judge.js";
import { openRow, seal } from "./seal.js";
import { Gone, NoSignal, Refused, ask, sendNow } from "./sync.js";
import { readTicket, verifiers } from "./ticket.js";

const IN_TIME = 2000;
const MOST_FOUND = 8;
const AGAIN = 8000; // how long a phone that met no signal does not try live

export const newNonce = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

// The server leaves out what is empty.
const filled = (told) => ({ ...told, name: told.name ?? "", work: told.work ?? [], document: told.document ?? "", why: told.why ?? "" });

export class Reader {
  // device: as GET /checkin/device tells it; slug: one of its events.
  static async of(vault, device, slug) {
    const event = device.events.find((one) => one.slug === slug);
    await vault.retry();
    return event && new Reader(vault, device, event, await verifiers(device.keys.ticket));
  }

  constructor(vault, device, event, keys) {
    Object.assign(this, { vault, device, event, keys, offset: 0, room: event.rooms[0]?.key ?? "", direction: "in", lost: -Infinity });
  }

  get rule() {
    return ruleOf(this.event.rooms.find((room) => room.key === this.room)?.rule);
  }

  now() {
    return Date.now() + this.offset;
  }

  hears() {
    return navigator.onLine && performance.now() - this.lost > AGAIN;
  }

  // what: {code} | {registration, reason} | {walk_in}, and perhaps {answers}. Written down before anything is told.
  async read(what, { nonce = newNonce(), name = "" } = {}) {
    this.offset = (await this.vault.get("offset")) ?? 0;
    const at = this.now();
    const place = { room: this.room, direction: this.direction, slug: this.event.slug };
    const entry = { nonce, ...place, at: Math.round(at), sealed: await seal(this.device.keys.seal, what), told: "" };
    if (this.hears()) {
      await this.vault.keep(entry);
      try {
        const answer = await sendNow(this.vault, entry, IN_TIME);
        await this.remember(what, answer, entry, Date.now());
        return { ...filled(answer), at, live: true };
      } catch (fault) {
        if (fault instanceof Gone) throw fault;
        if (fault instanceof Refused && fault.status !== 429 && fault.status < 500) {
          await this.vault.acknowledge([{ nonce, verdict: "refused" }], Date.now());
          throw fault;
        }
        this.lost = performance.now();
        entry.tried = true;
      }
    }
    const { answer, through } = await this.alone(what, entry, name);
    await this.vault.keep({ ...entry, told: answer.verdict }, through);
    return answer;
  }

  // Write somebody down. With a signal the form is judged and what is wrong is said; without one it waits, sealed.
  async register(person) {
    const nonce = newNonce();
    const name = `${person.given_names} ${person.family_names}`;
    if (this.hears()) {
      try {
        const told = await ask("POST", `/events/${this.event.slug}/walk-ins`, { nonce, room: this.room, ...person }, { timeout: 4 * IN_TIME });
        return { ...filled(told), at: this.now(), live: true };
      } catch (fault) {
        if (!(fault instanceof NoSignal)) throw fault;
        this.lost = performance.now();
      }
    }
    return this.read({ walk_in: person }, { nonce, name });
  }

  // What this phone says by itself.
  async alone(what, entry, name) {
    const { event, rule } = this;
    const { at, direction } = entry;
    if (!what.code) {
      // Somebody ticked from a list, or written down just now: the server settles the rest when it hears of it.
      const named = what.registration ? await this.vault.named(event.slug, what.registration) : null;
      const { past } = named ? await this.vault.known(event.slug, named.k, this.room) : { past: [] };
      const ruling = judge({ ours: true, event: event.id, state: named?.state ?? "active" }, event, rule, past, at, direction);
      return { answer: this.told(ruling, entry, { n: name, w: named?.work }), through: named ? this.through(ruling, entry, named.k) : null };
    }
    const read = await readTicket(what.code, this.keys);
    const known = read.ours ? await this.vault.known(event.slug, read.k, this.room) : { past: [] };
    const row = known.row ? await openRow(read.text, read.event, known.row) : null;
    const unanswered = rule.asks.filter((key) => row?.q?.includes(key) && !what.answers?.[key]);
    const shown = { ours: read.ours, event: read.event, state: row?.s ?? "", revoked: known.revoked, unanswered };
    const ruling = judge(shown, event, rule, known.past, at, direction);
    const isThrough = ruling.verdict === "accepted";
    return { answer: { ...this.told(ruling, entry, row ?? (isThrough ? null : {})), questions: unanswered }, through: this.through(ruling, entry, read.k) };
  }

  // Whom this phone let through by itself, as it remembers them.
  through(ruling, { nonce, slug, room, direction, at }, k) {
    return ruling.verdict === "accepted" ? { nonce, slug, k, room, direction, at, where: this.device.device.name } : null;
  }

  told(ruling, { nonce, at, direction }, row) {
    const { verdict } = ruling;
    const nobody = row === null; // genuine, and not heard of yet
    return {
      nonce,
      verdict,
      tone: toneOf(verdict),
      word: wordOf(verdict, direction),
      name: nobody ? "Código genuino, sin nombre" : (row.n ?? ""),
      work: row?.w ? [row.w] : [],
      document: row?.d ?? "",
      why: nobody ? "Se inscribió después de la última descarga." : why(ruling, this.event, this.rule, at, direction),
      can_undo: verdict === "accepted",
      at,
      live: false,
    };
  }

  // Whom the server let in through this phone, so that the phone alone knows them too.
  async remember(what, answer, entry, acked) {
    if (answer.verdict !== "accepted" || !what.code) return;
    const read = await readTicket(what.code, this.keys);
    if (!read.ours) return;
    const { nonce, slug, room, direction, at } = entry;
    await this.vault.through({ nonce, slug, k: read.k, room, direction, at, where: this.device.device.name, acked });
  }

  // Raises Refused or NoSignal with the reason.
  async undo(answer) {
    if (!canUndo(answer.at, this.now())) throw new Refused(409, { title: `Solo se puede deshacer en los ${UNDO_WITHIN / 60_000} minutos siguientes.` });
    if (await this.vault.takeBack(answer.nonce)) {
      return { ...answer, verdict: "annulled", tone: "repeated", word: wordOf("annulled"), why: why({ verdict: "annulled" }, this.event, this.rule, 0), can_undo: false };
    }
    const told = await ask("POST", `/events/${this.event.slug}/undo`, { nonce: answer.nonce }, { timeout: 3 * IN_TIME });
    await this.vault.forget(answer.nonce);
    return { ...filled(told), at: answer.at };
  }

  // Raises NoSignal where the names are not kept.
  async search(text) {
    if (this.hears() || !this.rule.offline_search) {
      try {
        return (await ask("POST", `/events/${this.event.slug}/search`, { text, room: this.room }, { timeout: 4 * IN_TIME })).items;
      } catch (fault) {
        if (!(fault instanceof NoSignal) || !this.rule.offline_search) throw fault;
        this.lost = performance.now();
      }
    }
    const found = await this.vault.called(this.event.slug, text, MOST_FOUND);
    return Promise.all(found.map((one) => this.listed(one)));
  }

  // Somebody found on this phone, as the server lists them.
  async listed({ registration, k, name, work, state }) {
    const { past } = await this.vault.known(this.event.slug, k, this.room);
    const day = countsOn(this.event, this.rule, this.now());
    const entered = past.find((one) => one.direction === "in" && (this.rule.once === "event" || countsOn(this.event, this.rule, one.at) === day));
    return { registration, name, work: work ? [work] : [], document: "", state, ...(entered ? { entered_at: new Date(entered.at).toISOString() } : {}) };
  }
}
