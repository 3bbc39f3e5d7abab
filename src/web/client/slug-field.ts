import { all, data } from "./dom.ts";

const TYPING_PAUSE_MS = 250;

/** Suggests a slug while a name is typed: `<input data-address-of="name-field-id">`. */
export function startSlugFields() {
  for (const field of all<HTMLInputElement>("[data-address-of]")) {
    const name = document.getElementById(data(field, "addressOf"));
    if (name instanceof HTMLInputElement) followName(field, name);
  }
}

function followName(field: HTMLInputElement, name: HTMLInputElement) {
  let isProposed = field.value === "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  let proposedFor = "";
  field.addEventListener("input", () => {
    isProposed = field.value === "";
  });
  name.addEventListener("input", () => {
    clearTimeout(timer);
    if (!isProposed) return;
    timer = setTimeout(async () => {
      const typed = name.value.trim();
      const slug = typed === "" ? "" : await slugFor(typed);
      if (!isProposed || name.value.trim() !== typed) return;
      field.value = slug;
      proposedFor = typed;
    }, TYPING_PAUSE_MS);
  });
  // Does not send a suggestion for half of the name. The server makes the slug then.
  field.form?.addEventListener(
    "submit",
    () => {
      if (isProposed && proposedFor !== name.value.trim()) field.value = "";
    },
    true,
  );
}

/** A free slug for a name, or "" if the server cannot suggest one. */
async function slugFor(name: string): Promise<string> {
  try {
    const answer = await fetch(`/api/guilds/slug?name=${encodeURIComponent(name)}`);
    return answer.ok ? ((await answer.json()) as { slug: string }).slug : "";
  } catch {
    return "";
  }
}
