"""The engine's wire: what is sent arrives, and what is no message of this protocol is not believed."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine import protocol


@given(
    fields=st.dictionaries(st.text(), st.none() | st.integers() | st.text() | st.lists(st.floats(0, 1))),
    blobs=st.dictionaries(st.text(), st.binary(max_size=99), max_size=4),
    after=st.binary(max_size=9),
)
def test_a_message_arrives_as_it_was_sent_however_many_pieces_it_has(
    fields: protocol.Fields, blobs: protocol.Blobs, after: bytes
) -> None:
    stream = io.BytesIO(protocol.encode(fields, blobs) + after)
    assert protocol.read(stream) == (fields, blobs)
    assert stream.read() == after


def test_a_stream_that_ends_within_a_message_has_no_more_messages() -> None:
    whole = protocol.encode({"type": "result"}, {"png": b"png", "timelapse": b"timelapse"})
    for length in range(len(whole)):
        assert protocol.read(io.BytesIO(whole[:length])) is None


def test_a_message_that_claims_to_be_endless_is_not_believed() -> None:
    with pytest.raises(ValueError, match="too long"):
        protocol.lengths(protocol.HEADER.pack(2**32 - 1, 5))


def test_a_message_that_nobody_would_believe_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "LIMIT", 99)
    protocol.encode({}, {"png": bytes(50)})
    with pytest.raises(ValueError, match="too long"):
        protocol.encode({}, {"png": bytes(50), "timelapse": bytes(50)})


@pytest.mark.parametrize(
    "text", [b"{}", b"[1]", b"[{}, 5]", b"[{}, [1]]", b'["x", {}]', b'[{}, {"png": 9}]', b'[{}, {"png": "x"}]', b"not"]
)
def test_a_message_of_another_shape_is_an_error(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"shape|unpack|Expecting"):
        protocol.decode(text + b"png", len(text))
