"""The prediction service: trained models over HTTP, for other programs. Routes of Starlette, in the app or alone."""

from digits.service.routes import app, routes
