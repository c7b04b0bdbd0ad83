"""HTTP interactions: one request, one response (RFC 9110)."""

from stormproof_contracts.protocols.http._kind import HTTP


__all__ = ["HTTP"]
