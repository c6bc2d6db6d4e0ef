// Beside the page and not in it, so that the page needs no inline script.
SwaggerUIBundle({ url: "openapi.json", dom_id: "#page", deepLinking: true, tryItOutEnabled: true });
