"""Functions with a public URL."""

import uuid
from typing import Any
from urllib.parse import urlsplit

from tests.integration.serving import Server


def deploy(server: Server, runtime: str, package: bytes, *, concurrency: int | None = None, **config: Any) -> str:
    """Makes a function with a URL that everybody may use; returns the URL's id. `config` is that of the URL.

    `concurrency` is how much of it is reserved.
    """
    client, name = server.client("lambda"), f"url-{uuid.uuid4()}"
    client.create_function(
        FunctionName=name,
        Runtime=runtime,
        Handler="index.handler",
        Role="arn:aws:iam::000000000000:role/r",
        Code={"ZipFile": package},
        Timeout=30,
        MemorySize=512,
    )
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.05})
    if concurrency is not None:
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=concurrency)
    made = client.create_function_url_config(FunctionName=name, AuthType="NONE", **config)
    public = {"FunctionName": name, "Principal": "*"}
    client.add_permission(**public, StatementId="url", Action="lambda:InvokeFunctionUrl", FunctionUrlAuthType="NONE")
    client.add_permission(**public, StatementId="function", Action="lambda:InvokeFunction", InvokedViaFunctionUrl=True)
    return urlsplit(made["FunctionUrl"]).netloc.partition(".")[0]


def by_path(server: Server, url_id: str) -> str:
    """Where it answers, for clients that do not look up names below localhost."""
    return f"{server.url}/_parity/function-urls/{url_id}"


def by_host(server: Server, url_id: str) -> str:
    """Where it answers, for those that do."""
    return f"http://{url_id}.lambda-url.eu-west-1.localhost:{urlsplit(server.url).port}"
