// Reads the address of the description from the page, so that no inline script is needed.
window.addEventListener("load", () => {
  const place = document.getElementById("docs");
  window.SwaggerUIBundle({
    url: place.dataset.openapi,
    domNode: place,
    deepLinking: true,
    validatorUrl: null,
    tryItOutEnabled: true,
  });
});
