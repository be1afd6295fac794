import { follow } from "./live.js";
import { attach } from "./timeline.js";

const main = document.querySelector("[data-home]");
let stop = null;

function liveOrNot() {
  stop?.();
  stop = main.dataset.stream ? follow(main) : null;
}

attach(main, liveOrNot);
liveOrNot();
addEventListener("pagehide", () => stop?.());
addEventListener("pageshow", (event) => {
  if (event.persisted) liveOrNot();
});
