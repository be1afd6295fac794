// Live figures: one stream, read by a page about now and never by one about the past.

import { connect } from "./connection.js";
import { countTo, drawBar, underline, writer } from "./figures.js";
import { shortInstant, showInstant } from "./instants.js";
import { addChanges } from "./ledger.js";

const SUMMARY_MILLISECONDS = 15_000;
const QUIET_MILLISECONDS = 20_000;

export function follow(main) {
  const write = writer(main.dataset.language);
  const page = { main, write, latest: null, summaryAt: Date.now(), cutOff: false };
  tick(page);
  const leave = connect(main.dataset.stream, main.dataset.programme, Number(main.dataset.heardAt ?? Date.now()), {
    figures: (message) => receive(page, message),
    beat: (heartbeat) => stillSo(page, heartbeat),
    live: () => say(page, false, null),
    lost: (since) => say(page, true, "lost", { time: shortInstant(since, main.dataset.language) }),
    // A page that came without figures says why in their place.
    refused: (since) => say(page, true, "refused", { time: shortInstant(since, main.dataset.language) }),
    asking: (seconds) => say(page, false, "asking", { seconds: write.number(seconds) }),
  });
  const clock = setInterval(() => tick(page), 1000);
  return () => {
    main.dataset.heardAt = leave();
    clearInterval(clock);
  };
}

// How the page is connected, said to people while it is not as it should be.
function say(page, cutOff, kind, values = {}) {
  page.cutOff = cutOff;
  const connection = page.main.querySelector("[data-connection]");
  if (!connection) return;
  const text = kind ? (connection.dataset[kind] ?? "").replace(/\{(\w+)\}/g, (_, name) => values[name]) : "";
  if (connection.textContent !== text) connection.textContent = text;
}

function receive(page, message) {
  const status = (message.programmes ?? {})[page.main.dataset.programme];
  hearAge(page, message.status?.staleness_seconds);
  if (status?.tasks) show(page, status);
  showTime(page, message.as_of);
  addChanges(page.main, message.changes ?? []);
}

// A heartbeat says until when the figures sent last still stood; the one of the greeting comes before them and says nothing.
function stillSo(page, heartbeat) {
  if (!("staleness_seconds" in heartbeat)) return;
  hearAge(page, heartbeat.staleness_seconds);
  showTime(page, heartbeat.as_of);
}

function showTime(page, instant) {
  const at = page.main.querySelector("[data-as-of]");
  if (at && instant) showInstant(at, instant, page.main.dataset.language);
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
    // A share of nothing is not known, and no zero.
    if (share !== undefined) element.textContent = share === null ? element.dataset.unknown : page.write.percent(Number(share));
  }
  const counts = Object.fromEntries(page.main.dataset.buckets.split(" ").map((bucket) => [bucket, tasks[bucket] ?? 0]));
  const rightToLeft = document.documentElement.dir === "rtl";
  for (const bar of page.main.querySelectorAll("[data-bar]")) drawBar(bar, counts, rightToLeft);
  compare(page, tasks.overdue);
  showLastReport(page, activity?.last_report_at);
  page.latest = tasks;
  page.main.dispatchEvent(new CustomEvent("figures", { detail: counts }));
}

function showLastReport(page, instant) {
  const at = page.main.querySelector("[data-last-report]");
  if (!at || !instant) return;
  showInstant(at, instant, page.main.dataset.language);
  page.main.querySelector("[data-reported]").hidden = false;
  page.main.querySelector("[data-never-reported]").hidden = true;
}

function compare(page, overdue) {
  const element = page.main.querySelector("[data-comparison]");
  if (!element) return;
  const difference = overdue - Number(element.dataset.before);
  const { more, fewer, same } = element.dataset;
  const text = difference > 0 ? more : difference < 0 ? fewer : same;
  element.textContent = text.replace("{n}", page.write.number(Math.abs(difference)));
}

// A quiet stream may be broken: from then on the age of its figures grows on the page.
function tick(page) {
  const age = page.main.querySelector("[data-staleness]");
  if (age) growOlder(page, age);
  if (page.latest && Date.now() - page.summaryAt >= SUMMARY_MILLISECONDS) summarise(page);
}

function growOlder(page, age) {
  // Kept at the element: what the server wrote into the page was heard when the page came.
  age.dataset.heardAt ??= Date.now();
  const passed = Date.now() - Number(age.dataset.heardAt);
  if (age.dataset.seconds && (page.cutOff || passed > QUIET_MILLISECONDS)) {
    sayAge(page, age, Number(age.dataset.seconds) + passed / 1000);
  }
}

function hearAge(page, seconds) {
  const age = page.main.querySelector("[data-staleness]");
  if (!age) return;
  const known = typeof seconds === "number";
  age.dataset.heardAt = Date.now();
  age.dataset.seconds = known ? seconds : "";
  age.closest("[data-age]").hidden = !known;
  page.main.querySelector("[data-age-unknown]").hidden = known;
  if (known) sayAge(page, age, seconds);
}

function sayAge(page, age, seconds) {
  const [value, unit] = seconds < 90 ? [seconds, "second"] : seconds < 5400 ? [seconds / 60, "minute"] : [seconds / 3600, "hour"];
  const { language } = page.main.dataset;
  const format = new Intl.NumberFormat(language === "ar" ? "ar-u-nu-latn" : language, { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 0 });
  age.textContent = format.format(value);
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
