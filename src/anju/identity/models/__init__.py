"""Tables of the identity room; private to it."""

from anju.identity.models.activity import Activity
from anju.identity.models.code import Attempt, Code, Send
from anju.identity.models.login import Login, Mandate
from anju.identity.models.session import Session

__all__ = ["Activity", "Attempt", "Code", "Login", "Mandate", "Send", "Session"]
