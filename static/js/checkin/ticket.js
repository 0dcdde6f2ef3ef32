// What a code says, without asking anybody: the twin of read_ticket in eventos/kernel/tokens.py.
const SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const VALUE = new Map([...SIGNS].map((sign, value) => [sign, BigInt(value)]));
const LENGTH = 113;
const BYTES = 16 + 4 + 64;
const NOBLE = "./noble-ed25519.js"; // only where it is needed

export const fromBase64 = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
export function base64(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

// Readers that act as a keyboard on a Spanish layout turn `:/-_` into other signs: the longest alphanumeric run is the code.
export function longestRun(scanned) {
  return (scanned.match(/[0-9A-Za-z]+/g) ?? []).reduce((longest, run) => (run.length > longest.length ? run : longest), "");
}

function fromBase62(text) {
  let number = 0n;
  for (const sign of text) number = number * 62n + VALUE.get(sign);
  const digits = number.toString(16).padStart(BYTES * 2, "0");
  return digits.length > BYTES * 2 ? null : Uint8Array.from({ length: BYTES }, (_, place) => parseInt(digits.slice(place * 2, place * 2 + 2), 16));
}

// The key that a row, a movement and a withdrawn code are called by: the first 16 bytes of the SHA-256 of the code.
export const nameOf = async (text) => base64(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).slice(0, 16));

// Verifiers of the keys that the server told, newest first. Phones whose WebCrypto lacks Ed25519 verify with the vendored library.
export async function verifiers(keys, { native = true } = {}) {
  return Promise.all(keys.map((key) => verifier(fromBase64(key), native)));
}

async function verifier(raw, native) {
  if (native) {
    try {
      const key = await crypto.subtle.importKey("raw", raw, { name: "Ed25519" }, false, ["verify"]);
      return (signature, body) => crypto.subtle.verify({ name: "Ed25519" }, key, signature, body);
    } catch (lacking) {
      if (!["NotSupportedError", "SyntaxError", "OperationError"].includes(lacking.name)) throw lacking;
    }
  }
  const { verifyAsync } = await import(NOBLE);
  return (signature, body) => verifyAsync(signature, body, raw, { zip215: false });
}

// {ours, text, k, event}: `text` are the signs of the code, `event` the number of the event it was issued for.
export async function readTicket(scanned, verifiers) {
  const text = longestRun(scanned);
  const raw = text.length === LENGTH ? fromBase62(text) : null;
  if (!raw) return { ours: false };
  const [body, signature] = [raw.slice(0, 20), raw.slice(20)];
  for (const verify of verifiers) {
    if (await verify(signature, body)) return { ours: true, text, k: await nameOf(text), event: new DataView(body.buffer).getUint32(16) };
  }
  return { ours: false };
}
