// Live stages on the page of a clip. When the sets are there the page shows them, without a jump to its top.
const LATER_MS = 1000; // a card is being saved, or there is no connection
const AWAY_MS = 5000; // the site asks to come back

class AnalysisProgress extends HTMLElement {
  connectedCallback() {
    this.bar = this.querySelector("progress");
    this.label = this.querySelector("[data-label]");
    const { url, events } = this.dataset;
    this.stop = diary.followAnalysis({
      url,
      events,
      onState: (state) => this.show(state),
      onEnd: () => this.refresh(),
      onLost: () => location.reload(),
    });
  }

  disconnectedCallback() { this.stop?.(); }

  show(state) {
    this.bar.value = state.progress;
    if (this.label.textContent !== state.stage_label) this.label.textContent = state.stage_label;
    const steps = [...this.querySelectorAll("[data-stage]")];
    const at = steps.findIndex((step) => step.dataset.stage === state.stage);
    steps.forEach((step, i) => { step.className = at < 0 || i > at ? "next" : i === at ? "now" : "done"; });
    const filled = state.stage === "media" && !document.querySelector("set-card");
    if (filled && !this.asked) { this.asked = true; this.refresh(); }
  }

  refreshLater(ms = LATER_MS) { setTimeout(() => this.isConnected && this.refresh(), ms); }

  /** Fetch the page and swap its inner part: player, sets, or the failure with its next step. */
  async refresh() {
    const taps = diary.countTaps();
    if (diary.isSaving()) { this.refreshLater(); return; }
    try {
      const answer = await fetch(location.pathname, { credentials: "same-origin" });
      if (answer.status > 500) { this.refreshLater(AWAY_MS); return; } // 500 does not pass: it is shown
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("#clip");
      if (!answer.ok || !fresh) { location.reload(); return; }
      if (diary.countTaps() !== taps) { this.refreshLater(); return; } // it does not know of the newest correction
      document.querySelector("#clip").replaceWith(document.importNode(fresh, true));
      document.querySelector(".clip-title").replaceWith(document.importNode(page.querySelector(".clip-title"), true));
      document.querySelector("#clip-menu").replaceWith(document.importNode(page.querySelector("#clip-menu"), true));
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      this.refreshLater();
    }
  }
}

customElements.define("analysis-progress", AnalysisProgress);
