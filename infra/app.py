"""The CDK app: synthesizes and checks the stack of the stage in STAGE, without an AWS account.

CDK_OUT is the output folder; the default is `cdk.out/<stage>`.
"""

import os
import sys

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks, ServerlessChecks

from infra.build import package
from infra.build.package import LAMBDA_TARGET
from infra.build.sdl import UnsupportedSchema
from infra.cli_errors import InvalidStage, format_error
from resolvers.field_config import InvalidFieldConfig

VALIDATION_FAILED = "ValidationFailed"


def main() -> None:
    try:
        summary = synthesize(os.environ.get("STAGE") or "dev", os.environ.get("CDK_OUT"))
    except (InvalidFieldConfig, InvalidStage, UnsupportedSchema, package.BuildError) as invalid:
        sys.exit(format_error(invalid))
    except RuntimeError as error:
        if VALIDATION_FAILED not in str(error):
            raise
        sys.exit("the checks reported the findings above: fix them, or suppress them at their construct with a reason")
    code, layer = package.zip_size(package.functions()), package.zip_size(package.layer())
    authorizer_layer = package.zip_size(package.layer(requirements=package.AUTHORIZER_REQUIREMENTS))
    print(f"{summary}. Zipped: functions {code / 1e6:.2f} MB, with their layer {(code + layer) / 1e6:.2f} MB,", end=" ")
    print(f"the authorizer with its layer {(code + authorizer_layer) / 1e6:.2f} MB.")
    if not LAMBDA_TARGET.interpreter:
        print(f"They are not compiled, because python{LAMBDA_TARGET.python} is not installed: cold starts take longer.")


def synthesize(name: str, out: str | None) -> str:
    """Writes and checks the template of a stage; returns a sentence with the stack's name and the output folder.

    Imports the wiring and the stages only here, so that `main` reports their errors.
    Raises InvalidFieldConfig, InvalidStage, UnsupportedSchema and BuildError.
    """
    from infra import stages
    from infra.stack import Homes

    stage = stages.get_stage(name)
    folder = out or f"cdk.out/{stage.name}"
    app = App(outdir=folder)
    stack = Homes(app, stage)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))
    app.synth()
    return f"{stack.stack_name} is in {folder}"


if __name__ == "__main__":
    main()
