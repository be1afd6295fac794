// Keyboard moves in a dense table: j and k choose a row, Enter opens it.

const rows = [...document.querySelectorAll("tr[data-record]")];
let chosen = -1;

function choose(next) {
  if (next < 0 || next >= rows.length) return;
  rows[chosen]?.classList.remove("chosen");
  chosen = next;
  rows[chosen].classList.add("chosen");
  rows[chosen].querySelector("a")?.focus({ preventScroll: true });
  rows[chosen].scrollIntoView({ block: "nearest" });
}

addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("input, select, textarea")) return;
  if (event.key === "j") choose(chosen + 1);
  if (event.key === "k") choose(Math.max(chosen - 1, 0));
});
