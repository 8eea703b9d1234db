"""Chinese names of the facts, and the purposes to choose from."""

from __future__ import annotations

LABELS = {
    "account_state": "账户状态",
    "opened_on": "开户日期",
    "unit": "缴存单位",
    "balance_fen": "账户余额",
    "paid_to": "缴至年月",
    "months_total": "累计缴存",
    "months_continuous": "连续缴存",
    "monthly": "每月缴存",
    "unprintable": "姓名和单位名称能否打印",
}

PURPOSES = {
    "loan_elsewhere": "异地购房贷款",
    "residence": "落户、居住证办理",
    "talent": "人才认定、职称评审",
    "visa": "签证、出国（境）",
    "other": "其他用途",
}
