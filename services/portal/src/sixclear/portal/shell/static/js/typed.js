// What is being typed stays with this entry of the tab's history, as browsers keep it for Back: a reload does not cost it.
// No receipt code and no key is kept, and nothing outlives the tab.

const PAUSE_MILLISECONDS = 200;
const form = document.querySelector("#kept");
let timer = null;

function fields() {
  return [...form.elements].filter((one) => one.name && !["hidden", "submit"].includes(one.type) && one.id !== "receipt_code");
}

function keep() {
  clearTimeout(timer);
  timer = null;
  const typed = {};
  for (const one of fields()) if (one.type !== "radio" || one.checked) typed[one.name] = one.value;
  history.replaceState({ typed }, "");
}

function giveBack(typed) {
  for (const one of fields()) {
    if (!(one.name in typed)) continue;
    if (one.type === "radio") one.checked = one.value === typed[one.name];
    else one.value = typed[one.name];
  }
}

if (form) {
  if (history.state?.typed) giveBack(history.state.typed);
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(keep, PAUSE_MILLISECONDS);
  });
  // Each step of a form has an entry of its own in the history.
  addEventListener("hashchange", keep);
  for (const leaving of ["beforeunload", "pagehide"]) {
    addEventListener(leaving, () => {
      if (timer !== null) keep();
    });
  }
}
