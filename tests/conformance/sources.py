"""Where the evidence of the rows is: a constant for each source, its family first in the name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from .table import I, Row

ANY_RECORDED = "a recorded response of {operation}"
ANY_ASSERTED = "a test that was run against AWS"
ANY_REFERENCE = "Secrets Manager API Reference, {operation}"

QUOTAS = "User Guide, AWS Secrets Manager quotas"
SCHEDULES = "User Guide, Schedule expressions in Secrets Manager rotation"
CLOUDTRAIL = "User Guide, Logging Secrets Manager events with CloudTrail"
EVENTBRIDGE = "User Guide, Match AWS Secrets Manager events with Amazon EventBridge"

CREATION_RECORDED = "recorded responses, CreateSecret and UpdateSecret"
CREATION_ASSERTED = "asserted against AWS, ClientRequestToken of CreateSecret and UpdateSecret"
CREATION_SEEN = "public report of 2018, both kinds of value"

VALUES_RECORDED = "recorded responses, GetSecretValue and PutSecretValue"
VALUES_ASSERTED = "asserted against AWS, versions and their values"
VALUES_SEEN = "public reports, output of GetSecretValue and PutSecretValue"
BATCH_SEEN = "public reports, output of BatchGetSecretValue"

STAGING_RECORDED = "recorded responses, staging labels"
STAGING_ASSERTED = "asserted against AWS, UpdateSecretVersionStage"
STAGING_SEEN = "public reports, output of UpdateSecretVersionStage"

ROTATION_RECORDED = "recorded responses, rotation of a secret"
ROTATION_ASSERTED = "asserted against AWS, steps of a rotation"
ROTATION_SEEN = "public reports, output of RotateSecret"

PASSWORDS_ASSERTED = "asserted against AWS, GetRandomPassword"
PASSWORDS_SEEN = "public reports, output of GetRandomPassword"

FILTERS_ASSERTED = "asserted against AWS, filters of ListSecrets"
LENGTHS_SEEN = "public reports, ValidationException of lengths"

NAMES_RECORDED = "recorded responses, names, ARNs and tokens"
ACCOUNTS_ASSERTED = "asserted against AWS, secrets of another account"
DENIALS_SEEN = "public reports, AccessDeniedException"

DELETION_RECORDED = "recorded responses, the life of a deleted secret"
DELETION_DELETED_DATE = (
    "three recordings of DeletedDate beside DeletionDate (2025-10-05, 2025-10-04, 2023-01-24); the API Reference of "
    "DescribeSecret says otherwise"
)
DELETION_ROTATION = "a recorded response of DescribeSecret, of a rotating secret that was scheduled for deletion"
DELETION_WINDOW_TEXT = "output of AWS in issue threads: a window outside 7 to 30 days, and one of 0 together with force"
DELETION_CONJUNCTION = "output of AWS in issue threads: a legal window together with force"
DELETION_PRIMARY = "output of AWS in issue threads: a primary secret with replicas"
DELETION_REPLICA = (
    "three public reports of the refusal; the API Reference of DeleteSecret says that a replica goes at once"
)
DELETION_REFERENCE = "Secrets Manager API Reference, DeleteSecret"
DELETION_FORCE = "service model, DeleteSecretRequest$ForceDeleteWithoutRecovery"
DELETION_ASYNCHRONOUS = "output of AWS in issue threads: a name created again seconds after a forced deletion"
DELETION_MARKED = "output of AWS in issue threads: a secret that was marked for deletion"
DELETION_INVALID_REQUEST = "service model, InvalidRequestException: the secret is scheduled for deletion"
DELETION_PLANNED = "service model, ListSecretsRequest$IncludePlannedDeletion"

KEYS_AS_GIVEN = "recorded responses of DescribeSecret after CreateSecret and UpdateSecret named the default key's alias"
KEYS_NONE = "output of AWS in issue threads: a KmsKeyId that is no key"
KEYS_CLEARED = "service model, UpdateSecretRequest$KmsKeyId"

REPLICATION_RECORDED = "recorded responses of a primary secret and of its replica"
REPLICATION_LAST_REGION = (
    "recorded responses of RemoveRegionsFromReplication, of the last region, and of DescribeSecret"
)
REPLICATION_OWN_REGION = "output of AWS in an issue thread: the secret's own region as a replica"
REPLICATION_AT_A_REPLICA = "output of AWS in an issue thread: PutResourcePolicy at a replica"
REPLICATION_FILTER = "service model, Filter$Key: primary-region"
REPLICATION_FOLLOWS = "User Guide, Replicate AWS Secrets Manager secrets across Regions"

TAGS_RECORDED = "recorded responses, tags of a secret"
TAGS_EMPTY = "output of AWS in an issue thread: a secret created with an empty list of tags"
TAGS_QUOTA = "AWS General Reference, Service quotas for Tagging"

POLICIES_RECORDED = "recorded responses, the resource policy of a secret"
POLICIES_WRITTEN = "a recorded response of GetResourcePolicy, beside the policy that had been put"
POLICIES_PAGE = "User Guide, the page of managing resource policies"
POLICIES_CHECKS = f"{POLICIES_PAGE}; names of checks in an answer are inferred"
POLICIES_NAME = "service model, {operation}Request$PolicyName"
POLICIES_NO_JSON = "service model, MalformedPolicyDocumentException"

MANAGED_RECORDED = "recorded responses, a secret with OwningService"
MANAGED_ROTATION = "output of AWS in issue threads: RotateSecret of a secret that RDS manages"
MANAGED_FILTER = "service model, Filter$Key: owning-service"

SSM_RECORDED = "recorded responses, references of Parameter Store to secrets"
SSM_REFERENCE = "Systems Manager User Guide, Referencing AWS Secrets Manager secrets from Parameter Store parameters"
EXTENSION_PAGE = "User Guide, Use AWS Secrets Manager secrets in AWS Lambda functions"
AGENT_CHECKS = "source of the AWS Secrets Manager Agent, the checks of a request"
AGENT_QUERY = "source of the AWS Secrets Manager Agent, the parameters of a request"
AGENT_ANSWER = "source of the AWS Secrets Manager Agent, what it answers"
AGENT_CACHE = "source of the AWS Secrets Manager Agent, its cache"

LISTING_RECORDED = "a recorded response of {operation}, of secrets that are not deleted"
REGIONS_PARTITION = "IAM User Guide, Identify AWS resources with Amazon Resource Names (ARNs)"
ACCOUNTS_REPLICA = "service model, CreateSecretRequest$CrossAccountPrimaryARN"
ACCOUNTS_BY_ARN = "User Guide, Access AWS Secrets Manager secrets from a different account"


def model(shape: str, member: str = "") -> str:
    """Return the source of what the service model's documentation says of a shape, of a member of it, or of an operation."""
    return f"service model, {shape}{'$' if member else ''}{member}"


def filled(rows: Iterable[Row], sources: Mapping[str, str]) -> list[Row]:
    """Return rows with the source that goes with their evidence, where they name none of their own.

    `{operation}` in a source is the operation of the row.
    """
    given = [(row, row.source or ("" if row.evidence == I else sources[row.evidence])) for row in rows]
    return [replace(row, source=source.format(operation=row.operation)) for row, source in given]


#: What is known of most rows: which operation was recorded, or is described.
USUAL = {"recorded": ANY_RECORDED, "asserted": ANY_ASSERTED, "documented": ANY_REFERENCE}
