// The timeline by hand: dragging and arrow keys choose a day, the address follows, and so does the page.

import { writer } from "./figures.js";

const SETTLE_MILLISECONDS = 350;
const DAY_MILLISECONDS = 86_400_000;

export function attach(main, onPage) {
  const figure = main.querySelector("[data-timeline]");
  if (!figure) return;
  const slider = figure.querySelector("[data-slider]");
  const write = writer(main.dataset.language);
  const timeline = { main, figure, slider, write, onPage, points: JSON.parse(figure.dataset.points), timer: null };
  slider.hidden = false;
  figure.classList.add("scripted");
  say(timeline);
  slider.addEventListener("input", () => {
    say(timeline);
    settle(timeline);
  });
  figure.querySelector("[data-chart]").addEventListener("pointerdown", (event) => drag(timeline, event));
  figure.querySelector("[data-day-form]").addEventListener("submit", (event) => {
    event.preventDefault();
    const day = event.target.elements.as_of.value;
    if (day) choose(timeline, day);
  });
  main.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-day]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    choose(timeline, link.dataset.day);
  });
  main.addEventListener("figures", ({ detail }) => {
    timeline.points[timeline.points.length - 1].splice(1, 4, detail.completed, detail.in_term, detail.overdue, detail.recurring);
    say(timeline);
  });
  addEventListener("popstate", () => load(timeline, location.href));
}

function dayOf(timeline, offset) {
  const first = Date.parse(`${timeline.figure.dataset.first}T00:00:00Z`);
  return new Date(first + offset * DAY_MILLISECONDS).toISOString().slice(0, 10);
}

function offsetOf(timeline, day) {
  return Math.round((Date.parse(`${day}T00:00:00Z`) - Date.parse(`${timeline.figure.dataset.first}T00:00:00Z`)) / DAY_MILLISECONDS);
}

function written(day, language) {
  const [year, month, date] = day.split("-").map(Number);
  if (language === "vi") return `${date}/${month}/${year}`;
  return `${date} ${new Intl.DateTimeFormat(language, { month: "long", timeZone: "UTC" }).format(Date.parse(day))} ${year}`;
}

function say(timeline) {
  const { slider, figure, points, write, main } = timeline;
  const day = dayOf(timeline, slider.valueAsNumber);
  const place = `${((100 * slider.valueAsNumber) / Number(slider.max) / 1.012).toFixed(2)}%`;
  for (const line of figure.querySelectorAll("[data-cursor] line")) {
    line.setAttribute("x1", place);
    line.setAttribute("x2", place);
  }
  const point = points.findLast((candidate) => candidate[0] <= day) ?? points[0];
  const said = figure.querySelector("[data-said]");
  const [at, completed, in_term, overdue, recurring] = point;
  const values = { day: written(at, main.dataset.language), completed, in_term, overdue, recurring };
  const sentence = said.dataset.sentence.replace(/\{(\w+)\}/g, (_, name) =>
    typeof values[name] === "number" ? write.number(values[name]) : values[name],
  );
  if (said.textContent !== sentence) said.textContent = sentence;
  slider.setAttribute("aria-valuetext", written(day, main.dataset.language));
  figure.querySelector("#as_of").value = day;
}

function drag(timeline, event) {
  const chart = event.currentTarget;
  const move = (moved) => {
    const box = chart.getBoundingClientRect();
    const share = Math.min(Math.max(((moved.clientX - box.left) / box.width) * 1.012, 0), 1);
    timeline.slider.valueAsNumber = Math.round(share * Number(timeline.slider.max));
    say(timeline);
  };
  const stop = () => {
    chart.removeEventListener("pointermove", move);
    settle(timeline);
  };
  chart.setPointerCapture(event.pointerId);
  chart.addEventListener("pointermove", move);
  chart.addEventListener("pointerup", stop, { once: true });
  chart.addEventListener("pointercancel", stop, { once: true });
  move(event);
}

function settle(timeline) {
  clearTimeout(timeline.timer);
  timeline.timer = setTimeout(() => choose(timeline, dayOf(timeline, timeline.slider.valueAsNumber)), SETTLE_MILLISECONDS);
}

function choose(timeline, day) {
  const address = new URL(location.href);
  if (day >= timeline.figure.dataset.today) address.searchParams.delete("as_of");
  else address.searchParams.set("as_of", day);
  if (address.href === location.href) return;
  history.pushState(null, "", address);
  load(timeline, address.href);
}

// The chosen day is a point of the drawing; the figure itself stays, and with it the hand and the focus.
function takeDrawing(timeline, next) {
  if (!next || next.dataset.first !== timeline.figure.dataset.first) return;
  timeline.points = JSON.parse(next.dataset.points);
  for (const part of ["[data-chart]", "tbody"]) {
    const children = [...next.querySelector(part).childNodes].map((child) => document.importNode(child, true));
    timeline.figure.querySelector(part).replaceChildren(...children);
  }
}

// Only what follows the day is replaced, so the slider keeps its focus and the hand its place.
async function load(timeline, address) {
  const request = (timeline.request = {});
  let next;
  try {
    const response = await fetch(address, { headers: { Accept: "text/html" } });
    next = new DOMParser().parseFromString(await response.text(), "text/html");
  } catch {
    location.assign(address);
    return;
  }
  if (timeline.request !== request) return;
  const { main, slider } = timeline;
  const focusGoes = document.activeElement.closest("[data-follows]") !== null;
  const nextMain = next.querySelector("[data-home]");
  if (!nextMain) {
    location.assign(address);
    return;
  }
  for (const part of main.querySelectorAll("[data-follows]")) {
    part.replaceWith(document.importNode(nextMain.querySelector(`[data-follows="${part.dataset.follows}"]`), true));
  }
  for (const name of ["stream", "programme"]) {
    if (nextMain.dataset[name]) main.dataset[name] = nextMain.dataset[name];
    else delete main.dataset[name];
  }
  takeDrawing(timeline, nextMain.querySelector("[data-timeline]"));
  const programmes = main.querySelector(".programmes");
  programmes?.replaceWith(document.importNode(nextMain.querySelector(".programmes"), true));
  document.querySelector(".languages input[name=next]").value = location.pathname + location.search;
  const day = new URL(address).searchParams.get("as_of") ?? timeline.figure.dataset.today;
  const offset = offsetOf(timeline, day);
  if (slider.valueAsNumber !== offset) slider.valueAsNumber = offset;
  say(timeline);
  timeline.onPage();
  if (focusGoes) focusHeading(main);
}

// What was pressed is gone with the part that held it; nobody should have to start at the top of the page again.
function focusHeading(main) {
  const heading = main.querySelector("h1");
  heading.tabIndex = -1;
  heading.focus();
}
