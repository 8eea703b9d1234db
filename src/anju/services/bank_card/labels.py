"""Chinese names of the facts."""

LABELS = {"owner": "银行核验", "bound": "现在的收款卡"}
