"""What all tests share: a place of their own for files, people and rows to start from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from celery import Celery
from django.conf import LazySettings
from django.core.cache import cache
from django.db import connection

from accounts.models import User
from diary.models import Exercise
from tests import factories
from workers import queue
from workers.celery import make_app


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """SQLite in a file, as on the site: in memory it locks whole tables and knows no WAL."""
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(autouse=True)
def own_folders(settings: LazySettings, tmp_path: Path) -> None:
    """Files of a test never meet those of the site or of another test; no manifest of static files is needed."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.UPLOAD_ROOT = tmp_path / "uploads"
    settings.UPLOAD_ROOT.mkdir()
    settings.STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.SECURE_SSL_REDIRECT = False
    cache.clear()


@pytest.fixture(autouse=True)
def own_queue(settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Celery:
    """Wake-ups of a test go to a folder of its own (or to the Redis that the settings name), never to the site's."""
    settings.BROKER_DIR = tmp_path / "broker"
    app = make_app()
    monkeypatch.setattr(queue, "app", app)
    monkeypatch.setattr(queue.Broker, "ask_at", 0.0)
    return app


@pytest.fixture
def user(db: None) -> User:
    """The owner of things, who lives in Seoul."""
    return factories.make_user("owner@example.com", time_zone="Asia/Seoul")


@pytest.fixture
def stranger(db: None) -> User:
    """Somebody else."""
    return factories.make_user("stranger@example.com")


@pytest.fixture
def squat(db: None) -> Exercise:
    """An exercise of the catalogue."""
    return factories.make_exercise("squat", name_en="Squat", name_ko="스쿼트")


@pytest.fixture
def lunge(db: None) -> Exercise:
    """Another exercise of the catalogue."""
    return factories.make_exercise("lunge", name_en="Lunge", name_ko="런지")


@pytest.fixture
def film(tmp_path: Path) -> Callable[..., Path]:
    """Makes files that stand for films; nothing looks into them in these tests."""

    def make(content: bytes = b"film", name: str = "film.mp4") -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return make
