// The film with the skeleton over it and the reps on its time line. Without it the browser's own player is there.
const SPEEDS = [1, 0.5, 0.25];

class ClipPlayer extends HTMLElement {
  connectedCallback() {
    this.stage = this.querySelector(".stage");
    this.picture = this.querySelector("video, img.poster");
    this.video = this.querySelector("video");
    this.canvas = this.querySelector("canvas");
    this.stop = new AbortController();
    if (this.picture) this.prepareTap();
    if (!this.video) return;
    this.span = null;
    this.video.controls = false;
    this.video.removeAttribute("controls");
    this.querySelector("[data-controls]").hidden = false;
    this.listen();
    this.loadSkeleton();
    this.startDrawing();
  }

  disconnectedCallback() { this.stop.abort(); }

  listen() {
    const { signal } = this.stop;
    const on = (target, type, act) => target?.addEventListener(type, act, { signal });
    on(this.querySelector("[data-toggle]"), "click", () => this.toggle());
    on(this.video, "click", () => this.tapping || this.toggle());
    for (const type of ["play", "pause"]) on(this.video, type, () => this.showState());
    on(this.video, "seeked", () => { this.moved = true; });
    for (const type of ["timeupdate", "seeked"]) on(this.video, type, () => this.showTime());
    for (const type of ["loadedmetadata", "durationchange"]) on(this.video, type, () => this.placeMarks());
    on(this.querySelector("[data-seek]"), "input", (event) => this.seek(Number(event.target.value)));
    on(this.querySelector("[data-bones]"), "click", (event) => this.toggleBones(event.currentTarget));
    on(this.querySelector("[data-speed]"), "click", (event) => this.nextSpeed(event.currentTarget));
    on(document, "click", (event) => this.onPlay(event));
    on(document, "set-changed", () => this.placeMarks());
    on(globalThis, "resize", () => this.draw());
    this.placeMarks();
  }

  get length() { return Number.isFinite(this.video.duration) ? this.video.duration : Number(this.querySelector("[data-seek]").max); }

  toggle() {
    this.setSpan(null);
    if (this.video.paused) this.video.play(); else this.video.pause();
  }

  seek(time) {
    this.setSpan(null);
    this.video.currentTime = time;
  }

  nextSpeed(key) {
    const next = SPEEDS[(SPEEDS.indexOf(this.video.playbackRate) + 1) % SPEEDS.length];
    this.video.playbackRate = next;
    key.textContent = `${next}×`.replace("0.", ".");
  }

  toggleBones(key) {
    const shown = key.getAttribute("aria-pressed") !== "true";
    key.setAttribute("aria-pressed", String(shown));
    this.canvas.hidden = !shown;
  }

  /** A rep or a set was chosen: play just that, again and again, until something else is chosen. */
  onPlay(event) {
    const key = event.target.closest("[data-play]");
    if (!key || key === this) return;
    const [start, end] = key.dataset.play.split("-").map(Number);
    const again = this.span && this.span.start === start && this.span.end === end && !this.video.paused;
    if (again) { this.video.pause(); return; }
    this.setSpan({ start, end });
    this.video.currentTime = start;
    this.video.play();
    if (!key.closest("clip-player")) this.stage.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }

  setSpan(span) {
    this.span = span;
    const chosen = span ? `${span.start.toFixed(2)}-${span.end.toFixed(2)}` : "";
    for (const key of document.querySelectorAll(".rep, .rep-mark")) key.toggleAttribute("data-chosen", key.dataset.play === chosen);
  }

  showState() {
    const playing = !this.video.paused;
    this.querySelector("[data-icon-play]").hidden = playing;
    this.querySelector("[data-icon-pause]").hidden = !playing;
    this.querySelector("[data-toggle]").setAttribute("aria-label", playing ? this.dataset.pause : this.dataset.play);
  }

  showTime() {
    const time = this.video.currentTime;
    this.querySelector("[data-time]").textContent = diary.formatClock(time);
    this.querySelector("[data-seek]").value = time;
    this.querySelector("[data-head]").style.left = `${(100 * time) / this.length}%`;
    if (this.video.paused) this.draw();
  }

  placeMarks() {
    const seek = this.querySelector("[data-seek]");
    seek.max = this.length;
    for (const mark of this.querySelectorAll(".rep-mark")) {
      const [start, end] = mark.dataset.play.split("-").map(Number);
      mark.style.left = `${(100 * start) / this.length}%`;
      mark.style.width = `max(3px, ${(100 * (end - start)) / this.length}% - 2px)`;
    }
  }

  async loadSkeleton() {
    if (!this.dataset.keypoints) return;
    try {
      this.skeleton = await diary.Skeleton.load(this.dataset.keypoints);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // no connection: the film plays without it
    }
    this.draw();
  }

  startDrawing() {
    const { video } = this;
    const step = (_now, frame) => {
      if (this.stop.signal.aborted) return;
      const time = frame?.mediaTime ?? video.currentTime;
      if (this.span && time >= this.span.end - 0.02 && !video.paused) video.currentTime = this.span.start;
      this.draw(time);
      this.next(step);
    };
    this.next(step);
    if (location.hash.startsWith("#set-")) document.querySelector(`${location.hash} [data-play]`)?.click();
  }

  next(step) {
    if (this.video.requestVideoFrameCallback) this.video.requestVideoFrameCallback(step);
    else requestAnimationFrame((now) => step(now));
  }

  /** Until it is played or sought the still is seen, which is of another moment than the film's first. */
  get showsStill() { return Boolean(this.video?.poster) && !this.video.played.length && !this.moved; }

  draw(time = this.video?.currentTime ?? 0) {
    if (!this.skeleton || !this.video || this.tapping || this.showsStill) return;
    const { clientWidth, clientHeight } = this.video;
    const scale = Math.min(2, devicePixelRatio);
    const [width, height] = [Math.round(clientWidth * scale), Math.round(clientHeight * scale)];
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    this.skeleton.draw(this.canvas, time);
  }

  /** "Not me": the next tap on the picture names the person, and the clip is analysed again. */
  prepareTap() {
    const form = document.querySelector("[data-person]");
    const key = form?.querySelector("[data-tap]");
    if (!key) return;
    key.hidden = false;
    const { signal } = this.stop;
    key.addEventListener("click", () => this.setTapping(!this.tapping), { signal });
    this.stage.addEventListener("click", (event) => this.tapping && this.sendTap(event, form), { signal });
  }

  setTapping(tapping) {
    this.tapping = tapping;
    this.video?.pause();
    if (tapping && this.showsStill) this.video.currentTime = 0.001; // a tap means a moment of the film
    this.stage.classList.toggle("tapping", tapping);
    this.querySelector("[data-tap-hint]").hidden = !tapping;
    if (tapping) this.stage.scrollIntoView({ block: "center", behavior: "smooth" });
  }

  sendTap(event, form) {
    const box = this.picture.getBoundingClientRect();
    const share = (at, from, length) => Math.min(1, Math.max(0, (at - from) / length)).toFixed(4);
    form.elements.time_s.value = (this.video?.currentTime ?? 0).toFixed(3);
    form.elements.x.value = share(event.clientX, box.left, box.width);
    form.elements.y.value = share(event.clientY, box.top, box.height);
    this.setTapping(false);
    form.requestSubmit();
  }
}

customElements.define("clip-player", ClipPlayer);
