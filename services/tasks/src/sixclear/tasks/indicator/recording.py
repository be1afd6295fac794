"""The public state of an indicator. Every change is published."""

from sixclear.common.recording import EntityKind
from sixclear.common.use_case import Context
from sixclear.tasks.indicator.events import IndicatorData, SupplyData, TargetsData
from sixclear.tasks.indicator.models import Indicator, IndicatorTarget

_MADE = {"change", "programme", "supplies", "targets"}


def public_state(indicator: Indicator, change: str, targets: IndicatorTarget | None = None) -> IndicatorData:
    """The public state of an indicator after `change`; with `targeted` also the targets that were set."""
    own = {name: getattr(indicator, name) for name in IndicatorData.model_fields if name not in _MADE}
    said = targets and TargetsData(organisation_id=targets.organisation_id, number=targets.number, **targets.content)
    return IndicatorData(
        change=change,
        programme=indicator.programme.slug,
        supplies=[SupplyData(**one) for one in indicator.supplies],
        targets=said,
        **own,
    )


def indicator_kind(targets: IndicatorTarget | None = None) -> EntityKind[Indicator]:
    """How a change of an indicator is recorded; `targets` are those that the change sets."""

    async def data(_ctx: Context, indicator: Indicator, change: str) -> IndicatorData:
        return public_state(indicator, change, targets)

    return EntityKind[Indicator]("indicator", lambda indicator: indicator.indicator_id, data)
