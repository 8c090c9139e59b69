"""The CDK constructs of a stage, one module each."""
