// Uploads that survive a dead spot, a closed tab and a restart of the server (tus), then follows the analysis.
const RETRY_MS = [0, 1000, 2000, 4000, 8000, 15000];
const CHUNK_BYTES = 8 * 1024 * 1024;
const KEY = "deukgeun-upload";

const identify = (file) => `${KEY}-${file.name}-${file.type}-${file.size}-${file.lastModified}`;
const keysOf = (fingerprint) => Object.keys(localStorage).filter((key) => key.startsWith(`tus::${fingerprint}`));
const readRow = (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } };
const problemOf = (error) => {
  try {
    return JSON.parse(error.originalResponse?.getBody() ?? "");
  } catch {
    return null;
  }
};

class UploadItem {
  constructor(queue, file) {
    this.queue = queue;
    this.file = file;
    this.element = queue.querySelector("[data-item]").content.firstElementChild.cloneNode(true);
    this.part("name").textContent = file.name;
    this.part("retry").addEventListener("click", () => this.start());
    this.part("stop").addEventListener("click", () => this.cancel());
    this.say(queue.dataset.textWaiting);
  }

  part(name) { return this.element.querySelector(`[data-${name}]`); }

  say(sentence) { if (this.part("text").textContent !== sentence) this.part("text").textContent = sentence; }

  showShare(share) {
    this.part("bar").value = share;
    this.part("percent").textContent = `${Math.floor(share * 100)} %`;
  }

  fail(title, next) {
    this.part("problem").hidden = false;
    this.part("title").textContent = title;
    this.part("next").textContent = next;
    this.part("bar").hidden = true;
    this.part("text").textContent = "";
    this.part("percent").textContent = "";
    this.finish();
  }

  failWith(sentence) { this.fail(sentence, ""); }

  finish() {
    this.over = true;
    this.offerClose(true);
    this.queue.onFinished(this);
  }

  /** What has ended cannot be stopped, only put away. */
  offerClose(over) {
    this.part("while").hidden = over;
    this.part("after").hidden = !over;
  }

  async start() {
    const { dataset } = this.queue;
    this.over = false;
    this.offerClose(false);
    this.part("problem").hidden = this.part("retry").hidden = true;
    this.part("bar").hidden = false;
    if (this.file.size === 0) return this.failWith(dataset.empty);
    if (this.file.size > Number(dataset.maxBytes)) return this.failWith(dataset.tooLarge);
    this.upload = this.makeUpload();
    this.noteLine(true);
    const ageOf = (row) => Date.now() - Date.parse(row.creationTime);
    const [earlier] = (await this.upload.findPreviousUploads()).sort((a, b) => ageOf(a) - ageOf(b));
    if (earlier) {
      this.upload.resumeFromPreviousUpload(earlier);
      const { urlStorageKey, ...row } = earlier; // the server keeps it for so long from now on
      localStorage.setItem(urlStorageKey, JSON.stringify({ ...row, creationTime: String(new Date()) }));
      this.say(dataset.textResumed);
    }
    return this.upload.start();
  }

  makeUpload() {
    const { dataset } = this.queue;
    return new tus.Upload(this.file, {
      endpoint: dataset.endpoint,
      chunkSize: CHUNK_BYTES,
      retryDelays: RETRY_MS,
      removeFingerprintOnSuccess: true,
      fingerprint: async (file) => identify(file),
      headers: { "X-CSRFToken": dataset.csrf },
      metadata: { filename: this.file.name, filetype: this.file.type, captured_at: String(this.file.lastModified) },
      onProgress: (sent, total) => { this.saySending(); this.showShare(sent / total); },
      onShouldRetry: (error) => {
        const status = error.originalResponse?.getStatus() ?? 0;
        return status === 0 || status >= 500 || status === 423 || status === 409 || status === 408;
      },
      onAfterResponse: (_request, response) => { this.clip = response.getHeader("Deukgeun-Clip") ?? this.clip; },
      onError: (error) => this.onError(error),
      onSuccess: () => this.onUploaded(),
    });
  }

  onError(error) {
    const { dataset } = this.queue;
    const status = error.originalResponse?.getStatus() ?? 0;
    if (status === 0 || (status >= 500 && status !== 507)) {
      this.say(dataset.textOffline);
      this.waiting = true;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.resume(), RETRY_MS.at(-1));
      return;
    }
    if (status === 401) { this.failWith(dataset.textSignin); return; }
    const problem = problemOf(error);
    if (problem?.title) this.fail(problem.title, problem.next_step ?? "");
    else this.failWith(dataset.internal);
    this.part("retry").hidden = false;
  }

  /** The browser knows at once that the line is gone; the upload itself after its last attempt. */
  noteLine(isThere) {
    this.isCut = !isThere;
    if (this.upload && !this.over) this.saySending();
  }

  /** A report of what was sent may come after the line is gone. */
  saySending() { this.say(this.isCut ? this.queue.dataset.textOffline : this.queue.dataset.textSending); }

  resume() {
    if (!this.waiting) return;
    this.waiting = false;
    this.upload.start();
  }

  async cancel() {
    this.waiting = false;
    clearTimeout(this.timer);
    this.element.remove();
    for (const key of keysOf(`${identify(this.file)}::`)) localStorage.removeItem(key); // it is not to go on
    this.queue.onFinished(this);
    try {
      await this.upload?.abort(true);
    } catch {
      // the server throws it away by itself when its time is over
    }
  }

  async onUploaded() {
    const { dataset } = this.queue;
    this.showShare(1);
    this.part("stop").hidden = true;
    this.say(dataset.textDone);
    this.finish();
    const clip = await this.fetchClip();
    if (clip?.analysis) this.follow(clip);
    else this.showPage();
  }

  /** Asked again while there is no connection, or no database behind it; other uploads go on meanwhile. */
  async fetchClip() {
    if (!this.clip) return null;
    for (let attempt = 0; attempt < 30; attempt += 1) {
      try {
        const answer = await fetch(`${this.queue.dataset.clips}${this.clip}/`, { headers: { Accept: "application/json" } });
        if (answer.status < 500) return answer.ok ? await answer.json() : null;
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
    return null;
  }

  get page() { return `${this.queue.dataset.clipPage}${this.clip}/`; }

  showPage() { if (this.clip) location.assign(this.page); }

  follow(clip) {
    diary.followAnalysis({
      url: clip.analysis.url,
      events: clip.analysis.events,
      onState: (state) => {
        this.say(state.stage_label);
        this.showShare(state.progress);
        if (state.stage === "media") this.showFound();
      },
      onEnd: (state) => {
        if (state.status === "done") this.showFound();
        else this.showFailure(state);
      },
    });
  }

  async showFailure(state) {
    this.fail(state.error?.title ?? this.queue.dataset.internal, state.error?.next_step ?? "");
    if (!(await this.fetchClip())) return; // deleted meanwhile
    const fill = this.part("fill");
    fill.hidden = false;
    fill.href = this.page;
  }

  async showFound() {
    const clip = await this.fetchClip();
    if (!clip) return;
    const { dataset } = this.queue;
    const named = clip.sets.map((set) => set.exercise_name ?? dataset.textUnnamed);
    const counts = clip.sets.filter((set) => set.reps !== null).map((set) => set.reps);
    this.part("found").hidden = false;
    this.part("found").href = this.page;
    this.part("found-badge").hidden = !named.length; // all deleted since, and the film chosen again
    this.part("found-name").textContent = [...new Set(named)].join(", ") || dataset.textNoSets;
    const text = counts.join() === "1" ? dataset.textRep : dataset.textReps;
    this.part("found-reps").textContent = counts.length ? text.replace("{n}", counts.join(" + ")) : "";
    const picture = clip.sets.find((set) => set.thumbnail)?.thumbnail;
    this.part("thumbnail").hidden = !picture;
    if (picture) this.part("thumbnail").src = picture;
    if (clip.analysis.status === "done") {
      this.say("");
      this.part("bar").hidden = true;
      this.part("percent").textContent = "";
    }
  }
}

class UploadQueue extends HTMLElement {
  connectedCallback() {
    this.items = [];
    for (const input of this.querySelectorAll("[data-choose]")) {
      input.disabled = false;
      input.multiple = !input.hasAttribute("capture"); // the plain form sends one
      input.addEventListener("change", () => this.take(input));
      this.take(input); // what was chosen before this script was there
    }
    this.querySelector("[data-form]").addEventListener("submit", (event) => event.preventDefault());
    this.querySelector("[data-several]").hidden = false;
    this.prepareDrop();
    addEventListener("online", () => this.items.forEach((item) => { item.noteLine(true); item.resume(); }));
    addEventListener("offline", () => this.items.forEach((item) => item.noteLine(false)));
    addEventListener("beforeunload", (event) => this.active && event.preventDefault());
    this.forgetExpired();
    this.listUnfinished();
  }

  /** The server has thrown these away. */
  forgetExpired() {
    const oldest = Date.now() - 1000 * Number(this.dataset.expiresS);
    for (const key of keysOf(KEY)) if (!(Date.parse(readRow(key)?.creationTime) > oldest)) localStorage.removeItem(key);
  }

  take(input) {
    if (!input.files.length) return;
    this.add([...input.files]);
    input.value = "";
  }

  get active() { return this.items.some((item) => !item.over); }

  prepareDrop() {
    const zone = this.querySelector("[data-drop]");
    for (const type of ["dragenter", "dragover"]) zone.addEventListener(type, (event) => { event.preventDefault(); zone.classList.add("over"); });
    for (const type of ["dragleave", "drop"]) zone.addEventListener(type, () => zone.classList.remove("over"));
    zone.addEventListener("drop", (event) => { event.preventDefault(); this.add([...event.dataTransfer.files]); });
  }

  add(files) {
    for (const file of files) {
      const item = new UploadItem(this, file);
      this.items.push(item);
      this.querySelector("[data-queue]").append(item.element);
    }
    this.startNext();
    this.keepAwake();
    this.querySelector("[data-queue]").lastElementChild?.scrollIntoView({ block: "nearest" });
  }

  startNext() {
    if (this.current && !this.current.over) return;
    this.current = this.items.find((item) => !item.over && item !== this.current);
    this.current?.start();
  }

  onFinished(item) {
    item.over = true;
    if (this.current === item) this.current = null;
    this.startNext();
    if (!this.active) this.lock?.release();
    this.listUnfinished();
  }

  /** A phone that sleeps stops sending. */
  async keepAwake() {
    try {
      this.lock = await navigator.wakeLock?.request("screen");
    } catch {
      // not allowed: low battery
    }
  }

  /** What an earlier visit left half done; the browser lets go of files, so they must be chosen again. */
  listUnfinished() {
    const names = keysOf(KEY)
      .map((key) => readRow(key)?.metadata?.filename)
      .filter((name) => name && !this.items.some((item) => !item.over && item.file.name === name));
    const list = this.querySelector("[data-unfinished-list]");
    list.replaceChildren(...[...new Set(names)].map((name) => {
      const row = document.createElement("li");
      row.className = "badge";
      row.textContent = name;
      return row;
    }));
    this.querySelector("[data-unfinished]").hidden = names.length === 0;
  }
}

customElements.define("upload-queue", UploadQueue);
