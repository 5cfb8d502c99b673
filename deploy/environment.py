"""Strict reading of the environment: a malformed value stops the start with a sentence that names it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

import dj_database_url
from environs import Env, EnvError, validate


class SettingError(Exception):
    """A setting that cannot be used; its text is shown to the one who starts the site."""


class Environment:
    """Typed values by name. Empty counts as not set, so that a line left blank in `.env` keeps the default."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._env = Env()
        self._variables = variables

    def text(self, name: str, default: str = "") -> str:
        """The value as written."""
        return self._variables.get(name, "").strip() or default

    def boolean(self, name: str, default: bool) -> bool:
        """true/false, yes/no, on/off, 1/0."""
        return default if not self.text(name) else bool(self._parse(name, "true or false", self._env.bool))

    def integer(self, name: str, default: int, *, low: int = 0, high: int | None = None) -> int:
        """A whole number within bounds."""
        if not self.text(name):
            return default
        wish = f"a whole number of at least {low}" + (f" and at most {high}" if high is not None else "")
        return int(self._parse(name, wish, self._env.int, validate=validate.Range(min=low, max=high)))

    def words(self, name: str, default: list[str]) -> list[str]:
        """Words between commas."""
        return [word.strip() for word in self.text(name).split(",") if word.strip()] or default

    def choice(self, name: str, default: str, options: list[str]) -> str:
        """One of a few words."""
        value = self.text(name, default)
        if value not in options:
            raise SettingError(f"{name} must be one of {', '.join(options)}, not {value!r}.")
        return value

    def path(self, name: str, default: Path) -> Path:
        """A path; a relative one counts from where the process starts."""
        return Path(self.text(name) or default).expanduser().resolve()

    def time_zone(self, name: str, default: str) -> str:
        """An IANA name such as Asia/Seoul."""
        value = self.text(name, default)
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise SettingError(f"{name} must be a time zone such as Asia/Seoul, not {value!r}.") from error
        return value

    def url(self, name: str, schemes: tuple[str, ...]) -> str:
        """An address with one of the schemes, or nothing."""
        value = self.text(name)
        if value and not _is_address(value, schemes):
            given = "what is there" if "@" in value else repr(value)  # logs are no place for passwords
            starts = " or ".join(f"{scheme}://" for scheme in schemes)
            raise SettingError(
                f"{name} must be an address that starts with {starts} (a port is a number), not {given}."
            )
        return value.rstrip("/")

    def database(self, name: str, default: Path) -> dict[str, Any]:
        """Django's settings for a database; SQLite beside the other files unless an address is given."""
        address = self.text(name) or f"sqlite:///{default}"
        wish = f"{name} must look like postgres://user:password@host:5432/name or sqlite:////absolute/path."
        try:
            settings: dict[str, Any] = dict(dj_database_url.parse(address, conn_max_age=0))
        except (dj_database_url.ParseError, dj_database_url.UnknownSchemeError, ValueError) as error:
            raise SettingError(wish) from error
        if settings["ENGINE"] not in ENGINES:
            raise SettingError(wish)
        if settings["ENGINE"].endswith("sqlite3"):
            settings["OPTIONS"] = SQLITE_OPTIONS
        return settings

    def email(self, name: str) -> dict[str, Any]:
        """smtp://user:password@host:port (smtp+tls, smtp+ssl), or the console when nothing is set."""
        schemes = ("smtp", "smtp+tls", "smtp+ssl")
        parts = urlsplit(self.url(name, schemes))
        if not parts.scheme:
            return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": parts.hostname,
            "EMAIL_PORT": parts.port or {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}[parts.scheme],
            "EMAIL_HOST_USER": unquote(parts.username or ""),
            "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
            "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
            "EMAIL_USE_SSL": parts.scheme == "smtp+ssl",
        }

    def _parse(self, name: str, wish: str, parser: Any, **options: Any) -> Any:
        try:
            return parser(name, **options)
        except EnvError as error:
            raise SettingError(f"{name} must be {wish}, not {self.text(name)!r}.") from error


ENGINES = ("django.db.backends.postgresql", "django.db.backends.sqlite3")  # those that the site was tried on

# One writer at a time is told so at the start of its transaction, not in the middle of it; readers never wait.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}


def _is_address(value: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(value)
        _ = parts.port  # a malformed one is found out on reading
    except ValueError:
        return False
    return parts.scheme in schemes and bool(parts.netloc)


def read_dotenv(path: Path) -> None:
    """Put the lines of a `.env` file into the environment; what is already set wins."""
    Env().read_env(str(path), recurse=False)


def stored_secret(path: Path) -> str:
    """The key kept in a file, made on the first start."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text().strip()
