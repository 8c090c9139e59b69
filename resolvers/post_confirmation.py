"""Cognito's post-confirmation trigger: creates the profile of a new user, with name and e-mail address.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html
"""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.logging import Logger

from data import clock, users
from resolvers.runtime.caller import from_identity

CONFIRM_SIGN_UP = "PostConfirmation_ConfirmSignUp"

logger = Logger(service="homes")


def handle(event: Mapping[str, Any], context: object) -> Mapping[str, Any]:
    """Returns the event, as Cognito requires. Cost: one transaction; an existing profile is not changed.

    A failure does not block the sign-up: the user's first property creates the profile as well.
    """
    if event["triggerSource"] == CONFIRM_SIGN_UP:
        try:
            caller = from_identity({"claims": event["request"]["userAttributes"], "groups": None})
            users.update(users.new_profile(caller.profile(), clock.now()), {})
        except Exception:
            logger.exception("failed to create the profile", user=event.get("userName"))
    return event
