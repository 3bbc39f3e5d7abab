// A store must make sense without the platform that filled it: when a copy was made and what its
// bytes hash to stands in its key, `guilds/<id>/20261121T101500123Z-<sha256>.db.gz`.

const KEY = /(\d{8}T\d{9}Z)-([0-9a-f]{64})\.db\.gz$/;

export function keyOf(folder: string, takenAt: Date, sha256: string): string {
  return `${folder}/${takenAt.toISOString().replace(/[-:.]/g, "")}-${sha256}.db.gz`;
}

export function hashIn(key: string): string {
  return KEY.exec(key)?.[2] ?? "";
}

/** Unix milliseconds; undefined for what is no copy of ours. */
export function takenAtIn(key: string): number | undefined {
  const stamp = KEY.exec(key)?.[1];
  if (stamp === undefined) return undefined;
  return Date.parse(stamp.replace(/^(....)(..)(..)T(..)(..)(..)(...)Z$/, "$1-$2-$3T$4:$5:$6.$7Z"));
}
