"""Cognito's word that somebody has signed up: their profile is made, with name and e-mail address.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html
"""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.logging import Logger

from data import clock, users
from resolvers.runtime.caller import from_identity

SIGNED_UP = "PostConfirmation_ConfirmSignUp"

logger = Logger(service="homes")


def handle(event: Mapping[str, Any], context: object) -> Mapping[str, Any]:
    """The event, as Cognito wants it back. One transaction; of a profile that is there already nothing changes.

    A profile that cannot be made keeps nobody out: their first home makes it too.
    """
    if event["triggerSource"] == SIGNED_UP:
        try:
            caller = from_identity({"claims": event["request"]["userAttributes"], "groups": None})
            users.update(users.starting(caller.profile(), clock.now()), {})
        except Exception:
            logger.exception("a profile was not made", user=event.get("userName"))
    return event
