"""The parts of botocore that this package leans on: nothing else imports botocore or names its private attributes."""
