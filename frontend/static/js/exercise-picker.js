// One list of all exercises for the page, searched in both languages without asking the server.
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
    this.picks = [...this.querySelectorAll(".pick")].map((button) => {
      const words = plain(button.dataset.words);
      return { item: button.parentElement, words, sounds: initials(words) };
    });
    this.search.addEventListener("input", () => this.filter());
    this.search.addEventListener("keydown", (event) => this.onEnter(event));
    this.addEventListener("click", (event) => {
      const pick = event.target.closest(".pick");
      if (pick || event.target.closest("[data-close]")) this.dialog.close(pick?.value ?? "");
    });
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close(""));
  }

  filter() {
    const wanted = plain(this.search.value);
    let shown = 0;
    for (const { item, words, sounds } of this.picks) {
      item.hidden = !(words.includes(wanted) || sounds.includes(wanted));
      shown += item.hidden ? 0 : 1;
    }
    this.querySelector("[data-none]").hidden = shown > 0;
  }

  onEnter(event) {
    if (event.key !== "Enter") return;
    event.preventDefault();
    this.picks.find(({ item }) => !item.hidden)?.item.firstElementChild.click();
  }

  choose() {
    this.search.value = "";
    this.filter();
    this.dialog.returnValue = "";
    this.dialog.showModal();
    return new Promise((resolve) => {
      this.dialog.addEventListener("close", () => resolve(this.dialog.returnValue), { once: true });
    });
  }
}

customElements.define("exercise-picker", ExercisePicker);
