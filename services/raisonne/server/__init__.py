"""The gRPC face of Raisonné: decode, call one use case, encode.

Every error carries ``google.rpc.ErrorInfo`` (domain ``raisonne``); see ``README.md`` beside this
file for the table of reasons, limits and deadlines.
"""

from raisonne.server.application import Application
from raisonne.server.limits import ServerLimits
from raisonne.server.rpc_server import RPCServer, build_server
from raisonne.server.serve import running, serve, serving

__all__ = [
    "Application",
    "RPCServer",
    "ServerLimits",
    "build_server",
    "running",
    "serve",
    "serving",
]
