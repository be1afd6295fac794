"""How another system's words become ours: a mapping in a JSON file."""

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sixclear.common.runtime.cannot_start import CannotStart

Kind = Literal["directives", "tasks", "reports"]


class Plan(BaseModel):
    """What the mapping says. What it leaves out is not made up.

    - `source`: what our tasks are keyed by, with the other system's own identifier as `external_id`.
    - `organisations`: what the other system calls a body, and our code for it. A code of ours need not stand here.
    - `columns`: our fields, and the columns of theirs that hold them, beside those that the reader knows.
    - `values`: of a field of ours, their words and ours.
    - `fields`: what every row gets, such as product and authority of tasks.
    - `percentages`: data elements of DHIS2 whose values are the percentage that is done.
    """

    model_config = ConfigDict(extra="forbid")

    programme: str
    source: str
    assigned_by: Literal["central", "province", "commune"] | None = None
    assigning_organisation: str | None = None
    organisations: dict[str, str] = Field(default_factory=dict)
    columns: dict[str, str] = Field(default_factory=dict)
    values: dict[str, dict[str, Any]] = Field(default_factory=dict)
    fields: dict[str, Any] = Field(default_factory=dict)
    day_format: str = "%Y-%m-%d"
    percentages: list[str] = Field(default_factory=list)


def plan_in(path: Path) -> Plan:
    """The mapping of a file; raises CannotStart with each fault."""
    try:
        return Plan.model_validate(json.loads(path.read_text(encoding="utf-8-sig")))
    except OSError:
        raise CannotStart(f"The mapping {path} cannot be read.", "Name a file that is there.") from None
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise CannotStart(
            f"The mapping {path} is not one: {faults}.", "Correct it; docs/come-over.md shows one."
        ) from None
    except ValueError:
        raise CannotStart(f"The mapping {path} is no JSON in UTF-8.", "Correct it.") from None
