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

const plain = (text) => text.toLowerCase().replace(/[\s_-]+/g, "");

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
    const words = plain(button.dataset.words);
    return { item: button.parentElement, slug: button.value, name: plain(button.textContent), words, sounds: initials(words) };
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
    const wanted = plain(typed);
    let shown = 0;
    for (const { item, words, sounds } of this.picks) {
      item.hidden = !(words.includes(wanted) || sounds.includes(wanted));
      shown += item.hidden ? 0 : 1;
    }
    this.querySelector("[data-none]").hidden = shown > 0;
    this.list.hidden = shown === 0;
    this.offer.hidden = !wanted || this.picks.some(({ name }) => name === wanted);
    for (const name of this.offer.querySelectorAll("[data-name]")) name.textContent = typed;
  }

  onEnter(event) {
    if (event.key !== "Enter") return;
    event.preventDefault();
    this.picks.find(({ item }) => !item.hidden)?.item.firstElementChild.click();
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
