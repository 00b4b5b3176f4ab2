// htmx parses what the server sent into a document apart, which runs nothing. No other way from text to HTML is let in.
window.trustedTypes?.createPolicy("default", {
  createHTML: (html, type, sink) => (/^(DOMParser parseFromString|Document parseHTMLUnsafe)$/.test(sink) ? html : null),
});

// A form that htmx sends takes the same length whatever was chosen, up to the next 1024 letters.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "post") return;
  const fields = [...event.detail.formData].flat(); // htmx writes them as encodeURIComponent does, each with = or &
  const sent = fields.reduce((sum, text) => sum + encodeURIComponent(text).length + 1, "pad=".length);
  event.detail.formData.append("pad", "x".repeat(1023 - ((sent + 1023) % 1024)));
});

// After htmx has put a new question in place, move the focus to its problem or its heading.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "main") return;
  const target = document.querySelector("main .error-summary") || document.querySelector("main h1");
  if (target) target.focus();
});

// After an item of the plan was put in place with its new mark, keep the focus on that item.
document.addEventListener("htmx:oobAfterSwap", (event) => {
  const item = event.target;
  if (item.matches(".item")) (item.querySelector(".mark button") ?? item.querySelector("summary")).focus();
});

// The text of an item is asked for by its place. Should another tab have changed the plan meanwhile, something else
// stands there now: then the page is made anew.
document.addEventListener("htmx:beforeSwap", (event) => {
  const item = event.detail.target.closest?.(".item");
  if (!item || event.detail.serverResponse.includes(`data-item="${item.id}"`)) return;
  event.detail.shouldSwap = false;
  location.reload();
});

// htmx notes the last address in the browser's storage. Nothing here needs it, and nothing is to be left there.
function storeNothing() {
  try {
    sessionStorage.clear();
  } catch {
    // The browser refuses storage altogether, which is as well.
  }
}
for (const event of ["htmx:pushedIntoHistory", "htmx:replacedInHistory", "htmx:historyRestore"]) {
  document.addEventListener(event, storeNothing);
}
storeNothing();

// What other open pages of this site should hear of: that one left or closed them, or until when they last.
let others = null;
try {
  others = new BroadcastChannel("walk");
} catch {
  // A browser that refuses storage may refuse this too. Then each page is on its own.
}

const speech = window.speechSynthesis;

// Leaving. The screen goes blank before anything is asked of a network. Our server then has a moment to make the
// browser forget; whether it answers or not, the ordinary page comes next, in this page's place.
const way = document.querySelector(".leave");
const A_MOMENT = 400;

function leave(tell = true) {
  cover();
  if (tell) others?.postMessage("left");
  const go = () => location.replace(way.dataset.to);
  setTimeout(go, A_MOMENT);
  fetch(way.href, { keepalive: true, redirect: "manual", cache: "no-store" }).then(go, go);
}

function cover() {
  speech?.cancel();
  if (document.querySelector(".cover")) return;
  const blank = document.createElement("div");
  blank.className = "cover";
  document.body.append(blank);
}

document.addEventListener("click", (event) => {
  if (!event.target.closest?.(".leave")) return;
  event.preventDefault();
  leave();
});

// Who comes back to this page as it was left must be able to use it.
addEventListener("pageshow", () => document.querySelector(".cover")?.remove());

// Shift pressed three times within five seconds, alone each time, leaves.
const says = document.querySelector(".leave-says");
let presses = 0;
let alone = false;
let patience;

function count(to) {
  clearTimeout(patience);
  presses = to;
  says.textContent = ["", says.dataset.once, says.dataset.twice][to] ?? "";
  if (to) patience = setTimeout(count, 5000, 0);
}

addEventListener("keydown", (event) => {
  if (event.key !== "Shift") count(0);
  alone = event.key === "Shift";
});
addEventListener("keyup", (event) => {
  if (event.key !== "Shift" || !alone) return;
  count(presses + 1);
  if (presses === 3) leave();
});

// The end of a walk: a warning five minutes before, and nothing on the screen after it.
const WARN = 5 * 60 * 1000;
const yours = document.querySelector(".yours[data-age]");
const ending = document.querySelector(".ending");
let idle = 0;
let end = 0;
let shown = "";
let watch;

function stays() {
  idle = Date.now() + yours.dataset.idle * 1000;
  others?.postMessage([yours.dataset.to, idle]);
}

function made(tag, text, attributes = {}) {
  const element = Object.assign(document.createElement(tag), { textContent: text });
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function say(what) {
  if (what === shown) return;
  shown = what;
  const texts = ending.dataset;
  const parts = what ? [made("p", texts[what])] : [];
  if (what === "soon") parts.push(made("button", texts.stay, { form: "stay" }));
  if (what === "last" && texts.keep) parts[0].append(" ", made("a", texts.keep, { href: texts.keepAt }));
  ending.replaceChildren(...parts);
}

function look() {
  const left = Math.min(idle, end) - Date.now();
  if (left <= 0) {
    blank();
    location.replace(yours.dataset.to ?? location.pathname);
  } else if (left > WARN) say("");
  else if (shown !== "not") say(end <= idle ? "last" : "soon");
}

function blank() {
  clearInterval(watch);
  document.body.replaceChildren();
}

async function stay(form, asked = true) {
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form) }).catch(() => null);
  if (answer?.status === 204) {
    stays();
    if (asked) document.querySelector("main h1")?.focus({ preventScroll: true });
  } else if (answer?.status === 409) idle = 0;
  else if (asked) say("not");
  look();
}

if (yours) {
  end = Date.now() + yours.dataset.age * 1000;
  stays();
  watch = setInterval(look, 5000);
  document.addEventListener("visibilitychange", look);
  document.addEventListener("htmx:afterRequest", (event) => event.detail.successful && stays());
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "stay") return;
    event.preventDefault();
    stay(event.target);
  });
}

// Staff go through many questions on one page: whoever types or ticks there is not idle.
const A_MINUTE = 60 * 1000;
let worked = Date.now();
if (yours?.dataset.to) {
  document.addEventListener("input", () => {
    if (Date.now() - worked < A_MINUTE) return;
    worked = Date.now();
    stay(document.forms.stay, false);
  });
}

// Who hands the device to a client, or signs out, leaves no matter open in another tab.
document.addEventListener("submit", (event) => {
  if (event.target.matches("form[data-closes]")) others?.postMessage("closed");
  // What nobody touched on a page with many fields need not be sent.
  const untouched = [...event.target.querySelectorAll("textarea[data-saved]")].filter((one) => one.value === one.defaultValue);
  for (const one of untouched) one.disabled = true;
  setTimeout(() => untouched.forEach((one) => (one.disabled = false)));
});

// Who deletes the answers in one tab should find them in no other.
document.addEventListener("submit", (event) => {
  if (event.target.matches("form[action$='/walk/delete/']")) others?.postMessage("deleted");
});

others?.addEventListener("message", (event) => {
  if (event.data === "left") leave(false);
  else if (event.data === "deleted") {
    document.body.replaceChildren();
    location.replace(document.documentElement.dataset.start);
  } else if (event.data === "closed") {
    if (!yours?.dataset.to) return;
    blank();
    addEventListener("focus", () => location.replace(yours.dataset.closed)); // when somebody comes back to it
  } else if (yours && event.data[0] === yours.dataset.to) idle = Math.max(idle, event.data[1]);
});

// Reading aloud, only when asked, and only with a voice of the device itself: others send the text to a server.
const listen = document.querySelector(".listen");
const READ = "h1, h2, h3, h4, p, li, label, dt, dd, th, td, summary, caption";

function voice(language) {
  const own = language.split("-")[0].toLowerCase();
  return speech.getVoices().find((one) => one.localService && one.lang.toLowerCase().startsWith(own));
}

const button = made("button", listen.dataset.read, { type: "button", class: "second" });

function reading(on) {
  button.setAttribute("aria-pressed", on);
}

function hush() {
  speech.cancel();
  reading(false);
}

function read() {
  const page = document.documentElement.lang;
  const texts = [...document.querySelectorAll("#main :is(" + READ + ")")].filter(
    (one) => one.checkVisibility() && !one.querySelector(READ) && one.textContent.trim(),
  );
  texts.forEach((one, i) => {
    const said = new SpeechSynthesisUtterance(one.textContent.trim());
    said.lang = one.closest("[lang]").lang;
    said.voice = voice(said.lang) ?? voice(page);
    if (i === texts.length - 1) said.onend = () => reading(false);
    speech.speak(said);
  });
  reading(true);
}

function offer() {
  listen.hidden = !voice(document.documentElement.lang);
}

if (speech) {
  listen.append(button);
  reading(false);
  offer();
  speech.addEventListener("voiceschanged", offer);
  listen.addEventListener("click", () => (speech.speaking || speech.pending ? hush() : read()));
  document.addEventListener("htmx:beforeSwap", (event) => event.detail.target.id === "main" && hush());
  addEventListener("pagehide", hush);
}
