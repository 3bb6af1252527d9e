"""Clients that speak no HTTP, want too much, or leave; over real sockets."""

import time

import pytest


class TestBadClients:
    @pytest.mark.parametrize(
        "garbage",
        [
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # TLS
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            b"GET\r\n\r\n",
            b"GET / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
            b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
            b"GET / HTTP/1.1\r\nBad Header: x\r\n\r\n",
        ],
    )
    def test_that_speak_no_http_get_400_and_are_closed(self, serve, garbage, echo):
        client = serve(echo).client()
        client.send(garbage)
        status, headers, body = client.answer()
        assert (status, headers["connection"], body) == (400, "close", b"")
        assert client.is_closed()

    def test_that_go_wrong_later_get_their_earlier_answers_first(self, serve, later, echo):
        client = serve(lambda request: later(echo(request))).client()
        client.send(b"GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\nno http\r\n\r\n")
        assert [client.answer()[0] for _ in range(3)] == [200, 200, 400]
        assert client.is_closed()

    def test_with_too_many_headers_get_431(self, serve, echo):
        client = serve(echo, max_head=2000).client()
        client.send(b"GET / HTTP/1.1\r\n")
        for _ in range(20):
            time.sleep(0.002)  # what comes in one read is let through
            client.send(b"X-Some: 0123456789\r\n" * 10)
        assert client.answer()[0] == 431
        assert client.is_closed()

    def test_with_a_header_that_never_ends_get_431(self, serve, echo):
        client = serve(echo, max_head=20_000).client()
        client.send(b"GET / HTTP/1.1\r\nX-Long: ")
        for _ in range(30):
            client.send(b"a" * 1000)
            time.sleep(0.001)
        assert client.answer()[0] == 431

    def test_with_a_path_that_never_ends_get_431(self, serve, echo):
        client = serve(echo, max_head=20_000).client()
        client.send(b"GET /")
        for _ in range(30):
            client.send(b"a" * 1000)
            time.sleep(0.001)
        assert client.answer()[0] == 431

    def test_with_a_large_head_within_the_limit_are_served(self, serve, echo):
        client = serve(echo, max_head=65536).client()
        client.send(b"GET / HTTP/1.1\r\nX-Large: ", b"a" * 30_000)
        time.sleep(0.01)
        client.send(b"b" * 30_000, b"\r\n\r\n")
        assert client.answer()[0] == 200

    def test_that_declare_too_large_a_body_get_413_before_they_send_it(self, serve, echo):
        client = serve(echo, max_body=1000).client()
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n")
        assert client.answer()[0] == 413
        assert client.is_closed()

    def test_that_send_too_large_a_body_without_asking_get_to_read_their_413(self, serve, echo):
        client = serve(echo, max_body=1000).client()
        body = b"a" * 5_000_000
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(body), body)
        assert client.answer()[0] == 413
        assert client.is_closed()

    def test_that_send_too_large_a_chunked_body_get_413(self, serve, echo):
        client = serve(echo, max_body=1000).client()
        client.send(
            b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", b"200\r\n", b"a" * 512, b"\r\n"
        )
        client.send(b"200\r\n", b"a" * 512, b"\r\n")
        assert client.answer()[0] == 413

    @pytest.mark.parametrize(
        "part", [b"", b"GE", b"GET / HTTP/1.1\r\nHo", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc"]
    )
    def test_that_leave_in_the_middle_of_a_request_disturb_nobody(self, serve, part, until, echo):
        running = serve(echo)
        leaver, stayer = running.client(), running.client()
        leaver.send(part)
        leaver.close()
        until(lambda: len(running.server.connections) == 1)
        stayer.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert stayer.answer()[0] == 200


class TestExpectContinue:
    def test_invites_the_body(self, serve, echo):
        client = serve(echo).client()
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        assert client.answer()[0] == 100
        client.send(b"abc")
        assert client.answer()[2] == b"abc"

    def test_is_not_said_to_a_client_that_did_not_wait(self, serve, echo):
        client = serve(echo).client()
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc")
        statuses = [client.answer()[0]]
        if statuses == [100]:
            statuses.append(client.answer()[0])
        assert statuses[-1] == 200

    def test_waits_for_the_answer_before(self, serve, later, echo):
        client = serve(lambda request: later(echo(request))).client()
        client.send(b"GET /1 HTTP/1.1\r\nHost: a\r\n\r\n")
        client.send(b"POST /2 HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n")
        assert client.answer()[1]["x-asked"] == "GET /1"
        assert client.answer()[0] == 100
        client.send(b"x")
        assert client.answer()[1]["x-asked"] == "POST /2"
