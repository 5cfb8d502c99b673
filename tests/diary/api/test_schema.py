"""The OpenAPI document and the pages around it."""

from __future__ import annotations

import io
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from rest_framework.test import APIClient

from diary.api.keypoints import EDGES
from diary.api.problem import status_of
from diary.api.urls import v1
from diary.errors import Code


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    target = io.StringIO()
    call_command("spectacular", "--fail-on-warn", "--validate", stdout=target)
    return yaml.safe_load(target.getvalue())


def test_the_document_is_valid_and_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def follow(node: Any) -> None:
        if isinstance(node, dict):
            if "$ref" in node:
                assert node["$ref"].rsplit("/", 1)[1] in document["components"]["schemas"]
            for value in node.values():
                follow(value)
        elif isinstance(node, list):
            for value in node:
                follow(value)

    follow(document)
    operations = [
        op["operationId"] for path in document["paths"].values() for op in path.values() if "operationId" in op
    ]
    assert len(operations) == len(set(operations))
    schemes = document["components"]["securitySchemes"]
    used = {
        name
        for path in document["paths"].values()
        for op in path.values()
        for e in op.get("security", [])
        for name in e
    }
    assert used == set(schemes) == {"deviceToken", "appSession", "cookieAuth"}


def test_every_address_is_documented(document: dict[str, Any]) -> None:
    written = {path.replace("{", "<").replace("}", ">") for path in document["paths"]}
    for route in v1:
        if route.name:
            plain = str(route.pattern).replace("uuid:", "").replace("str:", "").replace("slug:", "").replace("day:", "")
            assert f"/api/v1/{plain}" in written


@pytest.mark.parametrize(("path", "name"), [("clips", "active"), ("exercises", "own")])
def test_filters_by_yes_and_no_are_booleans(document: dict[str, Any], path: str, name: str) -> None:
    parameters = {entry["name"]: entry for entry in document["paths"][f"/api/v1/{path}/"]["get"]["parameters"]}
    assert parameters[name]["schema"] == {"type": "boolean"}


def test_the_documentation_needs_nothing_from_elsewhere(client: Any) -> None:
    response = client.get("/api/docs/")
    page = response.content.decode()
    assert response.status_code == 200
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page
    policy = dict(part.split(" ", 1) for part in response.headers["Content-Security-Policy"].split("; "))
    assert policy.get("script-src", policy["default-src"]) == "'self'"
    assert "swagger" in client.get("/api/docs/?script=").content.decode().lower()
    assert client.get("/api/schema/").status_code == 200


@pytest.mark.parametrize("code", list(Code))
@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_code_explains_itself(db: None, code: Code, language: str) -> None:
    response = APIClient().get(f"/api/v1/problems/{code.value}/", headers={"Accept-Language": language})
    assert response.status_code == 200
    assert (response.json()["code"], response.json()["status"]) == (code.value, status_of(code))
    assert any("가" <= letter <= "힣" for letter in response.json()["title"]) is (language == "ko")


@pytest.mark.parametrize("name", ["NewSetRequest", "PatchedSetCorrectionRequest"])
def test_what_may_be_sent_of_a_set_is_told(document: dict[str, Any], name: str) -> None:
    values = document["components"]["schemas"][name]["properties"]
    assert (values["rpe"]["minimum"], values["rpe"]["maximum"], values["rpe"]["multipleOf"]) == (1, 10, 0.5)
    assert "0.01" in values["weight_kg"]["description"]
    assert values["rpe"]["nullable"] is values["weight_kg"]["nullable"] is True


def test_unknown_codes_are_not_found(db: None) -> None:
    assert APIClient().get("/api/v1/problems/nonsense/").status_code == 404


def test_the_edges_are_those_of_the_recogniser() -> None:
    from inference.skeleton import EDGES as KNOWN

    assert {frozenset(edge) for edge in EDGES} == {frozenset(edge) for edge in KNOWN}
