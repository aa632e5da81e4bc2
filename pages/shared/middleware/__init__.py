"""What stands between the network and the pages. Pure ASGI: Starlette's BaseHTTPMiddleware sees no WebSocket."""

from starlette.middleware import Middleware

from pages.shared.middleware.cookie import VisitorCookie
from pages.shared.middleware.headers import SafeHeaders
from pages.shared.middleware.limits import Limits
from pages.shared.middleware.own_path import NoOwnPath
from pages.shared.middleware.sessions import OwnSession
from pages.shared.middleware.slow_bodies import TimelyBodies
from pages.shared.middleware.standing import Standing
from pages.shared.middleware.uploads import UploadBudget
from pages.shared.middleware.values import ReadableValues

LAYERS = (
    SafeHeaders, VisitorCookie, Limits, TimelyBodies, OwnSession, UploadBudget, Standing, ReadableValues, NoOwnPath,
)  # fmt: skip
MIDDLEWARE = [Middleware(layer) for layer in LAYERS]
"""In the order in which a request meets them."""
