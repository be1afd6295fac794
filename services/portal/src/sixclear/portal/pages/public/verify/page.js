// Reads a receipt where it is, and says what it proves. Nothing is sent.
import { verify } from "./receipt.js";

const LONGEST = 1 << 20;
const texts = Object.fromEntries([...document.querySelectorAll("#texts [data-text]")].map((item) => [item.dataset.text, item.textContent]));
const language = document.documentElement.lang;
const written = new Intl.DateTimeFormat(language === "ar" ? "ar-u-nu-latn" : language === "en" ? "en-GB" : language, {
  timeZone: "Asia/Ho_Chi_Minh", dateStyle: "medium", timeStyle: "medium",
});
const instant = (at) => (at === null ? texts["no-due"] : written.format(at));
const filled = (name, values) => texts[name].replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");

function sentence(found) {
  const values = Object.fromEntries(["at", "due", "before", "after"].map((name) => [name, instant(found[name] ?? null)]));
  if (found.word === "false") return filled("false", { reason: filled(found.reason, values) });
  if (found.word !== "verified") return texts[found.word];
  const bracket = filled(found.after === null ? "alone" : found.before === null ? "after" : "both", values);
  return filled("verified", { ...values, kind: texts[found.kind] ?? found.kind, bracket });
}

async function judge(file) {
  if (!globalThis.crypto?.subtle) return { word: "cannot" };
  if (file.size > LONGEST) return { word: "false", reason: "unreadable" };
  return verify(await file.text());
}

const input = document.querySelector("#receipt");
const verdict = document.querySelector("#verdict");
document.querySelector("#here").hidden = false;
input.addEventListener("change", async () => {
  const [file] = input.files;
  verdict.hidden = !file;
  if (!file) return;
  const found = await judge(file);
  verdict.dataset.verdict = found.word;
  verdict.textContent = sentence(found);
});
