"""The elements of the demonstration: each clause of the law once, described as the data catalogue takes it."""

from sixclear.data_catalog.element.schemas import ElementItem
from sixclear.launcher.demo.dictionary_steps import dictionary_steps


def test_each_clause_of_the_law_is_an_element_that_is_approved_after_it_was_drafted() -> None:
    drafts, *approvals = dictionary_steps()
    items = [ElementItem.model_validate(dict(line)) for line in drafts.lines]
    assert [item.legal_basis.article for item in items] == [f"Điều 9, khoản {number}" for number in range(1, 26)]
    assert len({item.code for item in items}) == len(items)
    assert all(item.personal and item.demonstration for item in items)
    assert [step.path.split("/")[-2] for step in approvals] == [item.code for item in items]
    assert {step.client for step in approvals}.isdisjoint({drafts.client}), "another person approves"
