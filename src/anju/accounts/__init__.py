"""The accounts room: members' accounts, balances, lines, holds, freezes and interest."""
