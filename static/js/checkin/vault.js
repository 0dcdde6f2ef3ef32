// What the phone keeps (IndexedDB), none of which names anybody without a QR: rows of the manifest as they came, what moved by the name of
// a code's hash, and sealed readings that wait for the signal.
//   settings: device, offset (ms between the server's clock and this one), "event:<slug>" {cursor, synced, count}
//   names: by [slug, registration] {k, name, work, state}, only where a room of the event lets phones search without a signal
//   rows, revoked, moved: by [slug, k]; moved is a list of {room, direction, at, where}
//   mine: by nonce {slug, k, room, direction, at, acked}: what this phone let through
//   queue: by order {nonce, slug, sealed, room, direction, at, told, tried, refused}
const NAME = "eventos-puerta";
const CACHES = "eventos-puerta-";

export const asked = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const done = (work) =>
  new Promise((resolve, reject) => {
    work.oncomplete = () => resolve();
    work.onabort = () => reject(work.error ?? new DOMException("the phone's storage refused", "AbortError"));
  });

export class Vault {
  static async open() {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      const db = request.result;
      for (const store of ["settings", "rows", "revoked", "moved", "names"]) db.createObjectStore(store);
      db.createObjectStore("mine", { keyPath: "nonce" }).createIndex("k", ["slug", "k"]);
      db.createObjectStore("queue", { autoIncrement: true }).createIndex("nonce", "nonce", { unique: true });
    };
    return new Vault(await asked(request));
  }

  constructor(db) {
    this.db = db;
    this.erased = () => {};
    db.onversionchange = () => {
      db.close(); // another tab, or the worker, erases everything
      this.erased();
    };
  }

  close() {
    this.db.close();
  }

  store(name) {
    return this.db.transaction(name).objectStore(name);
  }

  get(name) {
    return asked(this.store("settings").get(name));
  }

  async set(name, value) {
    const work = this.db.transaction("settings", "readwrite");
    work.objectStore("settings").put(value, name);
    await done(work);
  }

  // --- the manifest -------------------------------------------------------------------------------------------------------------

  // A page of it, all or nothing. What this phone let through is the server's to tell once it acknowledged it (before `began`).
  async takePage(slug, page, began) {
    const work = this.db.transaction(["rows", "revoked", "moved", "mine", "settings"], "readwrite");
    const [rows, revoked, moved, mine, settings] = ["rows", "revoked", "moved", "mine", "settings"].map((name) => work.objectStore(name));
    for (const [k, row] of page.rows) rows.put(row, [slug, k]);
    for (const k of page.revoked) revoked.put(1, [slug, k]);
    const told = new Map();
    for (const [k, room, direction, seconds, door] of page.movements) {
      if (!told.has(k)) told.set(k, []);
      if (direction !== "none") told.get(k).push({ room, direction, at: seconds * 1000, where: page.doors[door] });
    }
    for (const [k, list] of told) moved.put(list, [slug, k]);
    if (told.size) {
      mine.openCursor().onsuccess = ({ target: { result: at } }) => {
        if (!at) return;
        if (at.value.slug === slug && told.has(at.value.k) && at.value.acked && at.value.acked < began) at.delete();
        at.continue();
      };
    }
    const kept = (await asked(settings.get(`event:${slug}`))) ?? {};
    settings.put({ ...kept, cursor: page.cursor, synced: page.more ? kept.synced : began, whole: kept.whole || !page.more }, `event:${slug}`);
    await done(work);
  }

  // Events that this phone reads for no longer leave nothing behind; what waits to be sent stays.
  async keepOnly(slugs) {
    const kept = await asked(this.store("settings").getAllKeys());
    const gone = kept.filter((name) => name.startsWith("event:")).map((name) => name.slice(6)).filter((slug) => !slugs.includes(slug));
    if (!gone.length) return;
    const work = this.db.transaction(["rows", "revoked", "moved", "names", "settings"], "readwrite");
    for (const slug of gone) {
      for (const store of ["rows", "revoked", "moved", "names"]) work.objectStore(store).delete(IDBKeyRange.bound([slug], [slug, []]));
      for (const name of ["event", "names", "count"]) work.objectStore("settings").delete(`${name}:${slug}`);
    }
    await done(work);
  }

  // {row, revoked, past} of a code's name in a room: what the server told, and what this phone let through meanwhile.
  async known(slug, k, room) {
    const work = this.db.transaction(["rows", "revoked", "moved", "mine"]);
    const [row, revoked, moved, mine] = await Promise.all([
      asked(work.objectStore("rows").get([slug, k])),
      asked(work.objectStore("revoked").get([slug, k])),
      asked(work.objectStore("moved").get([slug, k])),
      asked(work.objectStore("mine").index("k").getAll([slug, k])),
    ]);
    const past = [...(moved ?? []), ...mine].filter((one) => one.room === room);
    return { row, revoked: Boolean(revoked), past };
  }

  // --- names, where the organiser lets phones search without a signal -------------------------------------------------------------

  async takeNames(slug, page) {
    const work = this.db.transaction(["names", "settings"], "readwrite");
    const names = work.objectStore("names");
    for (const [registration, k, name, where, state] of page.rows) names.put({ k, name, work: where, state }, [slug, registration]);
    work.objectStore("settings").put(page.cursor, `names:${slug}`);
    await done(work);
  }

  async forgetNames(slug) {
    if ((await this.get(`names:${slug}`)) === undefined) return;
    const work = this.db.transaction(["names", "settings"], "readwrite");
    work.objectStore("names").delete(IDBKeyRange.bound([slug], [slug, []]));
    work.objectStore("settings").delete(`names:${slug}`);
    await done(work);
  }

  named(slug, registration) {
    return asked(this.store("names").get([slug, registration]));
  }

  // The first of those who are called, or work, as these words say; each as {registration, k, name, work, state}.
  async called(slug, words, most) {
    const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
    const wanted = plain(words).split(/\s+/).filter(Boolean);
    const names = this.store("names");
    const found = [];
    await new Promise((resolve, reject) => {
      const request = names.openCursor(IDBKeyRange.bound([slug], [slug, []]));
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        const at = request.result;
        if (!at || found.length === most) return resolve();
        const text = plain(`${at.value.name} ${at.value.work}`);
        if (wanted.every((word) => text.includes(word))) found.push({ registration: at.key[1], ...at.value });
        at.continue();
      };
    });
    return found;
  }

  // --- readings -----------------------------------------------------------------------------------------------------------------

  // Write a reading down, on disk and not only promised, and with it who was let through.
  async keep(entry, through) {
    const work = this.db.transaction(["queue", "mine"], "readwrite", { durability: "strict" });
    const queue = work.objectStore("queue");
    const order = await asked(queue.index("nonce").getKey(entry.nonce));
    if (order === undefined) queue.add(entry);
    else queue.put(entry, order);
    if (through) work.objectStore("mine").put(through);
    await done(work);
  }

  async waiting() {
    const work = this.db.transaction("queue");
    return asked(work.objectStore("queue").getAll());
  }

  async count() {
    return asked(this.store("queue").count());
  }

  // What the server answered: the reading is erased here. answers: [{nonce, verdict}]; `refused` keeps it, apart, with the reason.
  async acknowledge(answers, now) {
    const work = this.db.transaction(["queue", "mine"], "readwrite");
    const [queue, mine] = [work.objectStore("queue"), work.objectStore("mine")];
    for (const { nonce, verdict } of answers) {
      const [order, through] = await Promise.all([asked(queue.index("nonce").getKey(nonce)), asked(mine.get(nonce))]);
      if (order !== undefined) queue.delete(order);
      if (!through) continue;
      if (verdict === "accepted" || verdict === "repeated") mine.put({ ...through, acked: now });
      else mine.delete(nonce);
    }
    await done(work);
  }

  async through(through) {
    const work = this.db.transaction("mine", "readwrite");
    work.objectStore("mine").put(through);
    await done(work);
  }

  // Gives those of these names that are still here.
  async mark(nonces, change) {
    const work = this.db.transaction("queue", "readwrite");
    const queue = work.objectStore("queue");
    const here = [];
    for (const nonce of nonces) {
      const order = await asked(queue.index("nonce").getKey(nonce));
      if (order === undefined) continue;
      queue.put({ ...(await asked(queue.get(order))), ...change }, order);
      here.push(nonce);
    }
    await done(work);
    return here;
  }

  // What the server did not take is tried again when the app is opened anew.
  async retry() {
    await this.mark((await this.waiting()).filter((entry) => entry.refused).map((entry) => entry.nonce), { refused: "" });
  }

  // Take back what this phone alone knows of. False when the server may know of it already.
  async takeBack(nonce) {
    const work = this.db.transaction(["queue", "mine"], "readwrite");
    const queue = work.objectStore("queue");
    const order = await asked(queue.index("nonce").getKey(nonce));
    const entry = order === undefined ? null : await asked(queue.get(order));
    if (entry && !entry.tried) {
      queue.delete(order);
      work.objectStore("mine").delete(nonce);
    }
    await done(work);
    return Boolean(entry && !entry.tried);
  }

  async forget(nonce) {
    const work = this.db.transaction("mine", "readwrite");
    work.objectStore("mine").delete(nonce);
    await done(work);
  }
}

// The phone is none of ours any longer: nothing of it stays.
export async function wipe() {
  await new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(NAME);
    request.onsuccess = request.onerror = request.onblocked = resolve;
  });
  for (const name of await caches.keys()) if (name.startsWith(CACHES)) await caches.delete(name);
  const workers = self.registration ? [self.registration] : ((await navigator.serviceWorker?.getRegistrations()) ?? []);
  for (const worker of workers) if (new URL(worker.scope).pathname.startsWith("/acreditacion")) await worker.unregister();
}
