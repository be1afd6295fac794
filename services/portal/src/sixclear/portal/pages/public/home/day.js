// The page of a day: the address follows the chosen day, and what follows the day is replaced on the page.

// `onDay(day, page)` is told of each day whose page has come, before the focus moves. Returns what chooses a day.
export function follower(main, today, onDay) {
  const link = { main, today, onDay, request: null };
  addEventListener("popstate", () => load(link, location.href));
  return (day) => choose(link, day);
}

function choose(link, day) {
  const address = new URL(location.href);
  if (day >= link.today) address.searchParams.delete("as_of");
  else address.searchParams.set("as_of", day);
  if (address.href === location.href) return;
  history.pushState(null, "", address);
  load(link, address.href);
}

// Only what follows the day is replaced, so the slider keeps its focus and the hand its place.
async function load(link, address) {
  const request = (link.request = {});
  let next;
  try {
    const response = await fetch(address, { headers: { Accept: "text/html" } });
    next = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-home]");
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
  document.querySelector(".languages input[name=next]").value = location.pathname + location.search;
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
