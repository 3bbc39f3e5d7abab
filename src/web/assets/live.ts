/**
 * Pages that follow what happens in a guild: clocks that run by the server's time, a lamp that says
 * whether the page is connected, bids without a reload. The figures come with the events; the rest of
 * a part is fetched again, at most once a second. Without scripts the page is a page.
 */
export const live = `
for (const page of document.querySelectorAll("[data-follow]")) {
  const words = JSON.parse(page.dataset.words);
  const lamp = page.querySelector("[data-lamp]");
  const say = (text, how = "polite") => {
    page.querySelector('[data-say="' + how + '"]').textContent = text;
  };
  const fill = (text, ...values) => values.reduce((all, value, i) => all.replace("%" + (i + 1), value), text);
  const locale = document.documentElement.lang;
  // The server's clock, not this device's: it decides when an auction is over.
  let offsetMs = Number(page.dataset.now) - Date.now();
  const now = () => Date.now() + offsetMs;
  let heardAt = performance.now();
  let isConnected = false;

  const show = (state) => {
    isConnected = state === "live";
    for (const button of page.querySelectorAll("form[data-bid] button[type=submit]")) {
      button.disabled = !isConnected;
    }
    if (!lamp) return;
    lamp.hidden = false;
    lamp.dataset.lamp = state;
    lamp.textContent = words[state];
  };

  const clockText = (ms) => {
    const seconds = Math.ceil(ms / 1000);
    const two = (n) => String(n).padStart(2, "0");
    const [d, h, m, s] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
    if (d > 0) return d + " d " + two(h) + ":" + two(m);
    return (h > 0 ? h + ":" + two(m) : m) + ":" + two(s);
  };
  const tick = () => {
    if (performance.now() - heardAt > 12000) show("stale");
    for (const time of page.querySelectorAll("[data-closes]")) {
      const card = time.closest("[data-auction]");
      if (card && card.dataset.status !== "open") continue;
      const left = Number(time.dataset.closes) - now();
      time.textContent = left > 0 ? clockText(left) : words.closing;
      time.classList.toggle("soon", left < 30000);
      time.classList.toggle("last", left < 10000);
    }
  };
  setInterval(tick, 200);

  // Parts of the page are fetched again together, and never under somebody's hands.
  let refreshAt = 0;
  let isRefreshing = false;
  const refresh = async (waitMs = 150) => {
    if (isRefreshing) return;
    isRefreshing = true;
    const since = performance.now() - refreshAt;
    await new Promise((resolve) => setTimeout(resolve, Math.max(waitMs, 1000 - since)));
    isRefreshing = false;
    refreshAt = performance.now();
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => undefined);
    if (!answer?.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of page.querySelectorAll("[data-part]")) {
      const next = fresh.getElementById(part.id);
      if (!next || part.parentElement.closest("[data-part]")) continue;
      keepHands(part, next);
      part.replaceWith(next);
    }
    arrange();
  };
  /** What is being typed stays, with the focus. */
  const keepHands = (old, next) => {
    for (const input of old.querySelectorAll("input:not([type=hidden]),select")) {
      const twin = input.id ? next.querySelector("#" + CSS.escape(input.id)) : null;
      if (twin && input.dataset.touched) {
        twin.value = input.value;
        twin.dataset.touched = "yes";
      }
    }
    for (const details of old.querySelectorAll("details[id][open]")) {
      const twin = next.querySelector("#" + CSS.escape(details.id));
      if (twin) twin.open = true;
    }
    const focused = document.activeElement;
    if (old.contains(focused) && focused.id) {
      setTimeout(() => document.getElementById(focused.id)?.focus({ preventScroll: true }));
    }
    for (const result of old.querySelectorAll("[data-result][data-kept]")) {
      const card = result.closest("[data-auction]")?.id;
      const twin = next.id === card ? next.querySelector("[data-result]") : card && next.querySelector("#" + CSS.escape(card) + " [data-result]");
      if (twin) {
        twin.textContent = result.textContent;
        twin.className = result.className;
        twin.dataset.kept = "yes";
      }
    }
  };
  const arrange = () => {
    for (const button of page.querySelectorAll("[data-set]")) button.hidden = false;
    show(isConnected ? "live" : lamp?.dataset.lamp || "reconnecting");
    tick();
  };

  const money = (value, decimals) =>
    (value / 10 ** decimals).toLocaleString(locale, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });

  const onAuction = (news) => {
    const card = page.querySelector('[data-auction="' + news.id + '"]');
    if (!card) {
      if (page.querySelector("[data-list]")) refresh();
      return;
    }
    const [top] = news.leaders;
    const time = card.querySelector("[data-closes]");
    if (time) time.dataset.closes = news.closesAt;
    const isMine = news.leaders.some((one) => one.isOwn);
    if (news.status === "open" && top) {
      const price = card.querySelector("[data-price]");
      const leader = card.querySelector("[data-leader]");
      if (price) price.textContent = money(top.value, news.decimals);
      if (leader) leader.textContent = top.isOwn ? words.youLead : (top.name ?? words.nameless) + " " + words.leads;
      const wasMine = card.dataset.leading === "yes";
      const left = news.closesAt - now();
      if (wasMine && !isMine) {
        say(fill(words.outbid, card.dataset.item, money(top.value, news.decimals)), left < 10000 ? "assertive" : "polite");
        card.classList.add("outbid");
        const result = card.querySelector("[data-result]");
        if (result) {
          result.textContent = words.beaten;
          result.className = "bid-result bad";
          result.dataset.kept = "yes";
          setTimeout(() => delete result.dataset.kept, 6000);
        }
        navigator.vibrate?.(200);
      }
      if (!wasMine && isMine) {
        say(fill(words.lead, card.dataset.item));
        card.classList.remove("outbid");
      }
    }
    card.dataset.leading = isMine ? "yes" : "no";
    const count = card.querySelector("[data-count]");
    if (count && news.bids > 0) count.textContent = news.bids === 1 ? words.bids[0] : fill(words.bids[1], news.bids);
    const extended = card.querySelector("[data-extended]");
    if (extended && news.extensions > 0) extended.textContent = fill(words.extended, news.extensions);
    if (news.status !== "open" && card.dataset.status === "open") say(fill(words.over, card.dataset.item));
    card.dataset.status = news.status;
    tick();
    refresh();
  };

  const source = new EventSource(page.dataset.follow);
  const heard = () => {
    heardAt = performance.now();
    if (!isConnected) show("live");
  };
  source.addEventListener("open", heard);
  source.addEventListener("error", () => show("reconnecting"));
  source.addEventListener("clock", (event) => {
    offsetMs = JSON.parse(event.data).now - Date.now();
    heard();
  });
  source.addEventListener("auction", (event) => {
    heard();
    onAuction(JSON.parse(event.data));
  });
  for (const topic of ["raid", "council"]) {
    source.addEventListener(topic, () => {
      heard();
      if (page.dataset.topics?.includes(topic)) refresh();
    });
  }
  addEventListener("visibilitychange", () => document.visibilityState === "visible" && refresh());

  page.addEventListener("input", (event) => { event.target.dataset.touched = "yes"; });
  page.addEventListener("click", (event) => {
    const button = event.target.closest("[data-set]");
    if (!button) return;
    const input = button.closest("form").elements.points;
    input.value = button.dataset.set;
    input.dataset.touched = "yes";
  });
  page.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-bid]");
    if (!form) return;
    event.preventDefault();
    event.stopPropagation();
    const button = form.querySelector("button[type=submit]");
    const result = form.querySelector("[data-result]");
    if (button.disabled) return;
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
    const finish = (isPlaced, text) => {
      const shown = document.getElementById(form.closest("[data-auction]").id)?.querySelector("[data-result]") ?? result;
      shown.textContent = text;
      shown.className = "bid-result " + (isPlaced ? "good" : "bad");
      shown.dataset.kept = "yes";
      setTimeout(() => delete shown.dataset.kept, 6000);
    };
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        headers: { Accept: "application/json" },
        body: new URLSearchParams(new FormData(form)),
      });
      const { isPlaced, text, detail } = await answer.json();
      finish(isPlaced === true, text ?? detail);
      // Another press is another bid.
      form.elements.key.value = crypto.randomUUID();
      if (isPlaced && form.elements.points) delete form.elements.points.dataset.touched;
    } catch {
      // The same key is sent again: if the first one arrived, this is no second bid.
      finish(false, words.reconnecting);
    } finally {
      button.disabled = !isConnected;
      button.removeAttribute("aria-busy");
      refresh(0);
    }
  }, true);
  arrange();
}
`;
