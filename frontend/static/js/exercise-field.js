// The form's list of exercises can be searched too: what is picked there is chosen here.
class ExerciseField extends HTMLElement {
  connectedCallback() {
    const open = this.querySelector("[data-search]");
    open.hidden = false;
    open.addEventListener("click", () => this.search(open));
  }

  async search(open) {
    const values = await document.querySelector("exercise-picker").choose();
    open.focus({ preventScroll: true });
    if (!values) return;
    const own = this.querySelector(".own");
    own.open = Boolean(values.new_exercise);
    for (const [name, value] of Object.entries(values)) this.querySelector(`[name="${name}"]`).value = value;
  }
}

customElements.define("exercise-field", ExerciseField);
