"""The dictionary: what the law on identity says that the population database holds, clause by clause.

The law names each piece of data. Its type is our reading, and its approval is of the demonstration: no body has
published these elements as a dictionary.
"""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

import orjson

from sixclear.common.issuer.roles import client_of
from sixclear.launcher.demo.steps import Step

_ELEMENTS = "/api/catalog/v1/elements"
# The Ministry of Public Security, which keeps the population database.
_KEEPER = "G01"


def dictionary_steps() -> Iterator[Step]:
    """The elements as one file of the body that keeps them, then the approval of each by the steward."""
    told = orjson.loads((files(__package__) / "data" / "elements.json").read_bytes())
    lines = tuple(_element(told, one) for one in told["elements"])
    yield Step("dictionary", "dictionary", client_of(_KEEPER), f"{_ELEMENTS}/bulk", lines=lines)
    for line in lines:
        code, draft = line["code"], {"version": 1}
        yield Step(f"approve {code}", "dictionary", "data-steward", f"{_ELEMENTS}/{code}/approve", draft)


def _element(told: Mapping[str, Any], one: Mapping[str, Any]) -> dict[str, Any]:
    law, article, clause = told["law"], told["article"], one["clause"]
    return {
        **{name: value for name, value in one.items() if name != "clause"},
        "definition": f"{one['name_vi']}: thông tin trong Cơ sở dữ liệu quốc gia về dân cư (Điều {article} {law}; minh "
        "họa: kiểu dữ liệu là cách hiểu của chúng tôi).",
        "domain": "person",
        "level": "national",
        "source": "Cơ sở dữ liệu quốc gia về dân cư",
        "legal_basis": {"document": law, "article": f"Điều {article}, khoản {clause}"},
        "personal": True,
        "demonstration": True,
    }
