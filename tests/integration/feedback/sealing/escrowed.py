"""An escrow key whose days are over, and its record."""

from hashlib import sha256
from pathlib import Path


def an_escrow_key_that_is_over(keys: Path) -> dict[str, str]:
    """Its holder put the public key of a month there before the service ran; answers what the holder records."""
    public = keys / "public" / "escrow" / "2025-09.pub"
    public.parent.mkdir(parents=True, exist_ok=True)
    public.write_bytes(bytes.fromhex("09" + 31 * "00"))
    fingerprint = sha256(public.read_bytes()).hexdigest()
    return {"period": "2025-09", "fingerprint": fingerprint, "destroyed_on": "2025-10-06"}
