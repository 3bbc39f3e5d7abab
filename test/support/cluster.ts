import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Doc, documentsIn } from "./manifests.ts";

/** The kinds that our manifests use: group and version, kind, name in addresses. */
const KINDS: readonly (readonly [group: string, kind: string, plural: string])[] = [
  ["v1", "Namespace", "namespaces"],
  ["v1", "ConfigMap", "configmaps"],
  ["v1", "Secret", "secrets"],
  ["v1", "Service", "services"],
  ["v1", "ServiceAccount", "serviceaccounts"],
  ["v1", "LimitRange", "limitranges"],
  ["v1", "ResourceQuota", "resourcequotas"],
  ["v1", "PersistentVolumeClaim", "persistentvolumeclaims"],
  ["apps/v1", "Deployment", "deployments"],
  ["apps/v1", "StatefulSet", "statefulsets"],
  ["policy/v1", "PodDisruptionBudget", "poddisruptionbudgets"],
  ["autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers"],
  ["networking.k8s.io/v1", "NetworkPolicy", "networkpolicies"],
  ["networking.k8s.io/v1", "Ingress", "ingresses"],
  ["argoproj.io/v1alpha1", "AppProject", "appprojects"],
  ["argoproj.io/v1alpha1", "ApplicationSet", "applicationsets"],
];

/**
 * A small stand-in of a cluster's API: it stores objects as server-side apply sends them, by address. It runs
 * nothing, checks no schema and knows no rights.
 */
export async function startCluster() {
  const objects = new Map<string, Doc>();
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, "http://cluster");
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on("end", () => {
      const answer = (status: number, value: unknown) =>
        response
          .writeHead(status, { "content-type": "application/json" })
          .end(JSON.stringify(value));
      const listed = discovery(pathname);
      if (listed) return answer(200, listed);
      const known = objects.get(pathname);
      if (request.method === "PATCH") {
        const [sent] = documentsIn(body) as [Doc];
        const metadata = { ...(sent["metadata"] as Doc), uid: pathname, resourceVersion: "1" };
        const stored = { ...known, ...sent, metadata };
        if (!searchParams.has("dryRun")) objects.set(pathname, stored);
        return answer(known ? 200 : 201, stored);
      }
      if (known) return answer(200, known);
      const reason = { status: "Failure", reason: "NotFound", code: 404, message: "not found" };
      return answer(404, { kind: "Status", apiVersion: "v1", metadata: {}, ...reason });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    objects,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** The lists by which kubectl learns which kinds there are. */
function discovery(path: string): Doc | undefined {
  if (path === "/api") return { kind: "APIVersions", versions: ["v1"] };
  const groups = [...new Set(KINDS.map(([group]) => group))].filter((group) => group !== "v1");
  if (path === "/apis") {
    return {
      ...{ kind: "APIGroupList", apiVersion: "v1" },
      groups: groups.map((groupVersion) => {
        const [name, version] = groupVersion.split("/");
        return {
          name,
          versions: [{ groupVersion, version }],
          preferredVersion: { groupVersion, version },
        };
      }),
    };
  }
  const groupVersion = path.replace(/^\/apis?\//, "");
  const here = KINDS.filter(([group]) => group === groupVersion);
  if (here.length === 0) return undefined;
  return {
    ...{ kind: "APIResourceList", apiVersion: "v1", groupVersion },
    resources: here.map(([, kind, name]) => ({
      ...{ name, singularName: kind.toLowerCase(), kind, namespaced: kind !== "Namespace" },
      verbs: ["get", "list", "patch", "create"],
    })),
  };
}
