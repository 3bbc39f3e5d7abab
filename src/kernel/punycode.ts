const [BASE, T_MIN, T_MAX, SKEW, DAMP] = [36, 1, 26, 38, 700];
const CODE_POINT_MAX = 0x10ffff;

/** Decodes the part of a label after `xn--` (RFC 3492). Undefined when it is invalid. */
export function punycodeText(encoded: string): string | undefined {
  const end = encoded.lastIndexOf("-");
  const codes = [...encoded.slice(0, Math.max(0, end))].map((char) => char.charCodeAt(0));
  let [code, at, bias] = [128, 0, 72];
  for (let index = end + 1; index < encoded.length; ) {
    const before = at;
    for (let weight = 1, k = BASE; ; k += BASE) {
      const digit = digitOf(encoded[index++]);
      if (digit === undefined) return undefined;
      at += digit * weight;
      const threshold = Math.min(T_MAX, Math.max(T_MIN, k - bias));
      if (digit < threshold) break;
      weight *= BASE - threshold;
      if (weight > CODE_POINT_MAX * BASE) return undefined;
    }
    const length = codes.length + 1;
    bias = adapted(at - before, length, before === 0);
    code += Math.floor(at / length);
    at %= length;
    if (code > CODE_POINT_MAX || (code >= 0xd800 && code <= 0xdfff)) return undefined;
    codes.splice(at++, 0, code);
  }
  return codes.length === 0 ? undefined : String.fromCodePoint(...codes);
}

function digitOf(char: string | undefined): number | undefined {
  const digit = "abcdefghijklmnopqrstuvwxyz0123456789".indexOf(char ?? "?");
  return digit < 0 ? undefined : digit;
}

function adapted(delta: number, length: number, isFirst: boolean): number {
  let rest = Math.floor(delta / (isFirst ? DAMP : 2));
  rest += Math.floor(rest / length);
  let k = 0;
  for (; rest > ((BASE - T_MIN) * T_MAX) / 2; k += BASE) rest = Math.floor(rest / (BASE - T_MIN));
  return k + Math.floor(((BASE - T_MIN + 1) * rest) / (rest + SKEW));
}
