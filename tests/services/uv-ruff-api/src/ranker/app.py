"""The HTTP interface."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from ranker.model import rank


async def best(request: Request) -> JSONResponse:
    """The offers of a request, best first."""
    offers = await request.json()
    return JSONResponse(rank(offers))


app = Starlette(routes=[Route("/rank", best, methods=["POST"])])
