"""The content encodings of requests and responses, as API Gateway handles them.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gzip-compression-decompression.html
"""

import zlib

from starlette.requests import Request

from local.gateway.gateway_response import GatewayResponse

MAX_BODY_BYTES = 10 * 1024 * 1024


async def read_body(request: Request) -> bytes:
    """Returns a request's body, decompressed if its content encoding is gzip.

    Raises GatewayResponse if the body is longer than 10 MB, before or after decompression, or cannot be decoded.
    """
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MAX_BODY_BYTES:
            raise GatewayResponse("REQUEST_TOO_LARGE")
    encoding = request.headers.get("content-encoding", "identity").lower()
    if encoding == "identity":
        return body
    if encoding != "gzip":
        raise GatewayResponse("UNSUPPORTED_MEDIA_TYPE")
    decompressor = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        decompressed = decompressor.decompress(body, MAX_BODY_BYTES)
    except zlib.error as error:
        raise GatewayResponse("BAD_REQUEST_BODY") from error
    if decompressor.unconsumed_tail:
        raise GatewayResponse("REQUEST_TOO_LARGE")
    if not decompressor.eof:
        raise GatewayResponse("BAD_REQUEST_BODY")
    return decompressed


def accepts_gzip(accepted: str) -> bool:
    codings = [coding.replace(" ", "").lower() for coding in accepted.split(",")]
    return any(coding.partition(";")[0] == "gzip" and not coding.endswith(("q=0", "q=0.0")) for coding in codings)
