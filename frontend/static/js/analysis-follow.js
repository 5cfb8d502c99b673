// Follows a run to its end: by events, and by asking every two seconds where events do not come through.
const ASK_EVERY_MS = 2000;
const SILENCE_MS = 20000; // the server says "still here" every 15 s, but proxies may hold it back

function followAnalysis({ url, events, onState, onEnd, onLost }) {
  let source = null;
  let timer = 0;
  let ended = false;
  let heard = performance.now();

  const take = (state) => {
    if (ended) return;
    heard = performance.now();
    onState?.(state);
    if (state.status === "queued" || state.status === "running") return;
    stop();
    onEnd?.(state);
  };
  const stop = () => { ended = true; source?.close(); clearInterval(timer); };

  const ask = async () => {
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (answer.ok) take(await answer.json());
      else if (answer.status === 404 || answer.status === 401 || answer.status === 403) { stop(); onLost?.(); }
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  };

  if (globalThis.EventSource && events) {
    source = new EventSource(events);
    source.addEventListener("progress", (event) => take(JSON.parse(event.data)));
    source.addEventListener("end", (event) => take(JSON.parse(event.data)));
  }
  timer = setInterval(() => {
    const silent = !source || source.readyState !== EventSource.OPEN || performance.now() - heard > SILENCE_MS;
    if (silent && !ended) ask();
  }, ASK_EVERY_MS);
  return stop;
}

globalThis.diary.followAnalysis = followAnalysis;
