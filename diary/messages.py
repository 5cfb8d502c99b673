"""The only sentences about what went wrong: English and Korean, each with the next step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

from diary.calc import format_bytes, format_duration
from diary.errors import Code


@dataclass(frozen=True)
class Message:
    """What happened and what to do about it."""

    title: str
    next_step: str

    def __str__(self) -> str:
        return f"{self.title} {self.next_step}"


# {code: {language: (what happened, next step)}}
SENTENCES: dict[Code, dict[str, tuple[str, str]]] = {
    Code.EMPTY_FILE: {
        "en": ("The file is empty.", "Choose the clip again; if it stays empty, film the set once more."),
        "ko": ("파일이 비어 있어요.", "영상을 다시 선택해 주세요. 그래도 비어 있으면 세트를 다시 촬영해 주세요."),
    },
    Code.NOT_A_VIDEO: {
        "en": ("This file is not a video.", "Choose a clip that your phone filmed (MP4, MOV or WebM)."),
        "ko": ("이 파일은 동영상이 아니에요.", "휴대폰으로 촬영한 영상(MP4, MOV, WebM)을 선택해 주세요."),
    },
    Code.NO_VIDEO_STREAM: {
        "en": ("The file has sound but no picture.", "Choose a clip with picture, or type the set in by hand."),
        "ko": ("소리만 있고 화면이 없는 파일이에요.", "화면이 있는 영상을 선택하거나 세트를 직접 입력해 주세요."),
    },
    Code.UNSUPPORTED_CODEC: {
        "en": (
            "This kind of video cannot be read.",
            "Film in your phone's standard format (H.264 or HEVC) and try again.",
        ),
        "ko": ("지원하지 않는 영상 형식이에요.", "휴대폰 기본 형식(H.264 또는 HEVC)으로 촬영해 다시 올려 주세요."),
    },
    Code.TRUNCATED: {
        "en": ("The clip is damaged or cut off.", "Upload it again from the phone that filmed it."),
        "ko": ("영상이 손상되었거나 중간에 끊겼어요.", "촬영한 휴대폰에서 다시 올려 주세요."),
    },
    Code.TOO_LARGE: {
        "en": ("The clip is larger than {limit}.", "Trim it to the set itself, or film in a lower resolution."),
        "ko": ("영상이 {limit}보다 커요.", "세트 부분만 잘라서 올리거나 해상도를 낮춰 촬영해 주세요."),
    },
    Code.TOO_LONG: {
        "en": ("The clip is longer than {limit}.", "Cut it into shorter clips, about one exercise each."),
        "ko": ("영상이 {limit}보다 길어요.", "운동별로 짧게 나누어 올려 주세요."),
    },
    Code.NO_PERSON: {
        "en": (
            "Nobody was found in the clip.",
            "Film with your whole body in the picture, or type the set in by hand.",
        ),
        "ko": ("영상에서 사람을 찾지 못했어요.", "온몸이 보이게 촬영하거나 세트를 직접 입력해 주세요."),
    },
    Code.NOBODY_TAPPED: {
        "en": ("Nobody was found where you tapped.", "Stop the film where the body is well seen and tap its middle."),
        "ko": ("누른 곳에서 사람을 찾지 못했어요.", "몸이 잘 보이는 장면에서 멈추고 몸 가운데를 눌러 주세요."),
    },
    Code.NO_MOVEMENT: {
        "en": ("No exercise movement was found.", "Check that the clip shows the set, or type the set in by hand."),
        "ko": ("운동 동작을 찾지 못했어요.", "세트가 담긴 영상인지 확인하거나 세트를 직접 입력해 주세요."),
    },
    Code.FILM_MISSING: {
        "en": ("The film is missing on the server.", "Upload it again: it takes its old place, and your sets stay."),
        "ko": ("서버에 영상 파일이 없어요.", "같은 영상을 다시 올리면 원래 자리에 들어가고 세트는 그대로 있어요."),
    },
    Code.TIMED_OUT: {
        "en": (
            "The analysis took too long and was stopped.",
            "Try a shorter clip, analyse again, or type the set in by hand.",
        ),
        "ko": ("분석이 너무 오래 걸려 중단했어요.", "더 짧은 영상으로 시도하거나 다시 분석하거나 직접 입력해 주세요."),
    },
    Code.INTERNAL: {
        "en": (
            "Something went wrong on our side.",
            "Analyse the clip again; until then you can type the set in by hand.",
        ),
        "ko": ("저희 쪽에서 문제가 생겼어요.", "다시 분석해 주세요. 그동안 세트를 직접 입력할 수 있어요."),
    },
    Code.OVER_QUOTA: {
        "en": (
            "Your storage of {quota} is full ({used} used).",
            "Delete clips that you no longer need, then upload again.",
        ),
        "ko": ("저장 공간이 가득 찼어요({quota} 중 {used} 사용).", "필요 없는 영상을 지운 뒤 다시 올려 주세요."),
    },
    Code.UPLOAD_BUSY: {
        "en": ("This upload is already receiving data.", "Wait a moment; it goes on by itself."),
        "ko": ("이미 업로드가 진행 중이에요.", "잠시 기다리면 자동으로 이어져요."),
    },
    Code.UPLOAD_CHECKSUM_MISMATCH: {
        "en": ("A part of the clip arrived damaged.", "Send that part again; nothing else is lost."),
        "ko": ("영상 일부가 손상되어 도착했어요.", "그 부분만 다시 보내 주세요. 나머지는 그대로예요."),
    },
    Code.UPLOAD_CHECKSUM_UNSUPPORTED: {
        "en": ("This kind of checksum is not known.", "Use sha256 or sha1."),
        "ko": ("지원하지 않는 체크섬 방식이에요.", "sha256 또는 sha1을 사용해 주세요."),
    },
    Code.UPLOAD_EXPIRED: {
        "en": ("This upload was left too long and is gone.", "Start the upload again."),
        "ko": ("업로드가 오래 멈춰 있어 삭제되었어요.", "처음부터 다시 올려 주세요."),
    },
    Code.UPLOAD_HEADER: {
        "en": ("The header {header} is missing or malformed.", "Send it as tus 1.0.0 describes it."),
        "ko": ("{header} 헤더가 없거나 올바르지 않아요.", "tus 1.0.0 규격에 맞게 보내 주세요."),
    },
    Code.UPLOAD_INCOMPLETE: {
        "en": ("The upload is not complete yet.", "Send the missing bytes first."),
        "ko": ("업로드가 아직 끝나지 않았어요.", "남은 부분을 먼저 보내 주세요."),
    },
    Code.UPLOAD_OFFSET_MISMATCH: {
        "en": ("The upload stands at another byte.", "Ask where it stands and go on from there."),
        "ko": ("업로드 위치가 맞지 않아요.", "현재 위치를 확인한 뒤 거기서부터 이어 보내 주세요."),
    },
    Code.UPLOAD_STALLED: {
        "en": ("No more data came.", "Ask where the upload stands and go on from there."),
        "ko": ("데이터가 더 이상 오지 않았어요.", "현재 위치를 확인한 뒤 거기서부터 이어 보내 주세요."),
    },
    Code.UPLOAD_TOO_MUCH: {
        "en": ("More bytes came than were announced.", "Start the upload again."),
        "ko": ("알려 준 크기보다 많은 데이터가 왔어요.", "처음부터 다시 올려 주세요."),
    },
    Code.UPLOAD_VERSION: {
        "en": ("This server speaks tus 1.0.0 only.", "Send the header Tus-Resumable: 1.0.0."),
        "ko": ("이 서버는 tus 1.0.0만 지원해요.", "Tus-Resumable: 1.0.0 헤더를 보내 주세요."),
    },
    Code.STORAGE_FULL: {
        "en": ("The server has no room left.", "Try again later; what was stored before stays."),
        "ko": ("서버에 남은 공간이 없어요.", "나중에 다시 시도해 주세요. 이미 저장된 것은 그대로 있어요."),
    },
    Code.ANALYSIS_ACTIVE: {
        "en": ("This clip is already being analysed.", "Wait until it is done."),
        "ko": ("이미 분석 중인 영상이에요.", "분석이 끝날 때까지 기다려 주세요."),
    },
    Code.ANALYSIS_ENDED: {
        "en": ("This analysis has already ended.", "Start a new one if you need it."),
        "ko": ("이미 끝난 분석이에요.", "필요하면 새로 분석해 주세요."),
    },
    Code.EXERCISE_EXISTS: {
        "en": ("You already have an exercise of this name.", "Choose it from the list, or give another name."),
        "ko": ("같은 이름의 운동이 이미 있어요.", "목록에서 선택하거나 다른 이름을 써 주세요."),
    },
    Code.EXERCISE_IN_USE: {
        "en": ("Sets in your diary use this exercise.", "Change those sets first, then delete it."),
        "ko": ("일기에 이 운동을 쓰는 세트가 있어요.", "세트의 운동을 먼저 바꾼 뒤 삭제해 주세요."),
    },
    Code.EXERCISE_NOT_YOURS: {
        "en": ("Exercises of the catalogue cannot be changed.", "Add your own exercise instead."),
        "ko": ("기본 목록의 운동은 바꿀 수 없어요.", "나만의 운동을 추가해 주세요."),
    },
    Code.NOTHING_PROPOSED: {
        "en": ("There is nothing to accept for this set.", "Reload the page to see its present state."),
        "ko": ("이 세트에는 받아들일 제안이 없어요.", "페이지를 새로 고쳐 현재 상태를 확인해 주세요."),
    },
    Code.DAY_OUT_OF_RANGE: {
        "en": ("The diary holds days from {first} to {last}.", "Choose a day in between."),
        "ko": ("일기에는 {first}부터 {last}까지의 날짜만 쓸 수 있어요.", "그 사이의 날짜를 선택해 주세요."),
    },
    Code.AFTER_THE_FILM: {
        "en": ("The film ends before this moment; it is {limit} long.", "Give a moment within the film."),
        "ko": ("영상이 끝난 뒤의 시점이에요. 영상 길이는 {limit}예요.", "영상 안의 시점을 입력해 주세요."),
    },
    Code.INVALID_VALUE: {
        "en": ("The value of {field} cannot be used.", "Correct it and save again."),
        "ko": ("{field} 값이 올바르지 않아요.", "값을 고쳐서 다시 저장해 주세요."),
    },
    Code.INVALID_INPUT: {
        "en": ("Some of the values cannot be used.", "Correct the marked fields and send again."),
        "ko": ("올바르지 않은 값이 있어요.", "표시된 항목을 고쳐서 다시 보내 주세요."),
    },
    Code.UNREADABLE_BODY: {
        "en": (
            "The body of the request cannot be read.",
            "Send what its Content-Type says, such as valid JSON in UTF-8.",
        ),
        "ko": ("요청 본문을 읽을 수 없어요.", "Content-Type에 맞게, 예를 들어 올바른 UTF-8 JSON으로 보내 주세요."),
    },
    Code.UNKNOWN_FIELD: {
        "en": ("There is no value called {field}.", "Look up its name in the API's documentation."),
        "ko": ("{field}라는 항목은 없어요.", "API 문서에서 항목 이름을 확인해 주세요."),
    },
    Code.UNKNOWN_EXERCISE: {
        "en": ("There is no exercise of this slug.", "Take the slug of one of the list of exercises."),
        "ko": ("이런 slug의 운동이 없어요.", "운동 목록에서 slug를 골라 보내 주세요."),
    },
    Code.NOT_A_MONTH: {
        "en": ("This is no month of the calendar.", "Send a year and a month, such as 2026-11."),
        "ko": ("달력에 없는 달이에요.", "2026-11처럼 연도와 월을 보내 주세요."),
    },
    Code.NOT_AUTHENTICATED: {
        "en": ("You are not signed in.", "Sign in, or send a valid device token."),
        "ko": ("로그인되어 있지 않아요.", "로그인하거나 올바른 기기 토큰을 보내 주세요."),
    },
    Code.NOT_ALLOWED: {
        "en": ("This is not allowed.", "Reload the page and try again."),
        "ko": ("허용되지 않은 요청이에요.", "페이지를 새로 고친 뒤 다시 시도해 주세요."),
    },
    Code.NOT_FOUND: {
        "en": ("This is not here.", "It may have been deleted; go back to the calendar."),
        "ko": ("찾을 수 없어요.", "삭제되었을 수 있어요. 달력으로 돌아가 주세요."),
    },
    Code.METHOD_NOT_ALLOWED: {
        "en": ("This address does not do that.", "See the API's documentation for what it does."),
        "ko": ("이 주소에서는 할 수 없는 요청이에요.", "API 문서를 확인해 주세요."),
    },
    Code.NOT_ACCEPTABLE: {
        "en": ("The answer is not available in this format.", "Ask for application/json."),
        "ko": ("요청한 형식으로는 답할 수 없어요.", "application/json으로 요청해 주세요."),
    },
    Code.UNSUPPORTED_MEDIA_TYPE: {
        "en": (
            "The request came in a format that is not understood.",
            "Send the content type that the documentation names.",
        ),
        "ko": ("이해할 수 없는 형식의 요청이에요.", "문서에 적힌 형식으로 보내 주세요."),
    },
    Code.REQUEST_STALLED: {
        "en": (
            "The rest of the request did not come.",
            "Send it again; for a film, /api/v1/uploads/ bears dead spots.",
        ),
        "ko": (
            "요청의 나머지가 오지 않았어요.",
            "다시 보내 주세요. 영상은 연결이 끊겨도 이어지는 /api/v1/uploads/로 보낼 수 있어요.",
        ),
    },
    Code.REQUEST_TOO_LARGE: {
        "en": (
            "The request is larger than {limit}.",
            "Choose a smaller file; apps send films through /api/v1/uploads/.",
        ),
        "ko": (
            "요청이 {limit}보다 커요.",
            "더 작은 파일을 골라 주세요. 앱에서는 영상을 /api/v1/uploads/로 보낼 수 있어요.",
        ),
    },
    Code.THROTTLED: {
        "en": ("Too many requests came in a short time.", "Wait a little and try again."),
        "ko": ("짧은 시간에 요청이 너무 많았어요.", "잠시 후 다시 시도해 주세요."),
    },
    Code.CONFLICT: {
        "en": ("Somebody changed this at the same time.", "Reload it and make your change again."),
        "ko": ("동시에 다른 변경이 있었어요.", "새로 고친 뒤 다시 변경해 주세요."),
    },
    Code.UNAVAILABLE: {
        "en": ("This is not available at the moment.", "Try again in a minute."),
        "ko": ("지금은 사용할 수 없어요.", "잠시 후 다시 시도해 주세요."),
    },
}

# What is said instead where the numbers and names of one case are not known, as on the page that explains a code.
IN_GENERAL: dict[str, dict[Code, str]] = {
    "en": {
        Code.TOO_LARGE: "The clip is larger than this site takes.",
        Code.TOO_LONG: "The clip is longer than this site takes.",
        Code.OVER_QUOTA: "Your storage is full.",
        Code.UPLOAD_HEADER: "A header is missing or malformed.",
        Code.DAY_OUT_OF_RANGE: "The diary does not hold days that are so far away.",
        Code.AFTER_THE_FILM: "The film ends before this moment.",
        Code.INVALID_VALUE: "A value cannot be used.",
        Code.UNKNOWN_FIELD: "There is no value of this name.",
        Code.REQUEST_TOO_LARGE: "The request is larger than this address takes.",
    },
    "ko": {
        Code.TOO_LARGE: "영상이 허용된 크기보다 커요.",
        Code.TOO_LONG: "영상이 허용된 길이보다 길어요.",
        Code.OVER_QUOTA: "저장 공간이 가득 찼어요.",
        Code.UPLOAD_HEADER: "헤더가 없거나 올바르지 않아요.",
        Code.DAY_OUT_OF_RANGE: "일기에 쓸 수 없는 먼 날짜예요.",
        Code.AFTER_THE_FILM: "영상이 끝난 뒤의 시점이에요.",
        Code.INVALID_VALUE: "올바르지 않은 값이에요.",
        Code.UNKNOWN_FIELD: "이런 이름의 항목은 없어요.",
        Code.REQUEST_TOO_LARGE: "요청이 허용된 크기보다 커요.",
    },
}

_FORMATS = {
    "limit_bytes": ("limit", format_bytes),
    "limit_s": ("limit", format_duration),
    "quota_bytes": ("quota", format_bytes),
    "used_bytes": ("used", format_bytes),
}


def describe(code: Code | str, language: str | None = None, **params: Any) -> Message:
    """Say a code in a language (the page's when none is given); a code that nobody knows reads as `internal`."""
    known = Code(code) if code in set(Code) else Code.INTERNAL
    chosen = "ko" if (language or get_language() or "").startswith("ko") else "en"
    gaps = _readable(params, chosen)
    title, next_step = SENTENCES[known][chosen]
    try:
        return Message(title=title.format_map(gaps), next_step=next_step)
    except KeyError:
        return Message(title=IN_GENERAL[chosen][known], next_step=next_step)


def _readable(params: Mapping[str, Any], language: str) -> dict[str, str]:
    gaps: dict[str, str] = {}
    for name, value in params.items():
        target, format_value = _FORMATS.get(name, (name, None))
        gaps[target] = format_value(value, language) if format_value else str(value)
    return gaps
