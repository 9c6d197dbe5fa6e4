// What the pages need beyond htmx: a dialog for forms, notes, focus, hidden PINs, and links to Airflow's own pages.
(() => {
  const dialog = document.getElementById("dialog");
  const notes = document.getElementById("notes");

  // On a phone the tabs are wider than the screen: scroll the current one into view.
  document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

  const note = (text, kind) => {
    // A page that polls every two seconds shows the same error only once.
    if ([...notes.children].some((shown) => shown.textContent === text)) return;
    const line = document.createElement("p");
    line.className = `note ${kind}`;
    line.textContent = text;
    notes.append(line);
    window.setTimeout(() => line.remove(), kind === "bad" ? 12000 : 6000);
  };

  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id !== "dialog-content") return;
    if (event.target.firstElementChild && !dialog.open) dialog.showModal();
  });
  // After htmx has set the focus: an invalid field takes precedence over the first one.
  document.body.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id !== "dialog-content") return;
    const first = event.target.querySelector("[aria-invalid]") || event.target.querySelector("[autofocus]");
    if (first) first.focus();
  });
  // If the focused element is gone from a part that was swapped in again, the part itself gets the focus.
  const held = new WeakSet();
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target.contains(document.activeElement)) held.add(event.target);
  });
  document.body.addEventListener("htmx:afterSettle", (event) => {
    if (!held.delete(event.target) || document.activeElement !== document.body) return;
    event.target.tabIndex = -1;
    event.target.focus({ preventScroll: true });
  });
  // Fires before the answer is swapped in, so the dialog is closed by then and the page has the focus again.
  document.body.addEventListener("note", (event) => {
    if (dialog.open) dialog.close();
    note(event.detail.value, "good");
  });
  // The figures of the dashboard may have been computed again.
  document.body.addEventListener("run-ended", () => {
    if (document.querySelector("[data-reload]")) window.location.reload();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
  });
  dialog.addEventListener("close", () => document.getElementById("dialog-content").replaceChildren());

  // Submit what was typed into a search before htmx was ready.
  window.addEventListener("load", () => {
    document.querySelectorAll("form[role=search] input").forEach((box) => {
      if (box.value !== box.defaultValue) box.form.requestSubmit();
    });
  });

  // Hides a revealed PIN when its time is over. Its replacement came with it, so this works without the server. Two
  // clocks, because one can be set back and the other stands still while the computer sleeps.
  const shownSince = new WeakMap();
  const isOver = (place) => {
    if (!shownSince.has(place)) shownSince.set(place, [Date.now(), performance.now()]);
    const [date, uptime] = shownSince.get(place);
    return Math.max(Date.now() - date, performance.now() - uptime) >= place.dataset.hideAfter * 1000;
  };
  const hide = (place) => {
    place.removeAttribute("data-hide-after");
    place.replaceChildren(place.querySelector("template").content);
    htmx.process(place);
  };
  const pins = () => [...document.querySelectorAll("[data-hide-after]")];
  const hidePins = () => {
    pins().filter(isOver).forEach((place) => {
      hide(place);
      place.closest("section").dispatchEvent(new CustomEvent("pin-hidden"));
    });
  };
  document.body.addEventListener("htmx:afterSwap", hidePins);
  window.setInterval(hidePins, 500);
  // Browsers slow down the timers of hidden tabs.
  document.addEventListener("visibilitychange", hidePins);
  // The browser may keep the page for its back button: remove PINs before.
  window.addEventListener("pagehide", () => pins().forEach(hide));

  document.body.addEventListener("refused", (event) => note(event.detail.value, "bad"));
  document.body.addEventListener("htmx:responseError", (event) => {
    const answered = event.detail.xhr.getResponseHeader("HX-Trigger") || event.detail.xhr.getResponseHeader("HX-Refresh");
    if (!answered) note("Não foi possível concluir. Tente de novo.", "bad");
  });
  document.body.addEventListener("htmx:sendError", () => note("O Airflow não respondeu. Verifique a conexão.", "bad"));

  // The frame in which Airflow shows this page may not navigate the whole window, but a link in Airflow's document may.
  document.body.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-airflow]");
    if (!link || window.self === window.top || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const beyond = window.parent.document.createElement("a");
    beyond.href = link.href;
    window.parent.document.body.append(beyond);
    beyond.click();
    beyond.remove();
  });
})();
