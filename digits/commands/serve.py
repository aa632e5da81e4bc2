"""python -m digits serve: predictions over HTTP, without the pages."""

import os
import socket
import sys

import cv2
import uvicorn

from digits import service
from digits.commands.printing import print_result
from digits.errors import BadConfig, DigitsError
from digits.runs import store as runs
from digits.runs import transfer

LOOPBACK = "localhost", "127.0.0.1", "::1"
PORT = 8502  # beside the app's 8501
GRACE_SECONDS = 30  # for what is being answered when the server is asked to end


def add_to(verbs) -> None:
    parser = verbs.add_parser(
        "serve",
        help="predict over HTTP for other programs",
        description="Serve predictions over HTTP: the Open Inference Protocol, pictures and drawings. The environment "
        "variable DIGITS_API_TOKEN is the token that clients must show.",
    )
    parser.add_argument("--host", default="127.0.0.1", metavar="ADDRESS", help="where to listen (%(default)s)")
    parser.add_argument("--port", type=int, default=PORT, help="%(default)s by default; 0 takes a free one")
    parser.add_argument("--run", metavar="RUN", help="the model to serve; by default the chosen one, as it changes")
    parser.set_defaults(command=run)


def run(options) -> None:
    """Serve until somebody ends it."""
    if not 0 <= options.port < 1 << 16:
        raise BadConfig("The port must be 0 to 65535.")
    if options.run is not None:
        transfer.ensure_built(runs.get(options.run)).demand_model("serve")
    cv2.setNumThreads(1)  # requests share the cores already
    is_local = options.host in LOOPBACK
    # No other site may point its name here (DNS rebinding).
    app = service.app(options.run, LOOPBACK if is_local else ())
    try:
        family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
        listening = socket.create_server((options.host, options.port), family=family)
    except OSError as error:
        raise DigitsError("This address or port can't be used. Choose another one.", f"{error}.") from error
    if not is_local and not os.environ.get("DIGITS_API_TOKEN"):
        print("Whoever reaches this port can use it. Set DIGITS_API_TOKEN to ask for a token.", file=sys.stderr)
    with listening:
        # Connections inherit it; without, every answer would wait 40 ms for the client's word (Nagle's algorithm).
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        host, port = listening.getsockname()[:2]
        host = f"[{host}]" if ":" in host else host
        config = uvicorn.Config(  # not before: it closes the log of whoever called
            app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=GRACE_SECONDS
        )
        address = f"http://{host}:{port}/api"
        print_result(options, {"address": address}, [f"Digits answers at {address}. Ctrl-C ends it."])
        sys.stdout.flush()
        uvicorn.Server(config).run([listening])
