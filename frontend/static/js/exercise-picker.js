// One list of all exercises for the page, searched in both languages without asking the server. A name that it does
// not have can become an exercise of the person's own.
const CHO = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";

/** First sounds of Hangul syllables, so that ㅅㅋㅌ finds 스쿼트. */
function initials(text) {
  return Array.from(text, (sign) => {
    const code = sign.charCodeAt(0) - 0xac00;
    return code >= 0 && code < 11172 ? CHO[Math.floor(code / 588)] : sign;
  }).join("");
}

/** Words in lower case, none in the plural. */
const wordsOf = (text) => text.toLowerCase().split(/[\s_-]+/).filter(Boolean).map((word) => word.replace(/([a-z]{2}[a-rt-z])s$/, "$1"));
const plain = (text) => wordsOf(text).join("");

/** Whether a name has the words together ("pushup" for push-up) or each somewhere; Hangul also inside a word. */
function fits(words, wanted) {
  const together = wanted.join("");
  if (words.some((_, start) => words.slice(start).join("").startsWith(together))) return true;
  if (/[가-힣ㄱ-ㅎ]/.test(together)) return words.join("").includes(together) || initials(words.join("")).includes(together);
  return wanted.every((part) => words.some((word) => word.startsWith(part)));
}

/** 0: its name on this page. 0.5: called just so, or by these first sounds. 1: its name begins so. 2: anything else. */
function rank({ name, called }, wanted) {
  if (!wanted || name === wanted) return 0;
  if (called.some((words) => words.join("") === wanted || initials(words.join("")) === wanted)) return 0.5;
  return name.startsWith(wanted) ? 1 : 2;
}

// Two of five letters may be slips of the finger; of Hangul the sounds that a syllable is made of are letters.
const NEAR = { keys: ["sounds"], includeScore: true, threshold: 0.4, distance: 60, ignoreFieldNorm: true };
const NEAREST = 5;
const sounds = (words) => words.join("").normalize("NFKD");

class ExercisePicker extends HTMLElement {
  connectedCallback() {
    this.dialog = this.closest("dialog");
    this.search = this.querySelector("input");
    this.list = this.querySelector(".picks");
    this.offer = this.querySelector("[data-new]");
    this.picks = [...this.list.querySelectorAll(".pick")].map((button) => this.read(button));
    this.search.addEventListener("input", () => this.filter());
    this.search.addEventListener("keydown", (event) => this.onEnter(event));
    this.addEventListener("click", (event) => {
      const pick = event.target.closest(".pick");
      if (pick || event.target.closest("[data-close]")) this.end(pick);
    });
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.end());
  }

  read(button) {
    return { item: button.parentElement, slug: button.value, name: plain(button.textContent), called: button.dataset.words.split("\n").map(wordsOf) };
  }

  /** What a form sends: an exercise of the list, or the name and kind of a new one. */
  end(pick) {
    if (pick?.dataset.kind) this.chosen = { exercise: "", new_exercise: this.search.value.trim(), new_kind: pick.dataset.kind };
    else this.chosen = pick ? { exercise: pick.value, new_exercise: "" } : null;
    this.dialog.close();
  }

  /** An exercise that has just been added is there the next time. */
  know(slug, name) {
    if (!slug || this.picks.some((pick) => pick.slug === slug)) return;
    const item = document.createElement("li");
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "pick", value: slug, textContent: name });
    button.dataset.words = name;
    item.append(button);
    this.list.prepend(item);
    this.picks.unshift(this.read(button));
  }

  filter() {
    const typed = this.search.value.trim();
    const wanted = wordsOf(typed);
    this.shown = this.picks.filter(({ called }) => !wanted.length || called.some((words) => fits(words, wanted)));
    this.shown.sort((one, other) => rank(one, wanted.join("")) - rank(other, wanted.join("")));
    this.show(this.shown);
    if (!this.shown.length) this.showNear(typed);
    this.offer.hidden = !wanted.length || this.picks.some(({ name }) => name === wanted.join(""));
    for (const name of this.offer.querySelectorAll("[data-name]")) name.textContent = typed;
  }

  show(picks, near = false) {
    for (const { item } of this.picks) item.hidden = true;
    for (const { item } of picks) item.hidden = false;
    this.list.append(...picks.map(({ item }) => item));
    this.list.scrollTop = 0;
    this.list.hidden = !picks.length;
    this.querySelector("[data-none]").hidden = picks.length > 0;
    this.querySelector("[data-near]").hidden = !near;
  }

  /** What may have been meant; without reception there is no such help. */
  async showNear(typed) {
    const library = await import(this.dataset.fuse).catch(() => null);
    if (!library || this.search.value.trim() !== typed) return;
    const names = this.picks.flatMap((pick) => pick.called.map((words) => ({ pick, sounds: sounds(words) })));
    const found = new library.default(names, NEAR).search(sounds(wordsOf(typed)));
    const length = ({ item }) => item.sounds.length; // of names as near the short one was meant
    found.sort((one, other) => one.score - other.score || length(one) - length(other));
    const near = [...new Set(found.map(({ item }) => item.pick))].slice(0, NEAREST);
    if (near.length) this.show(near, true);
  }

  /** The only one, or the one of just this name; with several it shows them, as the keyboard goes. */
  onEnter(event) {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const [first, second] = this.shown;
    const wanted = plain(this.search.value);
    if (first && (!second || (rank(first, wanted) < 1 && rank(second, wanted) > rank(first, wanted)))) first.item.firstElementChild.click();
    else this.search.blur();
  }

  choose() {
    this.search.value = "";
    this.filter();
    this.chosen = null;
    this.dialog.showModal();
    return new Promise((resolve) => {
      this.dialog.addEventListener("close", () => resolve(this.chosen), { once: true });
    });
  }
}

customElements.define("exercise-picker", ExercisePicker);
