"""Who owns what only one dialler may work: a lease in Redis keeps two diallers apart.

It may be lost at any time (Redis is restarted, this process stalls); then two may believe that they own it. Of a
campaign the fence in the ledger makes that safe: the older one's reservations are refused. Two who drive the floor tell
the queues the same of each operator, for they hear the same events.
"""

from __future__ import annotations

from dataclasses import dataclass
from secrets import token_hex

from redis.asyncio import Redis
from redis.exceptions import RedisError

LEASE_S = 5.0
RENEW_S = 1.5

# KEYS[1] lease key; ARGV[1] owner, ARGV[2] milliseconds. Answers 1 when ours (taken, or renewed), else 0.
_HOLD = """
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""

# KEYS[1] lease key; ARGV[1] owner. Deletes the lease only if it is ours.
_RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


def lease_key(name: str) -> str:
    """The Redis key that exists while somebody has the lease."""
    return f"dozvon:lease:{name}"


@dataclass
class Lease:
    """The right to work what is named, e.g. ``campaign:7``, while it is renewed."""

    redis: Redis
    name: str

    def __post_init__(self) -> None:
        self.owner = token_hex(8)
        self._key = lease_key(self.name)
        self._hold = self.redis.register_script(_HOLD)
        self._release = self.redis.register_script(_RELEASE)

    async def hold(self) -> bool:
        """Take or renew it; False when another dialler has it. Raises RedisError when nobody can tell."""
        return bool(await self._hold(keys=[self._key], args=[self.owner, int(LEASE_S * 1000)]))

    async def release(self) -> None:
        """Give it back; without Redis it ends by itself."""
        try:
            await self._release(keys=[self._key], args=[self.owner])
        except RedisError:
            return
