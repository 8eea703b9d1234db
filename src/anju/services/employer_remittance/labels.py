"""The facts of a month's declaration, by name, as people read them."""

LABELS = {
    "turn": "能否申报",
    "headcount": "人数",
    "total_fen": "合计应缴",
    "without_base": "没有缴存基数的人",
    "due_on": "缴款截止",
}
