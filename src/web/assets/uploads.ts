/**
 * Sends a log in pieces, so that a cut costs one piece and a reload nothing; and follows a report while
 * it is read. Without scripts the form sends a small file whole, and the page is reloaded by hand.
 */
export const uploads = `
for (const form of document.querySelectorAll("form[data-upload]")) {
  form.querySelector("[data-plain]")?.remove();
  const states = JSON.parse(form.dataset.states);
  const progress = form.querySelector("[data-sending]");
  const bar = progress.querySelector("progress");
  const status = progress.querySelector("[data-status]");
  const pause = progress.querySelector("[data-pause]");
  const submit = form.querySelector("button[type=submit]");
  let isPaused = false;
  let go = () => {};
  pause.addEventListener("click", () => {
    isPaused = !isPaused;
    pause.textContent = isPaused ? states.goOn : states.pause;
    if (!isPaused) go();
  });
  const show = (sent, size, startedAt, from) => {
    bar.value = (100 * sent) / size;
    const mb = (bytes) => (bytes / 1048576).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 });
    const rate = (sent - from) / Math.max(0.1, (performance.now() - startedAt) / 1000);
    status.textContent = states.receiving + ": " + mb(sent) + " / " + mb(size) + " MB, " + mb(rate) + " MB/s";
  };
  const answerOf = async (response) => {
    const answer = await response.json();
    if (!response.ok) throw Object.assign(new Error(answer.detail), { status: response.status, answer });
    return answer;
  };
  const send = async (file) => {
    const begun = await answerOf(await fetch(form.dataset.upload, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ fileName: file.name, sizeBytes: file.size }),
    }));
    const { id } = begun;
    let offset = begun.receivedBytes;
    const from = offset;
    const startedAt = performance.now();
    for (let failures = 0; offset < file.size; ) {
      show(offset, file.size, startedAt, from);
      if (isPaused) await new Promise((resolve) => { go = resolve; });
      const piece = file.slice(offset, offset + Number(form.dataset.chunk));
      try {
        const report = await answerOf(await fetch(form.dataset.upload + "/" + id + "/content", {
          method: "PUT",
          headers: { "Upload-Offset": String(offset) },
          body: piece,
        }));
        offset = report.receivedBytes;
        failures = 0;
      } catch (error) {
        if (error.status === 409 && typeof error.answer.offset === "number") offset = error.answer.offset;
        else if (error.status >= 400 && error.status < 500) throw error;
        else if (++failures > 20) throw error;
        else {
          // The line is down: wait a little longer each time, then ask how far the server is.
          await new Promise((resolve) => setTimeout(resolve, Math.min(15000, 500 * 2 ** failures)));
          const now = await fetch(form.dataset.upload + "/" + id).then(answerOf, () => undefined);
          if (now) offset = now.receivedBytes;
        }
      }
    }
    location.assign(form.dataset.report + id);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const file = form.querySelector("input[type=file]").files[0];
    if (!file) return form.querySelector("input[type=file]").focus();
    progress.hidden = false;
    submit.disabled = true;
    send(file).catch((error) => {
      status.textContent = error.message;
      submit.disabled = false;
      pause.hidden = true;
    });
  });
  form.addEventListener("dragover", (event) => event.preventDefault());
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.querySelector("input[type=file]").files = event.dataTransfer.files;
    form.requestSubmit();
  });
}

for (const box of document.querySelectorAll("[data-live]")) {
  const lamp = box.querySelector("[data-lamp]");
  const body = box.querySelector("tbody");
  const name = box.querySelector("[data-fight]");
  const words = JSON.parse(box.dataset.words);
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const source = new EventSource(box.dataset.live);
  const show = (look, text) => { lamp.className = "badge " + look; lamp.textContent = text; };
  source.onopen = () => show("good", words.live);
  source.onerror = () => show("bad", words.reconnecting);
  source.addEventListener("ended", () => { source.close(); location.reload(); });
  source.addEventListener("fight", (event) => {
    show("good", words.live);
    const fight = JSON.parse(event.data);
    name.textContent = fight ? fight.name : words.quiet;
    const seconds = fight ? Math.max(1, fight.durationMs / 1000) : 1;
    body.replaceChildren(...(fight ? fight.players : []).map((player) => {
      const row = document.createElement("tr");
      const cells = [player.name, player.damage, player.damage / seconds, player.healing];
      row.append(...cells.map((value, index) => {
        const cell = document.createElement(index === 0 ? "th" : "td");
        if (index > 0) cell.className = "num";
        cell.textContent = index === 0 ? value : number.format(Math.round(value));
        return cell;
      }));
      return row;
    }));
  });
}

for (const box of document.querySelectorAll("[data-watch]")) {
  const states = JSON.parse(box.dataset.states);
  const bar = box.querySelector("progress");
  const status = box.querySelector("[data-status]");
  const source = new EventSource(box.dataset.watch);
  let found = 0;
  source.addEventListener("report", (event) => {
    const report = JSON.parse(event.data);
    const isReading = report.state === "parsing";
    bar.max = report.sizeBytes;
    if (isReading) bar.removeAttribute("value");
    else bar.value = report.receivedBytes;
    status.textContent = states[report.state] + (isReading ? ": " + Math.round(report.parsedBytes / 1048576) + " MB" : "");
    if (["ready", "failed", "duplicate", "canceled"].includes(report.state)) {
      source.close();
      location.reload();
    } else if (report.encounters > found && window.htmx && document.getElementById("fights")) {
      found = report.encounters;
      htmx.ajax("GET", location.href, { target: "#fights", select: "#fights", swap: "outerHTML" });
    }
  });
}
`;
