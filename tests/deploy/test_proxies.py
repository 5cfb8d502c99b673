"""Behind proxies a person is known by their own address, and cannot choose it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client, RequestFactory
from rest_framework.throttling import AnonRateThrottle

from accounts.adapter import AccountAdapter

ROOT = Path(__file__).parents[2]


def test_one_setting_tells_both_who_count(tmp_path: Path) -> None:
    code = "from deploy import settings as s; print(s.ALLAUTH_TRUSTED_PROXY_COUNT, s.REST_FRAMEWORK['NUM_PROXIES'])"
    environment = {"PATH": os.environ["PATH"], "DEUKGEUN_VAR_DIR": str(tmp_path), "DEUKGEUN_PROXIES": "2"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2", "2"]


@pytest.mark.parametrize(("proxies", "address"), [(0, "10.0.0.9"), (1, "192.0.2.1"), (2, "203.0.113.5")])
def test_what_a_client_writes_itself_does_not_count(settings: LazySettings, proxies: int, address: str) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": proxies}
    forwarded = "198.51.100.7, 203.0.113.5, 192.0.2.1"
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.9", headers={"X-Forwarded-For": forwarded})
    assert AccountAdapter(request).get_client_ip(request) == address
    assert AnonRateThrottle().get_ident(request) == address  # type: ignore[arg-type]


@pytest.mark.django_db
def test_one_person_s_attempts_do_not_lock_others_out(settings: LazySettings, client: Client) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    settings.ACCOUNT_RATE_LIMITS = {"login": "2/m/ip"}
    cache.clear()

    def knock(address: str) -> int:
        values = {"login": "a@example.com", "password": "wrong"}
        answer = client.post("/accounts/login/", values, REMOTE_ADDR="10.0.0.9", headers={"X-Forwarded-For": address})
        return answer.status_code

    assert [knock(f"198.51.100.{i}, 192.0.2.1") for i in range(3)][-1] == 429
    assert knock("192.0.2.2") != 429


def test_compose_leaves_the_counting_to_the_site() -> None:
    services: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())["services"]
    assert "--no-proxy-headers" in services["web"]["command"].split()
    assert services["web"]["environment"]["DEUKGEUN_PROXIES"] == "${DEUKGEUN_PROXIES:-1}"
