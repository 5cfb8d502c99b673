"""What can be said about the image and its settings where no Docker is: they fit each other and the site."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"
PEOPLE_MUST_SET = {"SECRET_KEY", "ALLOWED_HOSTS"}


@pytest.fixture(scope="module")
def app() -> dict[str, Any]:
    """What web, worker, beat and the migrations have in common."""
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return read["x-app"]


def run(*command: str, **environment: str) -> str:
    """Run Python as the image would: with nothing but the settings of its own."""
    variables = {"PATH": os.environ["PATH"], "SECRET_KEY": "x", **environment}
    done = subprocess.run(
        [sys.executable, *command], cwd=DEPLOY.parent, env=variables, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_every_setting_of_the_file_reaches_the_site(app: dict[str, Any]) -> None:
    listed = set(re.findall(r"^#([A-Z0-9_]+)=", (DEPLOY.parent / ".env.example").read_text(), re.MULTILINE))
    assert (DEPLOY / app["env_file"]).resolve() == DEPLOY.parent / ".env"
    assert set(app["environment"]) <= listed
    asked = {name for name, value in app["environment"].items() if f"${{{name}:" in value}
    assert asked == PEOPLE_MUST_SET | {"DEUKGEUN_PROXIES"}


def test_pages_find_the_files_that_the_image_holds(app: dict[str, Any], tmp_path: Path) -> None:
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    assert f"DEUKGEUN_STATIC_DIR={app['environment']['DEUKGEUN_STATIC_DIR']}\n" in dockerfile
    static = {"DEUKGEUN_STATIC_DIR": str(tmp_path / "static")}
    run("manage.py", "collectstatic", "--noinput", DEUKGEUN_VAR_DIR=str(tmp_path / "build"), **static)
    assert not (tmp_path / "build" / "secret_key").exists()
    code = (
        "import django; django.setup()\n"
        "from django.test import Client\n"
        "answer = Client(headers={'host': 'localhost'}).get('/')\n"
        "import re; style = re.search(r'/static/css/base[^\"]+', answer.content.decode())[0]\n"
        "print(style, Client(headers={'host': 'localhost'}).get(style).status_code)"
    )
    data = {"DEUKGEUN_VAR_DIR": str(tmp_path / "data"), "DJANGO_SETTINGS_MODULE": "deploy.settings"}
    style, status = run("-c", code, **data, **static).split()
    assert re.fullmatch(r"/static/css/base\.[0-9a-f]{12}\.css", style) and status == "200"


def test_nginx_keeps_what_a_proxy_before_it_says() -> None:
    lines = {line.split("#")[0].strip() for line in (DEPLOY / "nginx" / "diary.conf").read_text().splitlines()}
    assert "proxy_set_header Host $http_host;" in lines
    assert "proxy_set_header X-Forwarded-Proto $came_by;" in lines
    assert {"map $http_x_forwarded_proto $came_by {", "https   https;", "default $scheme;"} <= lines
