"""A server whose clients ask for the same thing over and over answers as any other does."""

import time

import pytest

NEXT = b"GET /next HTTP/1.1\r\nHost: a\r\n\r\n"
OTHER = b"GET /none HTTP/1.1\r\nHost: a\r\n\r\n"  # of the same length
POST = b"POST /response HTTP/1.1\r\nHost: a\r\nContent-Length: 31\r\n\r\n"


@pytest.fixture(params=[False, True], ids=["plain", "repeats"])
def client(request, serve, echo):
    return serve(echo, repeats=request.param).client()


def asked(client) -> str:
    return client.answer()[1]["x-asked"]


def test_one_request_after_another(client):
    for request in (NEXT, NEXT, OTHER, NEXT, OTHER, OTHER):
        client.send(request)
        assert asked(client) == request.split(b" HTTP")[0].decode()


def test_what_looks_like_the_request_and_is_a_body(client):
    for _ in range(2):
        client.send(NEXT)
        assert asked(client) == "GET /next"
        client.send(POST)
        time.sleep(0.02)  # so that the body is read by itself
        client.send(NEXT)
        assert len(NEXT) == 31
        assert client.answer()[2] == NEXT


def test_in_pieces_and_in_one_go(client):
    client.send(NEXT)
    assert asked(client) == "GET /next"
    client.send(NEXT[:10])
    time.sleep(0.02)
    client.send(NEXT[10:], NEXT, OTHER)
    assert [asked(client) for _ in range(3)] == ["GET /next", "GET /next", "GET /none"]


def test_the_last_one(client):
    client.send(NEXT)
    assert asked(client) == "GET /next"
    client.send(NEXT.replace(b"Host: a", b"Connection: close"))
    assert asked(client) == "GET /next"
    assert client.is_closed()
