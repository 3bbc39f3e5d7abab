// A store must be readable without the platform that filled it. So each key contains the time of the copy
// and the hash of its bytes: `guilds/<id>/20261121T101500123Z-<sha256>.db.gz`.

const KEY = /(\d{8}T\d{9}Z)-([0-9a-f]{64})\.db\.gz$/;

export function keyOf(folder: string, takenAt: Date, sha256: string): string {
  return `${folder}/${takenAt.toISOString().replace(/[-:.]/g, "")}-${sha256}.db.gz`;
}

export function hashIn(key: string): string {
  return KEY.exec(key)?.[2] ?? "";
}

/** Unix milliseconds; undefined for a key that is not ours. */
export function takenAtIn(key: string): number | undefined {
  const stamp = KEY.exec(key)?.[1];
  if (stamp === undefined) return undefined;
  return Date.parse(stamp.replace(/^(....)(..)(..)T(..)(..)(..)(...)Z$/, "$1-$2-$3T$4:$5:$6.$7Z"));
}
