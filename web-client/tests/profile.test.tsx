/** A consultant's profile while it is written, and what an import brings. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { renderToStaticMarkup } from "react-dom/server";
import { ProfileDrafts, draftOf, isChanged, partsOf, readDraft, withImport } from "../src/features/consultants/draft";
import { importOf } from "../src/features/consultants/files";
import { ImportPreview } from "../src/features/consultants/ImportPreview";
import { Seen } from "../src/features/consultants/Seen";
import { monday } from "../src/features/dashboard/Recent";

const nothing = () => undefined;
const stored = { headline: "SQL", bio: "", tags: ["SQL"], hourlyRate: { amount: 12_000, currency: "usd" } };
const preview = { headline: "Engineer <b>", bio: "Databases", positions: [], suggestedTags: ["sql", "PostgreSQL"] };

function storage() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

const file = (name: string, text: string, size = text.length) => ({ name, size, text: () => Promise.resolve(text) });

describe("a profile's draft", () => {
  test("survives a reload, until the profile is another one", () => {
    const place = storage();
    const draft = { ...draftOf(stored), headline: "SQL and more" };
    new ProfileDrafts(place).keep(draft);
    assert.deepEqual(new ProfileDrafts(place).find(stored), draft);
    assert.equal(new ProfileDrafts(place).find({ ...stored, headline: "Saved elsewhere" }).headline, "Saved elsewhere");
    new ProfileDrafts(place).keep(null);
    assert.deepEqual(new ProfileDrafts(place).find(stored), draftOf(stored));
    place.setItem("consult.profile", "{");
    assert.deepEqual(new ProfileDrafts(place).find(stored), draftOf(stored));
    assert.deepEqual(new ProfileDrafts(null).find(stored), draftOf(stored));
  });

  test("knows whether it says something else than what is stored", () => {
    assert.equal(isChanged(draftOf(stored), stored), false);
    assert.equal(isChanged({ ...draftOf(stored), tags: ["SQL", "Tax"] }, stored), true);
    assert.equal(isChanged({ ...draftOf(stored), rate: "99" }, stored), true);
  });

  test("is read with the tag that is still in its field, or says what is missing", () => {
    const reading = readDraft({ ...draftOf(stored), headline: " SQL ", tagText: "Tax law" });
    assert.deepEqual(reading, { name: "content", content: { ...stored, tags: ["SQL", "Tax law"] } });
    const empty = readDraft(draftOf({ headline: "", bio: "", tags: [], hourlyRate: null }));
    assert.deepEqual(empty.name === "problems" ? Object.keys(empty.problems) : null, ["headline", "tags", "rate"]);
  });
});

describe("LinkedIn's data", () => {
  test("is put into the form as far as it was chosen, and no tag comes twice", () => {
    assert.deepEqual(partsOf(preview), ["headline", "bio", "tags"]);
    assert.deepEqual(partsOf({ ...preview, headline: "", suggestedTags: [] }), ["bio"]);
    const draft = withImport(draftOf(stored), preview, ["headline", "tags"]);
    assert.deepEqual([draft.headline, draft.bio, draft.tags], ["Engineer <b>", "", ["SQL", "PostgreSQL"]]);
  });

  test("is shown before anything changes", () => {
    const html = renderToStaticMarkup(<ImportPreview preview={preview} onTake={nothing} onCancel={nothing} />);
    assert.equal(html.match(/type="checkbox"/g)?.length, 3);
    assert.doesNotMatch(html, /<b>/);
    const none = { headline: "", bio: "", positions: [], suggestedTags: [] };
    assert.match(renderToStaticMarkup(<ImportPreview preview={none} onTake={nothing} onCancel={nothing} />), /bring nothing/);
  });

  test("comes as tables or as one document, and what is neither is refused before it is sent", async () => {
    assert.deepEqual(await importOf([file("Skills.csv", "Name\nSQL\n"), file("photo.png", "")]), { files: { "Skills.csv": "Name\nSQL\n" } });
    assert.deepEqual(await importOf([file("me.json", '{"headline": "x"}')]), { linkedin: { headline: "x" } });
    for (const files of [[], [file("photo.png", "")], [file("me.json", "[")], [file("me.json", "[]")], [file("Skills.csv", "", 70_000)]]) {
      assert.equal(typeof await importOf(files), "string");
    }
  });
});

describe("what others see of a consultant", () => {
  test("is what is typed, before it is saved", () => {
    const html = renderToStaticMarkup(<Seen name="Grace" draft={{ ...draftOf(stored), bio: "<i>" }} />);
    assert.match(html, /Grace[\s\S]*\$120\.00 an hour/);
    assert.doesNotMatch(html, /<i>/);
    assert.match(renderToStaticMarkup(<Seen name="Grace" draft={{ ...draftOf(stored), rate: "" }} />), /no rate yet/);
  });
});

describe("this week", () => {
  test("began on its Monday, in UTC", () => {
    assert.equal(monday(new Date("2026-11-26T12:00:00Z")), "2026-11-23");
    assert.equal(monday(new Date("2026-11-23T00:00:00Z")), "2026-11-23");
    assert.equal(monday(new Date("2026-11-29T23:59:59Z")), "2026-11-23");
  });
});
