"""The CDK app: one stack of the stage that STAGE names, synthesised and checked without an account.

CDK_OUT is the folder to write to, `cdk.out/<stage>` unless it says otherwise.
"""

import os
import sys

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks, ServerlessChecks

from infra.build import package
from infra.build.package import LAMBDA
from infra.build.sdl import Refused
from infra.cli_errors import BadStage, sentence
from resolvers.field_config import BadRow

FAILED = "ValidationFailed"


def main() -> None:
    try:
        told = synthesised(os.environ.get("STAGE") or "dev", os.environ.get("CDK_OUT"))
    except (BadRow, BadStage, Refused, package.NotBuilt) as refused:
        sys.exit(sentence(refused))
    except RuntimeError as error:
        if FAILED not in str(error):
            raise
        sys.exit("the checks found what is told above: mend it, or accept it where it is, with the reason")
    code, layer = package.zipped(package.functions()), package.zipped(package.layer())
    own = package.zipped(package.layer(requirements=package.VERIFYING))
    print(f"{told}. Zipped: functions {code / 1e6:.2f} MB, with their layer {(code + layer) / 1e6:.2f} MB,", end=" ")
    print(f"the authorizer with its own {(code + own) / 1e6:.2f} MB.")
    if not LAMBDA.interpreter:
        print(f"They are not compiled, for there is no python{LAMBDA.python} here: their processes start more slowly.")


def synthesised(name: str, out: str | None) -> str:
    """Writes a stage's template, checked, and tells which is where. Raises BadRow, BadStage, Refused and NotBuilt.

    The wiring and the stages are read only now: what they say that cannot be is refused as they are.
    """
    from infra import stages
    from infra.stack import Homes

    stage = stages.named(name)
    folder = out or f"cdk.out/{stage.name}"
    app = App(outdir=folder)
    stack = Homes(app, stage)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))
    app.synth()
    return f"{stack.stack_name} is in {folder}"


if __name__ == "__main__":
    main()
