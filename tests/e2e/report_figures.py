"""The list of every figure of the five reports, with where it comes out. `place` is where `seed-facts.json` has it."""

from dataclasses import dataclass

NATIONAL, HANOI = "P57", "01"


@dataclass(frozen=True, slots=True)
class Value:
    """A figure that is an approved value: of an indicator and a body, in a period, shown so."""

    places: tuple[str, ...]
    indicator: str
    period: str
    figure: str
    parts: tuple[str, str] | None = None
    bound: str | None = None

    @property
    def organisation(self) -> str:
        """Whose it is."""
        return HANOI if self.indicator.startswith("hanoi-") else NATIONAL


@dataclass(frozen=True, slots=True)
class Target:
    """A figure that is to be reached by the end of a period; a range has both ends."""

    places: tuple[str, ...]
    indicator: str
    period: str
    value: str | None = None
    ends: tuple[str, str] | None = None


def _value(place: str, indicator: str, period: str, figure: str, bound: str | None = None) -> Value:
    return Value((place,), indicator, period, figure, bound=bound)


_HALF, _SESSION, _YEAR_END, _CITY, _TERM = "2025-H1", "2025-09", "2025-12", "2025-11", "2026-2030"
VALUES = (
    _value("ecosystem.strategic_technology_groups", "strategic-technology-groups", _HALF, "11"),
    _value("ecosystem.science_and_technology_enterprises", "science-technology-enterprises", _HALF, "858"),
    _value("ecosystem.high_tech_enterprises", "high-tech-enterprises", _HALF, "45"),
    _value(
        "ecosystem.digital_technology_enterprises_over", "digital-technology-enterprises", _HALF, "73000", "more_than"
    ),
    _value("ecosystem.experts_attracted", "experts-attracted", _HALF, "277"),
    _value("procedures.total", "administrative-procedures", _YEAR_END, "5527"),
    Value(
        ("procedures.online_numerator", "procedures.online_denominator"),
        *("online-services", _YEAR_END, "92.51"),
        parts=("2014", "2177"),
    ),
    Value(
        ("procedures.localities_with_boundary_free_lists", "procedures.localities"),
        *("boundary-free-lists", _YEAR_END, "100"),
        parts=("34", "34"),
    ),
    _value("procedures.published_percent", "procedures-published", _YEAR_END, "90"),
    _value("procedures.documents_digitised_percent", "papers-digitised", _YEAR_END, "48"),
    _value("connectivity.villages_without_signal", "villages-without-signal", _YEAR_END, "308"),
    _value("connectivity.villages_without_electricity", "villages-without-power", _YEAR_END, "129"),
    _value(
        "databases.registered_not_approved.value_bn_vnd_over",
        *("databases-refused-value", _YEAR_END, "300", "more_than"),
    ),
    Value(
        ("platforms.with_implementation_plan", "platforms.total"),
        *("platforms-with-plan", _SESSION, "25"),
        parts=("21", "84"),
    ),
    _value("platforms.files_in_under_two_months", "online-files", _SESSION, "7500000", "about"),
    _value("platforms.paid_bn_vnd_in_under_two_months", "online-payments", _SESSION, "1500", "about"),
    _value("economy.internet_rank_mobile", "internet-rank-mobile", _SESSION, "18"),
    _value("economy.internet_rank_fixed", "internet-rank-fixed", _SESSION, "13"),
    _value("economy.revenue_growth_percent", "revenue-growth", _SESSION, "28.2"),
    _value("economy.exports_bn_usd", "exports", _SESSION, "111.4"),
    _value("economy.exports_growth_percent", "exports-growth", _SESSION, "27"),
    _value("economy.exports_percent_of_plan", "exports-of-plan", _SESSION, "70"),
    _value("economy.data_centres_opened", "data-centres-opened", _SESSION, "2"),
    _value("hanoi.electronic_filing_percent.from", "hanoi-online-filing", _HALF, "23.45"),
    _value("hanoi.electronic_filing_percent.to", "hanoi-online-filing", "2025-H2", "99"),
    _value("hanoi.delegates", "hanoi-delegates", _CITY, "3152"),
    _value("hanoi.connected_points", "hanoi-connected-points", _CITY, "212"),
    _value("hanoi.communes_surveyed", "hanoi-communes-surveyed", _CITY, "126"),
    _value("hanoi.digital_criteria_per_commune", "hanoi-digital-criteria", _CITY, "17"),
    _value("hanoi.spending_percent_under", "hanoi-spending", _CITY, "42", "less_than"),
    _value("hanoi.main_procedures", "hanoi-main-procedures", _CITY, "50"),
    _value("hanoi.council_resolutions.first", "hanoi-council-resolutions-first", _CITY, "7"),
    _value("hanoi.council_resolutions.second", "hanoi-council-resolutions-second", _CITY, "6"),
)
# Of these alone a report says how they are to be read beside its figure.
PRINTED = {"procedures.online_percent": ("online-services", "Báo cáo in 92,5 %.")}


def _goal(name: str, place: str, value: str) -> Target:
    return Target((f"hanoi.goals.{place}",), f"hanoi-goal-{name}", _TERM, value)


TARGETS = (
    Target(
        ("economy.gdp_growth_goal_percent.from", "economy.gdp_growth_goal_percent.to"),
        *("gdp-growth", "2025"),
        ends=("8.3", "8.5"),
    ),
    Target(
        ("hanoi.goals.digital_economy_percent.from", "hanoi.goals.digital_economy_percent.to"),
        *("hanoi-goal-digital-economy", _TERM),
        ends=("40", "50"),
    ),
    _goal("growth", "growth_percent_at_least", "11"),
    _goal("research-spending", "research_spending_percent_over", "4"),
    _goal("workers", "workers_percent", "50"),
    _goal("people-a-year", "people_a_year", "50000"),
    _goal("startups", "startups", "5000"),
    _goal("startups-of-100-bn", "startups_of_100_bn_vnd_percent", "20"),
    _goal("fund", "fund_bn_vnd_at_least", "1000"),
    Target(("deadlines.guiding_decrees_and_circulars_percent",), "guiding-documents-in-force", "2026-03", "100"),
)
# Days by which something is to be there: the indicator, the month that has its target, the day as its method says it.
DUE = {
    "deadlines.procedure_coordination_system": ("procedure-coordination-system", "2025-12", "20/12/2025"),
    "deadlines.procedure_framework_parts": ("procedure-framework-parts", "2026-01", "1/1/2026"),
    "deadlines.procedure_framework_whole": ("procedure-framework-whole", "2026-03", "1/3/2026"),
    "deadlines.guiding_decrees_and_circulars_due": ("guiding-documents-in-force", "2026-03", "31/3/2026"),
    "hanoi.shared_catalogue_due": ("hanoi-shared-catalogue-ready", "2025-12", "31/12/2025"),
    "hanoi.online_services_due": ("hanoi-online-services-ready", "2025-12", "20/12/2025"),
    "hanoi.service_centre_due": ("hanoi-service-centre-ready", "2025-12", "5/12/2025"),
}
# Documents by type, as of the day of the report.
DOCUMENTS = {
    "ecosystem.laws_passed": ("law", "2025-07-02", 2),
    "ecosystem.decrees": ("decree", "2025-07-02", 16),
    "ecosystem.resolutions": ("resolution", "2025-07-02", 1),
    "documents.laws": ("law", "2025-12-04", 17),
    "documents.decrees": ("decree", "2025-12-04", 59),
    "documents.circulars": ("circular", "2025-12-04", 62),
    "documents.local_documents": ("local_document", "2025-12-04", 702),
}
# Money in whole đồng: of which level (None: all), where in the answer.
MONEY = {
    "budget_bn_vnd.requested": (None, ("requested", "amount"), 16_716_074_000_000),
    "budget_bn_vnd.requested_ministries": ("central", ("requested", "amount"), 14_797_456_000_000),
    "budget_bn_vnd.ministries": ("central", ("requested", "lines"), 26),
    "budget_bn_vnd.requested_localities": ("province", ("requested", "amount"), 1_918_618_000_000),
    "budget_bn_vnd.localities": ("province", ("requested", "lines"), 20),
    "budget_bn_vnd.approved": (None, ("approved", "amount"), 13_659_992_000_000),
    "budget_bn_vnd.unallocated": (None, ("not_approved", "difference"), 3_056_082_000_000),
}
# Counted from tasks, databases and the register, which have tests of their own: module and test.
_REVIEW = "tests.e2e.test_figures::test_the_review_of_4_december_2025"
_HANOI = "tests.e2e.test_figures::test_hanoi_on_14_november_2025"
_LISTS = "tests.e2e.test_figures::test_databases_of_the_two_lists"
_REGISTER = "tests.e2e.test_demo_states::test_the_register_of_hanoi_has_what_its_report_counts"
ELSEWHERE = {
    "tasks.": _REVIEW,
    "tasks_later.": "tests.e2e.test_figures::test_the_review_of_25_december_2025",
    "tasks_completed_2025_07_20_to_2025_09_23.": (
        "tests.e2e.test_figures::test_sixty_tasks_were_completed_between_the_sessions"
    ),
    "databases.": _LISTS,
    "hanoi.overdue_": _HANOI,
    "hanoi.limits_groups": _REGISTER,
    "hanoi.issues": _REGISTER,
    "hanoi.obstacles": _REGISTER,
    "hanoi.main_obstacle_groups": _REGISTER,
}
# An import test of 21,914 rows has these; they are no part of the demonstration.
IMPORTED = "government_tasks_2017."
