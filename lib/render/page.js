/* SPDX-License-Identifier: MIT */

/*
 * What makes the pages lively: they keep themselves fresh, search while one types, copy commands and
 * follow the keyboard. Everything comes from the server as HTML; this script only exchanges parts of
 * the page for newer ones. Without it all of the page is there as well.
 */

"use strict";

(() => {
  const REFRESH_MS = 30000;
  const TYPING_MS = 200;
  const TICK_MS = 10000;

  /* Parts that a newer page replaces; the search form is none, because somebody may be typing in it. */
  const PARTS = ["alarms", "counts", "horizon", "results", "keystores", "matrix", "judged"];

  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  /* ---- time: by the daemon's clock, whatever ours says ---- */

  const asOf = $("#asof time");
  let skew = asOf ? Date.parse(asOf.dateTime) - Date.now() : 0;

  function roughly(seconds) {
    const units = [[2 * 31536000, 31536000, "year"], [2 * 86400, 86400, "day"],
      [2 * 3600, 3600, "hour"], [60, 60, "minute"], [1, 1, "second"]];
    const [, length, noun] = units.find(([from]) => seconds >= from) || units[4];
    const n = Math.floor(seconds / length);
    return `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
  }

  function tellTime() {
    const now = Date.now() + skew;
    for (const time of $$("time.ago")) {
      const seconds = Math.round((now - Date.parse(time.dateTime)) / 1000);
      time.textContent = Math.abs(seconds) < 1 ? "just now"
        : seconds > 0 ? `${roughly(seconds)} ago` : `in ${roughly(-seconds)}`;
    }
  }

  /* ---- copying ---- */

  async function copy(text, element) {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
      return;
    }
    /* Browsers give the clipboard to https and localhost only; elsewhere this still works. */
    getSelection().selectAllChildren(element);
    if (!document.execCommand("copy")) throw new Error("not copied");
  }

  function addCopyButtons(root) {
    for (const element of $$(".command", root)) {
      const code = element.matches("pre") ? $("code", element) : element;
      if (code.dataset.copy) continue;
      code.dataset.copy = "yes";
      const button = make("button", { type: "button", class: "copy" }, "copy");
      button.setAttribute("aria-label", `Copy: ${code.textContent}`);
      button.addEventListener("click", async () => {
        try {
          await copy(code.textContent, code);
          button.textContent = "copied";
        } catch {
          button.textContent = "select and copy";
        }
        say(`${button.textContent}: ${code.textContent}`);
        setTimeout(() => { button.textContent = "copy"; }, 2000);
      });
      const place = element.nextElementSibling;
      if (element.matches("pre")) element.append(button);
      else if (place && place.matches(".place")) place.replaceWith(button);
      else element.after(button);
    }
  }

  /* ---- the horizon's marks become links ---- */

  function linkMarks(root) {
    for (const mark of $$("svg [data-href]", root)) {
      const link = document.createElementNS("http://www.w3.org/2000/svg", "a");
      link.setAttribute("href", mark.dataset.href);
      link.setAttribute("tabindex", "-1"); /* the table below holds the same links for the keyboard */
      mark.replaceWith(link);
      link.append(...mark.childNodes);
    }
  }

  function enliven(root) {
    addCopyButtons(root);
    linkMarks(root);
  }

  /* ---- what is read out ---- */

  const live = make("p", { class: "unseen", role: "status", "aria-live": "polite" });
  const say = (text) => { live.textContent = text; };

  /* ---- newer parts ---- */

  /* Which of many links and buttons it is, in a newer part as well; a row has two of one address. */
  const mark = (e) => `${e.className} ${e.getAttribute("href") || e.getAttribute("aria-label")}`;

  const isReading = () => $(".row details[open]") !== null;
  const kept = (name) => `[data-keep="${CSS.escape(name)}"]`;

  function rememberPlace() {
    const active = document.activeElement;
    const keep = active && active.closest("[data-keep]");
    const part = active && active.closest(PARTS.map((id) => `#${id}`).join());
    /* What is read stays where it is in the window; for who searches, that is the form. */
    const row = active && active.closest("form") ? null
      : (keep && keep.closest(".row") && keep) || $(".row details[open]");
    return {
      link: part && active.matches("a, button")
        ? { within: keep ? kept(keep.dataset.keep) : `#${part.id}`, mark: mark(active) } : null,
      open: new Map($$("details[data-keep]").map((d) => [d.dataset.keep, d.open])),
      focus: keep && active.matches("summary") ? keep.dataset.keep : null,
      row: row ? { name: row.dataset.keep, top: row.getBoundingClientRect().top } : null,
      scrolled: $("#horizon .scroll") ? $("#horizon .scroll").scrollLeft : 0,
    };
  }

  function restorePlace(place) {
    for (const details of $$("details[data-keep]")) {
      if (place.open.has(details.dataset.keep)) details.open = place.open.get(details.dataset.keep);
      if (place.focus === details.dataset.keep) $("summary", details).focus({ preventScroll: true });
    }
    if (place.link) {
      const again = $$(`${place.link.within} :is(a, button)`).find((e) => mark(e) === place.link.mark);
      if (again) again.focus({ preventScroll: true });
    }
    if ($("#horizon .scroll")) $("#horizon .scroll").scrollLeft = place.scrolled;
    const row = place.row && $(`.row ${kept(place.row.name)}`);
    if (row) window.scrollBy(0, row.getBoundingClientRect().top - place.row.top);
  }

  /* ---- while a row is open ---- */

  const nameOf = (row) => $("details", row).dataset.keep;
  const orderOf = (list) => JSON.stringify($$(".row", list).map(nameOf));

  /* What is read, without what the script adds and what only the clock changes. */
  function wordsOf(element) {
    const copied = element.cloneNode(true);
    for (const other of $$(".copy, time.ago", copied)) other.remove();
    return copied.textContent;
  }

  /* Each row becomes as it is now, where it stands; what is read in an open one changes only if it must. */
  function renewRows(list, newer) {
    const rows = new Map($$(".row", newer).map((row) => [nameOf(row), row]));
    const moved = orderOf(list) !== orderOf(newer);
    for (const row of $$(".row", list)) {
      const from = rows.get(nameOf(row));
      if (!from) continue;
      const more = $(".more", row), newest = $(".more", from);
      row.className = from.className;
      $("summary", row).replaceWith($("summary", from));
      if (wordsOf(more) === wordsOf(newest)) continue;
      more.replaceWith(newest);
      enliven(newest);
    }
    if (moved) tellHeld(list);
  }

  /* A page on which only the clock has moved stays as it is, for who listens to it. */
  function isRenewed(part, newer) {
    const times = $$("time.ago", part), newest = $$("time.ago", newer);
    if (times.length !== newest.length || wordsOf(part) !== wordsOf(newer)) return false;
    times.forEach((time, k) => { time.dateTime = newest[k].dateTime; time.title = newest[k].title; });
    return true;
  }

  function tellHeld(list) {
    if ($("#held")) return;
    const button = make("button", { type: "button" }, "Show them");
    button.addEventListener("click", () => ask(location.href, true));
    list.append(make("p", { id: "held", class: "held" },
      "Rows have come, gone or moved; they wait while one is open. ", button));
  }

  function exchange(html, everything) {
    const newer = new DOMParser().parseFromString(html, "text/html");
    const place = rememberPlace();
    for (const id of PARTS) {
      const from = newer.getElementById(id), to = document.getElementById(id);
      if (!from || !to) continue;
      if (id === "results" && isReading() && !everything) {
        renewRows(to, from);
        continue;
      }
      if (id === "judged" && isRenewed(to, from)) continue;
      to.replaceWith(document.adoptNode(from));
      enliven(from);
    }
    restorePlace(place);

    const icon = $("link[rel=icon]", newer);
    if (icon) $("link[rel=icon]").href = icon.getAttribute("href");
    if (newer.title !== document.title) say(newer.title);
    document.title = newer.title;

    const time = $("#asof time", newer);
    if (time) {
      skew = Date.parse(time.dateTime) - Date.now();
      $("#asof time").replaceWith(document.adoptNode(time));
    }
  }

  let tag = null;
  let asking = null;

  /* Asks for the page as the address says, or another one; for everything: also where somebody reads. */
  async function ask(url, everything = false) {
    if (asking) asking.abort();
    const mine = asking = new AbortController();
    try {
      const known = url === location.href && tag && !$("#held");
      const answer = await fetch(url, {
        headers: known ? { "If-None-Match": tag } : {}, signal: mine.signal, cache: "no-store" });
      if (answer.status === 304) {
        $("#asof time").dateTime = new Date(Date.now() + skew).toISOString();
      } else if (answer.ok) {
        const html = await answer.text();
        if (mine.signal.aborted) return;
        tag = answer.headers.get("ETag");
        exchange(html, everything);
      } else {
        throw new Error(`${answer.status} ${answer.statusText}`);
      }
      tellTrouble(null);
      tellPause(false);
    } catch (error) {
      if (error.name !== "AbortError") tellTrouble(error);
    }
    tellTime();
  }

  function tellTrouble(error) {
    const old = $("#trouble");
    if (!error) {
      if (old) old.remove();
      return;
    }
    const text = `mqtlsd does not answer (${error.message}); what you see may be old.`;
    if (old) {
      old.textContent = text;
      return;
    }
    $("header.top").append(make("p", { id: "trouble", class: "stale" }, text));
    say(text);
  }

  function tellPause(paused) {
    const old = $("#paused"), asof = $("#asof");
    if (!paused && old) old.remove();
    else if (paused && !old && asof) asof.append(make("span", { id: "paused" }, "; waiting while text is selected"));
  }

  /* Whoever selects is not disturbed, and told so; whoever reads is not either, see renewRows(). */
  function refresh() {
    if (document.hidden || $("dialog[open]")) return;
    if (String(getSelection()) !== "") tellPause(true);
    else ask(location.href);
  }

  /* ---- search while typing ---- */

  function searchAddress(form) {
    const asked = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
    const url = new URL(location.pathname, location.href);
    url.search = asked;
    return url.href;
  }

  function followForm(form) {
    let timer = null;

    const search = () => {
      clearTimeout(timer);
      const url = searchAddress(form);
      if (url === location.href) return;
      history.replaceState(null, "", url);
      tag = null;
      ask(url, true).then(() => say($("#caption") ? $("#caption").textContent : ""));
    };
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(search, TYPING_MS);
    });
    form.addEventListener("change", search);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      search();
    });
  }

  /* ---- keyboard ---- */

  const KEYS = [
    ["/", "search"],
    ["j, k", "next, previous endpoint"],
    ["Enter", "unfold what to do about it"],
    ["o", "open its page"],
    ["r", "ask for news now"],
    ["Esc", "leave the search, close this"],
    ["?", "this help"],
  ];

  function help() {
    let dialog = $("dialog");
    if (!dialog) {
      const list = make("dl");
      for (const [key, words] of KEYS) list.append(make("dt", {}, make("kbd", {}, key)), make("dd", {}, words));
      dialog = make("dialog", { "aria-labelledby": "keys" }, make("h2", { id: "keys" }, "Keys"), list,
        make("form", { method: "dialog" }, make("button", {}, "Close")));
      document.body.append(dialog);
    }
    if (!dialog.open) dialog.showModal();
  }

  function move(step) {
    const rows = $$(".row summary");
    if (rows.length === 0) return;
    const row = document.activeElement && document.activeElement.closest(".row");
    const at = row ? rows.indexOf($("summary", row)) + step : step > 0 ? 0 : rows.length - 1;
    const to = rows[Math.min(Math.max(at, 0), rows.length - 1)];
    to.focus();
    to.scrollIntoView({ block: "nearest" });
  }

  function openPage() {
    const row = document.activeElement && document.activeElement.closest(".row");
    if (row) location.href = $("a.open", row).href;
  }

  function onKey(event) {
    const typing = event.target.closest("input, select, textarea");
    if (event.ctrlKey || event.altKey || event.metaKey || $("dialog[open]")) return;
    if (typing) {
      if (event.key === "Escape") typing.blur();
      return;
    }

    const search = $("#filter input[name=q]");
    const doing = {
      "/": () => { if (search) { search.focus(); search.select(); } },
      j: () => move(1),
      k: () => move(-1),
      o: openPage,
      r: () => ask(location.href, true),
      "?": help,
    }[event.key];
    if (!doing) return;
    event.preventDefault();
    doing();
  }

  /* ---- begin ---- */

  document.body.append(live);
  enliven(document);
  if ($("#filter")) followForm($("#filter"));
  if ($("#rows, #judged")) setInterval(refresh, REFRESH_MS);
  document.addEventListener("visibilitychange", refresh);
  document.addEventListener("keydown", onKey);
  document.addEventListener("toggle", (event) => {
    if (!event.target.open && $("#held") && !isReading()) refresh();
  }, true);
  setInterval(tellTime, TICK_MS);
  const footer = $("footer");
  if (footer && $("#filter"))
    footer.append(make("p", { class: "keys" }, "Press ", make("kbd", {}, "?"), " for the keys."));
})();
