import type { Plan } from "../store.ts";

/** The tiers of guild files. */
export const TIERS = ["free", "pro"] as const;
export type Tier = (typeof TIERS)[number];

/** Requests and limits of one container, as Kubernetes writes quantities. */
interface Resources {
  readonly requests: { readonly cpu: string; readonly memory: string };
  readonly limits: { readonly cpu: string; readonly memory: string };
}

interface TierFacts {
  readonly plan: string;
  /** How many copies of the app a dedicated placement has. */
  readonly replicas: number;
  readonly app: Resources;
}

const resources = (requests: readonly [string, string], most: readonly [string, string]) => ({
  requests: { cpu: requests[0], memory: requests[1] },
  limits: { cpu: most[0], memory: most[1] },
});

/**
 * Everything that a tier sets. The manifests in provisioning/kubernetes contain the same numbers, and a
 * test compares them.
 */
export const TIER_FACTS: Readonly<Record<Tier, TierFacts>> = {
  free: {
    plan: "free",
    replicas: 1,
    app: resources(["100m", "128Mi"], ["200m", "256Mi"]),
  },
  pro: {
    plan: "premium",
    replicas: 2,
    app: resources(["200m", "256Mi"], ["400m", "512Mi"]),
  },
};

/** The tier of a plan. Plans that no tier names are shown as `free`. */
export function tierOfPlan(plan: Plan["name"]): Tier {
  return TIERS.find((tier) => TIER_FACTS[tier].plan === plan) ?? "free";
}
