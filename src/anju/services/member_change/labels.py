"""The facts of a change of staff, by name, as people read them."""

LABELS = {
    "lines": "名单行数",
    "problems": "要改的地方",
    "joins": "进来",
    "leaves": "离开",
    "base_changes": "基数变化",
    "left_out": "名册没有列出",
    "unasked": "外地账户还没有查到",
}
