import "../../js/typed.js";
import { prepare } from "./work.js";

prepare(document.querySelector("#kept"), document.querySelector("#working"));
