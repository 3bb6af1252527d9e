"""Requests and answers of the HTTP server, byte by byte, over real sockets."""

import asyncio
import itertools
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.wire.messages import Request, Response


class TestOneRequest:
    def test_is_answered_with_status_headers_and_body(self, serve, echo):
        client = serve(echo).client()
        client.send(b"POST /a%2Fb/c?x=1&y HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\n\r\nhello")
        status, headers, body = client.answer()
        assert (status, body) == (200, b"hello")
        assert headers["x-asked"] == "POST /a%2Fb/c?x=1&y"
        assert headers["content-length"] == "5"
        assert headers["date"].endswith(" GMT")

    def test_has_its_header_names_in_lower_case_and_all_values_of_each(self, serve):
        seen = []
        client = serve(lambda request: seen.append(request.headers) or Response(204)).client()
        client.send(
            b"GET / HTTP/1.1\r\nHoSt: a\r\nX-Twice: 1\r\nx-twice: 2\r\nCookie: a=1\r\ncookie: b=2\r\n"
            b"X-Latin: \xe9\r\n\r\n"
        )
        client.answer()
        assert seen == [{"host": "a", "x-twice": "1,2", "cookie": "a=1; b=2", "x-latin": "é"}]

    def test_may_arrive_a_byte_at_a_time(self, serve, echo):
        client = serve(echo).client()
        for byte in b"PUT /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc":
            client.send(bytes([byte]))
            time.sleep(0.0002)
        assert client.answer()[2] == b"abc"

    def test_may_be_chunked_with_extensions_and_trailers(self, serve, echo):
        client = serve(echo).client()
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        client.send(b"3;ext=1\r\nabc\r\n", b"A\r\n0123456789\r\n", b"0\r\nTrailer: x\r\n\r\n")
        assert client.answer()[2] == b"abc0123456789"

    def test_in_absolute_form_has_the_path_of_its_url(self, serve, echo):
        client = serve(echo).client()
        client.send(b"GET http://lambda.local:4566/2015-03-31/functions?MaxItems=1 HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.answer()[1]["x-asked"] == "GET /2015-03-31/functions?MaxItems=1"

    def test_with_an_offer_to_upgrade_is_answered_as_http_1_1(self, serve, echo):
        # Java's HttpClient offers h2c with its first request.
        client = serve(echo).client()
        offer = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABk\r\n"
        client.send(b"GET /first HTTP/1.1\r\nHost: a\r\n", offer, b"\r\nGET /second HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.answer()[1]["x-asked"] == "GET /first"
        assert client.answer()[1]["x-asked"] == "GET /second"

    def test_with_a_big_body_arrives_whole(self, serve, echo):
        client = serve(echo).client()
        body = bytes(range(256)) * 40_000  # 10 MB
        threading.Thread(
            target=client.send, args=(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(body), body)
        ).start()
        assert client.answer()[2] == body


class TestAnswers:
    @pytest.mark.parametrize("status", [204, 304])
    def test_without_a_body_by_their_status_have_no_length(self, serve, status):
        client = serve(lambda _: Response(status, {}, b"never sent")).client()
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * 2)
        for _ in range(2):
            assert client.answer()[0] == status
        assert client.buffer == b""

    def test_to_head_have_the_length_but_no_body(self, serve):
        client = serve(lambda _: Response(200, {}, b"12345")).client()
        client.send(b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.answer(head_only=True)[1]["content-length"] == "5"
        assert client.answer()[2] == b"12345"

    def test_may_have_a_status_that_has_no_name(self, serve):
        client = serve(lambda _: Response(599)).client()
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.answer()[0] == 599

    @pytest.mark.parametrize("evil", ["a\r\nSet-Cookie: x", "a\nb", "a\rb"])
    def test_cannot_be_split_by_a_header_of_theirs(self, serve, evil):
        client = serve(lambda _: Response(200, {"X-Evil": evil})).client()
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.is_closed()

    def test_of_a_handler_that_fails_are_500_and_the_next_is_fine(self, serve, capfd):
        def fail_first(request: Request) -> Response:
            if request.path == "/bad":
                raise ZeroDivisionError("as the test wants it")
            return Response(200)

        client = serve(fail_first).client()
        client.send(b"GET /bad HTTP/1.1\r\nHost: a\r\n\r\nGET /good HTTP/1.1\r\nHost: a\r\n\r\n")
        assert [client.answer()[0] for _ in range(2)] == [500, 200]


class TestConnections:
    def test_stay_open_for_the_next_request(self, serve, echo):
        client = serve(echo).client()
        for number in range(3):
            client.send(b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n" % number)
            assert client.answer()[1]["x-asked"] == f"GET /{number}"

    def test_close_when_the_client_says_so(self, serve, echo):
        client = serve(echo).client()
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert client.answer()[1]["connection"] == "close"
        assert client.is_closed()

    def test_of_http_1_0_close_after_the_answer(self, serve, echo):
        client = serve(echo).client()
        client.send(b"GET / HTTP/1.0\r\n\r\n")
        assert client.answer()[0] == 200
        assert client.is_closed()

    def test_of_http_1_0_stay_open_if_asked(self, serve, echo):
        client = serve(echo).client()
        client.send(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        assert client.answer()[1]["connection"] == "keep-alive"
        client.send(b"GET /2 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        assert client.answer()[0] == 200

    def test_many_at_once(self, serve, echo):
        running = serve(echo)
        clients = [running.client() for _ in range(100)]
        for number, client in enumerate(clients):
            client.send(b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n" % number)
        assert [client.answer()[1]["x-asked"] for client in clients] == [f"GET /{number}" for number in range(100)]


class TestPipelining:
    def test_answers_in_order_even_if_a_later_answer_is_ready_first(self, serve, until, echo):
        pending: dict[str, asyncio.Future[Response]] = {}

        def handler(request: Request) -> "Response | asyncio.Future[Response]":
            if request.path == "/slow":
                pending["/slow"] = asyncio.get_running_loop().create_future()
                return pending["/slow"]
            return echo(request)

        running = serve(handler)
        client = running.client()
        client.send(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGET /fast HTTP/1.1\r\nHost: a\r\n\r\n")
        until(lambda: "/slow" in pending)
        running.call(lambda: pending["/slow"].set_result(Response(202)))
        assert client.answer()[0] == 202
        assert client.answer()[1]["x-asked"] == "GET /fast"

    def test_of_more_requests_than_are_read_ahead(self, serve, later, echo):
        client = serve(lambda request: later(echo(request))).client()
        threading.Thread(
            target=client.send, args=[b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n" % number for number in range(500)]
        ).start()
        assert [client.answer()[1]["x-asked"] for _ in range(500)] == [f"GET /{number}" for number in range(500)]

    def test_ends_with_the_request_that_closes(self, serve, echo):
        client = serve(echo).client()
        client.send(b"GET /1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.answer()[1]["x-asked"] == "GET /1"
        assert client.is_closed()


def test_requests_cut_anywhere_are_the_same_requests(serve, echo):
    client = serve(echo).client()

    @settings(max_examples=60, deadline=None)
    @given(
        bodies=st.lists(st.binary(max_size=60), min_size=1, max_size=4), cuts=st.lists(st.integers(0, 400), max_size=5)
    )
    def check(bodies: list[bytes], cuts: list[int]) -> None:
        stream = b"".join(
            b"POST /%d HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%b" % (number, len(body), body)
            for number, body in enumerate(bodies)
        )
        edges = [0, *sorted(cut for cut in cuts if cut < len(stream)), len(stream)]
        for start, end in itertools.pairwise(edges):
            client.send(stream[start:end])
        for number, body in enumerate(bodies):
            _, headers, answered = client.answer()
            assert headers["x-asked"] == f"POST /{number}"
            assert answered == body

    check()


def test_chunked_bodies_round_trip(serve, echo):
    client = serve(echo).client()

    @settings(max_examples=40, deadline=None)
    @given(chunks=st.lists(st.binary(min_size=1, max_size=300), max_size=5))
    def check(chunks: list[bytes]) -> None:
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        client.send(*(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks), b"0\r\n\r\n")
        assert client.answer()[2] == b"".join(chunks)

    check()
