"""The gRPC face of Raisonné: decode, call one use case, encode.

Every error carries ``google.rpc.ErrorInfo`` (domain ``raisonne``); see ``README.md`` beside this
file for the table of reasons, limits and deadlines.
"""

from raisonne.server.application import Application
from raisonne.server.limits import ServerLimits
from raisonne.server.serve import RPCServer, build_server, serve

__all__ = ["Application", "RPCServer", "ServerLimits", "build_server", "serve"]
