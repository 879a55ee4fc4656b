from hypothesis import assume, example, given
from hypothesis import strategies as st
from onedata.runner.masking import MASK, Masker, StreamMasker, find_secrets, strip_ansi

SECRETS = st.text(min_size=8, max_size=24).filter(lambda text: not text.isspace() and "\x1b" not in text)


@st.composite
def texts_with_secrets(draw: st.DrawFn) -> tuple[list[str], str]:
    secrets = draw(st.lists(SECRETS, min_size=1, max_size=4, unique=True))
    parts = draw(st.lists(st.one_of(st.text(max_size=12), st.sampled_from(secrets)), max_size=12))
    return secrets, "".join(parts)


@given(texts_with_secrets())
def test_no_secret_is_left_in_a_masked_text(case: tuple[list[str], str]) -> None:
    secrets, text = case
    masked = Masker(secrets).mask(text)
    assert not any(secret in masked for secret in secrets)


@given(texts_with_secrets(), st.data())
def test_no_secret_is_left_however_a_stream_is_cut(case: tuple[list[str], str], data: st.DataObject) -> None:
    secrets, text = case
    assume("\x1b" not in text)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    stream = StreamMasker(Masker(secrets))
    pieces = [stream.feed(text[start:end]) for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    shown = "".join(pieces) + stream.flush()
    assert not any(secret in shown for secret in secrets)


@given(st.text(), st.lists(SECRETS, max_size=3))
def test_a_text_without_secrets_stays_as_it_is(text: str, secrets: list[str]) -> None:
    masker = Masker(secrets)
    assume(not masker.is_needed(strip_ansi(text)) and not masker.is_needed(text))
    assert masker.mask(text) == text


@given(st.text(alphabet=st.characters(exclude_characters="\x1b")), st.lists(SECRETS, max_size=3))
def test_a_stream_loses_nothing_but_secrets(text: str, secrets: list[str]) -> None:
    masker = Masker(secrets)
    assume(not masker.is_needed(text))
    stream = StreamMasker(masker)
    shown = "".join(stream.feed(character) for character in text)
    assert shown + stream.flush() == text


@given(SECRETS, st.integers(1, 7))
@example("hunter2-hunter2", 4)
def test_colour_codes_inside_a_secret_do_not_hide_it(secret: str, place: int) -> None:
    painted = f"\x1b[31m{secret[:place]}\x1b[0m{secret[place:]}"
    assert secret not in strip_ansi(Masker([secret]).mask(painted))


def test_a_secret_is_masked_as_repr_json_html_and_urls_write_it() -> None:
    masker = Masker(["pa\\ss'wö<rd>&1"])
    for written in (
        r"pa\\ss\'wö<rd>&1",
        r"pa\\ss'w\u00f6<rd>&1",
        "pa\\ss'wö&lt;rd&gt;&amp;1",
        "pa%5Css%27w%C3%B6%3Crd%3E%261",
    ):
        assert masker.mask(f"[{written}]") == f"[{MASK}]", written


def test_colour_codes_cut_in_two_leave_no_trace_in_a_stream() -> None:
    stream = StreamMasker(Masker([]))
    assert stream.feed("a\x1b[3") + stream.feed("1mb\x1b") + stream.feed("[0mc") + stream.flush() == "abc"


def test_values_of_eight_characters_under_names_that_look_secret_are_secrets() -> None:
    environment = {
        "MLFLOW_TRACKING_TOKEN": "abcdefgh",
        "db_password": "12345678",
        "AWS_SECRET_ACCESS_KEY": "x" * 40,
        "SHORT_KEY": "1234567",
        "HOME": "/home/ann-and-bob",
    }
    assert find_secrets(environment) == {"abcdefgh", "12345678", "x" * 40}
