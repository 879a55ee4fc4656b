"""Every string for people is found, and its translation asked for."""

import pytest

from tools.make_locale import HEADER, Message, NotPlainText, in_order, messages_of, problems


def found(source: str) -> list[tuple[str, str | None]]:
    return [(one.key, one.plural) for one in messages_of(source, "a.ts")]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("trans.__('Refresh')", [("Refresh", None)]),
        ("this._trans\n  .__('%1 of %2', a, b)", [("%1 of %2", None)]),
        ('useTrans().__("it\'s")', [("it's", None)]),
        (r"trans.__('it\'s \u2026')", [("it's …", None)]),
        ("trans.__(\n  'long ' +\n    'text',\n  x\n)", [("long text", None)]),
        ("trans.__(`plain`)", [("plain", None)]),
        ("trans._n('%1 row', '%1 rows', n)", [("%1 row", "%1 rows")]),
        ("trans._p('verb', 'Run')", [("verb\u0004Run", None)]),
        ("a.__('x') + b.__('y')", [("x", None), ("y", None)]),
    ],
)
def test_string_is_found(source: str, expected: list[tuple[str, str | None]]) -> None:
    assert found(source) == expected


@pytest.mark.parametrize(
    "source", ["trans.__(words)", "trans.__(`${a} b`)", "trans.__('a' ? 'b' : 'c')", "trans._n('a', b, 1)"]
)
def test_text_that_is_put_together_is_refused_with_its_place(source: str) -> None:
    with pytest.raises(NotPlainText, match=r"a\.ts:2"):
        found(f"\n{source}")


MESSAGES = [Message("%1 row", "%1 rows", "a.ts:1"), Message("Run %1", None, "a.ts:2")]
WHOLE = {"": HEADER, "%1 row": ["%1 行", ""], "Run %1": ["运行 %1"]}


def test_whole_translation_has_no_problem() -> None:
    assert problems(MESSAGES, WHOLE) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"Run %1": [""]}, "a.ts:2: 'Run %1' has no translation."),
        ({"Run %1": ["运行"]}, "differ in their placeholders"),
        ({"%1 row": ["%1 行"]}, "give it two entries"),
        ({"Old": ["旧"]}, "'Old' is translated and not used any more."),
        ({"": HEADER | {"language": "zh_CN"}}, "The header is not"),
    ],
)
def test_each_problem_is_named(change: dict, said: str) -> None:
    [sentence] = problems(MESSAGES, WHOLE | change)
    assert said in sentence


def test_new_strings_come_in_empty_and_unused_ones_go() -> None:
    before = {"": {}, "Run %1": ["运行 %1"], "Old": ["旧"]}
    assert in_order(MESSAGES, before) == {"": HEADER, "%1 row": ["", ""], "Run %1": ["运行 %1"]}
