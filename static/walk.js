// htmx parses what the server sent into a document apart, which runs nothing. No other way from text to HTML is let in.
window.trustedTypes?.createPolicy("default", {
  createHTML: (html, type, sink) => (/^(DOMParser parseFromString|Document parseHTMLUnsafe)$/.test(sink) ? html : null),
});

// A form that htmx sends takes the same length whatever was chosen, up to the next 1024 letters.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "post") return;
  const sent = new URLSearchParams(event.detail.formData).toString().length + "&pad=".length;
  event.detail.formData.append("pad", "x".repeat(1023 - ((sent + 1023) % 1024)));
});

// After htmx has put a new question in place, move the focus to its problem or its heading.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.requestConfig?.elt.id === "marks") return;
  const target = document.querySelector("main .error-summary") || document.querySelector("main h1");
  if (target) target.focus();
});

// After an item of the plan was put in place with its new mark, keep the focus on that item.
document.addEventListener("htmx:oobAfterSwap", (event) => {
  if (event.target.matches(".item")) event.target.querySelector(".mark button").focus();
});
