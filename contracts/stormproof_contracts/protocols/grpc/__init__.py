"""gRPC interactions: unary calls over a ``.proto`` that is compiled when it is read, with no generated code."""

from stormproof_contracts.protocols.grpc._kind import GRPC


__all__ = ["GRPC"]
