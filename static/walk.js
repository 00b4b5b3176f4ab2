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
