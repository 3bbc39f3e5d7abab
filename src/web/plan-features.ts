import type { Messages } from "./i18n/index.ts";

/**
 * The names of a plan's features. A plan's row may name what is still to come: nobody is promised that,
 * so a feature without a name is not shown.
 */
export function featureNames(messages: Messages, features: readonly string[]): readonly string[] {
  const names: Readonly<Record<string, string>> = messages.plans.featureNames;
  return features.flatMap((one) => names[one] ?? []);
}
