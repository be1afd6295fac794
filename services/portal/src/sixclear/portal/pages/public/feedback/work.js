// Work before the form is sent, where feedback asks for it: with progress, and it can be stopped or left out.

const SHOWN_EVERY_MILLISECONDS = 250;

// Without `place` nothing is asked for. Where the browser cannot work (no HTTPS), the form is sent as without script.
export function prepare(form, place) {
  if (!form || !globalThis.crypto?.subtle || !AbortSignal.prototype.throwIfAborted) return;
  if (!form.elements.works) return;
  form.elements.works.value = "1";
  if (!place) return;
  const challenge = JSON.parse(place.dataset.challenge);
  const [said, bar, stop] = ["[role=status]", "progress", "button[type=button]"].map((one) => place.querySelector(one));
  let work = null;

  async function begin() {
    work = new AbortController();
    place.hidden = false;
    said.textContent = said.dataset.said;
    let shownAt = 0;
    let tries = Infinity;
    const tried = (count) => {
      const now = performance.now();
      if (now - shownAt < SHOWN_EVERY_MILLISECONDS) return;
      shownAt = now;
      // How likely it was found by now: it never runs back, and never ends before it is.
      bar.value = 100 * (1 - Math.exp(-count / tries));
    };
    try {
      const { solve, triesOf } = await import("./solve.js"); // on a quiet day no page loads it
      tries = triesOf(challenge);
      form.elements.work.value = await solve(challenge, { signal: work.signal, tried });
      bar.value = 100;
      form.submit();
    } catch {
      bar.value = 0;
      said.textContent = said.dataset.stopped;
    }
    work = null;
  }

  stop.addEventListener("click", () => work?.abort());
  form.addEventListener("submit", (event) => {
    // Only the button that sends: others keep, or send without work.
    if (event.submitter && event.submitter.className !== "primary") {
      work?.abort();
      return;
    }
    // A challenge that has expired meanwhile would be refused: the form is sent, and comes back with another one.
    const late = challenge.parameters.data.expires_at * 1000 <= Date.now();
    if (form.elements.work.value || late) return;
    event.preventDefault();
    if (!work) begin();
  });
  if ("atOnce" in place.dataset) begin();
}
