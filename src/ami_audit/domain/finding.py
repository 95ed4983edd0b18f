"""What was judged about a record: findings and violations."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from ami_audit.domain.installed import new_id
from ami_audit.domain.kinds import AuditSeverity
from ami_audit.domain.values import frozen

# A model is built when it is first used: most commands use few of them.
VALUE = ConfigDict(frozen=True, extra="forbid", defer_build=True)

Facts = Annotated[dict[str, Any], AfterValidator(frozen)]
"""A pydantic field type: a mapping of JSON values, frozen."""


class AuditFinding(BaseModel):
    """One judgement: something a person may want to act on."""

    model_config = VALUE

    finding_id: str = Field(default_factory=new_id)
    finding_type: str
    severity: AuditSeverity
    description: str
    location: str | None = None
    recommendation: str | None = None
    metadata: Facts = Field(default_factory=dict, validate_default=True)


class AuditViolation(BaseModel):
    """One broken rule, at one place."""

    model_config = VALUE

    violation_id: str = Field(default_factory=new_id)
    rule: str
    severity: AuditSeverity
    message: str
    file_path: str | None = None
    line_number: int | None = None
    column_number: int | None = None
