// Figures on the page: written as the reader's language writes them, counted to their new value, never animated
// for people who asked for less motion.

const COUNT_MILLISECONDS = 180;
const UNDERLINE_MILLISECONDS = 2000;
const calm = matchMedia("(prefers-reduced-motion: reduce)");

export function writer(language) {
  const whole = new Intl.NumberFormat(language === "ar" ? "ar-u-nu-latn" : language);
  const share = new Intl.NumberFormat(language === "ar" ? "ar-u-nu-latn" : language, {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  });
  return { number: (value) => whole.format(value), percent: (value) => `${share.format(value)}\u00a0%` };
}

export function countTo(element, value, write) {
  const before = Number(element.dataset.value);
  if (before === value) return false;
  element.dataset.value = value;
  if (calm.matches || document.hidden) {
    element.textContent = write(value);
    return true;
  }
  const started = performance.now();
  const step = (now) => {
    if (Number(element.dataset.value) !== value) return;
    const done = Math.min((now - started) / COUNT_MILLISECONDS, 1);
    element.textContent = write(Math.round(before + (value - before) * done));
    if (done < 1) requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
  return true;
}

export function underline(element) {
  if (calm.matches) return;
  element.classList.add("changed");
  clearTimeout(element.underlineTimer);
  element.underlineTimer = setTimeout(() => element.classList.remove("changed"), UNDERLINE_MILLISECONDS);
}

export function drawBar(bar, counts, rightToLeft) {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  let start = 0;
  for (const segment of bar.querySelectorAll("[data-segment]")) {
    const width = total ? (100 * counts[segment.dataset.segment]) / total : 0;
    segment.setAttribute("x", `${(rightToLeft ? 100 - start - width : start).toFixed(3)}%`);
    segment.setAttribute("width", `${width.toFixed(3)}%`);
    start += width;
  }
}
