"""Function URLs: from an HTTP request to an invocation, and from what the function returned to the HTTP response.

What is decided (event, response, CORS, access) is decided by pure functions; endpoint.py ties them together. Facts and
their evidence: function-urls.md. The URL that the API prints is AWS's; here it answers on the emulator's own port:

    http://<url-id>.lambda-url.<region>.localhost:4566/     by host name; any suffix will do
    http://localhost:4566/_parity/function-urls/<url-id>/   by path, for clients without wildcard names

`GET /_parity/function-urls/` lists them.
"""
