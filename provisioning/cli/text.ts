/** Removes control characters, which must not reach a terminal: names come from users. */
export function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to take out.
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, "�");
}

/** `1 guild`, `2 guilds`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
