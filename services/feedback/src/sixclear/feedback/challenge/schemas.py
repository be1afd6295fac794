"""What a sender gets to work on."""

from datetime import datetime

from pydantic import Field

from sixclear.common.web.schemas import Schema


class ChallengeData(Schema):
    """What a challenge is bound to."""

    form: str
    expires_at: int = Field(description="Seconds since 1970.")


class ChallengeParameters(Schema):
    """The parameters of ALTCHA v2, in its spelling."""

    algorithm: str
    cost: int = Field(description="Iterations of PBKDF2.")
    keyLength: int = Field(description="Bytes of the derived key.")
    keyPrefix: str = Field(description="What the derived key begins with, in hexadecimal digits.")
    nonce: str = Field(description="16 bytes in hexadecimal digits.")
    salt: str = Field(description="16 bytes in hexadecimal digits.")
    data: ChallengeData


class SignedChallenge(Schema):
    """A challenge of ALTCHA v2; it comes back unchanged beside its solution."""

    parameters: ChallengeParameters
    signature: str


class ChallengeOffer(Schema):
    """What a sender shows while too many submissions come.

    Find the counter (0, 1, 2, …) for which PBKDF2-HMAC-SHA-256 of the password `nonce` and counter (four bytes, big
    end first) with `salt` begins with `keyPrefix`. Send base 64 of the JSON `{"challenge": …, "solution": {"counter":
    …, "derivedKey": "…"}}` in the header `Sixclear-Proof-Of-Work`.
    """

    needed: bool = Field(description="Whether a submission that is sent now is asked for it.")
    challenge: SignedChallenge
    expires_at: datetime
    form_token: str = Field(description="For a form without script: the header `Sixclear-Form-Token`.")
    form_token_from: datetime = Field(description="From when the token counts: ten seconds after it was given out.")
    form_token_until: datetime
