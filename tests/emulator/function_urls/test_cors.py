"""CORS as a URL is configured [docs: urls-configuration] [model: Cors]."""

from emulator.function_urls.cors import preflight, with_cors
from emulator.wire.messages import Request, Response

SITE = "https://example.org"
CORS = {
    "AllowOrigins": [SITE, "https://other.example.org"],
    "AllowMethods": ["GET", "POST"],
    "AllowHeaders": ["x-custom", "date"],
    "ExposeHeaders": ["x-told"],
    "AllowCredentials": True,
    "MaxAge": 60,
}


def asks(method="OPTIONS", **headers: str) -> Request:
    return Request(method, "/", "", {name.replace("_", "-"): value for name, value in headers.items()})


def test_a_preflight_is_answered():
    answer = preflight(CORS, asks(origin=SITE, access_control_request_method="POST"))
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers == {
        "access-control-allow-origin": SITE,
        "vary": "Origin",
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": "GET,POST",
        "access-control-allow-headers": "x-custom,date",
        "access-control-max-age": "60",
    }


def test_another_origin_is_told_nothing():
    assert preflight(CORS, asks(origin="https://evil.test", access_control_request_method="GET")).headers == {}


def test_what_is_no_preflight_goes_to_the_function():
    assert preflight(CORS, asks()) is None
    assert preflight(CORS, asks("GET", origin=SITE, access_control_request_method="GET")) is None
    assert preflight(None, asks(origin=SITE, access_control_request_method="GET")) is None


def test_what_is_configured_wins_over_the_functions_own():
    own = Response(200, {"Access-Control-Allow-Origin": "*", "access-control-expose-headers": "x", "x-a": "1"})
    assert with_cors(CORS, asks("GET", origin=SITE), own).headers == {
        "x-a": "1",
        "access-control-allow-origin": SITE,
        "vary": "Origin",
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": "x-told",
    }


def test_any_origin():
    answer = with_cors({"AllowOrigins": ["*"]}, asks("GET", origin=SITE), Response(200))
    assert answer.headers == {"access-control-allow-origin": "*"}
    credentials = {"AllowOrigins": ["*"], "AllowCredentials": True}
    answer = with_cors(credentials, asks("GET", origin=SITE), Response(200))
    assert answer.headers["access-control-allow-origin"] == SITE  # browsers take no star with credentials


def test_without_a_configuration_the_functions_headers_stay():
    own = Response(200, {"access-control-allow-origin": "*"})
    assert with_cors(None, asks("GET", origin=SITE), own).headers == {"access-control-allow-origin": "*"}
