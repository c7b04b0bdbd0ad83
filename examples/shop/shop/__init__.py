"""A small online shop: six services that talk over REST, gRPC and events."""
