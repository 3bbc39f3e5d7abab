import type { View } from "../http/view.ts";
import { Badge, PageHeader } from "./components.tsx";
import { PlatformLayout } from "./layout.tsx";

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content?: Record<string, { readonly schema?: unknown }> };
  readonly responses?: Record<string, Answer>;
}

interface Answer {
  readonly $ref?: string;
  readonly description?: string;
}

/** The parts of an OpenAPI document that the page shows. */
export interface ApiDocument {
  readonly info: { readonly description?: string };
  readonly paths?: Record<string, unknown>;
  readonly components?: {
    readonly schemas?: Record<string, unknown>;
    readonly responses?: Record<string, Answer>;
  };
}

const METHODS = ["get", "post", "put", "patch", "delete"] as const;

/** All operations by subject, taken from the OpenAPI document. */
export function ReferencePage({ view, api }: { view: View; api: ApiDocument }) {
  const byTag = new Map<string, { method: string; path: string; operation: Operation }[]>();
  for (const [path, item] of Object.entries(api.paths ?? {})) {
    for (const method of METHODS) {
      const operation = (item as Record<string, Operation | undefined>)[method];
      if (!operation) continue;
      const tag = operation.tags?.[0] ?? "Other";
      byTag.set(tag, [...(byTag.get(tag) ?? []), { method, path, operation }]);
    }
  }
  return (
    <PlatformLayout view={view} title={view.messages.common.api}>
      <PageHeader title={view.messages.common.api} lead={api.info.description ?? ""}>
        <a class="button secondary" href="/api/openapi.json">
          openapi.json
        </a>
      </PageHeader>
      {[...byTag].map(([tag, operations]) => (
        <section class="stack">
          <h2>{tag}</h2>
          {operations.map((one) => (
            <OperationCard {...one} api={api} />
          ))}
        </section>
      ))}
    </PlatformLayout>
  );
}

function OperationCard(props: {
  method: string;
  path: string;
  operation: Operation;
  api: ApiDocument;
}) {
  const { method, path, operation, api } = props;
  const parameters = operation.parameters ?? [];
  const body = operation.requestBody?.content?.["application/json"]?.schema;
  return (
    <details class="card">
      <summary>
        <Badge>{method.toUpperCase()}</Badge> <code>{path}</code>{" "}
        <span class="muted">{operation.summary}</span>
      </summary>
      <p>
        {operation.description} <code>{operation.operationId}</code>
      </p>
      {parameters.length > 0 && (
        <p>
          {parameters.map((parameter) => (
            <>
              <code>{parameter.name}</code> <span class="muted">({parameter.in})</span>{" "}
            </>
          ))}
        </p>
      )}
      {body !== undefined && <pre>{JSON.stringify(resolved(body, api), null, 2)}</pre>}
      <dl class="facts">
        {Object.entries(operation.responses ?? {}).map(([status, response]) => (
          <>
            <dt>{status}</dt>
            <dd>{descriptionOf(response, api)}</dd>
          </>
        ))}
      </dl>
    </details>
  );
}

function descriptionOf(answer: Answer, api: ApiDocument): string | undefined {
  const name = answer.$ref?.replace("#/components/responses/", "");
  return name === undefined ? answer.description : api.components?.responses?.[name]?.description;
}

/** Replaces a reference by its target, one level deep, which is enough for our bodies. */
function resolved(schema: unknown, api: ApiDocument): unknown {
  const name = (schema as { $ref?: string }).$ref?.replace("#/components/schemas/", "");
  return name === undefined ? schema : api.components?.schemas?.[name];
}
