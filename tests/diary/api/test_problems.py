"""Every refusal has one shape, whoever refuses."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest
from rest_framework.test import APIClient
from rest_framework.throttling import UserRateThrottle

from tests.diary.api.conftest import body

KEYS = {"type", "title", "status", "detail", "next_step", "code", "instance"}


@pytest.mark.parametrize(
    ("method", "address", "status", "code"),
    [
        ("get", "/api/v1/nothing/", 404, "not_found"),
        ("get", "/api/v2/clips/", 404, "not_found"),
        ("post", "/api/nothing", 404, "not_found"),
        ("get", "/api/v1/days/%0a/", 404, "not_found"),
        ("get", "/media/anything", 404, "not_found"),
        ("get", "/api/v1/clips/not-a-uuid/", 404, "not_found"),
        ("put", "/api/v1/clips/", 405, "method_not_allowed"),
        ("put", "/api/v1/uploads/", 405, "method_not_allowed"),
        ("post", "/media/clips/7c1b4f0e-0000-4000-8000-000000000000/poster", 405, "method_not_allowed"),
        ("post", "/api/v1/analyses/7c1b4f0e-0000-4000-8000-000000000000/events", 405, "method_not_allowed"),
    ],
)
def test_shape(owner: APIClient, method: str, address: str, status: int, code: str) -> None:
    response = getattr(owner, method)(address, headers={"Tus-Resumable": "1.0.0"})
    assert (response.status_code, response.headers["Content-Type"]) == (status, "application/problem+json")
    problem = body(response)
    assert set(problem) == KEYS
    assert (problem["status"], problem["code"], problem["instance"]) == (status, code, unquote(address))
    assert problem["detail"] == f"{problem['title']} {problem['next_step']}"


def test_formats_that_nobody_makes(owner: APIClient) -> None:
    response = owner.get("/api/v1/clips/", headers={"Accept": "application/xml"})
    assert (response.status_code, body(response)["code"]) == (406, "not_acceptable")


def test_too_many_requests_say_when_to_come_back(owner: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(UserRateThrottle, "THROTTLE_RATES", {"user": "2/min"})
    responses = [owner.get("/api/v1/me/") for _ in range(3)]
    assert [response.status_code for response in responses] == [200, 200, 429]
    assert 0 < int(responses[-1].headers["Retry-After"]) <= 61
    assert body(responses[-1])["code"] == "throttled"


@pytest.mark.parametrize("header", ["Bearer", "Bearer dgk_nonsense", "Bearer \x00", "bearer x y z"])
def test_tokens_of_nobody(nobody: APIClient, header: str) -> None:
    response = nobody.get("/api/v1/me/", headers={"Authorization": header})
    assert (response.status_code, body(response)["code"]) == (401, "not_authenticated")


@pytest.mark.parametrize("language", ["en", "ko"])
def test_language(nobody: APIClient, language: str) -> None:
    title: Any = body(nobody.get("/api/v1/me/", headers={"Accept-Language": language}))["title"]
    assert title == {"en": "You are not signed in.", "ko": "로그인되어 있지 않아요."}[language]


def test_an_address_may_lack_its_last_slash(owner: APIClient) -> None:
    assert owner.get("/api/v1/me").status_code == 200
    assert owner.post("/api/v1/sets", {"date": "2026-11-20", "reps": 3}, format="json").status_code == 201


@pytest.mark.parametrize(
    ("method", "address"), [("post", "sets/"), ("post", "workouts/"), ("patch", "me/"), ("post", "exercises/")]
)
@pytest.mark.parametrize(
    "sent",
    [b"[" * 100_000, b'{"reps": ' + b"[" * 30_000 + b"]" * 30_000 + b"}", b"[" * 21 + b"]" * 21],
    ids=["no end", "in a value", "a little"],
)
def test_json_that_is_nested_without_end(owner: APIClient, method: str, address: str, sent: bytes) -> None:
    response = getattr(owner, method)(f"/api/v1/{address}", sent, content_type="application/json")
    assert (response.status_code, body(response)["code"]) == (400, "unreadable_body")


def test_json_that_is_nested_as_far_as_can_be_read(owner: APIClient) -> None:
    for depth in range(700, 1000, 3):  # what the decoder still reads, whoever looks at the value later may not
        sent = b'{"date": "2026-11-20", "reps": ' + b"[" * depth + b"]" * depth + b"}"
        assert owner.post("/api/v1/sets/", sent, content_type="application/json").status_code == 400, depth


def test_json_may_have_some_levels(owner: APIClient) -> None:
    response = owner.post(
        "/api/v1/sets/", {"date": "2026-11-20", "reps": 3, "rep_times": [[[{"a": 1}]]]}, format="json"
    )
    assert response.status_code == 201
