import { createConfig, lintFromString } from "@redocly/openapi-core";
import spectral from "@stoplight/spectral-core";
import rulesets from "@stoplight/spectral-rulesets";
import { describe, expect, test } from "vitest";
import { apiDocument } from "../support/api-document.ts";

// A copy, because the linters resolve references in place.
const source = JSON.stringify(apiDocument());

describe("the API's document has no finding", () => {
  test("of Spectral's rules for OpenAPI", async () => {
    expect(await spectralFindings(source)).toEqual([]);
  });

  test("of Redocly's recommended rules", async () => {
    expect(await redoclyFindings(source)).toEqual([]);
  });
});

test("both linters find a missing description and a path parameter that nothing declares", async () => {
  const broken = JSON.stringify({
    openapi: "3.1.0",
    info: { title: "Guildhall", version: "1" },
    paths: { "/a/{id}": { get: { operationId: "a", responses: { 200: { description: "A." } } } } },
  });
  expect(await spectralFindings(broken)).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^operation-description /),
      expect.stringMatching(/^path-params /),
    ]),
  );
  expect(await redoclyFindings(broken)).toEqual(
    expect.arrayContaining([expect.stringMatching(/^path-parameters-defined /)]),
  );
});

async function spectralFindings(text: string): Promise<readonly string[]> {
  const linter = new spectral.Spectral();
  linter.setRuleset(new spectral.Ruleset({ extends: [rulesets.oas] }));
  const findings = await linter.run(JSON.parse(text));
  return findings.map(({ code, message, path }) => `${code} ${path.join("/")}: ${message}`);
}

async function redoclyFindings(text: string): Promise<readonly string[]> {
  const config = await createConfig({ extends: ["recommended"] });
  const findings = await lintFromString({ source: text, absoluteRef: "openapi.json", config });
  return findings.map(
    ({ ruleId, message, location }) => `${ruleId} ${location[0]?.pointer}: ${message}`,
  );
}
