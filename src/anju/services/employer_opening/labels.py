"""Chinese names of the facts."""

LABELS = {
    "company": "企业登记",
    "registered": "本中心缴存登记",
    "nature": "单位性质",
    "agency": "申请人身份核验",
    "legal_person": "申请人是法定代表人",
    "other_login": "申请人已有的登录账户",
}
