import { follow } from "./live.js";
import { attach } from "./timeline.js";

const main = document.querySelector("[data-home]");
let stop = null;

// A hidden tab needs no figures, and a browser opens six connections to a site: seven tabs would block it.
function liveOrNot() {
  stop?.();
  stop = main.dataset.stream && !document.hidden ? follow(main) : null;
}

attach(main, liveOrNot);
liveOrNot();
document.addEventListener("visibilitychange", liveOrNot);
addEventListener("pagehide", () => stop?.());
addEventListener("pageshow", (event) => {
  if (event.persisted) liveOrNot();
});
