import "../../js/typed.js";
