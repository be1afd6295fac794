// What verify_receipt.py says of a receipt without its log.

const MINUTE = 60_000, HOUR = 60 * MINUTE, PROMISED = 2 * HOUR, LATEST = 253_402_300_799n;
const LINES = "case kind at due rule content after";
const ED25519 = 1, COSIGNATURE = 4;

function need(so, reason, values, word = "false") {
  if (!so) throw Object.assign(new Error(reason), { found: { word, reason, ...values } });
}

const utf8 = (text) => new TextEncoder().encode(text);
const bytes = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
const same = (one, other) => one.length === other.length && one.every((value, at) => value === other[at]);

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}

const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));

async function hmac(salt, text) {
  const key = await crypto.subtle.importKey("raw", salt, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, text));
}

async function holds({ material }, signature, message) {
  const key = await crypto.subtle.importKey("raw", material.slice(1), "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", key, signature, message);
}

// What stands before a mark, and behind it.
function cut(text, mark) {
  const [before, ...rest] = text.split(mark);
  return [before, rest.join(mark)];
}

function number(text) {
  need(/^(0|[1-9]\d*)$/.test(text) && Number.isSafeInteger(Number(text)), "unreadable");
  return Number(text);
}

async function parseKey(text, kind) {
  const [name, id, ...rest] = text.split("+");
  const material = bytes(rest.join("+"));
  const own = (await sha256(utf8(`${name}\n`), material)).slice(0, 4);
  const hex = [...own].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  need(material.length === 33 && material[0] === kind && id === hex, "policy");
  return { name, id: own, material };
}

async function parsePolicy(text) {
  const policy = { logs: [], witnesses: new Map(), groups: new Map(), quorum: "" };
  const known = (name) => policy.witnesses.has(name) || policy.groups.has(name);
  for (const line of text.split("\n")) {
    const [word, name, least, ...members] = line.trim().split(/\s+/);
    if (word === "log") policy.logs.push(await parseKey(name, ED25519));
    else if (word === "witness") policy.witnesses.set(name, await parseKey(least, COSIGNATURE));
    else if (word === "group") {
      const count = { any: 1, all: members.length }[least] ?? number(least);
      need(members.every(known) && new Set(members).size === members.length && members.length >= count && count >= 1, "policy");
      policy.groups.set(name, { count, members });
    } else if (word === "quorum" && !policy.quorum && least === undefined && (name === "none" || known(name))) policy.quorum = name;
    else need(!word || word.startsWith("#"), "policy");
  }
  need(policy.logs.length && policy.quorum, "policy");
  return policy;
}

// The text of a note, and when each known key signed it (null: it has no time).
async function signers(note, keys) {
  const end = note.lastIndexOf("\n\n");
  need(end >= 0 && note.endsWith("\n"), "unreadable");
  const text = note.slice(0, end), found = new Map();
  for (const line of note.slice(end + 2, -1).split("\n")) {
    const [name, encoded, more] = line.replace(/^— /, "").split(" ");
    need(encoded && more === undefined, "unreadable");
    const content = bytes(encoded);
    for (const key of keys.filter((one) => one.name === name && same(one.id, content.slice(0, 4)))) {
      let message = utf8(`${text}\n`), signature = content.slice(4), at = null;
      if (key.material[0] === COSIGNATURE) {
        need(signature.length > 8, "signature");
        const seconds = new DataView(signature.buffer).getBigUint64(0);
        need(seconds <= LATEST, "signature");
        message = joined(utf8(`cosignature/v1\ntime ${seconds}\n`), message);
        signature = signature.slice(8);
        at = Number(seconds) * 1000;
      }
      need(await holds(key, signature, message), "signature");
      found.set(key, at);
    }
  }
  return { text, found };
}

// A checkpoint that the policy accepts, and when a witness first saw it.
async function accept(note, { logs, witnesses, groups, quorum }) {
  const { text, found } = await signers(note, [...logs, ...witnesses.values()]);
  const [origin, size, root] = text.split("\n");
  need(logs.some((log) => log.name === origin && found.has(log)), "log");
  const seen = new Set([...witnesses.keys()].filter((name) => found.has(witnesses.get(name))));
  const times = [...seen].map((name) => found.get(witnesses.get(name)));
  for (const [name, { count, members }] of groups) if (members.filter((one) => seen.has(one)).length >= count) seen.add(name);
  need(quorum === "none" || seen.has(quorum), "quorum");
  return { size: number(size), root: bytes(root), at: times.length ? Math.min(...times) : null };
}

async function rootByPath(leaf, index, size, path) {
  need(index >= 0 && index < size && (size > 1) === path.length > 0, "changed");
  if (size === 1) return leaf;
  const sibling = path.pop();
  let middle = 1;
  while (middle * 2 < size) middle *= 2;
  if (index < middle) return sha256(Uint8Array.of(1), await rootByPath(leaf, index, middle, path), sibling);
  return sha256(Uint8Array.of(1), sibling, await rootByPath(leaf, index - middle, size - middle, path));
}

function instant(text) {
  need(/^\d{4}(-\d\d){2}T\d\d(:\d\d){2}Z$/.test(text), "statement");
  return Date.parse(text);
}

async function parseStatement(note, logs) {
  const { text, found } = await signers(note, logs);
  const [first, ...lines] = text.replace("\nhour ", "\nat ").split("\n").map((line) => cut(line, " "));
  need(found.size && first[0] === "sixclear/statement/v1" && lines.map(([name]) => name).join(" ") === LINES, "statement");
  const values = Object.fromEntries(lines);
  const [size, root] = values.after.split(" ");
  const at = instant(values.at);
  return {
    text: utf8(`${text}\n`), kind: values.kind, at, until: at + (text.includes("\nhour ") ? HOUR : 0),
    due: values.due === "-" ? null : instant(values.due), named: { size: number(size), root: bytes(root) },
  };
}

async function checkProof(proof, entry, policy, named) {
  const [head, note] = cut(proof, "\n\n");
  const [first, ...lines] = head.split("\n");
  const extra = lines[0].startsWith("extra ") ? new TextDecoder().decode(bytes(lines.shift().slice(6))) : "";
  const newest = await accept(note, policy);
  need(lines[0].startsWith("index "), "unreadable");
  const found = await rootByPath(await sha256(Uint8Array.of(0), entry), number(lines[0].slice(6)), newest.size, lines.slice(1).map(bytes));
  need(first === "c2sp.org/tlog-proof@v1" && same(found, newest.root), "changed");
  const before = extra ? await accept(extra, policy) : { ...named, at: null };
  need(before.size === named.size && same(before.root, named.root) && named.size < newest.size, "before");
  need(extra || policy.quorum === "none" || named.size === 0, "before");
  return { before: before.at, after: newest.at };
}

async function judge(receipt) {
  need(receipt.format === "sixclear-receipt/v1", "unreadable");
  const policy = await parsePolicy(receipt.policy);
  const said = await parseStatement(receipt.statement, policy.logs);
  need(receipt.proof !== null, "not-yet", {}, "not-yet");
  const seen = await checkProof(receipt.proof, await hmac(bytes(receipt.salt), said.text), policy, said.named);
  const values = { kind: said.kind, at: said.at, due: said.due, ...seen };
  need(seen.before === null || said.until >= seen.before - MINUTE, "made-later", values);
  need(seen.after === null || said.at <= seen.after + MINUTE, "made-earlier", values);
  need(seen.after === null || seen.after <= said.until + PROMISED || said.kind === "received", "seen-late", values);
  return { word: "verified", ...values };
}

// `word` is verified, false, not-yet or cannot; `reason` says which fault.
export async function verify(text) {
  try {
    return await judge(JSON.parse(text));
  } catch (error) {
    if (error.name === "NotSupportedError") return { word: "cannot" };
    return error.found ?? { word: "false", reason: "unreadable" };
  }
}
