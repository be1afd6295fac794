"""What a start would refuse is told by the check before, all of it, without a value."""

import pytest

from sixclear.launcher.__main__ import main

ASKED = {"SIXCLEAR_ISSUER_URL": "https://x.vn/realm", "SIXCLEAR_IDENTITY_INTROSPECTION": "on"}


@pytest.mark.parametrize(
    ("variables", "target", "says"),
    [
        ({"SIXCLEAR_ENV": "production"}, "tasks", "SIXCLEAR_JWKS_URL"),
        ({}, "monitoring", "SIXCLEAR_KAFKA_BOOTSTRAP_SERVERS"),
        ({"SIXCLEAR_CLIENT_ID": "processes"}, "tasks", "SIXCLEAR_CLIENT_SECRET"),
        ({"SIXCLEAR_CLIENT_SECRET_FILE": "/not/there"}, "tasks", "SIXCLEAR_CLIENT_SECRET_FILE"),
        ({"SIXCLEAR_KAFKA_CA_FILE": "/not/there"}, "tasks", "SIXCLEAR_KAFKA_CA_FILE"),
        ({"SIXCLEAR_IDENTITY_CA_FILE": "/not/there"}, "tasks", "SIXCLEAR_IDENTITY_CA_FILE"),
        ({"SIXCLEAR_IDENTITY_INTROSPECTION": "on"}, "tasks", "no outside provider is named"),
        ({"SIXCLEAR_IDENTITY_INTROSPECTION": "yes"}, "tasks", "SIXCLEAR_IDENTITY_INTROSPECTION"),
        (ASKED, "monitoring", "no client with a secret"),
        (ASKED | {"SIXCLEAR_IDENTITY_INTROSPECTION_CLIENT": "a"}, "tasks", "no client with a secret"),
        ({"PGSSLROOTCERT": "/not/there"}, "tasks", "PGSSLROOTCERT"),
        ({"PGSSLMODE": "requir"}, "tasks", "PGSSLMODE"),
        ({"SIXCLEAR_TASKS_URL": "htp://x"}, "portal", "SIXCLEAR_TASKS_URL"),
        ({"SIXCLEAR_PORTAL_OWN_ORIGINS": "https://x.vn/path"}, "portal", "SIXCLEAR_PORTAL_OWN_ORIGINS"),
        ({"OTEL_EXPORTER_OTLP_ENDPOIN": "http://collector"}, "tasks", "OTEL_EXPORTER_OTLP_ENDPOINT"),
    ],
)
def test_the_check_says_what_the_start_would_refuse(
    variables: dict[str, str],
    target: str,
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert main(["check-config", "--target", target]) == 1
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    "value",
    ["https://one.example, http://two.example:8080/", '["https://one.example", "http://two.example:8080"]'],
)
def test_origins_are_written_as_every_list(
    value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SIXCLEAR_PORTAL_OWN_ORIGINS", value)
    assert main(["check-config", "--target", "portal"]) == 0
    assert "['https://one.example', 'http://two.example:8080']" in capsys.readouterr().out


def test_the_password_of_a_key_is_not_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SIXCLEAR_TASKS_DATABASE_URL", "postgresql://u:hush@db/x?sslmode=require&sslpassword=hus%26h")
    assert main(["check-config", "--target", "tasks"]) == 0
    assert "hus" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("variables", "target"),
    [
        (ASKED, "portal"),
        (ASKED | {"SIXCLEAR_CLIENT_ID": "processes", "SIXCLEAR_CLIENT_SECRET": "hush"}, "tasks"),
        (
            {
                "SIXCLEAR_JWKS_URL": "https://x.vn/certs",
                "SIXCLEAR_IDENTITY_INTROSPECTION": "https://x.vn/introspect",
                "SIXCLEAR_IDENTITY_INTROSPECTION_CLIENT": "a",
                "SIXCLEAR_IDENTITY_INTROSPECTION_SECRET": "hush",
            },
            "tasks",
        ),
    ],
    ids=["the portal looks at no token", "the processes' client asks", "a client of its own asks"],
)
def test_introspection_may_be_on(
    variables: dict[str, str], target: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert main(["check-config", "--target", target]) == 0, capsys.readouterr().err
    assert "hush" not in capsys.readouterr().out
