"""Works as an agent through the official client for Python, over both transports."""

import asyncio
import json
import sys

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamablehttp_client


async def work(session, name):
    await session.initialize()
    tools = (await session.list_tools()).tools
    texts = [str(len(tools))]
    for tool, arguments in [
        ("join", {"name": name}),
        ("plan", {"tasks": [{"id": f"{name}-task", "title": "From Python"}]}),
        ("claim", {"task": f"{name}-task", "wait_s": 5}),
        ("done", {"task": f"{name}-task", "outcome": "done", "summary": "it works"}),
    ]:
        result = await session.call_tool(tool, arguments)
        assert not result.isError, result.content[0].text
        texts.append(result.content[0].text.split("\n")[0])
    print(json.dumps(texts))


async def main():
    config = json.loads(sys.argv[1])
    headers = {"Authorization": f"Bearer {config['token']}"}
    async with streamablehttp_client(config["url"], headers=headers) as (read, write, _):
        async with ClientSession(read, write) as session:
            await work(session, "over-http")
    server = StdioServerParameters(command=config["command"][0], args=config["command"][1:])
    async with stdio_client(server) as (read, write):
        async with ClientSession(read, write) as session:
            await work(session, "over-stdio")


asyncio.run(main())
