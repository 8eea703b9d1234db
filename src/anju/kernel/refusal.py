"""Refusal: a lawful no. It carries words for the person who asked, never a stack trace."""

from __future__ import annotations


class Refusal(Exception):
    """The act is refused. `text` is Chinese, says what is wrong and what to do; `law` is the article, if any.

    `field` names the form field it belongs to, `status` the HTTP status a portal answers with.
    """

    def __init__(
        self, code: str, text: str, law: str = "", field: str | None = None, status: int = 422
    ) -> None:
        super().__init__(code, text)
        self.code = code
        self.text = text
        self.law = law
        self.field = field
        self.status = status

    def __str__(self) -> str:
        return f"{self.code}: {self.text}"

    def __reduce__(self) -> tuple[type[Refusal], tuple[str, str, str, str | None, int]]:
        return type(self), (self.code, self.text, self.law, self.field, self.status)
