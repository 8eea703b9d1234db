// Small helps on top of pages that work without them. Everything hangs on data attributes; nothing is inline,
// nothing is kept in the browser, nothing leaves the site.

const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));

// Double submission: the first submit locks the form's buttons until the page changes.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method === "get") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  if (!("once" in form.dataset)) return;
  form.dataset.sent = "1";
  // The Enter key presses a button nobody sees; what is done is said on the one everybody sees.
  const unseen = event.submitter?.hasAttribute("data-enter");
  const pressed = (unseen && form.querySelector(".actions button[type=submit]")) || event.submitter;
  // After this turn, so that the pressed button's own name and value are still sent.
  setTimeout(() => {
    for (const button of all("button", form)) {
      if (button.type !== "submit") continue;
      button.setAttribute("aria-disabled", "true");
      if (button === pressed) {
        button.setAttribute("aria-busy", "true");
        if (button.dataset.busy) button.append(said(button.dataset.busy));
      }
    }
  });
});

function said(text) {
  const span = document.createElement("span");
  span.className = "sr";
  span.setAttribute("role", "status");
  span.textContent = text;
  return span;
}

function unlock(form) {
  delete form.dataset.sent;
  for (const button of all('button[aria-disabled="true"]', form)) {
    button.removeAttribute("aria-disabled");
    button.removeAttribute("aria-busy");
  }
}

// Coming back by the browser's own button finds the form open again.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) all("form[data-sent]").forEach(unlock);
});

// What is wrong gets the focus, and its links lead into the field, not only to it.
function focusErrors(root) {
  // Once each: a part that is swapped in later must not pull the reader back.
  const summary = root.querySelector("[data-error-summary]:not([data-seen])");
  if (!summary) return;
  summary.dataset.seen = "1";
  summary.focus();
}
document.addEventListener("click", (event) => {
  const link = event.target.closest?.('[data-error-summary] a[href^="#"]');
  const field = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!field) return;
  event.preventDefault();
  field.focus({ preventScroll: true });
  (field.closest(".field") ?? field).scrollIntoView({ block: "center" });
});

// Show what is typed into a password field; say when Caps Lock is on.
function openReveals(root) {
  for (const button of all("[data-reveal]", root)) button.hidden = false;
  for (const button of all("[data-copy]", root)) button.hidden = false;
}
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-reveal]");
  const field = button && document.getElementById(button.dataset.reveal);
  if (!field) return;
  const shown = field.type === "password";
  field.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
  const words = button.querySelector("[data-reveal-said]");
  if (words) words.textContent = shown ? "隐藏" : "显示";
});
function capsHint(event) {
  const hint = event.target.dataset?.caps && document.getElementById(event.target.dataset.caps);
  if (hint && event.getModifierState) hint.hidden = !event.getModifierState("CapsLock");
}
document.addEventListener("keydown", capsHint);
document.addEventListener("keyup", capsHint);
document.addEventListener("focusout", (event) => {
  const hint = event.target.dataset?.caps && document.getElementById(event.target.dataset.caps);
  if (hint) hint.hidden = true;
});

// Resending a code: the button counts the seconds the server asked for.
function countDown(root) {
  for (const button of all("[data-resend]:not([data-counting])", root)) {
    button.dataset.counting = "1";
    const words = button.textContent;
    let left = Number(button.dataset.resend);
    if (!(left > 0)) continue;
    button.disabled = true;
    const tick = () => {
      if (!button.isConnected) return;
      button.textContent = left > 0 ? `${left} 秒后可重发` : words;
      button.disabled = left > 0;
      if (left-- > 0) setTimeout(tick, 1000);
    };
    tick();
  }
}

// 大写 under an amount while it is typed; the server's own words stand there after each answer.
const DIGITS = "零壹贰叁肆伍陆柒捌玖";
function groupInWords(group) {
  let words = "";
  let gap = false;
  for (const [place, unit] of [[1000, "仟"], [100, "佰"], [10, "拾"], [1, ""]]) {
    const digit = Math.floor(group / place) % 10;
    if (digit) words += (gap && words ? "零" : "") + DIGITS[digit] + unit;
    gap = digit === 0;
  }
  return words;
}
export function amountInWords(text) {
  const found = /^(\d{1,12})(?:\.(\d{1,2}))?$/.exec(text.replace(/[,，\s]/g, ""));
  if (!found) return "";
  const cents = Number((found[2] ?? "").padEnd(2, "0"));
  let whole = Number(found[1]);
  let words = "";
  const groups = [];
  for (; whole; whole = Math.floor(whole / 10000)) groups.push(whole % 10000);
  let gap = false;
  for (let index = groups.length - 1; index >= 0; index--) {
    const group = groups[index];
    if (group) words += (words && (gap || group < 1000) ? "零" : "") + groupInWords(group) + ["", "万", "亿"][index];
    gap = group === 0;
  }
  const yuan = words ? `${words}元` : "";
  if (!cents) return `${yuan || "零元"}整`;
  const [jiao, fen] = [Math.floor(cents / 10), cents % 10];
  const middle = jiao ? `${DIGITS[jiao]}角` : yuan ? "零" : "";
  return yuan + middle + (fen ? `${DIGITS[fen]}分` : "");
}
document.addEventListener("input", (event) => {
  const target = event.target.dataset?.words && document.getElementById(event.target.dataset.words);
  if (target) target.textContent = amountInWords(event.target.value);
});

// Copying: the button says that it did.
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button || !navigator.clipboard) return;
  const words = button.querySelector("[data-copy-said]") ?? button;
  const before = words.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    words.textContent = "已复制";
  } catch {
    words.textContent = "没有复制成，请手动选中";
  }
  setTimeout(() => (words.textContent = before), 2500);
});

// Printing opens every fold and closes it again; a print button needs nothing more.
document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-print]")) window.print();
});
window.addEventListener("beforeprint", () => {
  for (const fold of all("details:not([open])")) {
    fold.dataset.folded = "1";
    fold.open = true;
  }
});
window.addEventListener("afterprint", () => {
  for (const fold of all("details[data-folded]")) {
    delete fold.dataset.folded;
    fold.open = false;
  }
});

// Keys of the desk: an element with data-key="a" is pressed by A; J and K walk along the queue.
// A box is ticked, not typed into: the keys go on after it.
function isTyping(target) {
  if (target.type === "checkbox") return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape" && isTyping(event.target)) event.target.blur();
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") {
    if (walkQueue(key === "j" ? 1 : -1)) event.preventDefault();
    return;
  }
  const target = keyed(key);
  if (!target || target.disabled || target.getAttribute("aria-disabled") === "true") return;
  event.preventDefault();
  if (target.matches("input:not([type=checkbox]), textarea, select")) target.focus();
  else target.click();
});
// In a list the key means the row that has the focus; without one it leads to the first row and does nothing else.
function keyed(key) {
  const here = (element) => element.dataset.key.toLowerCase() === key;
  const row = document.activeElement && document.activeElement.closest("[data-queue] tr, [data-queue] li");
  const mine = row && all("[data-key]", row).find(here);
  const found = mine || all("[data-key]").find((element) => here(element) && !element.closest("[data-queue]"));
  if (!found && all("[data-queue] [data-key]").some(here)) walkQueue(1);
  return found;
}
function walkQueue(step) {
  const links = all("[data-queue] a");
  if (!links.length) return false;
  const here = links.findIndex((link) => link === document.activeElement);
  const open = links.findIndex((link) => link.getAttribute("aria-current"));
  const next = links[(here >= 0 ? here : open) + step];
  if (!next) return false;
  if (here >= 0 || "focusOnly" in next.closest("[data-queue]").dataset) next.focus();
  else next.click();
  return true;
}

// A list of rows: one box ticks them all, and buttons that need a choice wait for one.
document.addEventListener("change", (event) => {
  const box = event.target;
  if (!(box instanceof HTMLInputElement) || box.type !== "checkbox") return;
  const form = box.closest("form");
  if (!form) return;
  if ("pickAll" in box.dataset) all("[data-pick]", form).forEach((other) => (other.checked = box.checked));
  refreshPicked(form);
});
function refreshPicked(form) {
  const picked = all("[data-pick]:checked", form).length;
  for (const button of all("[data-needs-pick]", form)) button.disabled = picked === 0;
  for (const place of all("[data-picked]", form)) place.textContent = String(picked);
}

// Files may be dropped on their field.
document.addEventListener("dragover", (event) => {
  const place = event.target.closest?.("[data-drop]");
  if (place) {
    event.preventDefault();
    place.classList.add("is-over");
  }
});
document.addEventListener("dragleave", (event) => event.target.closest?.("[data-drop]")?.classList.remove("is-over"));
document.addEventListener("drop", (event) => {
  const place = event.target.closest?.("[data-drop]");
  const input = place?.querySelector('input[type="file"]');
  if (!input) return;
  event.preventDefault();
  place.classList.remove("is-over");
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});

// What stands in a form is kept on the server while the session still lives; that keeps no session alive either.
function keepDrafts() {
  for (const form of all("form[data-draft]")) {
    if (form.dataset.sent) continue;
    const typed = new FormData(form);
    for (const [name, value] of [...typed]) if (value instanceof File) typed.delete(name);
    fetch(form.dataset.draft, { method: "POST", body: typed, headers: { "X-Anju-Poll": "1" }, keepalive: true }).catch(() => {});
  }
}

// Time-out: a warning two minutes before, and a way to go on.
function watchSession() {
  const dialog = document.getElementById("session-warning");
  if (!dialog?.showModal) return;
  const idle = Number(dialog.dataset.idleSeconds) * 1000;
  const lead = 120 * 1000;
  let timer = 0;
  let renewed = Date.now();
  const warn = () => {
    keepDrafts();
    dialog.showModal();
  };
  const start = () => {
    clearTimeout(timer);
    renewed = Date.now();
    timer = setTimeout(warn, Math.max(idle - lead, 1000));
  };
  const keep = async () => {
    const answer = await fetch(dialog.dataset.keep ?? location.href, { method: dialog.dataset.keep ? "GET" : "HEAD", cache: "no-store" });
    if (answer.ok && !answer.redirected) {
      dialog.close();
      start();
    } else location.reload();
  };
  dialog.querySelector("[data-session-keep]").addEventListener("click", keep);
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    keep();
  });
  document.addEventListener("htmx:after:request", (event) => {
    if (!isPoll(event)) start();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && Date.now() - renewed > idle) location.reload();
  });
  start();
}

// htmx: fragments get the same helps; a failed request says so in place and offers to try again.
// Polling is the page's act, not the person's: the server is told, and no session lives on by it.
function isPoll(event) {
  return event.detail?.ctx?.sourceEvent?.type === "every";
}
document.addEventListener("htmx:config:request", (event) => {
  if (isPoll(event)) event.detail.ctx.request.headers["X-Anju-Poll"] = "1";
});
document.addEventListener("htmx:before:response", (event) => {
  // Also a refused swap ends in after:swap, so success is read from the status.
  if (event.detail?.ctx?.response?.status < 500) all("[data-failed]").forEach((notice) => notice.remove());
});
document.addEventListener("htmx:after:swap", () => {
  openReveals(document);
  countDown(document);
  focusErrors(document);
});
function tellFailure(event) {
  const source = event.detail?.ctx?.sourceElement;
  if (!source?.isConnected || document.querySelector("[data-failed]")) return;
  const notice = document.createElement("p");
  notice.className = "hint";
  notice.dataset.failed = "1";
  notice.setAttribute("role", "status");
  notice.append(isPoll(event) ? "没有连上，会自动再试。" : "没有连上，您填的都在。");
  const again = document.createElement("button");
  again.type = "button";
  again.className = "button button--small";
  again.textContent = "再试一次";
  again.addEventListener("click", () => {
    notice.remove();
    if (source instanceof HTMLFormElement) source.requestSubmit();
    else location.reload();
  });
  notice.append(" ", again);
  if (source instanceof HTMLFormElement) unlock(source);
  source.after(notice);
}
document.addEventListener("htmx:error", tellFailure);
document.addEventListener("htmx:response:error", (event) => {
  if (event.detail?.ctx?.response?.status >= 500) tellFailure(event);
});
document.addEventListener("htmx:finally:request", (event) => {
  const form = event.target.closest?.("form[data-sent]");
  if (form) unlock(form);
});

openReveals(document);
countDown(document);
focusErrors(document);
all("form").filter((form) => form.querySelector("[data-needs-pick]")).forEach(refreshPicked);
watchSession();
