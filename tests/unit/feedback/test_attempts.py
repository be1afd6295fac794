"""Wrong codes run out, address by address, and the memory for it is bounded."""

import pytest

from sixclear.feedback.attempts import Attempts, client_address, network_of, trusted_networks
from sixclear.feedback.errors import MailboxNotFound, TooManyAttempts, TooManySubmissions


class Timer:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def wrong(attempts: Attempts, address: str) -> None:
    with pytest.raises(MailboxNotFound), attempts.attempt(address):
        raise MailboxNotFound


def test_wrong_codes_run_out_and_come_back() -> None:
    timer = Timer()
    attempts = Attempts(burst=3, per_minute=6, timer=timer)
    for _ in range(3):
        wrong(attempts, "192.0.2.1")
    with pytest.raises(TooManyAttempts) as refusal, attempts.attempt("192.0.2.1"):
        pass
    assert refusal.value.headers["Retry-After"] == "10"
    wrong(attempts, "192.0.2.2")
    timer.now = 10.0
    wrong(attempts, "192.0.2.1")


def test_right_codes_cost_nothing_nor_do_failures_of_ours() -> None:
    attempts = Attempts(burst=1, per_minute=1, timer=Timer())
    for _ in range(5):
        with attempts.attempt("192.0.2.1"):
            pass
        with pytest.raises(OSError, match="away"), attempts.attempt("192.0.2.1"):
            raise OSError("away")
    assert len(attempts) == 0


def test_what_always_costs_runs_out_and_comes_back() -> None:
    timer = Timer()
    sendings = Attempts(burst=2, per_minute=6, refusal=TooManySubmissions, timer=timer)
    sendings.spend("192.0.2.1")
    sendings.spend("192.0.2.1")
    with pytest.raises(TooManySubmissions) as refusal:
        sendings.spend("192.0.2.1")
    assert refusal.value.headers["Retry-After"] == "10"
    sendings.spend("192.0.2.2")
    timer.now = 10.0
    sendings.spend("192.0.2.1")


def test_a_storm_of_addresses_does_not_fill_the_memory() -> None:
    attempts = Attempts(burst=1, per_minute=1, addresses=100, timer=Timer())
    for number in range(1000):
        wrong(attempts, f"10.0.{number // 250}.{number % 250}")
    assert len(attempts) == 100


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("not an address", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_household_is_one_client(address: str, network: str) -> None:
    assert network_of(address) == network


def test_only_a_trusted_peer_says_for_whom_it_asks() -> None:
    trusted = trusted_networks("127.0.0.1, ::1,10.0.0.0/24")
    assert client_address("192.0.2.9", ["203.0.113.1"], trusted) == "192.0.2.9"
    assert client_address("127.0.0.1", ["203.0.113.1"], trusted) == "203.0.113.1"
    assert client_address("127.0.0.1", ["6.6.6.6, 203.0.113.1, 10.0.0.1"], trusted) == "203.0.113.1"
    assert client_address("127.0.0.1", ["6.6.6.6", "203.0.113.1"], trusted) == "203.0.113.1"
    assert client_address("127.0.0.1", [], trusted) == "127.0.0.1"
    assert client_address("127.0.0.1", ["nonsense"], trusted) == "nonsense"
    assert client_address("::ffff:127.0.0.1", ["203.0.113.1"], trusted) == "203.0.113.1"


def test_a_network_of_proxies_is_trusted_as_a_whole() -> None:
    trusted = trusted_networks("10.42.0.0/16,fd00::/8")
    assert client_address("10.42.7.9", ["203.0.113.1, 10.42.0.3"], trusted) == "203.0.113.1"
    assert client_address("10.43.0.1", ["203.0.113.1"], trusted) == "10.43.0.1"
    assert client_address("fd12::1", ["2001:db8::7"], trusted) == "2001:db8::7"
    assert client_address("not an address", ["203.0.113.1"], trusted) == "not an address"


def test_what_is_no_network_stops_the_start() -> None:
    with pytest.raises(ValueError, match="ingress"):
        trusted_networks("127.0.0.1,ingress")
