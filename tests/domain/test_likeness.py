"""Which new queue is like which old one."""

from __future__ import annotations

import pytest

from domain import Settings
from domain.errors import BadValue
from domain.likeness import Likeness, likeness_of, parse_likeness, parse_likenesses


def test_a_factor_is_what_follows_the_last_star() -> None:
    assert parse_likeness("chat/old*0.5") == Likeness("chat/old", 0.5)
    assert parse_likeness(" чат/старая линия * 2 ") == Likeness("чат/старая линия", 2.0)


def test_without_a_factor_the_new_queue_gets_as_much_as_the_old() -> None:
    assert parse_likeness("chat/old") == Likeness("chat/old", 1.0)


@pytest.mark.parametrize("text", ["", "*2", "chat/old*", "chat/old*-1", "chat/old*0", "chat/old*half", "chat/old*inf"])
def test_a_factor_that_is_no_number_above_zero_is_refused(text: str) -> None:
    with pytest.raises(BadValue, match="a factor above 0"):
        parse_likeness(text)


@pytest.mark.parametrize("pair", ["chat/new", "=chat/old", "chat/new="])
def test_a_pair_names_both_queues(pair: str) -> None:
    with pytest.raises(BadValue, match="new queue = old queue"):
        parse_likenesses([pair])


def test_a_new_queue_is_named_once() -> None:
    with pytest.raises(BadValue, match="each new queue once, found 'a'"):
        parse_likenesses(["a=b", "a=c"])


def test_a_queue_comes_after_the_new_one_that_it_is_like() -> None:
    assert list(likeness_of({"c": "b", "b": "a*2", "d": "c"})) == ["b", "c", "d"]


@pytest.mark.parametrize(
    ("table", "circle"),
    [({"a": "a"}, "a like a"), ({"a": "b", "b": "a*2"}, "a like b like a"), ({"x": "a", "a": "b", "b": "a"}, "a like")],
)
def test_queues_that_are_like_themselves_are_refused(table: dict[str, str], circle: str) -> None:
    with pytest.raises(BadValue, match=f"not like themselves.*{circle}"):
        likeness_of(table)


def test_a_site_says_it_in_its_settings() -> None:
    assert Settings().likeness == {}
    assert Settings.from_mapping({"like": {"chat/new": "chat/old*0.5"}}).likeness == {
        "chat/new": Likeness("chat/old", 0.5)
    }
    with pytest.raises(BadValue, match=r"smena\.toml.*'like'.*factor above 0"):
        Settings.from_mapping({"like": {"chat/new": "chat/old*-1"}}, "smena.toml")
