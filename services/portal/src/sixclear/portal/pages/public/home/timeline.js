// The timeline by hand: dragging and arrow keys choose a day.

import { follower } from "./day.js";
import { writer } from "./figures.js";
import { writtenDay } from "./instants.js";

const SETTLE_MILLISECONDS = 350;
const DAY_MILLISECONDS = 86_400_000;

export function attach(main, onPage) {
  const figure = main.querySelector("[data-timeline]");
  if (!figure) return;
  const slider = figure.querySelector("[data-slider]");
  const write = writer(main.dataset.language);
  const buckets = main.dataset.buckets.split(" ");
  const timeline = { main, figure, slider, write, buckets, points: JSON.parse(figure.dataset.points), timer: null };
  timeline.choose = follower(main, figure.dataset.today, (day, page) => {
    takeDrawing(timeline, page.querySelector("[data-timeline]"));
    const offset = offsetOf(timeline, day);
    if (slider.valueAsNumber !== offset) slider.valueAsNumber = offset;
    say(timeline);
    onPage();
  });
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
    if (day) timeline.choose(day);
  });
  main.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-day]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    timeline.choose(link.dataset.day);
  });
  main.addEventListener("figures", ({ detail }) => {
    timeline.points.at(-1).splice(1, buckets.length, ...buckets.map((bucket) => detail[bucket]));
    say(timeline);
  });
}

function dayOf(timeline, offset) {
  const first = Date.parse(`${timeline.figure.dataset.first}T00:00:00Z`);
  return new Date(first + offset * DAY_MILLISECONDS).toISOString().slice(0, 10);
}

function offsetOf(timeline, day) {
  return Math.round((Date.parse(`${day}T00:00:00Z`) - Date.parse(`${timeline.figure.dataset.first}T00:00:00Z`)) / DAY_MILLISECONDS);
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
  const [at, ...counts] = point;
  const values = Object.fromEntries(timeline.buckets.map((bucket, index) => [bucket, write.number(counts[index])]));
  values.day = writtenDay(at, main.dataset.language);
  const sentence = said.dataset.sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  if (said.textContent !== sentence) said.textContent = sentence;
  slider.setAttribute("aria-valuetext", writtenDay(day, main.dataset.language));
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
  timeline.timer = setTimeout(() => timeline.choose(dayOf(timeline, timeline.slider.valueAsNumber)), SETTLE_MILLISECONDS);
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
