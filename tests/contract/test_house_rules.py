"""Each rule of the house can fail: wrong trees, and what is said of them."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from tests.contract.house_rules import wrong_arrows, wrong_files
from tests.contract.house_words import ENTITY_FILES, House, Idea

HOUSE = House(
    service="shop",
    order=("closing", "order | visit", "customer"),
    folders={"closing": "verbs"},
)
ENTITIES = ("order", "visit", "customer")
SOUND = {
    **{f"{name}.py": "" for name in ("__init__", "target", "app", "settings", "tables", "fields", "events")},
    **{f"{entity}/{name}.py": "" for entity in ENTITIES for name in ("__init__", *ENTITY_FILES)},
    "closing/routes.py": "from sixclear.shop.closing import service\nfrom sixclear.shop.order.errors import Gone",
    "closing/service/__init__.py": "",
    "closing/service/close.py": "from sixclear.shop.order import service\nfrom sixclear.shop.customer import access",
    "customer/access.py": "",
    "order/errors.py": "",
    "order/routes.py": "import fastapi\nfrom sixclear.shop import fields\nfrom sixclear.shop.order.service import x",
    "order/service.py": "from sqlalchemy.ext.asyncio import AsyncSession\nfrom sixclear.shop.customer import models",
    "order/repository.py": "import sqlalchemy",
    "app.py": "from fastapi import FastAPI\nfrom sixclear.shop.order.routes import router\nimport sixclear.shop.events",
    "events.py": "from sixclear.shop.order.events import ORDER",
    "migrations/env.py": "import sqlalchemy",
}


def written(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_sound_tree_passes(tmp_path: Path) -> None:
    package = written(tmp_path, SOUND)
    assert wrong_files(package, HOUSE, ENTITIES) == []
    assert wrong_arrows(package, HOUSE) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("lists.py", "lists.py: move it into the folder of its entity"),
        ("basket/routes.py", "basket/: a folder is an entity type"),
        ("basket/routes.py", "basket: give the folder a place in `order`"),
        ("order/totals.py", "order.totals: `totals` is no file of a folder"),
        ("order/schemas/lines.py", "order.schemas.lines: only `service` becomes a package"),
    ],
)
def test_a_file_that_has_no_place_is_found(tmp_path: Path, name: str, said: str) -> None:
    package = written(tmp_path, SOUND | {name: ""})
    assert [line for line in wrong_files(package, HOUSE, ENTITIES) if line.startswith(said)]


def test_an_idea_of_the_domain_has_its_place_by_a_reason(tmp_path: Path) -> None:
    package = written(tmp_path, SOUND | {"order/totals.py": "from sixclear.shop.order import models"})
    house = replace(HOUSE, ideas={"order.totals": Idea("rules", "sums of an order")})
    assert wrong_files(package, house, ENTITIES) == []
    assert wrong_arrows(package, house) == ["order.totals -> order.models: `models` is above `rules`"]


@pytest.mark.parametrize("missing", ENTITY_FILES)
def test_an_entity_with_a_topic_has_all_its_files(tmp_path: Path, missing: str) -> None:
    package = written(tmp_path, {name: text for name, text in SOUND.items() if name != f"customer/{missing}.py"})
    assert wrong_files(package, HOUSE, ENTITIES) == [f"customer: has a topic and no `{missing}`"]
    house = replace(HOUSE, without={f"customer.{missing}": "a reason"})
    assert wrong_files(package, house, ENTITIES) == []


@pytest.mark.parametrize(
    ("house", "said"),
    [
        (replace(HOUSE, folders={**HOUSE.folders, "gone": ""}), "gone: is no longer needed in `folders`"),
        (replace(HOUSE, folders={**HOUSE.folders, "order": ""}), "order: is no longer needed in `folders`"),
        (replace(HOUSE, parts={"gone": ""}), "gone: is no longer needed in `parts`"),
        (replace(HOUSE, ideas={"order.gone": Idea("rules", "")}), "order.gone: is no longer needed in `ideas`"),
        (replace(HOUSE, root={"gone": ""}), "gone: is no longer needed in `root`"),
        (replace(HOUSE, without={"order.models": ""}), "order.models: is no longer needed in `without`"),
        (replace(HOUSE, order=(*HOUSE.order, "gone")), "gone: is no longer needed in `order`"),
    ],
)
def test_an_exemption_that_is_no_longer_needed_is_found(tmp_path: Path, house: House, said: str) -> None:
    assert wrong_files(written(tmp_path, SOUND), house, ENTITIES) == [said]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("order/models.py", "from sixclear.shop.order.service import x", "`service` is above `models`"),
        ("order/events.py", "from sixclear.shop.order import schemas", "`events` and `schemas` do not import"),
        ("customer/service.py", "from sixclear.shop.order import service", "a lower folder never calls up"),
        ("customer/service.py", "def f():\n    from sixclear.shop.order import service", "a lower folder never calls"),
        ("visit/service.py", "import sixclear.shop.order.models", "these do not import each other"),
        ("order/service.py", "from sixclear.shop.app import create_app", "a lower folder never calls up"),
        ("order/service.py", "from sixclear.shop.events import EVENTS", "a lower folder never calls up"),
        ("tables.py", "from sixclear.shop.customer.models import x", "a lower folder never calls up"),
        ("order/service.py", "from sixclear.shop.customer.repository import x", "another folder is entered through"),
        ("closing/service/close.py", "from sixclear.shop.order.errors import x", "another folder is entered through"),
        ("order/service.py", "from starlette.requests import Request", "HTTP stays in routes"),
        ("settings.py", "import fastapi", "HTTP stays in routes"),
        ("order/service.py", "from sqlalchemy import select", "SQL stays in repository"),
        ("order/service.py", "from prometheus_client import Counter", "names of metrics stay in metrics"),
        ("order/routes.py", "from sqlalchemy.ext.asyncio import AsyncSession", "SQL stays in repository"),
    ],
)
def test_an_import_that_goes_wrong_is_found(tmp_path: Path, name: str, text: str, said: str) -> None:
    found = wrong_arrows(written(tmp_path, SOUND | {name: text}), HOUSE)
    assert len(found) == 1
    assert said in found[0]


def test_an_exempt_import_is_let_through_while_it_is_there(tmp_path: Path) -> None:
    house = replace(HOUSE, arrows={"order.service -> customer.repository": "a reason"})
    wrong = SOUND | {"order/service.py": "from sixclear.shop.customer.repository import find"}
    assert wrong_arrows(written(tmp_path / "wrong", wrong), house) == []
    assert wrong_arrows(written(tmp_path / "sound", SOUND), house) == [
        "order.service -> customer.repository: is no longer needed in `arrows`"
    ]


def test_a_page_is_a_folder_of_its_area(tmp_path: Path) -> None:
    house = House(
        service="shop",
        order=("pages", "words"),
        folders={"pages": ""},
        parts={"words": ""},
        ideas={"pages.public.area": Idea("view", "")},
        layers=("route", "view"),
        depth={"pages": 3},
    )
    sound = {
        "pages/public/area.py": "",
        "pages/public/home/__init__.py": "",
        "pages/public/home/route.py": "import starlette\nfrom sixclear.shop.pages.public import area",
        "pages/public/home/view.py": "from sixclear.shop.words.amounts import said",
        "pages/public/home/page.html": "",
        "pages/public/help/route.py": "",
        "words/amounts.py": "",
    }
    assert wrong_files(written(tmp_path, sound), house, ()) == []
    assert wrong_arrows(tmp_path, house) == []
    written(tmp_path, {"pages/public/help/view.py": "import sixclear.shop.pages.public.home.view"})
    written(tmp_path, {"pages/public/home/rules.py": "", "words/amounts.py": "import sixclear.shop.pages.public.area"})
    assert [line.partition(": ")[0] for line in wrong_files(tmp_path, house, ())] == ["pages.public.home.rules"]
    assert {line.partition(": ")[0] for line in wrong_arrows(tmp_path, house)} == {
        "pages.public.help.view -> pages.public.home.view",
        "words.amounts -> pages.public.area",
    }
