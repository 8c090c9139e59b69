"""The CDK app: one stack of the stage that STAGE names, synthesised without an account."""

import os
import sys

from aws_cdk import App

from infra import package, stages
from infra.stack import Homes


def main() -> None:
    try:
        stage = stages.named(os.environ.get("STAGE") or "dev")
        app = App(outdir=os.environ.get("CDK_OUT") or f"cdk.out/{stage.name}")
        Homes(app, stage)
        app.synth()
    except (stages.BadStage, package.NotBuilt) as refused:
        sys.exit(str(refused))


if __name__ == "__main__":
    main()
