"""Queues, targets, rule book and settings: what they read, and what they say of a mistake."""

from __future__ import annotations

import pandas as pd
import pytest

from domain.errors import BadValue, ContradictoryRules, MissingColumn
from domain.people import RuleBook
from domain.queues import SegmentRules, channel_of, split_list
from domain.settings import Settings
from domain.shifts import ShiftTemplate
from domain.targets import Targets

TICKETS = pd.DataFrame(
    {"channel": ["phone", "email", "phone"], "type": ["billing", None, "tech"], "language": ["ru", "en", "en"]}
)


def book(**agreement: object) -> RuleBook:
    full = {"shifts": ["day"], "hours_per_week_max": 40.0, **agreement}
    shift = {"start_from": "08:00", "start_to": "10:00", "length_minutes": 540}
    pause = {"kind": "lunch", "minutes": 60, "paid": False, "earliest_minutes": 180, "latest_minutes": 300}
    return RuleBook.from_mapping(
        {"agreement": {"full": full}, "shift": {"day": {**shift, "break": [pause]}}}, "rules.toml"
    )


def test_a_ticket_without_a_type_goes_to_other() -> None:
    assert list(SegmentRules().assign(TICKETS)) == ["phone/billing", "email/other", "phone/tech"]


def test_the_first_segment_rule_that_matches_decides() -> None:
    rules = SegmentRules.from_mapping(
        {"segment": [{"queue": "phone/{language}", "channel": "phone"}, {"queue": "never", "type": "tech"}]}
    )
    assert list(rules.assign(TICKETS)) == ["phone/ru", "email/other", "phone/en"]


def test_a_segment_rule_over_an_unknown_column_is_refused() -> None:
    rules = SegmentRules.from_mapping({"segment": [{"queue": "x", "brand": "a*"}]})
    with pytest.raises(MissingColumn, match="brand"):
        rules.assign(TICKETS)


def test_lists_and_channels_are_read_from_names() -> None:
    assert split_list(" a | b||") == ("a", "b")
    assert split_list(None) == ()
    assert channel_of("phone/billing/ru") == "phone"


def test_a_queue_inherits_the_default_key_by_key() -> None:
    targets = Targets.from_mapping({"default": {"shrinkage": 0.3}, "queue": {"phone/*": {"service_level": 0.9}}})
    assert targets.of("phone/a").service_level == 0.9
    assert targets.of("phone/a").shrinkage == 0.3
    assert targets.of("mail/a").service_level == 0.8


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"default": {"shrinkage": 1.0}}, "less than 1"),
        ({"default": {"work": "deferred"}}, "deadline_hours"),
        ({"default": {"servicelevel": 0.8}}, "servicelevel"),
        ({"queue": {"a": {"concurrency": 2, "aht_by_concurrency_seconds": [1.0]}}}, "2 entries"),
        ({"defaults": {}}, "defaults"),
    ],
)
def test_a_mistake_in_targets_is_named(table: dict[str, object], says: str) -> None:
    with pytest.raises(BadValue, match=says) as caught:
        Targets.from_mapping(table, file="targets.toml")
    assert "targets.toml" in str(caught.value)


def test_a_shift_starts_every_step_and_may_run_past_midnight() -> None:
    shift = ShiftTemplate(name="late", start_from="23:00", start_to="00:30", start_step_minutes=30, length_minutes=480)
    assert shift.start_minutes == (1380, 1410, 0, 30)


def test_unpaid_breaks_are_not_paid() -> None:
    assert book().shift("day").paid_minutes == 480


@pytest.mark.parametrize(
    ("pauses", "says"),
    [
        ([{"minutes": 15, "earliest_minutes": 60, "latest_minutes": 30}], "before earliest"),
        ([{"minutes": 60, "earliest_minutes": 60, "latest_minutes": 450}], "after the shift"),
        (
            [
                {"minutes": 15, "earliest_minutes": 60, "latest_minutes": 120},
                {"minutes": 15, "earliest_minutes": 130, "latest_minutes": 200},
            ],
            "before the pause before it",
        ),
    ],
)
def test_breaks_that_do_not_fit_are_named(pauses: list[dict[str, int]], says: str) -> None:
    shift = {"start_from": "08:00", "length_minutes": 480, "break": pauses}
    with pytest.raises(BadValue, match=says) as caught:
        RuleBook.from_mapping({"agreement": {"a": {"shifts": ["s"]}}, "shift": {"s": shift}}, file="rules.toml")
    assert "shift.s" in str(caught.value)


@pytest.mark.parametrize(
    ("agreement", "says"),
    [
        ({"shifts": ["night"]}, "night"),
        ({"shifts": []}, "shift names"),
        ({"hours_per_week_min": 50.0}, "above"),
    ],
)
def test_an_agreement_that_cannot_be_is_refused(agreement: dict[str, object], says: str) -> None:
    with pytest.raises(BadValue, match=says):
        book(**agreement)


@pytest.mark.parametrize(
    "agreement",
    [{"hours_per_day_max": 6.0}, {"hours_per_week_max": 7.0}, {"hours_per_week_min": 60.0, "hours_per_week_max": 80.0}],
)
def test_rules_that_no_roster_can_keep_together_are_named(agreement: dict[str, object]) -> None:
    with pytest.raises(ContradictoryRules, match=r"rules\.toml") as caught:
        book(**agreement)
    assert "shifts" in caught.value.rules


def test_settings_name_the_key_at_fault() -> None:
    with pytest.raises(BadValue, match="horizon_days"):
        Settings.from_mapping({"horizon_days": 0}, "smena.toml")
    with pytest.raises(BadValue, match="time zone"):
        Settings.from_mapping({"timezone": "Nowhere"}, "smena.toml")
    assert Settings.from_mapping({"timezone": "Europe/Berlin"}).grid.timezone == "Europe/Berlin"


def test_a_file_of_other_content_is_not_taken_for_segment_rules() -> None:
    with pytest.raises(BadValue, match=r"segments.toml: expected only `otherwise` and \[\[segment\]\].*'agreement'"):
        SegmentRules.from_mapping({"agreement": {"full": {}}}, "segments.toml")


def test_rules_without_agreements_or_shifts_are_told_what_lacks() -> None:
    with pytest.raises(BadValue, match=r"rules.toml, column 'agreement': expected at least one \[agreement.NAME\]"):
        RuleBook.from_mapping({}, "rules.toml")
    with pytest.raises(BadValue, match=r"column 'shift': expected at least one \[shift.NAME\]"):
        RuleBook.from_mapping({"agreement": {"full": {"shifts": ["day"]}}}, "rules.toml")


def test_a_wrong_key_is_told_in_plain_words() -> None:
    with pytest.raises(BadValue, match="column 'servicelevel': expected targets of 'default': a key that is known"):
        Targets.from_mapping({"default": {"servicelevel": 0.9}})
    with pytest.raises(BadValue, match=r"column 'service_level'.*: less than or equal to 1, found 80"):
        Targets.from_mapping({"default": {"service_level": 80}})
    with pytest.raises(BadValue, match="column 'intervall': expected a key that is known here, found 3"):
        Settings.from_mapping({"intervall": 3})
