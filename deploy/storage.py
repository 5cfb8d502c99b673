"""How static files are named and packed."""

from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Names with a hash, so that browsers keep them for ever; a file the manifest lacks keeps its plain name."""

    manifest_strict = False
