"""How static files are named and packed."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Names with a hash, so that browsers keep them for ever; a file the manifest lacks keeps its plain name."""

    manifest_strict = False
