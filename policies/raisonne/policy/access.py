"""Access: may this principal do this in that tenant? The answer is Cedar's."""

from __future__ import annotations

from raisonne.policy.cedar import Entity, Uid
from raisonne.policy.engine import Policies
from raisonne.rights.errors import AccessError
from raisonne.rights.principal import Permission, Principal


def authorise(
    policies: Policies, principal: Principal, permission: Permission, resource_tenant: str
) -> None:
    """Return if the access policies permit it.

    Args:
        policies: Those in force; what they are now decides.
        principal: Who acts.
        permission: What is to be done.
        resource_tenant: Owner of what it is to be done with.

    Raises:
        AccessError: If not; ``metadata`` holds the permission and the clauses that decided
            (empty where no role grants it), and nothing about the other tenant.
    """
    bundle = policies.current()
    user = Uid("User", principal.id)
    resource = Uid("Resource", resource_tenant)
    roles = [Uid("Role", role) for role in sorted(principal.roles)]
    entities = bundle.slice(
        (
            Entity(user, {"tenant": Uid("Tenant", principal.tenant).as_json()}, roles),
            Entity(resource, {"tenant": Uid("Tenant", resource_tenant).as_json()}),
        )
    )
    decision = bundle.decide(user, permission, resource, {}, entities)
    if not decision.allowed:
        raise AccessError(
            f"{principal.id} may not do {permission} here.",
            metadata={
                "permission": permission,
                "clauses": ",".join(clause.id for clause in decision.clauses),
            },
        )
