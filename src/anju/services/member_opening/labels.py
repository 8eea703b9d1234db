"""Chinese names of the facts."""

LABELS = {
    "agency": "身份核验",
    "known": "本中心登记",
    "enrolled_phone": "单位登记的手机号",
    "other_login": "已有的登录账户",
}
