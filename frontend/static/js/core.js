// What all pages share: sending a form in the background, again and again while there is no connection.
const WAITS_MS = [600, 1500, 3000, 6000, 10000];

const sleep = (ms) => new Promise((resolve) => {
  const wake = () => { clearTimeout(timer); removeEventListener("online", wake); resolve(); };
  const timer = setTimeout(wake, ms);
  addEventListener("online", wake);
});

/** POST until the server answers; network errors and 5xx are tried again. `onWait` hears of each failure. */
async function postPatiently(url, body, onWait) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const answer = await fetch(url, { method: "POST", body, headers: { "X-Fragment": "1" }, credentials: "same-origin" });
      if (answer.status < 500) return answer;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    onWait?.();
    await sleep(WAITS_MS[Math.min(attempt, WAITS_MS.length - 1)]);
  }
}

function parseElement(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  return template.content.firstElementChild;
}

const formatClock = (s) => `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, "0")}`;

globalThis.diary = { postPatiently, parseElement, formatClock };

for (const field of document.querySelectorAll("[data-select]")) field.addEventListener("focus", () => field.select());
