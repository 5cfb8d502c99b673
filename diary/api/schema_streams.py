"""Addresses that REST framework does not serve, as OpenAPI describes them: uploads (tus), events, media files."""

from __future__ import annotations

from typing import Any

Operation = dict[str, Any]
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
SECURITY: list[dict[str, list[str]]] = [{"deviceToken": []}, {"appSession": []}, {"cookieAuth": []}]
NOBODY = (401, "Nobody is signed in.")
NOT_ALLOWED = (403, "Not allowed; in a session of a browser also what comes without its CSRF token.")
VERSION = (412, "Another version of tus.")
THROTTLED = (429, "Too many requests; see Retry-After.")
AWAY = (503, "The database is away for a moment; see Retry-After.")
ELSEWHERE = {
    302: "It lies in another place; follow within minutes.",
    304: "The same as the one with the ETag in If-None-Match.",
}
TUS = "https://tus.io/protocols/resumable-upload"


def header(name: str, description: str, *, required: bool = True, example: str = "", **schema: Any) -> dict[str, Any]:
    """A header that a client sends."""
    shown = {"example": example} if example else {}
    return {
        "in": "header", "name": name, "description": description, "required": required,
        "schema": {"type": "string", **schema}, **shown,
    }  # fmt: skip


def told(**headers: str) -> dict[str, Any]:
    """Headers that a client hears; an underscore in a name stands for a hyphen."""
    return {
        name.replace("_", "-"): {"description": text, "schema": {"type": "string"}} for name, text in headers.items()
    }


def refused(*pairs: tuple[int, str]) -> dict[str, Any]:
    """Refusals, each a problem."""
    return {str(number): {"description": text, "content": PROBLEM} for number, text in sorted([NOBODY, AWAY, *pairs])}


def operation(name: str, summary: str, description: str, tag: str, responses: Operation, **more: Any) -> Operation:
    """One operation of a path."""
    return {
        "operationId": name, "summary": summary, "description": description, "tags": [tag], "security": SECURITY,
        "responses": responses, **more,
    }  # fmt: skip


ID = {"in": "path", "name": "id", "required": True, "schema": {"type": "string", "format": "uuid"}}
RESUMABLE = header("Tus-Resumable", "Version of the protocol.", enum=["1.0.0"])
LENGTH = header("Upload-Length", "Bytes of the film.", pattern="^[1-9][0-9]{0,17}$")
METADATA = header(
    "Upload-Metadata",
    "Pairs of key and base64 value: filename, filetype, captured_at (ISO 8601 or milliseconds since 1970; a moment that"
    " cannot be true counts as now).",
    required=False,
)
OFFSET = header("Upload-Offset", "Where these bytes begin.", pattern="^[0-9]{1,18}$")
CHECKSUM = header("Upload-Checksum", "Algorithm and base64 digest of these bytes.", required=False)
BODY = {"content": {"application/offset+octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
POSITION = told(
    Upload_Offset="Bytes that are safely stored.",
    Upload_Expires="When the upload is thrown away unless more bytes come.",
    Deukgeun_Clip="Id of the clip, once the upload is complete.",
)
GONE = [(404, "Not here, or not yours."), (410, "Left too long, and thrown away.")]

UPLOAD_JSON = {
    "type": "object",
    "required": ["id", "length", "offset", "filename", "metadata", "expires_at", "clip", "created_at"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "length": {"type": "integer"},
        "offset": {"type": "integer", "description": "Bytes that are safely stored."},
        "filename": {"type": "string"},
        "metadata": {"type": "object", "additionalProperties": {"type": "string"}},
        "expires_at": {"type": "string", "format": "date-time"},
        "clip": {"type": "string", "format": "uuid", "nullable": True},
        "created_at": {"type": "string", "format": "date-time"},
    },
}
UPLOADS = {
    "post": operation(
        "uploads_create",
        "Announce a film",
        f"tus 1.0.0 (<{TUS}>) with creation, creation-with-upload, expiration, checksum and termination. Any tus client"
        " works. Refused here, before a byte is sent, when the film is empty, too large or over the quota. The first"
        " bytes may come along; what is refused leaves no upload. The same length and metadata again take the place of"
        " an upload of which nothing was sent.",
        "uploads",
        {
            "201": {
                "description": "Go on with PATCH at Location.",
                "headers": told(Location="The upload.") | POSITION,
            },
            **refused(
                (400, "A header is missing or malformed."),
                (408, "No more of the first bytes came."),
                (413, "Too large, or over the quota; or more first bytes than announced."),
                (415, "What comes along must be application/offset+octet-stream."),
                (460, "The checksum does not fit to the first bytes."),
                (507, "The server has no room left."),
                NOT_ALLOWED,
                VERSION,
                THROTTLED,
            ),
        },
        parameters=[RESUMABLE, LENGTH, METADATA, CHECKSUM],
        requestBody=BODY,
    ),
    "options": operation(
        "uploads_abilities",
        "Ask what the server can do",
        "Version, extensions, checksums and the largest size.",
        "uploads",
        {"204": {"description": "In the headers.", "headers": told(Tus_Version="1.0.0", Tus_Max_Size="Bytes.")}},
    ),
}
UPLOAD = {
    "head": operation(
        "uploads_offset",
        "Ask how far it has come",
        "After a lost connection: go on from Upload-Offset.",
        "uploads",
        {"200": {"description": "In the headers.", "headers": POSITION}, **refused(*GONE, VERSION)},
        parameters=[ID, RESUMABLE],
    ),
    "get": operation(
        "uploads_retrieve",
        "Show an upload",
        "The same as JSON.",
        "uploads",
        {
            "200": {
                "description": "The upload; `clip` once it is complete.",
                "content": {"application/json": {"schema": UPLOAD_JSON}},
            },
            **refused(*GONE),
        },
        parameters=[ID],
    ),
    "patch": operation(
        "uploads_append",
        "Send bytes",
        "Bytes count as they arrive, also when the connection breaks; with a checksum all of them or none. The last"
        " byte makes the clip and queues its analysis; the same film again leads to the clip that is there.",
        "uploads",
        {
            "204": {"description": "Stored.", "headers": POSITION},
            **refused(
                (400, "A header is missing or malformed."),
                (408, "No more bytes came; what arrived is kept."),
                (409, "The upload stands at another offset: ask with HEAD."),
                (413, "More bytes than announced."),
                (415, "The content type must be application/offset+octet-stream."),
                (423, "Another connection is sending; try again in a moment."),
                (460, "The checksum does not fit; nothing of this request was kept."),
                (507, "The server has no room left."),
                *GONE,
                NOT_ALLOWED,
                VERSION,
            ),
        },
        parameters=[ID, RESUMABLE, OFFSET, CHECKSUM],
        requestBody=BODY,
    ),
    "delete": operation(
        "uploads_destroy",
        "Give an upload up",
        "A clip that it has become stays.",
        "uploads",
        {"204": {"description": "Gone."}, **refused(GONE[0], NOT_ALLOWED, VERSION)},
        parameters=[ID, RESUMABLE],
    ),
}
EVENTS = {
    "get": operation(
        "analyses_events",
        "Follow a run",
        "Server-sent events: `progress` whenever something changes, `end` with the final state, then the stream closes."
        " The data of each is the run as GET /api/v1/analyses/{id}/ shows it; one that is deleted along with its clip"
        " ends as `cancelled`. Comments keep the line open. A stream lasts a quarter of an hour at most; connect again."
        " The present state comes first, so nothing is missed, also after a lost connection.",
        "analyses",
        {
            "200": {"description": "A stream.", "content": {"text/event-stream": {"schema": {"type": "string"}}}},
            **refused(GONE[0]),
        },
        parameters=[ID],
    )
}


def file_of(name: str, what: str, content_type: str) -> dict[str, Operation]:
    """A file, whole or in part."""
    content = {content_type: {"schema": {"type": "string", "format": "binary"}}}
    responses = {
        "200": {"description": "The file.", "content": content},
        "206": {"description": "The part that the header Range asks for.", "content": content},
        **{str(number): {"description": text} for number, text in ELSEWHERE.items()},
        **refused((404, "Not here, not yours, or not made yet.")),
        "416": {"description": "The range lies outside the file."},
    }
    wanted = header("Range", "Part of the file.", required=False, example="bytes=0-1023")
    known = header("If-None-Match", "ETag of the file that is here already.", required=False)
    return {"get": operation(name, what, "", "media", responses, parameters=[ID, wanted, known])}


PATHS: dict[str, dict[str, Operation]] = {
    "/api/v1/uploads/": UPLOADS,
    "/api/v1/uploads/{id}/": UPLOAD,
    "/api/v1/analyses/{id}/events": EVENTS,
    "/media/clips/{id}/rendition": file_of("media_rendition", "The film for a player", "video/mp4"),
    "/media/clips/{id}/poster": file_of("media_poster", "A still of a clip", "image/jpeg"),
    "/media/sets/{id}/thumbnail": file_of("media_thumbnail", "A still of a set", "image/jpeg"),
}
