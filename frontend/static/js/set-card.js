// A set card saves each tap at once and swaps itself for what the server answers. Without it the forms still work.
const SETTLE_MS = 450; // several taps on + in a row are one correction

/** Add what is to be sent; what goes to the same address next goes along in one body, where the later tap wins. */
function append(list, { url, body }) {
  const last = list.at(-1);
  if (last?.url !== url) list.push({ url, body });
  else for (const [name, value] of body) last.body.set(name, value);
}

/** What a button sends. A name that is chosen later takes the place of a new one that was typed. */
function valuesOf(button) {
  if (!button?.name) return {};
  return button.name === "exercise" ? { exercise: button.value, new_exercise: "" } : { [button.name]: button.value };
}

class SetCard extends HTMLElement {
  static taps = 0; // so far on this page
  static parted = false;

  connectedCallback() {
    this.waiting = []; // tapped and not sent yet; one request of a card is under way at a time: `sending`
    this.stop = new AbortController();
    const { signal } = this.stop;
    this.addEventListener("submit", (event) => this.onSubmit(event), { signal });
    this.addEventListener("click", (event) => this.onClick(event), { signal });
    document.addEventListener("click", (event) => this.onLeave(event), { signal });
    addEventListener("beforeunload", (event) => this.isOpen && this.failing && event.preventDefault(), { signal });
    addEventListener("pagehide", () => this.part(), { signal });
  }

  disconnectedCallback() { this.part(); }

  /** Whether there are taps that the server has not answered. */
  get isOpen() { return this.waiting.length > 0 || Boolean(this.sending); }

  onSubmit(event) {
    const form = event.target.closest("form[data-correct]");
    if (!form) return;
    event.preventDefault();
    const button = event.submitter;
    if (button?.dataset.step) this.step(form, Number(button.dataset.step));
    else if (form.hasAttribute("data-undo") && this.isOpen) this.undoNext();
    else this.save(form, valuesOf(button));
  }

  onClick(event) {
    if (!event.target.closest("[data-pick]")) return;
    event.preventDefault();
    const picker = document.querySelector("exercise-picker");
    picker.choose().then((values) => values && document.getElementById(this.id)?.pick(values)); // it may be another by then
  }

  pick(values) { this.save(this.querySelector("[data-pick]").closest("form"), values); }

  /** A link waits for what is not saved yet, so that the page it leads to shows it. */
  onLeave(event) {
    const link = event.target.closest("a[href]");
    const stays = event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    if (!link || stays || !this.isOpen || this.failing || link.getAttribute("href").startsWith("#")) return;
    event.preventDefault();
    this.leaveFor = link.href;
    this.send();
  }

  step(form, by) {
    const shown = form.querySelector("[data-value]");
    const value = Math.max(0, (Number.parseInt(shown.textContent, 10) || 0) + by);
    shown.textContent = value;
    form.querySelector('[data-step="-1"]').disabled = value === 0;
    this.hold(form, { reps: value });
    this.timer = setTimeout(() => this.send(), SETTLE_MS);
  }

  save(form, values) {
    this.hold(form, values);
    this.send();
  }

  /** The last tap is taken back with the token that comes with its answer. */
  undoNext() {
    this.undoes = true;
    this.send();
  }

  hold(form, values) {
    clearTimeout(this.timer);
    const body = new FormData(form);
    for (const [name, value] of Object.entries(values)) body.set(name, value);
    append(this.waiting, { url: form.action, body });
    SetCard.taps += 1;
    this.undoes = false;
    this.setAttribute("aria-busy", "true");
    this.querySelector("[data-status]").textContent = "…";
  }

  async send() {
    clearTimeout(this.timer);
    if (this.sending || !this.waiting.length) return; // one at a time: two could arrive in the wrong order
    this.sending = this.waiting.shift();
    const { url, body } = this.sending;
    const answer = await diary.postPatiently(url, body, { onWait: () => this.onFailure(), signal: this.stop.signal });
    if (answer) this.take(answer);
  }

  onFailure() {
    this.failing = true;
    this.querySelector("[data-status]").textContent = "⟳";
    if (!this.leaveFor) return;
    location.assign(this.leaveFor);
    this.leaveFor = null; // who is asked and stays is not asked again
  }

  take({ status, redirected, html }) {
    const isName = this.sending.body.has("exercise");
    this.sending = null;
    this.failing = false;
    if (redirected || (status >= 400 && status !== 422)) { location.reload(); return; }
    const fresh = diary.parseElement(html);
    this.problem = fresh.querySelector(".form-error") ?? this.problem;
    if (this.waiting.length) this.send(); // later taps have the last word
    else this.swap(fresh, isName ? "[data-pick]" : null);
  }

  swap(fresh, focus) {
    const before = this.dataset.exercise;
    const held = document.activeElement?.dataset?.step;
    const group = this.closest(".group");
    if (this.problem && !fresh.contains(this.problem)) fresh.prepend(this.problem);
    this.replaceWith(fresh);
    if (group?.querySelectorAll("set-card").length === 1) group.querySelector("h2").textContent = fresh.querySelector("h3").textContent;
    this.retitle(fresh);
    document.querySelector("exercise-picker")?.know(fresh.dataset.exercise, fresh.querySelector("h3").textContent);
    if (held) fresh.querySelector(`[data-step="${held}"]`)?.focus({ preventScroll: true });
    else if (focus) fresh.querySelector(focus)?.focus({ preventScroll: true });
    fresh.dispatchEvent(new CustomEvent("set-changed", { bubbles: true, detail: { renamed: before !== fresh.dataset.exercise } }));
    if (this.undoes) fresh.querySelector("[data-undo]")?.requestSubmit();
    if (this.leaveFor) location.assign(this.leaveFor);
  }

  /** The page of a clip is called after its first set. */
  retitle(fresh) {
    const title = document.querySelector("[data-first-name]");
    if (!title || document.querySelector("set-card") !== fresh) return;
    title.textContent = fresh.dataset.exercise ? fresh.querySelector("h3").textContent : title.dataset.firstName;
  }

  /** The page goes, or the card: what is not answered yet is sent once more. */
  part() {
    clearTimeout(this.timer);
    this.stop.abort();
    const open = [];
    for (const entry of [this.sending, ...this.waiting]) if (entry) append(open, entry);
    for (const { url, body } of open) diary.postParting(url, body);
    SetCard.parted ||= open.length > 0;
    this.sending = null;
    this.waiting = [];
  }
}

customElements.define("set-card", SetCard);

// A page that the browser kept whole and shows again has not heard what became of its last taps.
addEventListener("pageshow", (event) => event.persisted && SetCard.parted && location.reload());

diary.countTaps = () => SetCard.taps;
diary.isSaving = () => [...document.querySelectorAll("set-card")].some((card) => card.isOpen);
