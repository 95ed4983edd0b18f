"""Actions that only the trail's own commands record, because verification understands what their records say."""

from ami_audit.domain.approvals import APPROVED_ACTION
from ami_audit.domain.erasure import ERASED
from ami_audit.domain.errors import MalformedError
from ami_audit.domain.rules import RULES_ACTION

_FAMILIES = ("key.", "retention.", "trail.")
_NAMES = frozenset((APPROVED_ACTION, ERASED, RULES_ACTION))


def refuse_reserved(action: object, *, position: int = 0) -> None:
    """Return when anybody may record that action.

    A record of one of the others, sealed by hand, would say of keys, rules or removed records what is not so, and no
    later record could mend it: the trail would never verify again.

    Args:
        action: What a caller wants recorded.
        position: Which record of a batch it is, for the error.

    Raises:
        MalformedError: Only the trail's own commands record it.
    """
    if str(action).startswith(_FAMILIES) or action in _NAMES:
        reason = f"only the trail's own commands record `{action}`; give the action another name"
        raise MalformedError("action", reason, position=position)
