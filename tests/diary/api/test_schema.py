"""The OpenAPI document and the pages around it."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
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


def list_operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if path.startswith("/api/v1/") and method != "parameters"
    ]


def test_refusals_that_come_of_what_an_operation_takes_are_documented(document: dict[str, Any]) -> None:
    for path, method, operation in list_operations(document):
        if path.startswith("/api/v1/uploads/") or path.endswith("/events"):
            continue
        wanted = {"429"} | ({"401"} if operation.get("security") else set())
        wanted |= {"406"} if path != "/api/v1/me/portrait/" else set()
        wanted |= {"403"} if method != "get" else set()
        wanted |= {"400", "413", "415"} if "requestBody" in operation else set()
        assert wanted <= set(operation["responses"]), (path, method)
        assert list(operation["responses"]) == sorted(operation["responses"])


def test_that_the_database_may_be_away_is_documented_everywhere(document: dict[str, Any]) -> None:
    lacking = {
        path for path, method, op in list_operations(document) if method != "options" and "503" not in op["responses"]
    }
    assert not lacking


def test_nobody_is_asked_to_sign_in_for_an_explanation(document: dict[str, Any]) -> None:
    assert "401" not in document["paths"]["/api/v1/problems/{code}/"]["get"]["responses"]


def test_refusals_of_an_announcement_are_documented(document: dict[str, Any]) -> None:
    announce = document["paths"]["/api/v1/uploads/"]["post"]
    assert {"400", "401", "403", "408", "412", "413", "415", "429", "460", "507"} <= set(announce["responses"])
    assert "Upload-Checksum" in {parameter["name"] for parameter in announce["parameters"]}


def test_files_that_did_not_change_are_documented(document: dict[str, Any]) -> None:
    files = [operations["get"] for path, operations in document["paths"].items() if path.startswith("/media/")]
    for operation in [*files, document["paths"]["/api/v1/me/portrait/"]["get"]]:
        assert "304" in operation["responses"]


@pytest.mark.parametrize("path", ["tokens", "me/deletion"])
def test_what_the_token_of_a_device_cannot_do_does_not_ask_for_it(document: dict[str, Any], path: str) -> None:
    security = document["paths"][f"/api/v1/{path}/"]["post"]["security"]
    assert [name for entry in security for name in entry] == ["appSession", "cookieAuth"]


def test_what_a_description_promises(document: dict[str, Any]) -> None:
    figures = document["components"]["schemas"]["DayFigures"]["properties"]
    assert "12 reps" in figures["one_rep_max_kg"]["description"]
    for path, method in [("sets/{id}", "delete"), ("workouts/{id}", "delete"), ("clips/{id}/analyses", "post")]:
        assert "empty set" in document["paths"][f"/api/v1/{path}/"][method]["description"], path


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
    assert "…" not in response.json()["detail"]


@pytest.mark.parametrize(("code", "limit"), [("too_large", "500 MB"), ("too_long", "10 min")])
def test_a_limit_of_the_site_is_named_where_its_code_is_explained(db: None, code: str, limit: str) -> None:
    assert limit in APIClient().get(f"/api/v1/problems/{code}/").json()["title"]


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


@pytest.mark.django_db
def test_who_has_only_this_document_gets_in(document: dict[str, Any]) -> None:
    guide = document["info"]["description"]
    sign_up, log_in = (re.search(rf"POST (/_allauth/\S+/{name})`", guide) for name in ("signup", "login"))
    assert sign_up and log_in
    who = {"email": "app@example.com", "password": "long enough 42"}
    zone = {"time_zone": "Asia/Seoul"}
    assert Client().post(sign_up[1], who | zone, content_type="application/json").status_code == 200
    answer = Client().post(log_in[1], who, content_type="application/json").json()
    device = {"X-Session-Token": answer["meta"]["session_token"]}
    made = Client().post("/api/v1/tokens/", {"name": "My phone"}, content_type="application/json", headers=device)
    bearer = {"Authorization": f"Bearer {made.json()['token']}"}
    assert Client().get("/api/v1/me/", headers=bearer).json()["time_zone"] == "Asia/Seoul"
    paths = set(document["paths"])
    named = {path.split("?")[0].replace("2026-11-20", "{day}") for path in re.findall(r"/api/v1/[^`\s)]*", guide)}
    assert named <= paths, named - paths
