"""The CDK app: one stack of the stage that STAGE names, synthesised and checked without an account.

CDK_OUT is the folder to write to, `cdk.out/<stage>` unless it says otherwise.
"""

import os
import sys

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks, ServerlessChecks

from infra import package, stages
from infra.stack import Homes

FAILED = "ValidationFailed"


def main() -> None:
    try:
        stage = stages.named(os.environ.get("STAGE") or "dev")
        out = os.environ.get("CDK_OUT") or f"cdk.out/{stage.name}"
        app = App(outdir=out)
        stack = Homes(app, stage)
        Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))
        app.synth()
    except (stages.BadStage, package.NotBuilt) as refused:
        sys.exit(str(refused))
    except RuntimeError as error:
        if FAILED not in str(error):
            raise
        sys.exit("the checks found what is told above: mend it, or accept it where it is, with the reason")
    code, layer = package.zipped(package.functions()), package.zipped(package.layer())
    print(f"{stack.stack_name} is in {out}. Zipped: functions {code / 1e6:.2f} MB, with their layer", end=" ")
    print(f"{(code + layer) / 1e6:.2f} MB, the authorizer with its own", end=" ")
    print(f"{(code + package.zipped(package.layer(requirements=package.VERIFYING))) / 1e6:.2f} MB.")


if __name__ == "__main__":
    main()
