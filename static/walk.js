// After htmx has put a new question in place, move the focus to its problem or its heading.
document.addEventListener("htmx:afterSettle", () => {
  const target = document.querySelector("main .error-summary") || document.querySelector("main h1");
  if (target) target.focus();
});
