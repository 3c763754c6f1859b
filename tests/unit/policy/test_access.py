from __future__ import annotations

import itertools

import pytest

from raisonne.policy.access import authorise
from raisonne.policy.engine import PolicyBundle
from raisonne.rights.errors import AccessError, Reason
from raisonne.rights.principal import Permission, Principal, Role


def _principal(*roles: Role) -> Principal:
    return Principal("local:ada", "studio", frozenset(roles))


@pytest.mark.parametrize("permission", list(Permission))
def test_operators_may_use_every_permission_there_is(
    bundle: PolicyBundle, permission: Permission
) -> None:
    authorise(bundle, _principal(Role.OPERATOR), permission, "studio")


@pytest.mark.parametrize(
    ("permission", "roles"), list(itertools.product(Permission, [(), tuple(Role)]))
)
def test_nobody_reaches_another_tenant(
    bundle: PolicyBundle, permission: Permission, roles: tuple[Role, ...]
) -> None:
    with pytest.raises(AccessError) as refused:
        authorise(bundle, _principal(*roles), permission, "gallery")
    assert refused.value.reason is Reason.PERMISSION_DENIED
    assert refused.value.metadata == {
        "permission": permission,
        "clauses": "access.tenant-isolation",
    }
    assert "gallery" not in refused.value.message


def test_what_no_role_grants_has_no_clause(bundle: PolicyBundle) -> None:
    with pytest.raises(AccessError) as refused:
        authorise(bundle, _principal(Role.AUDITOR), Permission.WORK_CREATE, "studio")
    assert refused.value.metadata == {"permission": "work:create", "clauses": ""}


@pytest.mark.parametrize("name", ["", '"quoted"', "new\nline", "naïve", "studio\\"])
def test_names_are_data(bundle: PolicyBundle, name: str) -> None:
    principal = Principal(name, name, frozenset({Role.GALLERY}))
    authorise(bundle, principal, Permission.WORK_CREATE, name)
    with pytest.raises(AccessError):
        authorise(bundle, principal, Permission.WORK_CREATE, name + " ")
