"""What each kind of change of the schema means: its grade, what a client does that meets it, and the way around."""

from dataclasses import dataclass

from schema_diff.client_profiles import PROFILES, Meets
from schema_diff.severity import Grade

DEPRECATE = 'deprecate first, @deprecated(reason: "… until YYYY-MM-DD"), and remove when the day and its users are gone'
ADD = "add a field of another name with the new type, and deprecate this one"
REFUSED = "is refused the whole operation as invalid: no data at all"


@dataclass(frozen=True)
class Rule:
    """A grade for every client, or at least that where `fact` names an attribute of profiles that says more."""

    grade: Grade
    meets: str
    remedy: str
    fact: str = ""

    def of(self, profile: str) -> Meets:
        """What a client of this profile does, and how bad that is."""
        if not self.fact:
            return Meets(self.grade, self.meets)
        told: Meets = getattr(PROFILES[profile], self.fact)
        return Meets(max(self.grade, told.grade), told.does)


def breaking(meets: str, remedy: str, fact: str = "") -> Rule:
    return Rule(Grade.BREAKING, meets, remedy, fact)


def dangerous(meets: str, remedy: str, fact: str = "") -> Rule:
    return Rule(Grade.DANGEROUS, meets, remedy, fact)


def safe(meets: str, remedy: str = "nothing to do") -> Rule:
    return Rule(Grade.SAFE, meets, remedy)


TYPES = {
    "type-added": safe("asks for nothing of it"),
    "type-removed": breaking(REFUSED, "deprecate the fields that lead to it first, and remove it after them"),
    "type-kind-changed": breaking(REFUSED, "add a type of another name, and deprecate the fields that lead here"),
    "root-changed": breaking(REFUSED, "keep the root type, and change its fields"),
    "root-added": safe("asks for nothing of it"),
    "description-changed": safe("never sees it"),
}
FIELDS = {
    "field-added": safe("does not ask for it"),
    "field-removed": breaking(REFUSED, DEPRECATE),
    "field-removed/early": breaking(REFUSED, "wait for the day its deprecation promises; without a day, add one"),
    "field-removed/used": breaking(REFUSED, "retire the versions that use it, or keep it"),
    "field-removed/due": dangerous(
        "of a living version does not use it; one that clients/ does not know is refused its operation",
        "nothing to do: its time is over",
    ),
    "field-became-nullable": breaking("", "keep it non-null, or " + ADD, "unexpected_null"),
    "field-became-non-null": dangerous(
        "loses the object around it, with an error, wherever a resolver still answers null",
        "prove first that no row lacks it: AppSync nulls the parent of a null that is promised not to be",
    ),
    "field-type-changed": breaking("", ADD, "other_shape"),
}
ARGUMENTS = {
    "argument-added": dangerous(
        "never sends it, so the answer when it is left out is the answer it gets",
        "let its absence mean what was before; as a cache key it splits nothing for old apps",
    ),
    "argument-added/required": breaking(REFUSED, "give it a default, or let it be null"),
    "argument-removed": breaking(REFUSED, "go on taking it, and do nothing with it"),
    "argument-became-required": breaking(
        "is refused where it leaves it out, sends null, or has a variable that may be null",
        "go on taking null, with what it meant",
    ),
    "argument-became-optional": safe("sends what it always sent"),
    "argument-type-changed": breaking(REFUSED, "add an argument of another name, and go on taking this one"),
    "argument-default-added": dangerous(
        "that leaves it out now asks for the default", "let the default be what absence meant"
    ),
    "argument-default-changed": dangerous(
        "that leaves it out now asks for something else", "keep the default, and let new apps say what they want"
    ),
    "argument-default-removed": dangerous(
        "that leaves it out now gets what absence means", "keep the default, or let absence mean the same"
    ),
    "argument-default-removed/required": breaking(
        "that leaves it out is refused the whole operation: without the default it is required",
        "keep the default, or let it be null",
    ),
}
INPUTS = {
    "input-field-added": dangerous("never sends it", "let its absence mean what was before"),
    "input-field-added/required": breaking(
        "never sends it, and is refused each such request", "give it a default, or let it be null"
    ),
    "input-field-removed": breaking("is refused each request that sends it", "go on taking it, and do nothing with it"),
    **{
        f"input-field-{rest}": ARGUMENTS[f"argument-{rest}"]
        for rest in (
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
        "that sends none or several of its fields is refused, and AppSync takes no @oneOf at all",
        "check it in the resolver",
    ),
    "one-of-removed": dangerous(
        "sends one, as before; what two mean is not said any more", "say in the resolver what two of them mean"
    ),
}
MEMBERS = {
    "value-added": dangerous(
        "", "answer it only where it is asked for, by an argument or a field that is new", "unknown_value"
    ),
    "value-added/sent": dangerous(
        "never sends it, and no answer carries it", "keep it out of answers, where some clients crash on it"
    ),
    "value-removed": breaking("that sends it is refused the whole operation", DEPRECATE),
    "value-removed/early": breaking(
        "that sends it is refused the whole operation", "wait for the day its deprecation promises; without one, add it"
    ),
    "value-removed/used": breaking(
        "that sends it is refused the whole operation", "retire the versions that use it, or keep it"
    ),
    "value-removed/due": dangerous(
        "of a living version neither sends nor gets it; one that clients/ does not know may be refused",
        "nothing to do: its time is over",
    ),
    "member-added": dangerous("", "answer it only where it is asked for, by a field that is new", "unknown_type"),
    "member-removed": breaking("is refused an operation with a fragment on it", "keep it, and answer it no more"),
    "interface-added": dangerous("", "answer it only where it is asked for, by a field that is new", "unknown_type"),
    "interface-removed": breaking(
        "is refused an operation that reads it through the interface", "go on implementing it"
    ),
}
DEPRECATIONS = {
    "deprecated": dangerous(
        "goes on as before; its next build warns", "tell its developers: after that day the field may go"
    ),
    "deprecated/no-day": dangerous(
        "goes on as before; its next build warns",
        'say until when, @deprecated(reason: "… until YYYY-MM-DD"): without a day it can never be removed',
    ),
    "deprecation-withdrawn": dangerous("goes on as before", "tell who moved away already that they need not"),
    "deprecation-brought-forward": dangerous(
        "has less time than it was promised", "keep the day that was promised, or tell every app's developers"
    ),
    "deprecation-reworded": dangerous("goes on as before", "see that its developers read the new reason"),
}
APPSYNC = {
    "access-lost": breaking(
        "signed in that way is told Unauthorized, and has null there, or loses the object around it",
        "keep the directive until the last version that signs in so is retired",
    ),
    "access-gained": dangerous(
        "signed in that way may now read it",
        "make sure that they should: a directive on a type opens all of its fields",
    ),
    "access-restated": dangerous("may what it might", "nothing to do, as long as the type's directives stay"),
    "subscription-deaf": breaking(
        "stays connected and is never told of it again, without any error",
        "go on following the mutation until the last subscriber is retired",
    ),
    "subscription-louder": dangerous(
        "is told of more than it was made for; what the new mutation's caller did not select is null",
        "see that its callers select all that subscribers of this type ask for",
    ),
    "directive-use-changed": dangerous("does not see it; AppSync or a tool may act otherwise", "see what reads it"),
    "directive-added": dangerous("does not know it; AppSync takes no directive of others'", "leave it out"),
    "directive-removed": breaking("that uses it is refused the operation", "keep the definition"),
    "directive-changed": breaking("that uses it may be refused the operation", "keep the definition as it was"),
    "appsync-refuses": breaking(
        "sees nothing of it: AppSync refuses the whole schema, and the deployment stops", "write it as AppSync takes it"
    ),
}
SHIPPED = {
    "version-forgotten": breaking(
        "of that version is still out, and nothing watches over it any more",
        "put its folder back; when its last user is gone, say `retired` in its manifest",
    ),
    "operation-altered": dangerous(
        "of that version asks for what was released, and is judged by what stands here",
        "put it back, and let what is new be a new version",
    ),
    "operation-invalid": breaking(REFUSED, "keep what the operation asks for"),
    "contract-removed": breaking("of it has nothing to go by any more", "put the file back"),
}

SCHEMA = {**TYPES, **FIELDS, **ARGUMENTS, **INPUTS, **MEMBERS, **DEPRECATIONS, **APPSYNC, **SHIPPED}
