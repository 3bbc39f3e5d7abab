import { expect, test } from "vitest";
import { placeOf } from "../../../src/tenant/combat-logs/participants.ts";

test.each([
  ["Alpha-Realm", "Alpha", "Realm", null],
  ["Alpha-Azjol-Nerub-EU", "Alpha", "Azjol-Nerub", "EU"],
  ["Кузня-СтражСмерти-EU", "Кузня", "СтражСмерти", "EU"],
  ["Alpha-", "Alpha", null, null],
  ["Alpha", "Alpha", null, null],
  ["Two Words", "Two Words", null, null],
])("the name %s of a log is split into name, realm and region", (text, name, realm, region) => {
  expect(placeOf(text)).toEqual({ name, realm, region });
});
