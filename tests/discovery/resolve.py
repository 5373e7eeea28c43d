"""Resolve a service by multicast and print its addresses, its port and its host name: `resolve.py INSTANCE`."""

import asyncio
import json
import sys

from zeroconf import InterfaceChoice, IPVersion
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from discovery.advertisement import SERVICE_TYPE


async def main():
    async with AsyncZeroconf(interfaces=InterfaceChoice.All, ip_version=IPVersion.V4Only) as network:
        info = AsyncServiceInfo(SERVICE_TYPE, f"{sys.argv[1]}.{SERVICE_TYPE}")
        found = await info.async_request(network.zeroconf, 3000)
        answer = {"found": found, "addresses": sorted(info.parsed_addresses()), "host": info.server}
        sys.stdout.write(json.dumps(answer) + "\n")


asyncio.run(main())
