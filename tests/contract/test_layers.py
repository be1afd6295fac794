"""Imports go down: inside a folder, between the folders of a service, and through a folder's doors only.

What departs stands in `house.py` with its reason. Services do not import each other: `lint-imports` checks that.
"""

from pathlib import Path

import pytest
from tests.contract.house import HOUSES
from tests.contract.house_rules import arrows, wrong_arrows
from tests.contract.house_words import House

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("house", HOUSES.values(), ids=HOUSES)
def test_imports_go_down(house: House) -> None:
    package = ROOT / "services" / house.service / "src" / "sixclear" / house.package
    assert len(list(arrows(package, house))) > 30, "nothing was checked"
    assert not wrong_arrows(package, house)
