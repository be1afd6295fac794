// Live figures: one stream, read by a page about now and never by one about the past.

import { countTo, drawBar, underline, writer } from "./figures.js";

const BUCKETS = ["completed", "in_term", "overdue", "recurring"];
const SUMMARY_MILLISECONDS = 15_000;
const LEDGER_ROWS = 12;
const RETRY_MILLISECONDS = 5_000;
const RECORD_PATHS = { task: "/tasks/", entry: "/catalogue" };

export function follow(main) {
  const write = writer(main.dataset.language);
  const page = { main, write, latest: null, receivedAt: 0, summaryAt: Date.now(), staleness: 0, cutOff: false };
  listen(page);
  const clock = setInterval(() => tick(page), 1000);
  return () => {
    page.stream.close();
    clearTimeout(page.retry);
    clearInterval(clock);
  };
}

function listen(page) {
  const stream = (page.stream = new EventSource(page.main.dataset.stream));
  for (const kind of ["snapshot", "status"]) {
    stream.addEventListener(kind, (event) => receive(page, JSON.parse(event.data), kind === "status"));
  }
  stream.addEventListener("error", () => {
    page.cutOff = true;
    // A browser comes back by itself after a break, but not after a refusal such as 503.
    if (stream.readyState === EventSource.CLOSED) page.retry = setTimeout(listen, RETRY_MILLISECONDS * (1 + Math.random()), page);
  });
}

function receive(page, message, happenedNow) {
  const status = (message.programmes ?? {})[page.main.dataset.programme];
  page.receivedAt = Date.now();
  page.cutOff = false;
  page.staleness = message.status?.staleness_seconds ?? 0;
  sayStaleness(page, page.staleness);
  if (status?.tasks) show(page, status);
  const at = page.main.querySelector("[data-as-of]");
  if (at && message.as_of) showInstant(at, message.as_of, page.main.dataset.language);
  if (happenedNow) for (const change of [...(message.changes ?? [])].reverse()) addToLedger(page, change);
}

function show(page, status) {
  const { tasks, shares_percent: shares, activity } = status;
  const values = { ...tasks, reports_today: activity?.reports_today };
  for (const element of page.main.querySelectorAll("[data-count]")) {
    const value = values[element.dataset.count];
    if (typeof value !== "number") continue;
    if (countTo(element, value, page.write.number)) {
      const row = element.closest("[data-row]");
      if (row) underline(row);
    }
  }
  for (const element of page.main.querySelectorAll("[data-share]")) {
    const share = shares?.[element.dataset.share];
    if (share !== undefined && share !== null) element.textContent = page.write.percent(Number(share));
  }
  const counts = Object.fromEntries(BUCKETS.map((bucket) => [bucket, tasks[bucket] ?? 0]));
  const rightToLeft = document.documentElement.dir === "rtl";
  for (const bar of page.main.querySelectorAll("[data-bar]")) drawBar(bar, counts, rightToLeft);
  compare(page, tasks.overdue);
  page.latest = tasks;
  page.main.dispatchEvent(new CustomEvent("figures", { detail: counts }));
}

function compare(page, overdue) {
  const element = page.main.querySelector("[data-comparison]");
  if (!element) return;
  const difference = overdue - Number(element.dataset.before);
  const { more, fewer, same } = element.dataset;
  const text = difference > 0 ? more : difference < 0 ? fewer : same;
  element.textContent = text.replace("{n}", page.write.number(Math.abs(difference)));
}

// While nothing changes the last figures stay right; only a stream that was cut off grows older.
function tick(page) {
  if (!page.receivedAt) return;
  if (page.cutOff) sayStaleness(page, page.staleness + (Date.now() - page.receivedAt) / 1000);
  if (page.latest && Date.now() - page.summaryAt >= SUMMARY_MILLISECONDS) summarise(page);
}

function sayStaleness(page, seconds) {
  const element = page.main.querySelector("[data-staleness]");
  if (!element) return;
  const [value, unit] = seconds < 90 ? [seconds, "second"] : seconds < 5400 ? [seconds / 60, "minute"] : [seconds / 3600, "hour"];
  const { language } = page.main.dataset;
  const format = new Intl.NumberFormat(language === "ar" ? "ar-u-nu-latn" : language, { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 0 });
  element.textContent = format.format(value);
}

function summarise(page) {
  const summary = page.main.querySelector("[data-summary]");
  if (!summary) return;
  const text = summary.dataset.sentence.replace(/\{(\w+)\}/g, (_, name) => page.write.number(page.latest[name]));
  if (summary.textContent !== text) {
    summary.textContent = text;
    page.summaryAt = Date.now();
  }
}

function instantParts(instant) {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: "Asia/Ho_Chi_Minh", day: "numeric", month: "numeric", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  });
  return Object.fromEntries(format.formatToParts(new Date(instant)).map((part) => [part.type, part.value]));
}

function monthName(instant, language, length) {
  return new Intl.DateTimeFormat(language, { timeZone: "Asia/Ho_Chi_Minh", month: length }).format(new Date(instant));
}

// Written as the server writes it, so that a page does not change its way of writing when it goes live.
function showInstant(element, instant, language) {
  const { day, month, year, hour, minute } = instantParts(instant);
  element.dateTime = instant;
  if (language === "vi") element.textContent = `${day}/${Number(month)}/${year} ${hour}:${minute}`;
  else element.textContent = `${day} ${monthName(instant, language, "long")} ${year}${language === "ar" ? "،" : ","} ${hour}:${minute}`;
}

function shortInstant(instant, language) {
  const { day, month, hour, minute } = instantParts(instant);
  return language === "vi" ? `${day}/${Number(month)} ${hour}:${minute}` : `${day} ${monthName(instant, language, "short")} ${hour}:${minute}`;
}

function addToLedger(page, change) {
  const ledger = page.main.querySelector("[data-ledger]");
  const template = page.main.querySelector("[data-ledger-row]");
  if (!ledger || !template) return;
  ledger.querySelector(".empty")?.remove();
  const row = template.content.firstElementChild.cloneNode(true);
  const words = JSON.parse(ledger.dataset.words);
  const at = change.recorded_at ?? change.occurred_at;
  const time = row.querySelector("time");
  time.dateTime = at;
  time.textContent = shortInstant(at, page.main.dataset.language);
  row.querySelector(".ledger-what").textContent = words[`${change.entity_type}.${change.change}`] ?? change.change;
  row.querySelector(".ledger-who span").textContent = change.organisation_name ?? "";
  const link = row.querySelector("a");
  link.textContent = change.title ?? "";
  const path = RECORD_PATHS[change.entity_type];
  if (path) link.href = change.entity_type === "task" ? path + encodeURIComponent(change.entity_id) : path;
  else link.replaceWith(document.createTextNode(change.title ?? ""));
  if (!change.demonstration) row.querySelector(".stamp").remove();
  ledger.prepend(row);
  underline(row);
  while (ledger.children.length > LEDGER_ROWS) ledger.lastElementChild.remove();
}
