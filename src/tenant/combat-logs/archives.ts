import { Unzip, UnzipInflate } from "fflate";
import { Invalid, TooLarge } from "../../kernel/errors.ts";

const NESTED = /\.(zip|gz|7z|rar|tar|tgz|bz2|xz)$/i;

/**
 * The files of a zip archive one after another, as the bytes come in. Folders and what systems put
 * beside files are left out.
 * @throws {Invalid} `logs/bad-archive` for a damaged one.
 * @throws {TooLarge} `logs/nested-archive` for archives within the archive.
 */
export async function* unzipped(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const ready: Uint8Array[] = [];
  let failure: Error | undefined;
  let files = 0;
  const unzip = new Unzip((file) => {
    if (file.name.endsWith("/") || /(^|\/)(\.|__MACOSX\/)/.test(file.name)) return;
    if (NESTED.test(file.name)) {
      failure = new TooLarge(
        "logs/nested-archive",
        "This archive holds another one, which is not unpacked. Send the log itself.",
      );
      return;
    }
    files++;
    file.ondata = (error, chunk) => {
      if (error) failure ??= badArchive("It is damaged.", error);
      else if (chunk.length > 0) ready.push(chunk);
    };
    file.start();
  });
  unzip.register(UnzipInflate);
  for await (const chunk of source) {
    try {
      unzip.push(chunk);
    } catch (error) {
      throw badArchive("It is damaged.", error);
    }
    if (failure) throw failure;
    yield* ready.splice(0);
  }
  try {
    unzip.push(new Uint8Array(0), true);
  } catch (error) {
    throw badArchive("It ends too early.", error);
  }
  if (failure) throw failure;
  yield* ready.splice(0);
  if (files === 0) throw badArchive("There is no file in it.");
}

function badArchive(why: string, cause?: unknown): Invalid {
  return new Invalid("logs/bad-archive", `This archive cannot be read. ${why}`, {}, { cause });
}
