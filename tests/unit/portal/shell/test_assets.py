"""Static files as they are sent: styles without what only their authors read, everything else as it stands."""

from pathlib import Path

from sixclear.portal.shell.assets import Assets

STYLE = """
/* Why: a { reason; } */
@media (min-width: 40rem) {
  .chain li + li::before, a :hover { content: "→ ; /* kept */"; inline-size: calc(100% / 1.012 + 22px); }
}
"""


def sent(assets: Assets, name: str) -> bytes:
    answer = assets.answer(assets.fingerprint, name, packing=None)
    assert answer is not None
    return bytes(answer.body)


def test_a_style_is_sent_without_comments_and_needless_space(tmp_path: Path) -> None:
    (tmp_path / "some.css").write_text(STYLE)
    assert sent(Assets(tmp_path, tmp_path), "some.css").decode() == (
        "@media (min-width:40rem){.chain li + li::before,a :hover"
        '{content:"→ ; /* kept */";inline-size:calc(100% / 1.012 + 22px)}}'
    )


def test_a_script_is_sent_as_it_stands(tmp_path: Path) -> None:
    (tmp_path / "some.js").write_text(STYLE)
    assert sent(Assets(tmp_path, tmp_path), "some.js").decode() == STYLE


def test_the_styles_of_every_page_are_small() -> None:
    assets = Assets()
    styles = [sent(assets, f"css/{name}.css") for name in ("tokens", "elements", "parts", "pages")]
    assert sum(map(len, styles)) <= 22_000
