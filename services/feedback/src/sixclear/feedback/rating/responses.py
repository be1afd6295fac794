"""Ratings, and the figures that are made of them, as responses."""

from datetime import datetime
from uuid import UUID

from sixclear.feedback.rating.models import Rating, words_of
from sixclear.feedback.rating.rules import LEAST, Counts, share, too_few
from sixclear.feedback.rating.schemas import NationalFigure, RatersFigure, RatingView, SatisfactionFigure
from sixclear.feedback.sealing.values import CaseKey


def rating_response(key: CaseKey, rating: Rating) -> RatingView:
    """What a sender said, opened."""
    return RatingView.model_validate(
        {"rating": rating.rating, "words": words_of(key, rating), "rated_at": rating.rated_at}
    )


def satisfaction_response(counts: Counts, body: UUID | None, year: int, as_of: datetime) -> SatisfactionFigure:
    """Both figures; what could be one person's is null."""
    rate = share(counts.rated, counts.answered)
    # The rate, or the parts that are told, would say the one that is not.
    rated = None if rate is None else _told(counts.rated)
    parts = counts.solved, counts.partly, counts.not_solved
    told = rated is not None and not too_few(*parts)
    return SatisfactionFigure(
        organisation_id=body,
        year=year,
        as_of=as_of,
        national=NationalFigure(cases=_told(counts.owed), share=share(counts.content, counts.owed)),
        of_raters=RatersFigure(
            answered=_told(counts.answered),
            response_rate=rate,
            rated=rated,
            solved=counts.solved if told else None,
            partly=counts.partly if told else None,
            not_solved=counts.not_solved if told else None,
            share=share(counts.solved, counts.rated) if told else None,
        ),
        demonstration=counts.demonstration,
    )


def _told(number: int) -> int | None:
    return None if number < LEAST else number
