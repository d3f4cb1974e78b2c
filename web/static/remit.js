// What scripts add to the pages: nothing here is needed to report, fill in or complete anything.
"use strict";

(() => {
  const LOST = "You are not connected. Nothing is lost: your answers are still on this page. Check your connection and press the button again.";
  const SIGNED_OUT = "You have been signed out. Nothing is lost: your answers are still on this page. Sign in again in another tab, then press the button again.";
  const TOO_LARGE = "The files you chose are too large to be sent together. Nothing is lost: your answers are still on this page. Choose smaller files, or attach them one by one.";
  const PAUSE = 400;

  let typed = false;
  let leaving = false;
  let sending = false;
  let asking = null;
  window.addEventListener("beforeunload", (event) => {
    if (typed && !leaving) event.preventDefault();
  });

  const summary = document.querySelector(".govuk-error-summary");
  if (summary) summary.focus();

  for (const form of document.querySelectorAll("form[data-keep]")) keep(form);

  const token = document.querySelector(".diagram .here");
  if (token) {
    const pane = token.closest(".diagram");
    const place = token.getBoundingClientRect();
    const edge = pane.getBoundingClientRect();
    pane.scrollLeft = place.left - edge.left - edge.width / 2 + place.width / 2;
    pane.scrollTop = place.top - edge.top - edge.height / 2 + place.height / 2;
  }

  // Sends a form without leaving the page, so that a lost connection leaves what was typed in place.
  function keep(form) {
    let clock = 0;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      // An answer to an older question must neither come late nor bring an older cookie.
      clearTimeout(clock);
      if (asking) asking.abort();
      send(form, event.submitter);
    });
    form.addEventListener("change", () => {
      clearTimeout(clock);
      clock = setTimeout(() => refresh(form), PAUSE);
    });
    form.addEventListener("input", () => { typed = true; });
  }

  // Files travel only with a button that somebody pressed; a form without any is sent as plain fields.
  function bodyOf(form, button) {
    const all = new FormData(form);
    if (button && button.name) all.append(button.name, button.value);
    const files = [...all.values()].some((value) => value instanceof File && value.name);
    if (files && button !== null) return all;
    const plain = new URLSearchParams();
    for (const [name, value] of all) if (!(value instanceof File)) plain.append(name, value);
    return plain;
  }

  function isTooLarge(form) {
    const files = [...form.querySelectorAll("input[type=file]")].flatMap((one) => [...one.files]);
    const largest = Number(form.dataset.largest || 0);
    return largest > 0 && files.some((file) => file.size > largest);
  }

  async function post(form, address, button, signal) {
    const body = bodyOf(form, button);
    return fetch(address, { method: "POST", body, headers: { "X-Remit-Script": "1" }, signal });
  }

  async function send(form, button) {
    const address = (button && button.getAttribute("formaction")) || form.getAttribute("action");
    if (isTooLarge(form)) return tell(form, TOO_LARGE);
    const buttons = [...form.elements].filter((one) => one.type === "submit");
    buttons.forEach((one) => { one.disabled = true; });
    sending = true;
    try {
      if (form.dataset.stale) await renew(form);
      const answer = await post(form, address, button);
      const target = answer.headers.get("X-Remit-Location");
      if (target && target.startsWith("/sign-in")) return tell(form, SIGNED_OUT);
      if (target) {
        leaving = true;
        location.assign(target);
        return undefined;
      }
      if (answer.status >= 500) return tell(form, LOST);
      const text = await answer.text();
      // A refusal without the form would take what was typed with it: say what it says instead.
      const refusal = answer.ok ? null : parsed(text).querySelector("main");
      if (refusal && !refusal.querySelector("form[data-keep]")) return tell(form, said(refusal));
      show(text);
    } catch {
      tell(form, LOST);
    } finally {
      sending = false;
      buttons.forEach((one) => { one.disabled = false; });
    }
    return undefined;
  }

  // After signing in again the session is another one: take its own form token over.
  async function renew(form) {
    const page = parsed(await (await fetch(location.href)).text());
    const fresh = page.querySelector("input[name=csrf_token]");
    if (fresh) form.querySelector("input[name=csrf_token]").value = fresh.value;
  }

  // Shows the questions that an answer opens or closes; the server decides which, as it does without scripts.
  async function refresh(form) {
    const watched = form.dataset.refresh;
    if (!watched) return;
    try {
      asking = new AbortController();
      const answer = await post(form, watched, null, asking.signal);
      if (!answer.ok || sending) return;
      const fresh = parsed(await answer.text()).querySelector("[data-questions]");
      const shown = form.querySelector("[data-questions]");
      if (!fresh || names(fresh) === names(shown)) return;
      const focused = document.activeElement && document.activeElement.id;
      takeOver(shown, fresh);
      shown.replaceWith(fresh);
      const again = focused && document.getElementById(focused);
      if (again) again.focus({ preventScroll: true });
    } catch {
      // Without a connection the questions stay as they are; the next one opens them.
    }
  }

  // What was typed while the server was asked counts, not what it was asked with.
  function takeOver(from, to) {
    const fields = (part) => [...part.querySelectorAll("input:not([type=hidden]):not([type=file]), textarea, select")];
    // What was chosen to be attached cannot be copied: its input moves over as it is.
    for (const one of to.querySelectorAll("input[type=file]")) {
      const before = from.querySelector(`input[type=file][name="${CSS.escape(one.name)}"]`);
      if (before) one.replaceWith(before);
    }
    const key = (one) => (["radio", "checkbox"].includes(one.type) ? `${one.name}=${one.value}` : one.name);
    const typedIn = new Map(fields(from).map((one) => [key(one), one]));
    for (const one of fields(to)) {
      const before = typedIn.get(key(one));
      if (!before) continue;
      one.value = before.value;
      if ("checked" in one) one.checked = before.checked;
    }
  }

  function said(main) {
    const words = [...main.querySelectorAll("h1, h1 + p")].map((one) => one.textContent.trim());
    return `${words.join(". ")} Nothing is lost: your answers are still on this page.`;
  }

  function names(part) {
    return [...part.querySelectorAll("input[name=shown]")].map((one) => one.value).join("\n");
  }

  function show(text) {
    const page = parsed(text);
    const main = page.querySelector("main");
    if (!main) return;
    document.title = page.title;
    document.querySelector("main").replaceWith(main);
    const back = page.querySelector(".govuk-back-link");
    if (back) document.querySelector(".govuk-back-link").replaceWith(back);
    for (const form of main.querySelectorAll("form[data-keep]")) keep(form);
    // The answers on the page to check are kept already.
    typed = !main.querySelector("[data-step]");
    const first = main.querySelector(".govuk-error-summary, [role=alert], [data-note]");
    const target = first || main.querySelector("form") || main;
    target.setAttribute("tabindex", "-1");
    target.focus();
    if (first) first.scrollIntoView();
  }

  function tell(form, words) {
    form.dataset.stale = "yes";
    let box = form.querySelector("[data-told]");
    if (!box) {
      box = document.createElement("div");
      box.className = "notice notice--trouble";
      box.dataset.told = "";
      box.setAttribute("role", "alert");
      form.querySelector("[data-actions]").before(box);
    }
    const said = document.createElement("p");
    said.textContent = words;
    box.replaceChildren(said);
    box.scrollIntoView({ block: "center" });
  }

  function parsed(text) {
    return new DOMParser().parseFromString(text, "text/html");
  }
})();
