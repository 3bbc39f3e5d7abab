import type { Messages } from "./i18n/index.ts";

/**
 * The names of a plan's features. A plan's row may list planned features. They have no name and are not
 * shown, so that pages do not promise them.
 */
export function featureNames(messages: Messages, features: readonly string[]): readonly string[] {
  const names: Readonly<Record<string, string>> = messages.plans.featureNames;
  return features.flatMap((one) => names[one] ?? []);
}
