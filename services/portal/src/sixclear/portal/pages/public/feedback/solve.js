// Solves a challenge of ALTCHA v2 (PBKDF2): tries numbers until the key that is derived from one begins as asked.
// WebCrypto derives keys beside the page, so no worker is needed.

const AT_ONCE = 4;
const COUNTER_BYTES = 4;
const MOST = 2 ** 32;

function bytesOf(hex) {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function hexOf(bytes) {
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// How many numbers must be tried on average.
export function triesOf({ parameters }) {
  return 16 ** parameters.keyPrefix.length;
}

async function derived({ cost, keyLength, nonce, salt }, counter) {
  const start = bytesOf(nonce);
  const password = new Uint8Array(start.length + COUNTER_BYTES);
  password.set(start);
  new DataView(password.buffer).setUint32(start.length, counter);
  const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: bytesOf(salt), iterations: cost };
  return hexOf(await crypto.subtle.deriveBits(how, key, 8 * keyLength));
}

// What is sent in the header, once it is found; ends with the reason of `signal` when that is aborted.
export async function solve(challenge, { signal, tried = () => {} } = {}) {
  const { parameters } = challenge;
  if (parameters.algorithm !== "PBKDF2/SHA-256") throw new Error(`unknown algorithm ${parameters.algorithm}`);
  const together = Math.min(AT_ONCE, globalThis.navigator?.hardwareConcurrency ?? 1);
  for (let first = 0; first < MOST; first += together) {
    signal?.throwIfAborted();
    const counters = Array.from({ length: together }, (_, step) => first + step);
    const keys = await Promise.all(counters.map((counter) => derived(parameters, counter)));
    const found = keys.findIndex((key) => key.startsWith(parameters.keyPrefix));
    if (found >= 0) return btoa(JSON.stringify({ challenge, solution: { counter: first + found, derivedKey: keys[found] } }));
    tried(first + together);
  }
  throw new Error("no number solves it");
}
