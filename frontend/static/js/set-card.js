// A set card saves each tap at once and swaps itself for what the server answers. Without it the forms still work.
const SETTLE_MS = 450; // several taps on + in a row are one correction

class SetCard extends HTMLElement {
  connectedCallback() {
    this.addEventListener("submit", (event) => this.onSubmit(event));
    this.addEventListener("click", (event) => this.onClick(event));
  }

  onSubmit(event) {
    const form = event.target.closest("form[data-correct]");
    if (!form) return;
    event.preventDefault();
    const button = event.submitter;
    if (button?.dataset.step) this.step(form, Number(button.dataset.step));
    else this.save(form, button?.name, button?.value);
  }

  onClick(event) {
    const pick = event.target.closest("[data-pick]");
    if (!pick) return;
    event.preventDefault();
    const picker = document.querySelector("exercise-picker");
    picker.choose().then((slug) => slug && this.save(pick.closest("form"), "exercise", slug));
  }

  step(form, by) {
    const shown = form.querySelector("[data-value]");
    const value = Math.max(0, (Number.parseInt(shown.textContent, 10) || 0) + by);
    shown.textContent = value;
    form.querySelector('[data-step="-1"]').disabled = value === 0;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(form, "reps", value), SETTLE_MS);
    this.pending = true;
  }

  async save(form, name, value) {
    clearTimeout(this.timer);
    const body = new FormData(form);
    if (name) body.set(name, value);
    const turn = (this.turn = (this.turn ?? 0) + 1);
    this.setAttribute("aria-busy", "true");
    const status = this.querySelector("[data-status]");
    status.textContent = "…";
    const answer = await diary.postPatiently(form.action, body, () => { status.textContent = "⟳"; });
    if (turn !== this.turn) return; // a later tap is on its way and has the last word
    if (answer.redirected || (!answer.ok && answer.status !== 422)) location.reload();
    else this.swap(await answer.text(), name === "exercise" ? "[data-pick]" : null, form, name, value);
  }

  swap(html, focus, form, name, value) {
    const fresh = diary.parseElement(html);
    const before = this.dataset.exercise;
    const held = document.activeElement?.dataset?.step;
    const group = this.closest(".group");
    this.replaceWith(fresh);
    if (group?.querySelectorAll("set-card").length === 1) group.querySelector("h2").textContent = fresh.querySelector("h3").textContent;
    if (held) fresh.querySelector(`[data-step="${held}"]`)?.focus({ preventScroll: true });
    else if (focus) fresh.querySelector(focus)?.focus({ preventScroll: true });
    fresh.dispatchEvent(new CustomEvent("set-changed", { bubbles: true, detail: { renamed: before !== fresh.dataset.exercise } }));
  }
}

customElements.define("set-card", SetCard);
