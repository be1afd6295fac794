"""What may become public of a case, and with which words. Pure: no database, no clock."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sixclear.feedback.publication.errors import PersonalDataLeft, PublicationNotAllowed
from sixclear.feedback.publication.masks import mask

_TOLD = {
    "sealed": "A sealed initiative has no public copy before its embargo ends, where its author chose no abstract.",
    "no_consent": "The sender did not agree to it, or no longer does.",
    "not_looked_into": "The case is looked into first: triage it.",
    "not_answered": "Feedback becomes public with its answer.",
    "withdrawn": "The sender withdrew the case.",
}


@dataclass(frozen=True, slots=True)
class Case:
    """What the rules read of a case."""

    kind: str
    status: str
    visibility: str
    consent: bool
    # Of a sealed initiative: whether its author chose an abstract, and whether the embargo has ended.
    abstract: bool = False
    embargo_over: bool = False


def hindrance(case: Case) -> str | None:
    """Why a case may have no public copy; None when it may.

    What names a fault of others becomes public with the answer to it (R17). An idea may gather support before.
    """
    if is_sealed(case) and not case.abstract:
        return "sealed"
    if not case.consent:
        return "no_consent"
    if case.status in ("received", "withdrawn"):
        return "not_looked_into" if case.status == "received" else "withdrawn"
    return "not_answered" if case.kind == "feedback" and case.status != "answered" else None


def is_sealed(case: Case) -> bool:
    """Whether the abstract is all that others may read: of a sealed initiative until its embargo ends."""
    return case.visibility == "sealed" and not case.embargo_over


def require_from_abstract(title: str, text: str, abstract: str, *, answered: bool) -> None:
    """Raises PublicationNotAllowed unless the words are the abstract that the author chose, and its title is of it.

    What looks like personal data may be masked. An answer, that of the head too, would tell what is sealed.
    """
    chosen = (abstract, mask(abstract).text)
    if answered or text not in chosen or title not in text:
        raise PublicationNotAllowed(
            "Until its embargo ends, a sealed initiative has no other public words than its abstract: send that as the"
            " text, a part of it as the title, and no answer, nor one of the head."
        )


def first_line(abstract: str, longest: int = 300) -> str:
    """The beginning of an abstract, which can be its title."""
    line = abstract.partition("\n")[0]
    sentence = line.partition(". ")[0]
    return (sentence if len(sentence) <= longest else sentence[:longest]).strip()


def require_allowed(case: Case) -> None:
    """Raises PublicationNotAllowed where something stands against a public copy."""
    if (why := hindrance(case)) is not None:
        raise PublicationNotAllowed(_TOLD[why])


def require_masked(texts: Mapping[str, str | None]) -> None:
    """Raises PersonalDataLeft where one of the texts, by the name of its field, still shows what `mask` would take out.

    The refusal names fields and kinds, never what was found.
    """
    if errors := list(_left(texts)):
        raise PersonalDataLeft("Mask what is left, or say that it stands there on purpose.", errors=errors)


def _left(texts: Mapping[str, str | None]) -> Iterator[dict[str, str]]:
    for name, text in texts.items():
        for kind, times in mask(text or "").found.items():
            detail = f"{kind.replace('_', ' ')}: {times}"
            yield {"pointer": f"#/{name}", "code": f"{kind.replace('_', '-')}-left", "detail": detail}
