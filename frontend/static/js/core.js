// What all pages share: sending a form in the background, again and again while there is no connection.
const WAITS_MS = [600, 1500, 3000, 6000, 10000];

const sleep = (ms) => new Promise((resolve) => {
  const wake = () => { clearTimeout(timer); removeEventListener("online", wake); resolve(); };
  const timer = setTimeout(wake, ms);
  addEventListener("online", wake);
});

const asForm = (body) => ({ method: "POST", body, headers: { "X-Fragment": "1" }, credentials: "same-origin" });

/** POST until the whole answer is here; network errors and 5xx are tried again. `onWait` hears of each failure. */
async function postPatiently(url, body, { onWait, signal }) {
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    try {
      const answer = await fetch(url, { ...asForm(body), signal });
      const html = await answer.text();
      if (answer.status < 500) return { status: answer.status, redirected: answer.redirected, html };
    } catch (error) {
      if (signal.aborted) break;
      if (!(error instanceof TypeError)) throw error;
    }
    onWait();
    await sleep(WAITS_MS[Math.min(attempt, WAITS_MS.length - 1)]);
  }
  return null;
}

/** POST once, in a way that outlives the page; nobody is left to hear of a failure. */
function postParting(url, body) {
  fetch(url, { ...asForm(body), keepalive: true }).catch(() => {});
}

function parseElement(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  return template.content.firstElementChild;
}

const formatClock = (s) => `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, "0")}`;

globalThis.diary = { postPatiently, postParting, parseElement, formatClock };

for (const field of document.querySelectorAll("[data-select]")) field.addEventListener("focus", () => field.select());
