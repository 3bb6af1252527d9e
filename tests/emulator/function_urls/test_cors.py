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
    """[log, 2024: an answer of AWS, with these headers and a body of no bytes]"""
    answer = preflight(CORS, asks(origin=SITE, access_control_request_method="POST"))
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers == {
        "Content-Type": "application/json",
        "Vary": "Origin",
        "Access-Control-Allow-Origin": SITE,
        "Access-Control-Allow-Headers": "x-custom,date",
        "Access-Control-Allow-Methods": "GET,POST",
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Max-Age": "60",
    }


def test_another_origin_is_told_nothing():
    answer = preflight(CORS, asks(origin="https://evil.test", access_control_request_method="GET"))
    assert answer.headers == {"Content-Type": "application/json"}


def test_what_is_no_preflight_goes_to_the_function():
    assert preflight(CORS, asks()) is None
    assert preflight(CORS, asks("GET", origin=SITE, access_control_request_method="GET")) is None
    assert preflight(None, asks(origin=SITE, access_control_request_method="GET")) is None


def test_what_is_configured_comes_beside_the_functions_own():
    """[log, 2024: an answer of AWS with each of the two headers twice]"""
    own = Response(200, {"access-control-allow-origin": SITE, "access-control-allow-credentials": "true", "x-a": "1"})
    assert with_cors(CORS, asks("GET", origin=SITE), own).headers == {
        "access-control-allow-origin": SITE,
        "access-control-allow-credentials": "true",
        "x-a": "1",
        "Vary": "Origin",
        "Access-Control-Allow-Origin": SITE,
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Expose-Headers": "x-told",
    }


def test_who_is_not_allowed_gets_what_the_function_says():
    own = Response(200, {"access-control-allow-origin": "*"})
    assert with_cors(CORS, asks("GET", origin="https://evil.test"), own).headers == {"access-control-allow-origin": "*"}


def test_any_origin_is_named():
    """[issues: aws-powertools/powertools-lambda-python#4163]"""
    answer = with_cors({"AllowOrigins": ["*"]}, asks("GET", origin=SITE), Response(200))
    assert answer.headers == {"Vary": "Origin", "Access-Control-Allow-Origin": SITE}


def test_without_a_configuration_the_functions_headers_stay():
    own = Response(200, {"access-control-allow-origin": "*"})
    assert with_cors(None, asks("GET", origin=SITE), own).headers == {"access-control-allow-origin": "*"}
