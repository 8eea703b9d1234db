"""Chinese names of the facts, shared by gathering and declaration."""

LABELS = {
    "account_state": "账户状态",
    "frozen": "账户冻结",
    "balance_fen": "账户余额",
    "held_fen": "已占用或部分冻结",
    "continuous_months": "连续缴存",
    "own_base_fen": "本人缴存基数",
    "other_case_running": "正在办理的提取",
    "periods_taken": "已提取的月份",
    "card": "收款银行卡",
    "marital_status": "婚姻状况",
    "homes_own": "本人在本市住房",
    "homes_spouse": "配偶在本市住房",
    "spouse_base_fen": "配偶缴存基数",
    "spouse_taken": "配偶已提取的本月房租",
}

MARRIAGE_ZH = {"single": "未婚", "married": "已婚", "divorced": "离异", "widowed": "丧偶"}
