// The service worker of the door: the app opens without a signal, and what waits is sent when there is one. It keeps no page of anybody.
import { Gone, flush, prepare } from "./sync.js";
import { Vault, wipe } from "./vault.js";

const PATIENCE = 3000;
const OTHERS = /^\/acreditacion\/(vincular\/|app[./]|sw\.js)|\/pantalla$/;

// version: of the app; shell: the page without anybody; files: all that it needs.
export function start({ version, shell, files }) {
  const name = `eventos-puerta-${version}`;
  const kept = new Set(files);

  self.addEventListener("install", (event) => {
    const fill = async () => {
      const cache = await caches.open(name);
      await cache.addAll([shell, ...files].map((file) => new Request(file, { cache: "reload", credentials: "omit" })));
      await self.skipWaiting();
    };
    event.waitUntil(fill());
  });

  self.addEventListener("activate", (event) => {
    const take = async () => {
      for (const old of await caches.keys()) if (old.startsWith("eventos-puerta-") && old !== name) await caches.delete(old);
      await self.clients.claim();
    };
    event.waitUntil(take());
  });

  self.addEventListener("fetch", (event) => {
    const { request } = event;
    const url = new URL(request.url);
    if (request.method !== "GET" || url.origin !== self.location.origin) return;
    if (request.mode === "navigate" && !OTHERS.test(url.pathname)) event.respondWith(page(event));
    else if (kept.has(url.pathname + url.search)) event.respondWith(caches.match(request, { ignoreVary: true }).then((found) => found ?? fetch(request)));
  });

  // The server's page when it comes in time, else the app that is kept.
  async function page(event) {
    const cached = await caches.match(shell, { ignoreVary: true });
    const answer = fetch(event.request);
    const late = new Promise((resolve) => cached && setTimeout(resolve, PATIENCE));
    const first = await Promise.race([answer, late]).catch(() => undefined);
    if (first?.status === 401) event.waitUntil(forget());
    if (first && first.status < 500) return first;
    return cached ?? answer;
  }

  self.addEventListener("sync", (event) => {
    if (event.tag === "eventos-puerta") event.waitUntil(send());
  });
}

async function send() {
  const vault = await Vault.open();
  try {
    await flush(vault);
  } catch (fault) {
    if (!(fault instanceof Gone)) throw fault; // the browser tries again later
    vault.close();
    await wipe();
  } finally {
    vault.close();
  }
}

// The page was refused: the phone asks by itself whether it was put out.
async function forget() {
  const vault = await Vault.open();
  try {
    await prepare(vault);
    vault.close();
  } catch (fault) {
    vault.close();
    if (fault instanceof Gone) await wipe();
  }
}
