"""The fake behind aiobotocore and aioboto3."""
