"""The botocore internals that this package uses: no other folder imports botocore or names its private attributes."""
