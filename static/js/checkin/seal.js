// The twin of eventos/kernel/sealing.py, by WebCrypto: rows that only a presented code opens, and texts that only the server opens.
import { base64, fromBase64 } from "./ticket.js";

const NONCE = 12;
const bytes = (text) => new TextEncoder().encode(text);

async function keyFrom(material, salt, info, use) {
  const secret = await crypto.subtle.importKey("raw", material, "HKDF", false, ["deriveKey"]);
  const way = { name: "HKDF", hash: "SHA-256", salt, info: bytes(info) };
  return crypto.subtle.deriveKey(way, secret, { name: "AES-GCM", length: 256 }, false, [use]);
}

// {n: name, w: where they work, d: masked document, s: state, q: unanswered questions}, or null when this code does not open it.
export async function openRow(text, event, row) {
  const raw = fromBase64(row);
  const key = await keyFrom(bytes(text), new Uint8Array(), `eventos:door:${event}`, "decrypt");
  try {
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: raw.slice(0, NONCE) }, key, raw.slice(NONCE));
    return JSON.parse(new TextDecoder().decode(plain));
  } catch {
    return null;
  }
}

// to: {kid, public}, as the server tells it. Not even this phone opens again what it sealed.
export async function seal(to, content) {
  const theirs = await crypto.subtle.importKey("raw", fromBase64(to.public), { name: "ECDH", namedCurve: "P-256" }, false, []);
  const mine = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", mine.publicKey));
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, mine.privateKey, 256);
  const key = await keyFrom(shared, point, `eventos:door-seal:${to.kid}`, "encrypt");
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, key, bytes(JSON.stringify(content))));
  const whole = new Uint8Array(point.length + NONCE + sealed.length);
  whole.set(point);
  whole.set(nonce, point.length);
  whole.set(sealed, point.length + NONCE);
  return base64(whole);
}
