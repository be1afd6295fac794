// The ledger: changes from the stream are put where their time belongs, each of them once.

import { underline } from "./figures.js";
import { shortInstant } from "./instants.js";

export function addChanges(main, changes) {
  const ledger = main.querySelector("[data-ledger]");
  const template = main.querySelector("[data-ledger-row]");
  if (!ledger || !template) return;
  // Oldest first: of two changes of one moment the later one stands above.
  for (const change of [...changes].reverse()) {
    const at = Date.parse(change.recorded_at ?? change.occurred_at);
    const identity = `${change.entity_id} ${change.change} ${at}`;
    const rows = [...ledger.querySelectorAll("[data-change]")];
    if (rows.some((row) => row.dataset.change === identity)) continue;
    const row = fill(template.content.firstElementChild.cloneNode(true), change, main, ledger);
    row.dataset.change = identity;
    ledger.querySelector(".empty")?.remove();
    const older = rows.find((other) => Number(other.dataset.change.split(" ").at(-1)) <= at);
    ledger.insertBefore(row, older ?? null);
    underline(row);
  }
  while (ledger.children.length > Number(ledger.dataset.most)) ledger.lastElementChild.remove();
}

// As in `isolation.py`: what a text holds to turn others around is not shown.
const plain = (text) => (text ?? "").replace(/[\u202a-\u202e\u2066-\u2069]/g, "");

function fill(row, change, main, ledger) {
  const words = JSON.parse(ledger.dataset.words);
  const at = change.recorded_at ?? change.occurred_at;
  const time = row.querySelector("time");
  time.dateTime = at;
  time.textContent = shortInstant(at, main.dataset.language);
  row.querySelector(".ledger-what").textContent = words[`${change.entity_type}.${change.change}`] ?? change.change;
  const who = row.querySelector("[data-who]");
  const english = main.dataset.language !== "vi" && change.organisation_name_en;
  who.textContent = plain(english || change.organisation_name);
  if (english) who.lang = "en";
  const title = row.querySelector("[data-title]");
  title.textContent = plain(change.title);
  const path = JSON.parse(ledger.dataset.paths)[change.entity_type];
  const link = row.querySelector("a");
  if (path) link.href = path.replace("{id}", encodeURIComponent(change.entity_id));
  else link.replaceWith(title);
  if (!change.demonstration) row.querySelector(".stamp").remove();
  return row;
}
