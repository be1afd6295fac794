"""The rules of competence as they ship: each speaks of fields that exist, and each field has a body."""

from sixclear.feedback.competence.rules import competences
from sixclear.feedback.field.rules import case_fields


def test_each_rule_speaks_of_fields_that_exist_and_says_why() -> None:
    for rule in competences().rules:
        assert rule.fields is None or rule.fields <= case_fields().codes, rule.rule
        assert rule.vi.endswith(".")
        assert rule.en.endswith(".")
        assert rule.place == (rule.body is None), "a rule names a body, or the place is the body"


def test_each_field_but_the_last_has_one_body_of_the_country() -> None:
    for code in case_fields().codes - {"other"}:
        assert [rule.body for rule in competences().holding(code, place=False)].count(None) == 0
        assert len(competences().holding(code, place=False)) == 1, code


def test_a_place_comes_first_and_without_field_and_place_nothing_is_known() -> None:
    assert [rule.rule for rule in competences().holding("health", place=True)] == ["place", "health"]
    assert competences().holding(None, place=False) == []
    assert [rule.rule for rule in competences().holding("other", place=True)] == ["place"]
