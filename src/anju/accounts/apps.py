"""App of the accounts room."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Members' accounts, balances, lines, holds, freezes and interest."""

    name = "anju.accounts"
    label = "accounts"
    verbose_name = "个人账户"
