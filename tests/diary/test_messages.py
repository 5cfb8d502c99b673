"""Every code has a sentence and a next step in both languages."""

from __future__ import annotations

import string

import pytest
from django.utils import translation

from diary.errors import Code
from diary.messages import SENTENCES, describe
from inference.errors import Code as InferenceCode


@pytest.mark.parametrize("code", Code)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_code_has_its_sentence(code: Code, language: str) -> None:
    title, next_step = SENTENCES[code][language]
    assert title.strip() and next_step.strip()
    has_korean = any("가" <= letter <= "힣" for letter in title + next_step)
    assert has_korean == (language == "ko")


def test_every_code_of_inference_is_known_to_the_diary() -> None:
    assert {code.value for code in InferenceCode} <= {code.value for code in Code}


def test_both_languages_have_the_same_gaps() -> None:
    for languages in SENTENCES.values():
        names = [
            {name for text in languages[lang] for _, name, _, _ in string.Formatter().parse(text) if name}
            for lang in ("en", "ko")
        ]
        assert names[0] == names[1]


def test_gaps_are_filled_as_people_say_it() -> None:
    assert describe(Code.TOO_LARGE, "en", limit_bytes=500 * 1024**2).title == "The clip is larger than 500 MB."
    assert describe(Code.TOO_LONG, "ko", limit_s=630).title == "영상이 10분 30초보다 길어요."
    full = describe(Code.OVER_QUOTA, "en", quota_bytes=10 * 1024**3, used_bytes=1536 * 1024**2)
    assert full.title == "Your storage of 10 GB is full (1.5 GB used)."


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("code", list(Code))
def test_a_sentence_whose_gaps_nobody_filled_is_one_that_a_person_would_write(code: Code, language: str) -> None:
    message = describe(code, language)
    assert not set("{}…") & set(str(message))
    assert "{" not in message.next_step  # gaps are in titles only
    assert message.title[-1] == "."


def test_unknown_code_never_breaks_the_answer() -> None:
    assert describe("no such code", "en") == describe(Code.INTERNAL, "en")


def test_language_of_the_page_is_the_default() -> None:
    with translation.override("ko"):
        assert describe(Code.EMPTY_FILE) == describe(Code.EMPTY_FILE, "ko")
