"""What consultants say about themselves and what others find: profile, availability, search, LinkedIn; and consents."""

from __future__ import annotations

import pytest
import pytest_asyncio
from harness.history import past_session
from harness.people import Person, Town

pytestmark = pytest.mark.asyncio(loop_scope="module")
RATE = {"amount": 12000, "currency": "eur"}


def profile(tag: str, headline: str = "Databases that stay up") -> dict:
    return {"headline": headline, "bio": "Twenty years.\nStill curious.", "tags": [tag, "PostgreSQL"], "hourlyRate": RATE}


async def consultant(town: Town, tag: str, name: str | None = None) -> Person:
    person = await town.resident("consultant", name=name)
    (await person.client.put("/me/profile", profile(tag))).expect(200)
    return person


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(town: Town) -> Person:
    """One consultant for tests that change nothing."""
    return await consultant(town, "Kites")


async def found(town: Town, query: str) -> list[str]:
    """Everybody on every page of a search, without a token."""
    client, ids, cursor = town.client(), [], ""
    for _ in range(50):
        page = (await client.get(f"/consultants?{query}&limit=2{cursor}")).expect(200)
        ids += [item["id"] for item in page["items"]]
        if page["next"] is None:
            return ids
        cursor = f"&cursor={page['next']}"
    raise AssertionError("the pages have no end")


async def test_a_profile_is_kept_and_shown(town: Town):
    ada = await town.resident("consultant", name="Ada of the Profiles")
    empty = (await ada.client.get("/me/profile")).expect(200)
    assert (empty["headline"], empty["tags"], empty["hourlyRate"], empty["isComplete"]) == ("", [], None, False)
    assert set(empty["missing"]) == {"headline", "tags", "hourlyRate"}
    (await ada.client.put("/me/availability", {"available": True})).problem(409, "profile_incomplete")
    (await town.client().get(f"/consultants/{ada.id}")).problem(404, "not_found")

    stored = (await ada.client.put("/me/profile", profile("Sundials"))).expect(200)
    assert stored == (await ada.client.get("/me/profile")).expect(200)
    assert stored["isComplete"] and stored["tags"] == ["Sundials", "PostgreSQL"] and stored["hourlyRate"] == RATE
    shown = (await town.client().get(f"/consultants/{ada.id}")).expect(200)
    assert (shown["name"], shown["headline"], shown["hourlyRate"]) == (ada.name, stored["headline"], RATE)
    assert shown["rating"] == {"average": None, "count": 0} and ada.email not in str(shown)


@pytest.mark.parametrize(("change", "pointer"), [
    ({"headline": ""}, "/headline"), ({"headline": "x" * 201}, "/headline"), ({"bio": "x" * 10_001}, "/bio"),
    ({"tags": ["x" * 51]}, "/tags/0"), ({"tags": [f"tag {n}" for n in range(21)]}, "/tags"),
    ({"hourlyRate": {"amount": 1, "currency": "eur"}}, "/hourlyRate"),
    ({"hourlyRate": {"amount": 10**12, "currency": "eur"}}, "/hourlyRate"),
    ({"hourlyRate": {"amount": 5000, "currency": "xau"}}, "/hourlyRate"),
])
async def test_a_profile_that_cannot_be_says_where(shared: Person, change, pointer):
    before = (await shared.client.get("/me/profile")).expect(200)
    problem = (await shared.client.put("/me/profile", profile("Kites") | change)).problem(422, "invalid_content")
    assert pointer in {error["pointer"] for error in problem["errors"]}, problem
    assert (await shared.client.get("/me/profile")).expect(200) == before


async def test_consultants_are_found_by_tag_word_and_availability(town: Town):
    first, second, third = [await consultant(town, "Zymurgy", name=f"Brewer {n}") for n in ("One", "Two", "Three")]
    assert sorted(await found(town, "tag=zymurgy")) == sorted(person.id for person in (first, second, third))
    assert len(await found(town, "tag=Zymurgy,postgresql")) == 3 and await found(town, "tag=Zymurgy,Falconry") == []
    assert await found(town, "tag=Zymurgy&q=two") == [second.id]
    assert await found(town, "tag=Zymurgy&available=true") == []

    now = (await second.client.put("/me/availability", {"available": True})).expect(200)
    assert now["availability"] == "available"
    assert await found(town, "tag=Zymurgy&available=true") == [second.id]
    (await second.client.put("/me/availability", {"available": False})).expect(200)
    assert await found(town, "tag=Zymurgy&available=true") == []
    (await second.client.put("/me/availability", {"available": "yes"})).problem(422, "invalid_content")

    for wrong, status, code in (
        ("limit=0", 400, "invalid_limit"), ("limit=1000", 400, "invalid_limit"), ("cursor=nonsense", 400, "invalid_cursor"),
        ("available=perhaps", 422, "invalid_content"), ("tag=" + "x" * 60, 422, "invalid_content"),
    ):
        (await town.client().get(f"/consultants?{wrong}")).problem(status, code)
    # A new name is found at once.
    (await third.client.patch("/me", {"name": "Quillon Renamed"})).expect(200)
    assert await found(town, "q=quillon") == [third.id]


async def test_ratings_count(town: Town):
    ada, bob = await town.resident(), await consultant(town, "Orreries")
    await past_session(town, ada, bob, comment="Very clear")
    shown = (await town.client().get(f"/consultants/{bob.id}")).expect(200)
    assert shown["rating"] == {"average": 4, "count": 1} and shown["sessions"] == 1
    ratings = (await town.client().get(f"/consultants/{bob.id}/ratings")).expect(200)
    assert [(rating["stars"], rating["comment"]) for rating in ratings["items"]] == [(4, "Very clear")]
    assert ada.email not in str(ratings) and ada.id not in str(ratings)


LINKEDIN = {
    "headline": "Keeper of clocks", "summary": "I keep clocks.\nAnd time.",
    "positions": [{"title": "Horologist", "companyName": "Tower & Sons", "startDate": {"year": 2019, "month": 3}}],
    "skills": [{"name": "Escapements"}, "Pendulums", "postgresql"],
}


async def test_linkedin_is_shown_before_it_is_applied(town: Town):
    ada = await consultant(town, "Clocks")
    before = (await ada.client.get("/me/profile")).expect(200)
    answer = (await ada.client.post("/me/profile/linkedin-import", {"linkedin": LINKEDIN})).expect(200)
    preview = answer["preview"]
    assert answer["applied"] is False and preview["headline"] == "Keeper of clocks"
    assert preview["suggestedTags"] == ["Escapements", "Pendulums"], "what the profile has is not suggested"
    assert preview["positions"] == [{"title": "Horologist", "company": "Tower & Sons", "from": "2019-03", "to": None}]
    assert (await ada.client.get("/me/profile")).expect(200) == before

    applied = (await ada.client.post(
        "/me/profile/linkedin-import", {"linkedin": LINKEDIN, "apply": True, "fields": ["tags"]})).expect(200)
    after = (await ada.client.get("/me/profile")).expect(200)
    assert applied["applied"] and applied["profile"] == after and after["headline"] == before["headline"]
    assert after["tags"] == ["Clocks", "PostgreSQL", "Escapements", "Pendulums"] and after["hourlyRate"] == RATE


async def test_linkedins_own_files_are_read(town: Town, shared: Person):
    files = {
        "Profile.csv": "First Name,Last Name,Headline,Summary\nAda,L,\"Bridges, mostly\",\"Steel.\nAnd \"\"stone\"\".\"\n",
        "Positions.csv": "Company Name,Title,Description,Started On,Finished On\nArch Ltd,Engineer,,Mar 2019,2021\n",
        "Skills.csv": "Name\nCantilevers\nKITES\n",
    }
    preview = (await shared.client.post("/me/profile/linkedin-import", {"files": files})).expect(200)["preview"]
    assert preview["headline"] == "Bridges, mostly" and preview["bio"] == 'Steel.\nAnd "stone".'
    assert preview["positions"] == [{"title": "Engineer", "company": "Arch Ltd", "from": "2019-03", "to": "2021"}]
    assert preview["suggestedTags"] == ["Cantilevers"]
    for wrong in ({}, {"files": {"Other.csv": "x"}}, {"files": {"Skills.csv": "Nom\nx\n"}}, {"files": files, "linkedin": LINKEDIN}):
        (await shared.client.post("/me/profile/linkedin-import", wrong)).problem(422, "invalid_content")


async def test_consents_are_a_history(town: Town):
    ada = await town.resident()
    consents = {item["document"]: item for item in (await ada.client.get("/me/consents")).expect(200)["consents"]}
    assert {name: item["granted"] for name, item in consents.items()} == {
        "terms": True, "privacy": True, "recording": False, "marketing": False}
    version = consents["marketing"]["currentVersion"]

    async def choose(document: str, granted: bool, version: str = version):
        return await ada.client.put(
            "/me/consents", {"consents": [{"document": document, "version": version, "granted": granted}]})

    for granted in (True, True, False):
        answer = {item["document"]: item for item in (await choose("marketing", granted)).expect(200)["consents"]}
        assert answer["marketing"]["granted"] is granted and answer["marketing"]["recordedAt"]
    (await choose("terms", False)).problem(409, "consent_required")
    (await choose("marketing", True, "1999-01")).problem(422, "invalid_content")
    history = await town.place.query(
        f"SELECT document, granted FROM consents WHERE user_id = '{ada.id}' AND document = 'marketing' ORDER BY recorded_at")
    assert history == [["marketing", "t"], ["marketing", "f"]]
