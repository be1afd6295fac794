// The way to the live figures: one stream, a new one when it broke in silence, questions from time to time when it is refused.

const HEARTBEAT_SECONDS = 15; // until the server says how often its heart beats
const ASK_MILLISECONDS = 15_000;
const RETRY_MILLISECONDS = 5_000;
const RETRY_AT_MOST_MILLISECONDS = 60_000;

// `heardAt` is when the page's figures were heard. `page` is told of `figures(message)`, of a `beat(heartbeat)`, and how it stands: `live()`, `lost(since)`, `refused(since)`, `asking(seconds)`.
export function connect(address, programme, heardAt, page) {
  const link = {
    address: new URL(address, location.href), programme, page,
    every: HEARTBEAT_SECONDS, lastId: "", heardAt, refusals: 0, asking: false, tags: {}, figures: null,
  };
  open(link);
  return () => {
    link.closed = true;
    link.stream.close();
    for (const timer of [link.watchdog, link.retry, link.question]) clearTimeout(timer);
    return link.heardAt;
  };
}

function open(link) {
  const address = new URL(link.address);
  // A stream that the page opens itself forgets what a browser would send when it comes back.
  if (link.lastId) address.searchParams.set("last_event_id", link.lastId);
  const stream = (link.stream = new EventSource(address));
  watch(link);
  for (const kind of ["snapshot", "status"]) {
    stream.addEventListener(kind, (event) => {
      link.lastId = event.lastEventId;
      hear(link);
      link.page.figures(JSON.parse(event.data));
    });
  }
  stream.addEventListener("heartbeat", (event) => {
    const heartbeat = JSON.parse(event.data);
    link.every = heartbeat.every_seconds;
    hear(link);
    link.page.beat(heartbeat);
  });
  stream.addEventListener("error", () => {
    // A browser comes back by itself after a break, but not after a refusal such as 429 or 503.
    if (stream.readyState === EventSource.CLOSED) refused(link);
    else if (!link.asking) link.page.lost(link.heardAt);
  });
}

function hear(link) {
  link.heardAt = Date.now();
  link.refusals = 0;
  link.asking = false;
  clearTimeout(link.question);
  watch(link);
  link.page.live();
}

// Two missing heartbeats mean a lost connection. Each page waits for a different time, so that not all reconnect together.
function watch(link) {
  clearTimeout(link.watchdog);
  link.watchdog = setTimeout(reopen, link.every * 1000 * (1.5 + Math.random() / 2), link);
}

function reopen(link) {
  link.stream.close();
  if (!link.asking) link.page.lost(link.heardAt);
  open(link);
}

function refused(link) {
  clearTimeout(link.watchdog);
  const wait = Math.min(RETRY_MILLISECONDS * 2 ** link.refusals, RETRY_AT_MOST_MILLISECONDS);
  link.refusals += 1;
  link.retry = setTimeout(open, wait * (1 + Math.random()), link);
  if (link.asking) return;
  link.asking = true;
  link.question = setTimeout(ask, 2000 * Math.random(), link);
}

async function ask(link) {
  let wait = ASK_MILLISECONDS;
  try {
    const answer = await get(link, "status", { programme: link.programme });
    // The same figures as before, and now it is known that they still stood when the server answered.
    if (answer.same) link.figures = { ...link.figures, as_of: answer.at, changes: [] };
    else {
      const changes = await get(link, "changes", {});
      link.figures = {
        as_of: answer.body.as_of, status: answer.body, programmes: { [link.programme]: answer.body }, changes: changes.same ? [] : changes.body.items,
      };
    }
    if (!link.asking || link.closed) return;
    link.heardAt = Date.now();
    link.page.figures(link.figures);
    link.page.asking(ASK_MILLISECONDS / 1000);
  } catch (failure) {
    if (!link.asking || link.closed) return;
    if (failure.code === "figures-do-not-reconcile") link.page.refused(link.heardAt);
    else link.page.lost(link.heardAt);
    wait = Math.max(wait, failure.retryAfter ?? 0);
  }
  link.question = setTimeout(ask, wait * (1 + Math.random() / 5), link);
}

async function get(link, name, query) {
  const address = new URL(name, link.address);
  address.search = new URLSearchParams(query);
  const tag = link.tags[name];
  // To another origin the header would cost a question before each question.
  const headers = tag && address.origin === location.origin ? { "If-None-Match": tag } : {};
  const answer = await fetch(address, { headers, cache: "no-store", signal: AbortSignal.timeout(10_000) });
  if (answer.status === 304) return { same: true, at: new Date(answer.headers.get("Date") ?? Date.now()).toISOString() };
  if (!answer.ok) {
    const { code } = (await answer.json().catch(() => null)) ?? {};
    throw Object.assign(new Error("no figures"), { code, retryAfter: 1000 * Number(answer.headers.get("Retry-After")) });
  }
  const body = await answer.json();
  link.tags[name] = answer.headers.get("ETag");
  return { same: false, body };
}
