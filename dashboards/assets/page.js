// What the page does by itself: it asks whether it still shows the latest answer, and opens what is folded for paper.
(function () {
  const PATIENCE = 5000;  // ms
  let heard = new Date();

  async function pulse(_beat, _place, _scenario, shown) {
    try {
      const answer = await fetch("/latest", {cache: "no-store", signal: AbortSignal.timeout(PATIENCE)});
      if (!answer.ok) { throw new Error(answer.statusText); }
      const latest = await answer.json();
      heard = new Date();
      const newer = latest.study && (latest.study !== shown.study || latest.finished !== shown.finished);
      return newer ? "▲ A newer answer is there: load this page again. Below is the one before it." : "";
    } catch (_lost) {
      const time = heard.toLocaleTimeString("en-GB", {hour: "2-digit", minute: "2-digit"});
      return `▲ No connection: this page is as of ${time}, and another choice changes nothing on it. ` +
        "To go on, start hospital-twin serve again and load this page.";
    }
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {hospital_twin: {pulse}});

  window.addEventListener("beforeprint", () => {
    for (const folded of document.querySelectorAll("details:not([open])")) {
      folded.open = true;
      folded.dataset.forPaper = "";
    }
  });
  window.addEventListener("afterprint", () => {
    for (const unfolded of document.querySelectorAll("details[data-for-paper]")) {
      unfolded.open = false;
      delete unfolded.dataset.forPaper;
    }
  });
})();
