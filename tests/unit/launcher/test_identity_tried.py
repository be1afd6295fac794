"""`check-config --connect` tries the identity provider, and says what is wrong with what it answers."""

from typing import Any

import pytest
from joserfc.jwk import ECKey, KeySet
from tests.unit.common.provider_server import provider_server

from sixclear.common.settings import CommonSettings
from sixclear.launcher.connections import tried

ASKING = {
    "identity_introspection": "on",
    "identity_introspection_client": "sixclear",
    "identity_introspection_secret": "hush",
}
KEYS = KeySet([ECKey.generate_key("P-256", auto_kid=True)]).as_dict(private=False)
NAMES = ("SIXCLEAR_ISSUER_URL", "SIXCLEAR_IDENTITY_INTROSPECTION")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("keys", "introspected", "said"),
    [
        (KEYS, {"active": False}, [(True, "1 public keys"), (True, "says whether a token holds")]),
        ({"keys": []}, {"active": True}, [(False, "no key that can be used"), (False, "`not a token` holds")]),
        (None, None, [(False, "answered with status 404"), (False, "answered with status 404")]),
    ],
    ids=["good", "another server", "nothing there"],
)
async def test_keys_and_introspection_are_tried(keys: Any, introspected: Any, said: list[tuple[bool, str]]) -> None:
    with provider_server() as provider:
        provider.describe()
        provider.answers["/realms/sixclear/jwks_uri"] = keys
        provider.answers["/realms/sixclear/introspection_endpoint"] = introspected
        settings = CommonSettings.model_validate(ASKING | {"issuer_url": provider.issuer})
        found = [one async for one in tried(settings, [])]
    assert [one.name for one in found] == list(NAMES)
    for one, (answered, words) in zip(found, said, strict=True):
        assert one.answered is answered
        assert words in one.said
        assert "hush" not in one.said
