// The address of this site, where no setting says it: a browser knows it.

const line = document.querySelector("textarea[data-placeholder]");
if (line) line.value = line.value.replace(line.dataset.placeholder, location.origin);
