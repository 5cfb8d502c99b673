"""Addresses that REST framework does not serve, as OpenAPI describes them."""
PATHS = {}
