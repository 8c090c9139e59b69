"""The stage's Cognito user pool, its app clients, and the trigger that creates the profile of a confirmed user."""

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.stages import UserPool
from infra.suppressions import suppress
from resolvers.field_config import ADMINS

CLIENT_NAMES = ("web", "ios", "android")
SUPPRESSIONS = {"AwsSolutions::AwsSolutions-COG2": "MFA is optional: each user decides"}
NO_THREAT_PROTECTION = {
    "AwsSolutions::AwsSolutions-COG8": "Threat protection needs the Plus plan, which is billed per user"
}
APP_REDIRECT_URL = "homes://signed-in/"
SCOPES = ("openid", "email", "profile")


class Users(Construct):
    """The user pool of a stage as `pool`, and its app clients, which have no secret, by name as `clients`. `outputs`
    has the settings of the authorization code flow."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        stage_name: str,
        auth: UserPool,
        retain_data: bool,
        post_confirmation: lambda_.IFunction,
    ) -> None:
        super().__init__(scope, id)
        self.pool = self.add_pool(auth, retain_data, post_confirmation)
        cognito.CfnUserPoolGroup(self, "Admins", user_pool_id=self.pool.user_pool_id, group_name=ADMINS)
        prefix = f"homes-{stage_name}-{Stack.of(self).account}"  # must be unique in the region
        self.pool.add_domain("Domain", cognito_domain=cognito.CognitoDomainOptions(domain_prefix=prefix))
        domain = f"{prefix}.auth.{Stack.of(self).region}.amazoncognito.com"
        self.outputs = {"SignIn": domain, "WebApp": auth.web_url, "Scopes": " ".join(SCOPES)}
        self.clients = {
            name: self.add_client(name, auth.web_url if name == "web" else APP_REDIRECT_URL) for name in CLIENT_NAMES
        }

    def add_pool(self, auth: UserPool, retain_data: bool, post_confirmation: lambda_.IFunction) -> cognito.UserPool:
        """Adds the pool: users sign themselves up with an e-mail address, which they verify."""
        pool = cognito.UserPool(
            self,
            "Pool",
            sign_in_aliases=cognito.SignInAliases(email=True),
            sign_in_case_sensitive=False,
            self_sign_up_enabled=True,
            auto_verify=cognito.AutoVerifiedAttrs(email=True),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            keep_original=cognito.KeepOriginalAttrs(email=True),
            standard_attributes=cognito.StandardAttributes(
                email=cognito.StandardAttribute(required=True, mutable=True),
                fullname=cognito.StandardAttribute(required=False, mutable=True),
            ),
            password_policy=cognito.PasswordPolicy(
                min_length=12, require_lowercase=True, require_uppercase=True, require_digits=True, require_symbols=True
            ),
            mfa=cognito.Mfa.OPTIONAL,
            mfa_second_factor=cognito.MfaSecondFactor(sms=False, otp=True),
            feature_plan=cognito.FeaturePlan.PLUS if auth.threat_protection else cognito.FeaturePlan.ESSENTIALS,
            standard_threat_protection_mode=(
                cognito.StandardThreatProtectionMode.FULL_FUNCTION if auth.threat_protection else None
            ),
            lambda_triggers=cognito.UserPoolTriggers(post_confirmation=post_confirmation),
            deletion_protection=retain_data,
            removal_policy=RemovalPolicy.RETAIN if retain_data else RemovalPolicy.DESTROY,
        )
        suppress(pool, SUPPRESSIONS if auth.threat_protection else {**SUPPRESSIONS, **NO_THREAT_PROTECTION})
        return pool

    def add_client(self, name: str, redirect_url: str) -> cognito.UserPoolClient:
        """A public client (PKCE instead of a secret); codes are sent only to `redirect_url`."""
        return self.pool.add_client(
            name.capitalize(),
            auth_flows=cognito.AuthFlow(user_srp=True),
            generate_secret=False,
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            access_token_validity=Duration.hours(1),
            id_token_validity=Duration.hours(1),
            refresh_token_validity=Duration.days(30),
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[cognito.OAuthScope.custom(name) for name in SCOPES],
                callback_urls=[redirect_url],
                logout_urls=[redirect_url],
            ),
        )
