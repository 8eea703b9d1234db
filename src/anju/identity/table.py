"""The table of permissions: each has a name, Chinese words, and the roles that hold it. Deny by default."""

from __future__ import annotations

from dataclasses import dataclass

from anju.identity.types import STAFF_ROLES, UNIT_ROLES, Role

ANYONE = frozenset({*Role})
EVERYBODY = "everybody"
MACHINE = "machine"


@dataclass(frozen=True)
class Permission:
    """``open_to`` is "everybody" (no log-in needed), "machine" (a signed call of a system), or "" (roles only)."""

    name: str
    zh: str
    roles: frozenset[Role] = frozenset()
    open_to: str = ""


_MEMBER = frozenset({Role.MEMBER})
_UNIT_ADMIN = frozenset({Role.UNIT_ADMIN})
_CASE_DESK = frozenset({Role.CLERK, Role.REVIEWER})
_CLERK = frozenset({Role.CLERK})
_REVIEWER = frozenset({Role.REVIEWER})
_TREASURER = frozenset({Role.TREASURER})
_ACCOUNTANT = frozenset({Role.ACCOUNTANT})
_AUDITOR = frozenset({Role.AUDITOR})
_ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})

_LISTED = (
    Permission("public", "公开页面", ANYONE, EVERYBODY),
    Permission("machine", "系统之间的签名调用", frozenset(), MACHINE),
    # any log-in
    Permission("login.own", "管理自己的登录账户", ANYONE),
    Permission("login.password", "修改自己的密码", ANYONE),
    Permission("opening.apply", "申请开通网上业务", ANYONE),
    Permission("case.own", "查看自己的办件", ANYONE),
    Permission("inbox.own", "查看自己的消息", ANYONE),
    Permission("file.own", "上传和查看自己的材料", ANYONE),
    # members
    Permission("me.view", "查看自己的公积金账户", _MEMBER),
    Permission("me.apply", "办理自己的公积金业务", _MEMBER),
    Permission("me.withdraw", "申请提取", _MEMBER),
    Permission("me.card", "绑定自己的银行卡", _MEMBER),
    Permission("me.certificate", "开具自己的证明", _MEMBER),
    # employers
    Permission("unit.view", "查看本单位缴存情况", UNIT_ROLES),
    Permission("unit.apply", "办理本单位业务", UNIT_ROLES),
    Permission("unit.staff", "增减和变更本单位职工", UNIT_ROLES),
    Permission("unit.declare", "申报本单位汇缴", UNIT_ROLES),
    Permission("unit.approve", "复核本单位申报", UNIT_ROLES),
    Permission("unit.terms", "变更本单位比例和设置", _UNIT_ADMIN),
    Permission("unit.agents", "增减本单位经办人", _UNIT_ADMIN),
    # the centre's staff
    Permission("desk.view", "进入工作台", STAFF_ROLES),
    Permission("desk.case", "查看办件", _CASE_DESK),
    Permission("desk.accept", "受理、补正和提出意见", _CLERK),
    Permission("desk.approve", "复核和批准", _REVIEWER),
    Permission("desk.search", "查找职工和单位", _CASE_DESK | _TREASURER),
    Permission("books.view", "查看账簿和凭证", _TREASURER | {Role.ACCOUNTANT} | _AUDITOR),
    Permission("audit.ask", "审计提问和抽样", _AUDITOR),
    Permission("findings.view", "查看审计发现", _AUDITOR | {Role.ACCOUNTANT} | _ADMINISTRATOR),
    Permission("findings.answer", "答复审计发现", _ADMINISTRATOR | {Role.ACCOUNTANT}),
    Permission("treasury.view", "查看到账和付款", _TREASURER),
    Permission("treasury.settle", "处理挂账", _TREASURER),
    Permission("treasury.batch", "组成和复核付款批次", _TREASURER | {Role.ACCOUNTANT}),
    Permission("treasury.deposits", "查看存款登记，复核资金调拨", _TREASURER | {Role.ACCOUNTANT}),
    Permission("treasury.book", "提出和确认银行流水记账", _TREASURER | {Role.ACCOUNTANT}),
    Permission("treasury.release", "放行付款", _TREASURER),
    Permission("closing.view", "查看结账", _TREASURER | _ACCOUNTANT | _AUDITOR),
    Permission("closing.run", "办理日结、月结和年结", _ACCOUNTANT),
    Permission("closing.sign", "签署日结、月结和年结", _ACCOUNTANT | _TREASURER),
    Permission("admin.logins", "管理登录账户和授权", _ADMINISTRATOR),
    Permission("admin.settings", "查看运行情况和参数", _ADMINISTRATOR),
)
PERMISSIONS: dict[str, Permission] = {permission.name: permission for permission in _LISTED}


def allowed(permission: str, role: Role | None) -> bool:
    """Whether a role (None: nobody logged in) has a permission; an unknown name is a programming error."""
    entry = PERMISSIONS[permission]
    return entry.open_to == EVERYBODY or (role is not None and role in entry.roles)
