"""UpdateFunctionCode, and the download behind the link that GetFunction gives out."""

import asyncio
from collections.abc import Callable
from html import escape
from urllib.parse import parse_qsl

from emulator.clock import Clock
from emulator.errors import CodeFolderError, InvalidParameterValueException
from emulator.operations.asking import answer_after
from emulator.operations.call import Call, Members
from emulator.operations.code_signing import refuse_untrusted
from emulator.operations.package import read_package, refuse_oversized_package
from emulator.operations.publishing import publish, refuse_publication, refuse_publish_to
from emulator.operations.runtime_management_config import refuse_change_of_pinned_runtime
from emulator.operations.settling import settle_later
from emulator.operations.stored_package import fetch_package, location_of
from emulator.operations.target import Target, find_function, read_unpublished_target, require_idle
from emulator.resources.code import CodePackage
from emulator.resources.code_links import PATH, CodeLinks, LinkError
from emulator.resources.condition import Condition
from emulator.resources.function import Function, FunctionVersion
from emulator.wire.messages import Request, Response


def update_function_code(call: Call, members: Members) -> Members | asyncio.Future[Members]:
    """Replace the code of `$LATEST`. The answer shows it at once; it runs when it has settled.

    With Publish the answer is the new version, which is Pending until then [rec: test_publish_with_update, 2025-11-25].
    With DryRun nothing changes and the answer shows what would.
    """
    refuse_oversized_package(members)
    target = read_unpublished_target(call, members["FunctionName"])
    _find_changeable(call, target, members)
    location = location_of(call, members)
    question = fetch_package(call, location) if location is not None else None
    return answer_after(question, lambda stored: _update(call, target, members, stored))


def _find_changeable(call: Call, target: Target, members: Members) -> Function:
    function = find_function(call, target)
    refuse_publish_to(members, managed=function.latest.capacity_provider_config is not None)
    _check_package_type(function.latest, members)
    require_idle(function, members.get("RevisionId"))
    return function


def _update(call: Call, target: Target, members: Members, stored: CodePackage | None) -> Members:
    function = _find_changeable(call, target, members)
    changes = read_package(call, members, function.latest.layers_size, stored)
    if "Architectures" in members:
        changes["architectures"] = list(members["Architectures"])
    refuse_change_of_pinned_runtime(function.latest, changes)
    refuse_untrusted(call, function.code_signing_config_arn, function.name)
    if members.get("Publish"):
        refuse_publication(call, function, members, 2 * changes["code"].size - function.latest.code.size)
    moment = call.clock.now()
    if members.get("DryRun"):
        return function.latest.derive(moment, function.latest.condition, changes).describe(target.qualifier)
    updated = function.update(moment, changes)
    settle_later(call, function, updated)
    if not members.get("Publish"):
        return updated.describe(target.qualifier)
    published = publish(call, function, members, Condition.CREATING)
    return published.describe(published.version)


def _check_package_type(present: FunctionVersion, members: Members) -> None:
    # First of all: a refused ImageUri changes nothing, RevisionId included [rec: test_lambda_zip_file_to_image].
    if present.package_type == "Image" and not members.get("ImageUri"):
        raise InvalidParameterValueException.image_uri_required()
    if present.package_type == "Zip" and members.get("ImageUri"):
        raise InvalidParameterValueException.image_uri_refused()


def code_download(links: CodeLinks, clock: Clock) -> Callable[[Request], Response]:
    """The handler of `GET /_parity/code/<token>?…`, to which the links of GetFunction lead.

    It answers 200 with the zip, or as S3 does: 403 with an XML error once the link has expired or was altered. Of a
    folder it is a zip of what that holds now; 404 in our own words if it is gone.
    """

    def download(request: Request) -> Response:
        token = request.path.removeprefix(PATH)
        try:
            package = links.open(token, dict(parse_qsl(request.query)), clock.now())
        except LinkError as error:
            body = f"<Error><Code>{error.code}</Code><Message>{escape(str(error))}</Message></Error>"
            declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'
            return Response(403, {"Content-Type": "application/xml"}, (declaration + body).encode())
        try:
            return Response(200, {"Content-Type": "application/zip"}, package.pinned().zip_bytes)
        except CodeFolderError as error:
            return Response(404, {"Content-Type": "text/plain; charset=utf-8"}, str(error).encode())

    return download
