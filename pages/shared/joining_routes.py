"""The addresses that make a browser another visitor's, because its cookie is read when its WebSocket opens.

The form of the page Class posts here, and personal links lead here.
"""

import asyncio
import secrets
from functools import cache
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from streamlit.auth_util import get_secrets_auth_section

from digits import classes
from digits.errors import DigitsError
from pages.shared.joining import Problem, counted, join, tell
from pages.shared.middleware.cookie import set_cookie, visitor
from pages.shared.middleware.rates import address, base_path

MAX_FORM = 4096  # bytes


@cache
def routes() -> list[Route]:
    """Return the routes that make a browser another visitor's. Kept, because every rerun runs app.py."""
    return [
        Route(f"{base_path()}/class/join", _join, methods=["POST"]),
        Route(f"{base_path()}/class/leave", _leave, methods=["POST"]),
        Route(f"{base_path()}/class/key/{{key}}", _come_back, methods=["GET"]),
    ]


async def _join(request: Request) -> Response:
    if not is_same_origin(request):
        return _refused()
    form = await _form(request)
    before = visitor(request.scope)
    # Another child may sit down where a class was over: what was made in that one is not theirs.
    is_new = not _is_named(request) and not classes.member(before) and classes.was_member(before)
    who = secrets.token_hex(8) if is_new else before
    if get_secrets_auth_section():  # then a cookie names nobody, and the page joins who has logged in
        return _refused("Log in first.")
    code, first_name, pin = (form.get(name, "") for name in ("code", "first_name", "pin"))
    try:
        comes_back = not _is_named(request)  # a cookie can become another's, a login cannot
        joined = await asyncio.to_thread(
            join, address(request.scope), code, first_name, pin, who, comes_back=comes_back
        )
        who = joined.id
    except DigitsError as error:
        tell(before, Problem(str(error), code[:20], first_name[:24]))
        who = before
    return _to_class(request, "../class", who)


async def _leave(request: Request) -> Response:
    """Make the browser a new visitor's, for the next person at it."""
    if not is_same_origin(request):
        return _refused()
    return _to_class(request, "../class", secrets.token_hex(8))


async def _come_back(request: Request) -> Response:
    """Make the browser the one of the member whose personal link this is; never take it from another member.

    Who has no cookie yet gets one also for a link that leads nowhere: by it the page knows whom to say so.
    """
    who = visitor(request.scope)
    try:
        with counted(address(request.scope)):
            member = classes.by_key(request.path_params["key"])
            if member is None:
                raise DigitsError("This personal link isn't valid any more. Ask your teacher for a new one.")
        here = classes.member(who)
        if here and here != member:
            raise DigitsError(
                f"This personal link is somebody else's, and {here.first_name} uses this device. Leave on this device "
                "first, then open the link again."
            )
        who = member.id
    except DigitsError as error:
        tell(who, Problem(str(error)))
    return _to_class(request, "../../class", who)


def is_same_origin(request: Request) -> bool:
    """Return whether a form was sent by a page of this server, as far as the browser says it."""
    if site := request.headers.get("sec-fetch-site"):
        return site == "same-origin"
    return request.headers.get("origin", "").partition("://")[2] == request.headers.get("host")


async def _form(request: Request) -> dict[str, str]:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MAX_FORM:
            return {}
    return {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


def _to_class(request: Request, url: str, who: str) -> Response:
    response = RedirectResponse(url, status_code=303, headers={"cache-control": "no-store"})
    if not _is_named(request):
        response.headers["set-cookie"] = set_cookie(request.scope, who)
    return response


def _is_named(request: Request) -> bool:
    return bool(request.scope.get("digits.is_named"))


def _refused(why: str = "This form came from another site.") -> Response:
    return PlainTextResponse(why, status_code=403)
