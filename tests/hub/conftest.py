"""Servers that the hub's tests share: started once, by the first test that asks."""

from tests.support.postgres import postgres, postgres_url
from tests.support.s3 import s3_gateway

__all__ = ["postgres", "postgres_url", "s3_gateway"]
