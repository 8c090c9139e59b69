"""The rules of schema changes: the severity of each kind of change, its impact on a client, and a suggestion."""

from dataclasses import dataclass

from schema_diff.client_profiles import PROFILES, ClientBehavior
from schema_diff.severity import Severity

DEPRECATE_FIRST = (
    'deprecate first, @deprecated(reason: "… until YYYY-MM-DD"), and remove after that day, without users left'
)
ADD_NEW_FIELD = "add a field of another name with the new type, and deprecate this one"
OPERATION_REJECTED = "gets the whole operation rejected as invalid: no data at all"


@dataclass(frozen=True)
class Rule:
    """The severity for every client, or the minimum severity if `client_attribute` names an attribute of profiles."""

    severity: Severity
    impact: str
    remedy: str
    client_attribute: str = ""

    def for_profile(self, profile: str) -> ClientBehavior:
        """Returns how a client of this profile behaves, and the severity."""
        if not self.client_attribute:
            return ClientBehavior(self.severity, self.impact)
        behavior: ClientBehavior = getattr(PROFILES[profile], self.client_attribute)
        return ClientBehavior(max(self.severity, behavior.severity), behavior.description)


def breaking(impact: str, remedy: str, client_attribute: str = "") -> Rule:
    return Rule(Severity.BREAKING, impact, remedy, client_attribute)


def dangerous(impact: str, remedy: str, client_attribute: str = "") -> Rule:
    return Rule(Severity.DANGEROUS, impact, remedy, client_attribute)


def safe(impact: str, remedy: str = "nothing to do") -> Rule:
    return Rule(Severity.SAFE, impact, remedy)


TYPES = {
    "type-added": safe("does not use it"),
    "type-removed": breaking(OPERATION_REJECTED, "deprecate the fields that return it first, and remove it after them"),
    "type-kind-changed": breaking(
        OPERATION_REJECTED, "add a type of another name, and deprecate the fields that return this one"
    ),
    "root-changed": breaking(OPERATION_REJECTED, "keep the root type, and change its fields"),
    "root-added": safe("does not use it"),
    "description-changed": safe("does not see it"),
}
FIELDS = {
    "field-added": safe("does not select it"),
    "field-removed": breaking(OPERATION_REJECTED, DEPRECATE_FIRST),
    "field-removed/early": breaking(OPERATION_REJECTED, "wait until its end date; without an end date, add one"),
    "field-removed/used": breaking(OPERATION_REJECTED, "retire the versions that use it, or keep it"),
    "field-removed/due": dangerous(
        "of a supported version does not use it; the operation of a version that clients/ does not have is rejected",
        "nothing to do: its end date has passed",
    ),
    "field-became-nullable": breaking("", "keep it non-null, or " + ADD_NEW_FIELD, "unexpected_null"),
    "field-became-non-null": dangerous(
        "loses the parent object, with an error, if a resolver still returns null",
        "check first that every item has it: AppSync nulls the parent of a non-null field that is null",
    ),
    "field-type-changed": breaking("", ADD_NEW_FIELD, "type_mismatch"),
}
ARGUMENTS = {
    "argument-added": dangerous(
        "never sends it, and gets the result for an omitted argument",
        "keep the earlier behavior if it is omitted; as a cache key it changes nothing for old apps",
    ),
    "argument-added/required": breaking(OPERATION_REJECTED, "give it a default, or make it nullable"),
    "argument-removed": breaking(OPERATION_REJECTED, "keep accepting it, and ignore it"),
    "argument-became-required": breaking(
        "is rejected if it omits it, sends null, or has a nullable variable",
        "keep accepting null with its present meaning",
    ),
    "argument-became-optional": safe("sends the same as before"),
    "argument-type-changed": breaking(
        OPERATION_REJECTED, "add an argument of another name, and keep accepting this one"
    ),
    "argument-default-added": dangerous(
        "that omits it now gets the default", "choose a default with the meaning of an omitted value"
    ),
    "argument-default-changed": dangerous(
        "that omits it now gets the new default", "keep the default; new apps can send the value"
    ),
    "argument-default-removed": dangerous(
        "that omits it now gets the result without it", "keep the default, or the same result without it"
    ),
    "argument-default-removed/required": breaking(
        "that omits it gets the whole operation rejected: without the default it is required",
        "keep the default, or make it nullable",
    ),
}
INPUTS = {
    "input-field-added": dangerous("never sends it", "keep the earlier behavior if it is omitted"),
    "input-field-added/required": breaking(
        "never sends it, and gets each such request rejected", "give it a default, or make it nullable"
    ),
    "input-field-removed": breaking("gets each request rejected that sends it", "keep accepting it, and ignore it"),
    **{
        f"input-field-{suffix}": ARGUMENTS[f"argument-{suffix}"]
        for suffix in (
            "became-required",
            "became-optional",
            "type-changed",
            "default-added",
            "default-changed",
            "default-removed",
            "default-removed/required",
        )
    },
    "one-of-added": breaking(
        "that sends none or several of its fields gets an error, and AppSync does not support @oneOf",
        "check it in the resolver",
    ),
    "one-of-removed": dangerous(
        "sends one field, as before; the meaning of two is now undefined",
        "define in the resolver what two of them mean",
    ),
}
MEMBERS = {
    "value-added": dangerous("", "return it only if a new argument or a new field requests it", "unknown_value"),
    "value-added/sent": dangerous(
        "never sends it, and no response has it", "keep it out of responses: some clients crash on it"
    ),
    "value-removed": breaking("that sends it gets the whole operation rejected", DEPRECATE_FIRST),
    "value-removed/early": breaking(
        "that sends it gets the whole operation rejected", "wait until its end date; without one, add it"
    ),
    "value-removed/used": breaking(
        "that sends it gets the whole operation rejected", "retire the versions that use it, or keep it"
    ),
    "value-removed/due": dangerous(
        "of a supported version neither sends nor gets it; the request of another version may be rejected",
        "nothing to do: its end date has passed",
    ),
    "member-added": dangerous("", "return it only from a new field", "unknown_type"),
    "member-removed": breaking("gets an operation with a fragment on it rejected", "keep it, and stop returning it"),
    "interface-added": dangerous("", "return it only from a new field", "unknown_type"),
    "interface-removed": breaking(
        "gets an operation rejected that reads it through the interface", "keep implementing it"
    ),
}
DEPRECATIONS = {
    "deprecated": dangerous(
        "works as before; its next build warns", "inform its developers: after that day the field may be removed"
    ),
    "deprecated/no-day": dangerous(
        "works as before; its next build warns",
        'add an end date, @deprecated(reason: "… until YYYY-MM-DD"): without one it can never be removed',
    ),
    "deprecation-withdrawn": dangerous("works as before", "inform the developers who migrated already"),
    "deprecation-brought-forward": dangerous(
        "has less time than announced", "keep the announced end date, or inform every app's developers"
    ),
    "deprecation-reworded": dangerous("works as before", "make sure that its developers read the new reason"),
}
APPSYNC = {
    "access-lost": breaking(
        "with that authorization mode gets Unauthorized, and null there, or loses the parent object",
        "keep the directive until the last version with that mode is retired",
    ),
    "access-gained": dangerous(
        "with that authorization mode may now read it",
        "make sure that this is intended: a directive on a type applies to all of its fields",
    ),
    "access-rewritten": dangerous("has the same access", "nothing to do while the type's directives stay"),
    "subscription-source-removed": breaking(
        "stays connected and never receives its events again, without an error",
        "keep the mutation as a source until the last subscriber is retired",
    ),
    "subscription-source-added": dangerous(
        "receives additional events; a field that the mutation's caller did not select is null",
        "make sure that its callers select all fields that subscribers select",
    ),
    "directive-use-changed": dangerous(
        "does not see it; AppSync or a tool may behave differently", "check which tool reads it"
    ),
    "directive-added": dangerous("does not know it; AppSync supports no custom directives", "remove it"),
    "directive-removed": breaking("that uses it gets the operation rejected", "keep the definition"),
    "directive-changed": breaking("that uses it may get the operation rejected", "keep the definition unchanged"),
    "appsync-unsupported": breaking(
        "is not affected: AppSync rejects the whole schema, and the deployment stops",
        "use constructs that AppSync supports",
    ),
}
RELEASES = {
    "release-removed": breaking(
        "of that version is still in use, and is not checked any more",
        "restore its folder; after its last user is gone, set `retired` in its manifest",
    ),
    "released-operation-changed": dangerous(
        "of that version sends the released operation, but the changed one is checked",
        "restore it, and add the changed operation as a new version",
    ),
    "operation-invalid": breaking(OPERATION_REJECTED, "keep the elements that the operation uses"),
    "contract-removed": breaking("of it has no contract any more", "restore the file"),
}

SCHEMA_RULES = {**TYPES, **FIELDS, **ARGUMENTS, **INPUTS, **MEMBERS, **DEPRECATIONS, **APPSYNC, **RELEASES}
