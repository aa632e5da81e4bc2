"""The paths of the service, for the app (`st.App(routes=...)`) and for a server without pages."""

import os
from collections.abc import Mapping, Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from digits.service import inference_protocol as protocol
from digits.service.endpoint import Endpoint, Handler
from digits.service.metrics import CONTENT_TYPE
from digits.service.openapi import document
from digits.service.predict import predict
from digits.service.problems import json_response
from digits.service.served_models import CHOSEN
from digits.service.service import Service
from digits.storage.home import ROOT

PAGE = ROOT / "digits" / "service" / "page.html"
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; img-src blob:"


async def openapi(service: Service, request: Request) -> Response:
    """Describe the service to programs."""
    return json_response(document())


async def page(service: Service, request: Request) -> Response:
    """Describe the service to people."""
    return Response(PAGE.read_bytes(), headers={"Content-Security-Policy": POLICY}, media_type="text/html")


async def metrics(service: Service, request: Request) -> Response:
    """Say what was counted."""
    model = await service.work(service.models.get, CHOSEN)
    return Response(service.metrics.text(service.bodies.held, model), media_type=CONTENT_TYPE)


MODEL = "/v2/models/{name}"
VERSION = f"{MODEL}/versions/{{version}}"
PATHS: dict[str, Mapping[str, Handler]] = {
    "/v2": {"GET": protocol.server},
    "/v2/health/live": {"GET": protocol.live},
    "/v2/health/ready": {"GET": protocol.ready},
    "/v2/models": {"GET": protocol.models},
    MODEL: {"GET": protocol.model},
    VERSION: {"GET": protocol.model},
    f"{MODEL}/ready": {"GET": protocol.model_ready},
    f"{VERSION}/ready": {"GET": protocol.model_ready},
    f"{MODEL}/infer": {"POST": protocol.infer},
    f"{VERSION}/infer": {"POST": protocol.infer},
    "/api/predict": {"POST": predict},
    "/api": {"GET": page},
    "/openapi.json": {"GET": openapi},
    "/metrics": {"GET": metrics},
}
OPEN = {"/v2/health/live", "/v2/health/ready", "/api", "/openapi.json"}
"""What needs no token: what a cluster asks, and what says how to ask."""
NOTHING = "/v2/{rest:path}", "/api/{rest:path}"
"""Where Streamlit would answer with its own page."""


def routes(run_id: str | None = None, hosts: Sequence[str] = ()) -> list[Route]:
    """Return the routes of a new service.

    run_id: the run to serve under CHOSEN, whatever is chosen later. hosts: the names that it answers to; none: to any.
    Clients need the token in the environment variable DIGITS_API_TOKEN, if there is one.
    """
    service = Service(run_id, os.environ.get("DIGITS_API_TOKEN", ""), hosts)
    paths = {**PATHS, **dict.fromkeys(NOTHING, {})}
    return [Route(path, Endpoint(service, path, handlers, is_open=path in OPEN)) for path, handlers in paths.items()]


def app(run_id: str | None = None, hosts: Sequence[str] = ()) -> Starlette:
    """Return the service as a separate app without pages, see `routes`."""
    return Starlette(routes=[Route("/", lambda request: RedirectResponse("/api")), *routes(run_id, hosts)])
