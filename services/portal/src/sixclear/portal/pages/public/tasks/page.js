// Keyboard moves in a dense table that has the focus: j and k choose a row, Enter opens it.

addEventListener("keydown", (event) => {
  const step = { j: 1, k: -1 }[event.key];
  const table = event.target.closest(".scroll");
  if (!step || !table || event.altKey || event.ctrlKey || event.metaKey) return;
  const rows = [...table.querySelectorAll("tr[data-record]")];
  const next = rows[Math.max(rows.indexOf(event.target.closest("tr")) + step, 0)];
  next?.querySelector("a")?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "nearest" });
});
