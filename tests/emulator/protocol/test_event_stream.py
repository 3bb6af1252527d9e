"""The frames of a streamed response, read by botocore's decoder."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from botocore.eventstream import EventStreamBuffer
from hypothesis import given
from hypothesis import strategies as st

from emulator.protocol.event_stream import CONTENT_TYPE, encode_event, encode_frame
from emulator.protocol.serialization import ResponseSerializer


def read(frames: bytes) -> list[tuple[dict[str, str], bytes]]:
    buffer = EventStreamBuffer()
    buffer.add_data(frames)
    return [(message.headers, message.payload) for message in buffer]


@given(
    headers=st.dictionaries(st.text(min_size=1, max_size=20), st.text(max_size=100), max_size=4),
    payload=st.binary(max_size=300),
)
def test_a_frame_is_read_back(headers, payload):
    assert read(encode_frame(headers, payload)) == [(headers, payload)]


def test_a_chunk_of_the_payload_is_raw_bytes():
    assert read(encode_event({"PayloadChunk": {"Payload": b"\x00\xff"}})) == [
        (
            {
                ":event-type": "PayloadChunk",
                ":content-type": "application/octet-stream",
                ":message-type": "event",
            },
            b"\x00\xff",
        )
    ]


def test_the_end_is_json_without_what_is_none():
    frame = encode_event({"InvokeComplete": {"ErrorCode": "Unhandled", "ErrorDetails": "{}", "LogResult": None}})
    ((headers, payload),) = read(frame)
    assert headers[":event-type"] == "InvokeComplete"
    assert payload == b'{"ErrorCode":"Unhandled","ErrorDetails":"{}"}'


def test_a_streamed_result_is_a_response_whose_body_are_the_frames(model):
    async def events() -> AsyncIterator[dict[str, Any]]:
        yield {"PayloadChunk": {"Payload": b"one"}}
        yield {"InvokeComplete": {}}

    async def collect() -> tuple[dict[str, str], bytes]:
        serializer = ResponseSerializer(model, model.operations["InvokeWithResponseStream"])
        response = serializer.serialize({"StatusCode": 200, "ExecutedVersion": "1", "EventStream": events()}, "the-id")
        return response.headers, b"".join([frame async for frame in response.body])

    headers, body = asyncio.run(collect())
    assert headers["Content-Type"] == CONTENT_TYPE
    assert headers["X-Amz-Executed-Version"] == "1"
    assert [(frame[":event-type"], payload) for frame, payload in read(body)] == [
        ("PayloadChunk", b"one"),
        ("InvokeComplete", b"{}"),
    ]
