// The page of a day: the address follows the chosen day, and what follows the day is replaced on the page.

// `onDay(day, page)` is told of each day whose page has come, before the focus moves. Returns what chooses a day.
export function follower(main, today, onDay) {
  const link = { main, today, onDay, request: null };
  addEventListener("popstate", () => load(link, location.href));
  return (day) => choose(link, day);
}

function choose(link, day) {
  // What others appended to the address, such as the mark of a social network, goes no further.
  const programme = new URL(location.href).searchParams.get("programme");
  const address = new URL(location.pathname, location.href);
  if (programme) address.searchParams.set("programme", programme);
  if (day < link.today) address.searchParams.set("as_of", day);
  if (address.search === location.search) return;
  history.pushState(null, "", address);
  load(link, address.href);
}

// Only what follows the day is replaced, so the slider keeps its focus and the hand its place.
async function load(link, address) {
  const request = (link.request = {});
  let page, next;
  try {
    const response = await fetch(address, { headers: { Accept: "text/html" } });
    page = new DOMParser().parseFromString(await response.text(), "text/html");
    next = page.querySelector("[data-home]");
  } catch {
    location.assign(address);
    return;
  }
  if (link.request !== request) return;
  if (!next) {
    location.assign(address);
    return;
  }
  const focusGoes = document.activeElement.closest("[data-follows]") !== null;
  replaceParts(link.main, next);
  const here = ".languages input[name=next]";
  document.querySelector(here).value = page.querySelector(here).value;
  link.onDay(new URL(address).searchParams.get("as_of") ?? link.today, next);
  if (focusGoes) focusHeading(link.main);
}

function replaceParts(main, next) {
  for (const part of main.querySelectorAll("[data-follows]")) {
    part.replaceWith(document.importNode(next.querySelector(`[data-follows="${part.dataset.follows}"]`), true));
  }
  for (const name of ["stream", "programme"]) {
    if (next.dataset[name]) main.dataset[name] = next.dataset[name];
    else delete main.dataset[name];
  }
  main.querySelector(".programmes")?.replaceWith(document.importNode(next.querySelector(".programmes"), true));
}

// The pressed element is gone with the part that held it; without this the focus would be at the top of the page again.
function focusHeading(main) {
  const heading = main.querySelector("h1");
  heading.tabIndex = -1;
  heading.focus();
}
