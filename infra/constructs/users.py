"""Who signs in: a Cognito pool of the stage's own, its clients, and what makes a profile of whoever confirms."""

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.stages import Pool
from infra.suppressions import accept
from resolvers.field_config import ADMINS

CLIENTS = ("web", "ios", "android")
ACCEPTED = {"AwsSolutions::AwsSolutions-COG2": "A second factor is everybody's own choice here"}
UNGUARDED = {"AwsSolutions::AwsSolutions-COG8": "The plan that guards sign-ins is paid for by the user"}
APP = "homes://signed-in/"
SCOPES = ("openid", "email", "profile")


class Users(Construct):
    """The user pool of a stage as `pool`, and its clients, which keep no secret, by name as `clients`. Where people
    sign in by code is in `outputs`."""

    def __init__(
        self, scope: Construct, id: str, *, named: str, auth: Pool, keep: bool, confirmed: lambda_.IFunction
    ) -> None:
        super().__init__(scope, id)
        self.pool = cognito.UserPool(
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
            feature_plan=cognito.FeaturePlan.PLUS if auth.guarded else cognito.FeaturePlan.ESSENTIALS,
            standard_threat_protection_mode=(
                cognito.StandardThreatProtectionMode.FULL_FUNCTION if auth.guarded else None
            ),
            lambda_triggers=cognito.UserPoolTriggers(post_confirmation=confirmed),
            deletion_protection=keep,
            removal_policy=RemovalPolicy.RETAIN if keep else RemovalPolicy.DESTROY,
        )
        accept(self.pool, ACCEPTED if auth.guarded else {**ACCEPTED, **UNGUARDED})
        cognito.CfnUserPoolGroup(self, "Admins", user_pool_id=self.pool.user_pool_id, group_name=ADMINS)
        prefix = f"homes-{named}-{Stack.of(self).account}"  # nobody else's in the region may be called the same
        self.pool.add_domain("Domain", cognito_domain=cognito.CognitoDomainOptions(domain_prefix=prefix))
        domain = f"{prefix}.auth.{Stack.of(self).region}.amazoncognito.com"
        self.outputs = {"SignIn": domain, "WebApp": auth.web, "Scopes": " ".join(SCOPES)}
        self.clients = {name: self.client(name, auth.web if name == "web" else APP) for name in CLIENTS}

    def client(self, name: str, back: str) -> cognito.UserPoolClient:
        """A client without a secret: it proves by PKCE who asked for the code, which is sent `back` alone."""
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
                callback_urls=[back],
                logout_urls=[back],
            ),
        )
