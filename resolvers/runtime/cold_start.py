"""A function's start, made short. Import this first of all, and call `done` last.

Until then nothing is looked through for garbage, of which loading makes none: that took a fifth of the time.
"""

import gc
import os

gc.disable()


def done() -> None:
    """Ends the start. In Lambda the client of DynamoDB is made by then, for a function's start has a whole processor,
    and its first request only the share that its memory buys it; and what is there by now is never looked through.

    https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
    """
    if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
        from data.dynamodb.client import client

        client()
        gc.freeze()
    gc.enable()
