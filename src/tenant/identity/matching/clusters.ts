import { groupOf, type Run } from "./run.ts";
import type { GameCharacter } from "./world.ts";

/** Characters that one person plays for sure: an alt group, or a character by itself. */
export interface Cluster {
  readonly group: string | null;
  readonly characters: readonly GameCharacter[];
}

/** Where the notes of a character lead to, if that can be followed. */
export type Mains = ReadonlyMap<string, GameCharacter>;

/**
 * The clusters, each after those that notes of its characters name as mains, and the notes to follow:
 * those of a circle are left out.
 */
export function clustersOf(run: Run): { clusters: readonly Cluster[]; mains: Mains } {
  const clusters = new Map<string, GameCharacter[]>();
  for (const character of run.present) {
    const id = clusterId(run, character);
    const same = clusters.get(id);
    if (same) same.push(character);
    else clusters.set(id, [character]);
  }
  const next = new Map(
    [...clusters].map(([id, characters]) => [
      id,
      characters.flatMap((one) => {
        const main = followed(run, one);
        return main?.isPresent ? [clusterId(run, main)] : [];
      }),
    ]),
  );
  const parts = componentsOf(next);
  const partOf = new Map(parts.flatMap((part, index) => part.map((id) => [id, index] as const)));
  const mains = new Map<string, GameCharacter>();
  for (const character of run.present) {
    const main = followed(run, character);
    if (main === undefined) continue;
    const [own, other] = [clusterId(run, character), clusterId(run, main)];
    const isCircle = main.isPresent && own !== other && partOf.get(own) === partOf.get(other);
    if (!isCircle) mains.set(character.id, main);
  }
  const order = parts.flatMap((part) => part.sort());
  const groups = order.map((id) => {
    const characters = clusters.get(id)!;
    return { group: id.startsWith("group ") ? groupOf(characters[0]!) : null, characters };
  });
  return { clusters: groups, mains };
}

/** The circles in which notes call each other alts, each from its smallest id on, as they lead. */
export function circlesOf(run: Run): readonly (readonly string[])[] {
  const mainOf = (id: string) => {
    const character = run.directory.character(id);
    const reading = character?.isPresent ? run.mainReading(character) : undefined;
    return reading?.kind === "found" ? reading.found.id : undefined;
  };
  const seen = new Set<string>();
  const circles: (readonly string[])[] = [];
  for (const { id } of run.present) {
    const path: string[] = [];
    let at: string | undefined = id;
    while (at !== undefined && !seen.has(at)) {
      seen.add(at);
      path.push(at);
      at = mainOf(at);
    }
    const start = at === undefined ? -1 : path.indexOf(at);
    if (start < 0) continue;
    const circle = path.slice(start);
    const first = circle.indexOf([...circle].sort()[0]!);
    circles.push([...circle.slice(first), ...circle.slice(0, first)]);
  }
  return circles.sort((a, b) => (a[0]! < b[0]! ? -1 : 1));
}

function clusterId(run: Run, character: GameCharacter): string {
  const group = groupOf(character);
  return group === null || run.splitGroups.has(group)
    ? `character ${character.id}`
    : `group ${group}`;
}

/** The main that the note of a character leads to, where nothing stronger decides. */
function followed(run: Run, character: GameCharacter): GameCharacter | undefined {
  if (run.isDecided(character) || run.noted(character)) return undefined;
  const reading = run.mainReading(character);
  return reading.kind === "found" ? reading.found : undefined;
}

/** Strongly connected parts, each after those it leads to (Tarjan, without recursion). */
function componentsOf(next: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const onStack = new Set<string>();
  const stack: string[] = [];
  const parts: string[][] = [];
  const open = (node: string, path: { node: string; at: number }[]) => {
    order.set(node, order.size);
    lowest.set(node, order.get(node)!);
    stack.push(node);
    onStack.add(node);
    path.push({ node, at: 0 });
  };
  const close = (node: string) => {
    if (lowest.get(node) !== order.get(node)) return;
    const part = stack.splice(stack.lastIndexOf(node));
    for (const one of part) onStack.delete(one);
    parts.push(part);
  };
  const lower = (node: string, value: number) =>
    lowest.set(node, Math.min(lowest.get(node)!, value));
  for (const root of [...next.keys()].sort()) {
    if (order.has(root)) continue;
    const path: { node: string; at: number }[] = [];
    open(root, path);
    while (path.length > 0) {
      const top = path.at(-1)!;
      const other = next.get(top.node)![top.at++];
      if (other === undefined) {
        path.pop();
        close(top.node);
        const parent = path.at(-1);
        if (parent) lower(parent.node, lowest.get(top.node)!);
      } else if (!order.has(other)) open(other, path);
      else if (onStack.has(other)) lower(top.node, order.get(other)!);
    }
  }
  return parts;
}
